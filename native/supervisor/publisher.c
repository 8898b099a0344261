#include "publisher.h"

static void show_pool(void *to, unsigned pool, const mj_shown_pool_t *shown)
{
    mj_board_set_pool(to, pool, shown->state, shown->retry_at);
    mj_board_set_awaited(to, pool, shown->awaited);
}

static void show_error(void *to, unsigned pool, const char *text, apr_time_t at)
{
    mj_board_set_error(to, pool, text, at);
}

static void show_daemon(void *to, unsigned pool, unsigned slot, const mj_shown_daemon_t *shown)
{
    if (shown->state == MJ_SLOT_FREE) {
        mj_board_set_slot(to, pool, slot, MJ_SLOT_FREE, 0, 0, 0);
    } else {
        mj_board_set_settings(to, pool, slot, shown->settings);
        mj_board_set_key(to, pool, slot, shown->key);
        mj_board_set_slot(to, pool, slot, shown->state, shown->serial, shown->pid, shown->threads);
    }
}

static void show_slots(void *to, unsigned pool, unsigned count)
{
    mj_board_limit_slots(to, pool, count);
}

static void recount(void *to, const unsigned *pools, unsigned count)
{
    unsigned i;
    for (i = 0; i < count; i++) {
        mj_board_recount(to, pools[i]);
    }
    mj_board_recount_totals(to, pools, count);
}

mj_publisher_t mj_publisher_on_board(mj_board_t *board)
{
    return (mj_publisher_t){board, show_pool, show_error, show_daemon, show_slots, recount};
}

static void hide_pool(void *to, unsigned pool, const mj_shown_pool_t *shown)
{
    (void)to;
    (void)pool;
    (void)shown;
}

static void hide_error(void *to, unsigned pool, const char *text, apr_time_t at)
{
    (void)to;
    (void)pool;
    (void)text;
    (void)at;
}

static void hide_daemon(void *to, unsigned pool, unsigned slot, const mj_shown_daemon_t *shown)
{
    (void)to;
    (void)pool;
    (void)slot;
    (void)shown;
}

static void hide_slots(void *to, unsigned pool, unsigned count)
{
    (void)to;
    (void)pool;
    (void)count;
}

static void count_nothing(void *to, const unsigned *pools, unsigned count)
{
    (void)to;
    (void)pools;
    (void)count;
}

mj_publisher_t mj_publisher_nowhere(void)
{
    return (mj_publisher_t){NULL, hide_pool, hide_error, hide_daemon, hide_slots, count_nothing};
}
