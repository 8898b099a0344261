/* What the board shows of a pool: made from the pool and its daemons each time, and never read
 * back. */
#include "pool_parts.h"

#include <stdlib.h>

static mj_slot_state_t shown_state(mj_life_state_t state)
{
    switch (state) {
    case MJ_LIFE_STARTING:
        return MJ_SLOT_STARTING;
    case MJ_LIFE_READY:
        return MJ_SLOT_READY;
    case MJ_LIFE_GONE:
        return MJ_SLOT_FREE;
    default:
        return MJ_SLOT_DRAINING;
    }
}

/* @param daemon NULL: the slot is free */
static void show_slot(const mj_pool_t *pool, unsigned slot, const mj_daemon_t *daemon)
{
    mj_shown_daemon_t shown = {.state = MJ_SLOT_FREE};

    if (daemon != NULL) {
        shown = (mj_shown_daemon_t){.state = shown_state(daemon->life.state),
                                    .serial = daemon->serial,
                                    .pid = (uint32_t)daemon->pid,
                                    .threads = daemon->threads,
                                    .settings = daemon->settings,
                                    .key = &daemon->key};
    }
    mj_publish_daemon(pool->context->board, pool->index, slot, &shown);
}

void mj_pool_show_slot(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    show_slot(pool, daemon->slot, daemon);
}

static uint16_t awaited(const mj_pool_t *pool)
{
    return pool->plan.is_refused || mj_plan_is_down(&pool->plan) ? 0 : pool->spec->settings;
}

static void show_state(const mj_pool_t *pool)
{
    const mj_shown_pool_t shown = {.state = pool->shown_state, .retry_at = pool->shown_retry_time, .awaited = awaited(pool)};
    mj_publish_pool(pool->context->board, pool->index, &shown);
}

static void show_error(const mj_pool_t *pool)
{
    mj_publish_error(pool->context->board, pool->index, pool->log.last_error, pool->log.last_error_at);
}

void mj_pool_show_awaited(mj_pool_t *pool)
{
    if (pool->shown_awaited != awaited(pool)) {
        pool->shown_awaited = awaited(pool);
        show_state(pool);
    }
}

void mj_pool_show_state(mj_pool_t *pool, mj_pool_state_t state, int64_t now)
{
    bool is_tried_again = state == MJ_POOL_DOWN || (mj_plan_is_down(&pool->plan) && !pool->plan.is_refused);
    int64_t retry_at = is_tried_again ? pool->plan.retry_at : 0;
    if (state != pool->shown_state || retry_at != pool->shown_retry_at || awaited(pool) != pool->shown_awaited) {
        pool->shown_state = state;
        pool->shown_awaited = awaited(pool);
        pool->shown_retry_at = retry_at;
        pool->shown_retry_time = retry_at > 0 ? apr_time_now() + (retry_at - now) : 0;
        show_state(pool);
    }
}

void mj_pool_show_error(mj_pool_t *pool)
{
    if (pool->log.has_new_error) {
        show_error(pool);
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
        show_slot(pool, slot, of_slot[slot]);
    }
    mj_publish_slots(pool->context->board, pool->index, pool->slot_limit);
    show_error(pool);
    show_state(pool);
}

void mj_pool_show_all(const mj_context_t *context)
{
    const mj_pool_t *pool;
    unsigned *places, count = 0;

    for (pool = context->pools; pool != NULL; pool = pool->next) {
        mj_pool_show(pool);
        count++;
    }
    if (count == 0) {
        return;
    }
    places = malloc(count * sizeof(*places));
    if (places == NULL) {
        abort();
    }
    for (count = 0, pool = context->pools; pool != NULL; pool = pool->next) {
        places[count++] = pool->index;
    }
    mj_publish_recount(context->board, places, count);
    free(places);
}
