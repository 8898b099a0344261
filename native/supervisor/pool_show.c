/* What the board shows of a pool. Children of httpd write to the board too, and one that was captured may write over anything: what is shown is
 * made from the pool and its daemons each time, and never read back. */
#include "pool_parts.h"

#include <stdlib.h>

void mj_pool_show_slot(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    mj_slot_state_t state = MJ_SLOT_DRAINING;
    switch (daemon->life.state) {
    case MJ_LIFE_STARTING:
        state = MJ_SLOT_STARTING;
        break;
    case MJ_LIFE_READY:
        state = MJ_SLOT_READY;
        break;
    case MJ_LIFE_GONE:
        mj_board_set_slot(pool->context->board, pool->index, daemon->slot, MJ_SLOT_FREE, 0, 0, 0);
        return;
    default:
        break;
    }
    mj_board_set_key(pool->context->board, pool->index, daemon->slot, &daemon->key);
    mj_board_set_slot(pool->context->board, pool->index, daemon->slot, state, daemon->serial, (uint32_t)daemon->pid,
                      daemon->threads);
}

void mj_pool_show_state(mj_pool_t *pool, mj_pool_state_t state, int64_t now)
{
    int64_t retry_at = state == MJ_POOL_DOWN ? pool->plan.retry_at : 0;
    if (state != pool->shown_state || retry_at != pool->shown_retry_at) {
        pool->shown_state = state;
        pool->shown_retry_at = retry_at;
        pool->shown_retry_time = retry_at > 0 ? apr_time_now() + (retry_at - now) : 0;
        mj_board_set_pool(pool->context->board, pool->index, state, pool->shown_retry_time);
    }
}

void mj_pool_show_error(mj_pool_t *pool)
{
    if (pool->log.has_new_error) {
        mj_board_set_error(pool->context->board, pool->index, pool->log.last_error, pool->log.last_error_at);
        pool->log.has_new_error = false;
    }
}

void mj_pool_show(const mj_pool_t *pool)
{
    const mj_daemon_t *of_slot[MJ_BOARD_SLOTS] = {NULL}, *daemon;
    unsigned slot;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        of_slot[daemon->slot] = daemon;
    }
    for (slot = 0; slot < pool->slot_limit; slot++) {
        if (of_slot[slot] != NULL) {
            mj_pool_show_slot(pool, of_slot[slot]);
        } else {
            mj_board_set_slot(pool->context->board, pool->index, slot, MJ_SLOT_FREE, 0, 0, 0);
        }
    }
    mj_board_limit_slots(pool->context->board, pool->index, pool->slot_limit);
    mj_board_set_error(pool->context->board, pool->index, pool->log.last_error, pool->log.last_error_at);
    mj_board_set_pool(pool->context->board, pool->index, pool->shown_state, pool->shown_retry_time);
}

void mj_pool_show_all(const mj_context_t *context, const mj_pool_t *pools)
{
    const mj_pool_t *pool;
    unsigned *places, count = 0;

    for (pool = pools; pool != NULL; pool = pool->next) {
        count++;
    }
    if (count == 0) { /* there may be no board yet */
        return;
    }
    places = malloc(count * sizeof(*places));
    for (count = 0, pool = pools; pool != NULL; pool = pool->next) {
        mj_pool_show(pool);
        mj_board_recount(context->board, pool->index);
        if (places != NULL) {
            places[count++] = pool->index;
        }
    }
    mj_board_recount_totals(context->board, places, count);
    free(places);
}
