/* Memory for secrets: processes that are forked do not inherit it, it is in no core dump, and it is
 * wiped when it goes. */
#ifndef MJ_VAULT_H
#define MJ_VAULT_H

#include <apr_pools.h>

/** size bytes, all zero, for as long as the pool lives. A process that was forked must not touch
 * them: they are not there.
 *  @return NULL if there is no memory */
char *mj_vault_make(apr_pool_t *pool, apr_size_t size);

#endif
