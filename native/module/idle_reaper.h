/* A thread of each child of httpd that closes idle connections to daemons. */
#ifndef MJ_IDLE_REAPER_H
#define MJ_IDLE_REAPER_H

#include "child.h"

/** Has a thread close what is idle for too long, until pchild is destroyed.
 *  @param pools how many indices of pools there are */
void mj_idle_reaper_start(const mj_child_t *child, unsigned pools, apr_pool_t *pchild);

#endif
