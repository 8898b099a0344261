/* What httpd's parent does with the board: who has which place. */
#include "board_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was counted and said of the pool that had it before is not of the new one. */
static void take_place(mj_board_t *board, unsigned index, const char *name)
{
    pool_t *pool = pool_at(board, index);
    place_t *place = &board->places[index];
    unsigned i;

    if (strcmp(place->name, name) != 0) {
        for (i = 0; i < MJ_COUNTER_COUNT; i++) {
            atomic_store(&pool->counters[i], 0);
        }
        mj_board_set_error(board, index, "", 0);
    }
    atomic_store(&pool->wakeup, 0);
    (void)snprintf(place->name, sizeof(place->name), "%s", name);
    place->is_claimed = true;
    mj_board_set_pool(board, index, MJ_POOL_STARTING, 0);
}

static apr_status_t add_place(mj_board_t *board)
{
    if (board->place_count == board->max_pools) {
        return APR_ENOSPC;
    }
    if (board->place_count == board->place_room) {
        unsigned room = board->place_room == 0 ? 64 : 2 * board->place_room;
        place_t *more = realloc(board->places, room * sizeof(*more));
        if (more == NULL) {
            return APR_ENOMEM;
        }
        board->places = more;
        board->place_room = room;
    }
    board->places[board->place_count++] = (place_t){.is_claimed = false};
    return APR_SUCCESS;
}

apr_status_t mj_board_claim(mj_board_t *board, const char *name, unsigned *out)
{
    unsigned i, unused = board->place_count;
    apr_status_t rv;

    if (strlen(name) > MJ_POOL_NAME_MAX) {
        return APR_EINVAL;
    }
    for (i = 0; i < board->place_count; i++) {
        const place_t *place = &board->places[i];
        if (place->is_claimed && strcmp(place->name, name) == 0) {
            *out = i;
            return APR_SUCCESS;
        }
        if (!place->is_claimed && unused == board->place_count) {
            unused = i;
        }
    }
    if (unused == board->place_count) {
        rv = add_place(board);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    take_place(board, unused, name);
    *out = unused;
    return APR_SUCCESS;
}

void mj_board_give_up(mj_board_t *board, unsigned index)
{
    board->places[index].is_claimed = false;
}

unsigned mj_board_places(const mj_board_t *board)
{
    return board->place_count;
}

bool mj_board_is_claimed(const mj_board_t *board, unsigned index)
{
    return board->places[index].is_claimed;
}
