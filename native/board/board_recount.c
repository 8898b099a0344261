/* Counts that nobody can take back: of children that have died, and of one that was captured and
 * has written what it likes. The parent clears rows of nobody, each child its own, and the
 * supervisor makes the sums no higher than the rows are. Sums that are too low are the daemons'
 * matter, which have limits of their own, and right again when nothing is in flight. */
#include "board_layout.h"

#include <stdlib.h>

/* What is counted is in a row first and in the sum last, so a sum that is higher, again and again
 * while it does not change, is wrong. */
#define LOOKS 3

/* --- the parent --- */

/* The sums first, so that they are never higher than the rows. */
static void clear_row(mj_board_t *board, uint32_t row)
{
    unsigned i, which;
    for (i = 0; i < board->place_count; i++) {
        pool_t *pool = pool_at(board, i);
        for (which = 0; which < SHADOWS; which++) {
            _Atomic uint32_t *shadow = shadow_at(board, i, row, which);
            uint32_t counted = atomic_load(shadow);
            if (counted != 0 && which == QUEUE_SHADOW) {
                take_off(&pool->waiting, counted);
                take_off(&header_of(board)->waiting, counted);
            } else if (counted != 0 && which == TUNNEL_SHADOW) {
                take_off(&pool->tunnels, counted);
                take_off(&header_of(board)->tunnels, counted);
            } else if (counted != 0) {
                slot_t *slot = slot_at(board, i, which);
                take_off_load(slot, (uint32_t)(atomic_load(&slot->load) >> 32), counted);
            }
            if (counted != 0) {
                atomic_store(shadow, 0);
            }
        }
        wake(pool, INT32_MAX);
    }
    atomic_store(&child_pids(board)[row], 0);
}

static bool is_living(const mj_board_t *board, uint32_t pid)
{
    unsigned i;
    for (i = 0; i < board->living_count; i++) {
        if (board->living[i] == pid) {
            return true;
        }
    }
    return pid == (uint32_t)getpid(); /* httpd -X has no children */
}

apr_status_t mj_board_child_started(mj_board_t *board, uint32_t pid)
{
    if (board->living_count == board->living_room) {
        unsigned room = board->living_room == 0 ? 64 : 2 * board->living_room;
        uint32_t *more = realloc(board->living, room * sizeof(*more));
        if (more == NULL) {
            return APR_ENOMEM;
        }
        board->living = more;
        board->living_room = room;
    }
    board->living[board->living_count++] = pid;
    return APR_SUCCESS;
}

void mj_board_child_died(mj_board_t *board, uint32_t pid)
{
    uint32_t row;
    unsigned i;

    for (i = 0; i < board->living_count; i++) {
        if (board->living[i] == pid) {
            board->living[i] = board->living[--board->living_count];
            break;
        }
    }
    for (row = 0; pid != 0 && row < board->max_children; row++) {
        if (atomic_load(&child_pids(board)[row]) == pid) {
            clear_row(board, row);
        }
    }
}

void mj_board_clear_rows_of_nobody(mj_board_t *board)
{
    uint32_t row;
    for (row = 0; row < board->max_children; row++) {
        uint32_t pid = atomic_load(&child_pids(board)[row]);
        if (pid != 0 && !is_living(board, pid)) {
            clear_row(board, row);
        }
    }
}

/* --- a child --- */

static bool is_unused(pool_t *pool)
{
    uint32_t limit = slots_of(pool), i;
    for (i = 0; i < limit; i++) {
        if ((uint32_t)atomic_load_explicit(&pool->slots[i].load, memory_order_relaxed) != 0) {
            return false;
        }
    }
    return atomic_load(&pool->waiting) == 0 && atomic_load(&pool->tunnels) == 0;
}

/* A thread of ours may be between the two: then it is wrong by one until the next time. */
static void put_right(_Atomic uint32_t *shadow, _Atomic uint32_t *own)
{
    uint32_t shown = atomic_load(shadow), counted = atomic_load(own);
    if (shown != counted && atomic_load(shadow) == shown && atomic_load(own) == counted) {
        atomic_compare_exchange_strong(shadow, &shown, counted);
    }
}

void mj_board_keep_row(mj_board_t *board, unsigned index)
{
    unsigned which;
    if (board->own == NULL) {
        return;
    }
    if (atomic_load(&child_pids(board)[board->own_row]) != board->own_pid) {
        atomic_store(&child_pids(board)[board->own_row], board->own_pid);
    }
    if (is_unused(pool_at(board, index))) { /* what is in rows does no harm */
        return;
    }
    for (which = 0; which < SHADOWS; which++) {
        put_right(shadow_at(board, index, board->own_row, which), &board->own[(size_t)index * SHADOWS + which]);
    }
}

/* --- the supervisor --- */

static uint32_t sum_of_rows(const mj_board_t *board, unsigned index, unsigned which)
{
    uint64_t sum = 0;
    uint32_t row;
    for (row = 0; row < board->max_children; row++) {
        if (atomic_load_explicit(&child_pids(board)[row], memory_order_relaxed) != 0) {
            sum += atomic_load(shadow_at(board, index, row, which));
        }
    }
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

/* @return whether it was too high */
static bool lower_count(const mj_board_t *board, unsigned index, unsigned which, _Atomic uint32_t *count)
{
    uint32_t first = atomic_load(count), sum = 0;
    int looks;
    for (looks = 0; looks < LOOKS; looks++) {
        sum = first > 0 ? sum_of_rows(board, index, which) : 0;
        if (sum >= first || atomic_load(count) != first) {
            return false;
        }
    }
    return atomic_compare_exchange_strong(count, &first, sum);
}

static bool lower_load(const mj_board_t *board, unsigned index, unsigned slot)
{
    _Atomic uint64_t *load = &slot_at(board, index, slot)->load;
    uint64_t first = atomic_load(load);
    uint32_t sum = 0;
    int looks;
    for (looks = 0; looks < LOOKS; looks++) {
        sum = (uint32_t)first > 0 ? sum_of_rows(board, index, slot) : 0;
        if (sum >= (uint32_t)first || atomic_load(load) != first) {
            return false;
        }
    }
    return atomic_compare_exchange_strong(load, &first, (first & ~(uint64_t)UINT32_MAX) | sum);
}

void mj_board_recount(mj_board_t *board, unsigned index)
{
    pool_t *pool = pool_at(board, index);
    uint32_t limit = slots_of(pool), i;
    bool is_lowered = lower_count(board, index, QUEUE_SHADOW, &pool->waiting);

    is_lowered = lower_count(board, index, TUNNEL_SHADOW, &pool->tunnels) || is_lowered;
    for (i = 0; i < limit; i++) {
        is_lowered = lower_load(board, index, i) || is_lowered;
    }
    if (is_lowered) {
        wake(pool, INT32_MAX);
    }
}

/* Those who join are counted here before they are counted in their pool, and those who leave
 * after. */
static void lower_total(const mj_board_t *board, _Atomic uint32_t *total, size_t count_offset, const unsigned *pools,
                        unsigned pool_count)
{
    uint32_t first = atomic_load(total);
    uint64_t sum = 0;
    int looks;
    for (looks = 0; looks < LOOKS; looks++) {
        unsigned i;
        sum = 0;
        for (i = 0; first > 0 && i < pool_count; i++) {
            const unsigned char *pool = (unsigned char *)pool_at(board, pools[i]);
            sum += atomic_load((const _Atomic uint32_t *)(const void *)(pool + count_offset));
        }
        if (sum >= first || atomic_load(total) != first) {
            return;
        }
    }
    atomic_compare_exchange_strong(total, &first, (uint32_t)sum);
}

void mj_board_recount_totals(mj_board_t *board, const unsigned *pools, unsigned count)
{
    lower_total(board, &header_of(board)->waiting, offsetof(pool_t, waiting), pools, count);
    lower_total(board, &header_of(board)->tunnels, offsetof(pool_t, tunnels), pools, count);
}
