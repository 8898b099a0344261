/* What requests may bring to a pool beside its mounts: files that a handler serves. */
#ifndef MJ_DYNAMIC_H
#define MJ_DYNAMIC_H

#include <httpd.h>

/** Finds out what requests may bring to each pool. All pools, mounts and sections are known. */
void mj_dynamic_resolve(apr_pool_t *pconf, server_rec *main_server);

#endif
