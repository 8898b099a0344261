/* What a pool can be named. */
#ifndef MJ_POOL_NAME_H
#define MJ_POOL_NAME_H

#include <apr_pools.h>
#include <stdbool.h>

#define MJ_POOL_NAME_MAX 64

bool mj_is_pool_name(const char *name);

/** @return NULL, or what is wrong with the name of a pool, and what it may be */
const char *mj_pool_name_check(apr_pool_t *pool, const char *name);

#endif
