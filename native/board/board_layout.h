/* The board's memory, and what its files do with it. For the board's own files alone. */
#ifndef MJ_BOARD_LAYOUT_H
#define MJ_BOARD_LAYOUT_H

#include "board.h"

#include <linux/futex.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#define QUEUE_SHADOW MJ_BOARD_SLOTS /* a child's shadow counts: one a slot, then the queue and the tunnels */
#define TUNNEL_SHADOW (MJ_BOARD_SLOTS + 1)
#define SHADOWS (MJ_BOARD_SLOTS + 2)
#define KEY_WORDS (MJ_KEY_SIZE / sizeof(uint64_t))

/* In shared memory. What lies there may have been written by a hostile httpd child, so sizes, names
 * and limits are in the handle. */
typedef struct board_header_t {
    _Atomic uint32_t waiting; /* in the queues of all pools */
    _Atomic uint32_t tunnels; /* of all pools */
} board_header_t;

/* Whole in one cache line. */
typedef struct slot_t {
    alignas(64) _Atomic uint32_t state;
    _Atomic uint32_t pid;
    _Atomic uint32_t threads;
    _Atomic uint32_t settings; /* their fingerprint */
    /* serial in the upper half, requests in flight in the lower: one word, so that they never
     * disagree */
    _Atomic uint64_t load;
    _Atomic uint64_t served; /* the end of the serial in the upper 24 bits, requests finished in the lower 40 */
    _Atomic uint64_t key[KEY_WORDS];
} slot_t;

typedef struct pool_t {
    _Atomic uint32_t state;
    _Atomic uint32_t slot_limit; /* one more than the highest slot ever used */
    _Atomic uint32_t change;     /* futex: differs after anything happened that a waiting request wants to know */
    _Atomic uint32_t waiting;
    _Atomic uint32_t tunnels;
    _Atomic uint32_t wakeup;  /* 1: a request wants a daemon, and the supervisor has not looked yet */
    _Atomic uint32_t awaited; /* fingerprint of the settings of which daemons may yet come, or 0 */
    _Atomic int64_t retry_at;
    _Atomic uint64_t counters[MJ_COUNTER_COUNT];
    _Atomic int64_t last_error_at;
    _Atomic char last_error[MJ_POOL_ERROR_SIZE];
    slot_t slots[MJ_BOARD_SLOTS];
} pool_t;

/* The parent's own, beside the board. */
typedef struct place_t {
    char name[MJ_POOL_NAME_MAX + 1]; /* of the pool that has it, or had it last */
    bool is_claimed;
} place_t;

struct mj_board_t {
    unsigned char *base;
    size_t size;
    size_t pools_offset;
    size_t pool_stride;
    size_t shadow_stride;
    uint32_t max_pools;
    uint32_t max_children;
    uint32_t share_of_pool; /* this process's own, as mj_board_share has it */
    uint32_t share_of_queues;
    uint32_t tunnels_of_pool; /* the same, as mj_board_share_tunnels has it */
    uint32_t tunnels_of_all;
    place_t *places; /* NULL but in the handle that made the board */
    unsigned place_count;
    unsigned place_room;
    uint32_t *living; /* pids of httpd's children, in the parent's handle */
    unsigned living_count;
    unsigned living_room;
    uint32_t own_row; /* a child's; as mj_board_child_init has it */
    uint32_t own_pid;
    _Atomic uint32_t *own; /* what its row should be: SHADOWS of each pool. NULL: it has no row, or no memory for this */
};

static inline size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static inline board_header_t *header_of(const mj_board_t *board)
{
    return (board_header_t *)(void *)board->base;
}

static inline pool_t *pool_at(const mj_board_t *board, unsigned pool)
{
    return (pool_t *)(void *)(board->base + board->pools_offset + pool * board->pool_stride);
}

static inline slot_t *slot_at(const mj_board_t *board, unsigned pool, unsigned slot)
{
    return &pool_at(board, pool)->slots[slot];
}

static inline _Atomic uint32_t *child_pids(const mj_board_t *board)
{
    return (_Atomic uint32_t *)(void *)(board->base + sizeof(board_header_t));
}

/* Slots that may ever have been used. */
static inline uint32_t slots_of(const pool_t *pool)
{
    uint32_t limit = atomic_load_explicit(&pool->slot_limit, memory_order_relaxed);
    return limit < MJ_BOARD_SLOTS ? limit : MJ_BOARD_SLOTS;
}

/* NULL for a child without a row. */
static inline _Atomic uint32_t *shadow_at(const mj_board_t *board, unsigned pool, uint32_t child, unsigned which)
{
    unsigned char *row;
    if (child >= board->max_children) {
        return NULL;
    }
    row = (unsigned char *)pool_at(board, pool) + round_up(sizeof(pool_t), 64) + child * board->shadow_stride;
    return (_Atomic uint32_t *)(void *)row + which;
}

static inline void shadow_add(const mj_board_t *board, unsigned pool, uint32_t child, unsigned which, int delta)
{
    _Atomic uint32_t *shadow = shadow_at(board, pool, child, which);
    if (shadow != NULL) {
        atomic_fetch_add(shadow, (uint32_t)delta);
    }
    if (shadow != NULL && board->own != NULL && child == board->own_row) {
        atomic_fetch_add(&board->own[(size_t)pool * SHADOWS + which], (uint32_t)delta);
    }
}

static inline void wake(pool_t *pool, int how_many)
{
    atomic_fetch_add(&pool->change, 1);
    syscall(SYS_futex, &pool->change, FUTEX_WAKE, how_many, NULL, NULL, 0);
}

/* Of those that wait for one slot alone. Two slots may share a bit: who is woken in vain looks
 * again soon. */
static inline uint32_t wake_bit(unsigned slot)
{
    return UINT32_C(1) << (slot % 32);
}

/* Wakes one request that a place in that slot is of use to. */
static inline void wake_for(pool_t *pool, unsigned slot)
{
    atomic_fetch_add(&pool->change, 1);
    syscall(SYS_futex, &pool->change, FUTEX_WAKE_BITSET, 1, NULL, NULL, wake_bit(slot));
}

/* Takes n off a count without ever going below zero. */
static inline void take_off(_Atomic uint32_t *count, uint32_t n)
{
    uint32_t old = atomic_load(count);
    while (!atomic_compare_exchange_weak(count, &old, old > n ? old - n : 0)) {
    }
}

/* The same for the lower half of a slot's load, if the slot still is the daemon with that
 * serial. */
static inline void take_off_load(slot_t *slot, uint32_t serial, uint32_t n)
{
    uint64_t old = atomic_load(&slot->load);
    uint32_t count;
    do {
        if ((uint32_t)(old >> 32) != serial) {
            return;
        }
        count = (uint32_t)old;
        count = count > n ? count - n : 0;
    } while (!atomic_compare_exchange_weak(&slot->load, &old, ((uint64_t)serial << 32) | count));
}

#define SERVED_BITS 40
#define SERVED_MASK ((UINT64_C(1) << SERVED_BITS) - 1)

/* What `served` is for a daemon that has served nothing. */
static inline uint64_t none_served(uint32_t serial)
{
    return (uint64_t)serial << SERVED_BITS;
}

#endif
