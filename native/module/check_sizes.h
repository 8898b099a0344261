/* The part of check_config that concerns how much can be told: a pool's settings to the supervisor,
 * an application to a daemon. */
#ifndef MJ_CHECK_SIZES_H
#define MJ_CHECK_SIZES_H

#include <httpd.h>

/** Says of each pool and each mount what is too much. All definitions and what requests may bring
 *  are known.
 *  @return how many there are */
int mj_check_sizes(apr_pool_t *pool, server_rec *main_server);

#endif
