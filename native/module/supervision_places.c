/* Which pool has which place on a board. */
#include "supervision_parts.h"

#include "config.h"
#include "pools.h"

#include <apr_strings.h>

static bool is_declared(const apr_array_header_t *pools, unsigned index)
{
    int i;
    for (i = 0; i < pools->nelts; i++) {
        if (APR_ARRAY_IDX(pools, i, const mj_pool_config_t *)->index == index) {
            return true;
        }
    }
    return false;
}

/* A place stays its pool's, which may come back, for as long as there are others. What the board
 * says of it is what httpd's children have written, if one of them was captured. */
static void give_up(mj_board_t *board, const apr_array_header_t *pools)
{
    unsigned index;
    for (index = 0; index < mj_board_places(board); index++) {
        if (mj_board_pool_state(board, index) == MJ_POOL_FREE && !is_declared(pools, index)) {
            mj_board_give_up(board, index);
        }
    }
}

/* @return the pool for which there was none; NULL if all have one */
static const mj_pool_config_t *claim(mj_board_t *board, const apr_array_header_t *pools)
{
    const mj_pool_config_t *without = NULL;
    int i;
    for (i = 0; i < pools->nelts; i++) {
        mj_pool_config_t *declared = APR_ARRAY_IDX(pools, i, mj_pool_config_t *);
        if (mj_board_claim(board, declared->settings->name, &declared->index) != APR_SUCCESS) {
            declared->index = MJ_NO_PLACE;
            without = declared;
        }
    }
    return without;
}

const char *mj_places_claim(const supervision_t *supervision, mj_board_t *board)
{
    const apr_array_header_t *pools = mj_all_pools(supervision->pconf, supervision->main_server);
    const mj_pool_config_t *without = claim(board, pools);

    if (without != NULL) {
        give_up(board, pools);
        without = claim(board, pools);
    }
    return without == NULL
               ? NULL
               : apr_psprintf(supervision->pconf,
                              "there is no place for pool %s: %u are declared or still draining, and more are not possible",
                              without->settings->name, mj_board_max_pools(board));
}

void mj_places_reset(const supervision_t *supervision, mj_board_t *board, mj_pool_state_t state, apr_time_t retry_at)
{
    const apr_array_header_t *pools = mj_all_pools(supervision->pconf, supervision->main_server);
    unsigned index, slot;
    for (index = 0; index < mj_board_places(board); index++) {
        for (slot = 0; slot < MJ_BOARD_SLOTS; slot++) {
            mj_board_set_slot(board, index, slot, MJ_SLOT_FREE, 0, 0, 0);
        }
        if (is_declared(pools, index)) {
            mj_board_set_pool(board, index, state, retry_at);
        } else {
            mj_board_set_pool(board, index, MJ_POOL_FREE, 0);
        }
    }
}
