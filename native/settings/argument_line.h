/* `${port}` and `${socket}` in argument= of JVMAlias: where a server that the pool runs is to
 * listen. httpd takes `${NAME}` for variables of its own, in the whole line and before a module
 * sees it; so they are written `$\{NAME}` while httpd looks. */
#ifndef MJ_ARGUMENT_LINE_H
#define MJ_ARGUMENT_LINE_H

#include <apr_pools.h>

/** @param line what follows the name of a directive that has options
 *  @return line, or a copy in which httpd leaves them alone */
const char *mj_argument_protect(apr_pool_t *pool, const char *line);

/** @param value of argument=
 *  @return value, or a copy with `${` in place of each `$\{`, whoever has written that */
const char *mj_argument_plain(apr_pool_t *pool, const char *value);

#endif
