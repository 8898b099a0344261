/* The directives. */
#ifndef MJ_DIRECTIVES_H
#define MJ_DIRECTIVES_H

#include <httpd.h>

#include <http_config.h>

extern const command_rec mj_commands[];

/** Hook pre_config, after httpd has read its files and before it looks at the directives: `${port}`
 * in argument= is no variable of its own. */
int mj_protect_arguments(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp);

#endif
