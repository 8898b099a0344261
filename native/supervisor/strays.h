/* Processes that daemons have started and that have come to the supervisor, because their own
 * parents are gone (PR_SET_CHILD_SUBREAPER): a process group and a session can be left, this
 * cannot. */
#ifndef MJ_STRAYS_H
#define MJ_STRAYS_H

#include "pool.h"

/** Kills every one that has outlived all daemons that it can descend from: those of its user that
 * were there before it.
 *  @param ended a daemon that is dead, though it is listed still; 0: none
 *  @return how many are left that are neither daemons nor dead */
unsigned mj_strays_end(const mj_pool_t *pools, pid_t training, pid_t ended);

#endif
