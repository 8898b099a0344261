#include "publisher.h"

void mj_publish_pool(mj_board_t *board, unsigned pool, const mj_shown_pool_t *shown)
{
    if (board != NULL) {
        mj_board_set_pool(board, pool, shown->state, shown->retry_at);
        mj_board_set_awaited(board, pool, shown->awaited);
    }
}

void mj_publish_error(mj_board_t *board, unsigned pool, const char *text, apr_time_t at)
{
    if (board != NULL) {
        mj_board_set_error(board, pool, text, at);
    }
}

void mj_publish_daemon(mj_board_t *board, unsigned pool, unsigned slot, const mj_shown_daemon_t *shown)
{
    if (board == NULL) {
        return;
    }
    if (shown->state == MJ_SLOT_FREE) {
        mj_board_set_slot(board, pool, slot, MJ_SLOT_FREE, 0, 0, 0);
    } else {
        mj_board_set_settings(board, pool, slot, shown->settings);
        mj_board_set_key(board, pool, slot, shown->key);
        mj_board_set_slot(board, pool, slot, shown->state, shown->serial, shown->pid, shown->threads);
    }
}

void mj_publish_slots(mj_board_t *board, unsigned pool, unsigned count)
{
    if (board != NULL) {
        mj_board_limit_slots(board, pool, count);
    }
}

void mj_publish_recount(mj_board_t *board, const unsigned *pools, unsigned count)
{
    unsigned i;
    if (board == NULL) {
        return;
    }
    for (i = 0; i < count; i++) {
        mj_board_recount(board, pools[i]);
    }
    mj_board_recount_totals(board, pools, count);
}
