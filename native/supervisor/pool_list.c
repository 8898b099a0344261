#include "pool_list.h"

#include <string.h>

mj_pool_t *mj_pool_list_find(const mj_context_t *context, const char *name)
{
    mj_pool_t *pool = context->pools;
    while (pool != NULL && strcmp(pool->log.name, name) != 0) {
        pool = pool->next;
    }
    return pool;
}

static bool is_pending(const mj_pending_config_t *pending, const mj_pool_t *pool)
{
    int i;
    for (i = 0; i < pending->pools->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(pending->pools, i, mj_pending_pool_t).spec->name, pool->log.name) == 0) {
            return true;
        }
    }
    return false;
}

void mj_pool_list_take(mj_context_t *context, mj_pending_config_t *pending, apr_pool_t *mem)
{
    mj_pool_t **end = &context->pools, *pool;
    int i;

    for (; *end != NULL; end = &(*end)->next) {
        if (!is_pending(pending, *end)) {
            mj_pool_remove(*end);
        }
    }
    for (i = 0; i < pending->pools->nelts; i++) {
        mj_pending_pool_t *pending_pool = &APR_ARRAY_IDX(pending->pools, i, mj_pending_pool_t);
        pool = mj_pool_list_find(context, pending_pool->spec->name);
        if (pool != NULL) {
            mj_pool_configure(pool, pending_pool->spec, pending_pool->mem, pending_pool->log);
        } else {
            pool = mj_pool_make(context, pending_pool->spec, pending_pool->mem, pending_pool->log, mem);
            *end = pool;
            end = &pool->next;
        }
        if (pool->spec->listen == MJ_LISTEN_INHERITED) {
            mj_pool_take_listener(pool, pending_pool->listener);
            pending_pool->listener = -1;
        }
        pool->order = (unsigned)i;
        pending_pool->mem = NULL;
        pending_pool->log = NULL;
    }
}

/* A pool keeps its place on the board for as long as it is known. */
const char *mj_pool_list_check(const mj_context_t *context, const mj_pending_config_t *pending)
{
    const mj_pool_t *pool;
    int i;
    for (i = 0; i < pending->pools->nelts; i++) {
        const mj_process_spec_t *spec = APR_ARRAY_IDX(pending->pools, i, mj_pending_pool_t).spec;
        for (pool = context->pools; pool != NULL; pool = pool->next) {
            if ((pool->index == spec->index) != (strcmp(pool->log.name, spec->name) == 0)) {
                return "a pool has another pool's place on the board";
            }
        }
    }
    return NULL;
}

/* What trains is ended: the pools may have other UIDs now, and start. */
void mj_pool_list_find_archives(mj_context_t *context)
{
    mj_pool_t *pool;
    mj_archives_interrupt(context->archives);
    mj_archives_look_anew(context->archives);
    for (pool = context->pools; pool != NULL; pool = pool->next) {
        mj_pool_find_archives(pool);
    }
    mj_archives_tidy(context->archives, context->config, context->pools);
}
