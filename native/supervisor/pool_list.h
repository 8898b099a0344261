/* The pools of a supervisor, as the settings name them. */
#ifndef MJ_POOL_LIST_H
#define MJ_POOL_LIST_H

#include "pending_config.h"
#include "pool.h"

/** The pool of that name, or NULL. */
mj_pool_t *mj_pool_list_find(const mj_context_t *context, const char *name);

/** @return NULL, or why these settings cannot follow those that there are */
const char *mj_pool_list_check(const mj_context_t *context, const mj_pending_config_t *pending);

/** Takes pools over: new ones are made, others get their settings, and those that are not named
 *  any more drain.
 *  @param mem lives as long as the pools */
void mj_pool_list_take(mj_context_t *context, mj_pending_config_t *pending, apr_pool_t *mem);

/** Finds the archives for all pools. */
void mj_pool_list_find_archives(mj_context_t *context);

#endif
