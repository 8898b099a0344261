/* check_config: what `apachectl configtest` finds out, and what requests need of the
 * configuration. */
#ifndef MJ_CHECK_CONFIG_H
#define MJ_CHECK_CONFIG_H

#include <httpd.h>

/** The check_config hook. Looks at the whole configuration: resolves identities and Java homes of
 *  pools, and the pools and definitions of mounts, which are used by every request from then on.
 *  Changes nothing outside the configuration. */
int mj_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server);

#endif
