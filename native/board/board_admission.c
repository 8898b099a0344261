#include "board_layout.h"
#include "bounded_count.h"

#include <string.h>
#include <time.h>

/* A waiter looks again after this long, whatever it was told: a wake-up may have gone to a thread
 * that died. */
#define WAIT_SLICE apr_time_from_msec(250)

void mj_slots_add(mj_slots_t *slots, unsigned slot)
{
    slots->bits[slot / 64] |= UINT64_C(1) << (slot % 64);
}

bool mj_slots_has(const mj_slots_t *slots, unsigned slot)
{
    return (slots->bits[slot / 64] >> (slot % 64) & 1) != 0;
}

bool mj_slots_is_empty(const mj_slots_t *slots)
{
    size_t i;
    for (i = 0; i < sizeof(slots->bits) / sizeof(slots->bits[0]); i++) {
        if (slots->bits[i] != 0) {
            return false;
        }
    }
    return true;
}

mj_slots_t mj_slots_other_than(unsigned slot)
{
    mj_slots_t slots;
    memset(&slots, 0xff, sizeof(slots));
    slots.bits[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    return slots;
}

void mj_board_share(mj_board_t *board, uint32_t of_pool, uint32_t of_queues)
{
    board->share_of_pool = of_pool;
    board->share_of_queues = of_queues;
}

void mj_board_share_tunnels(mj_board_t *board, uint32_t of_pool, uint32_t of_all)
{
    board->tunnels_of_pool = of_pool;
    board->tunnels_of_all = of_all;
}

/* The ready slot with room and the fewest requests in flight; -1 if there is none. *load is what
 * its word was; *in_flight is of all slots. */
static int find_slot(pool_t *pool, const mj_slots_t *avoid, uint64_t *load, uint32_t *in_flight)
{
    uint32_t limit = slots_of(pool);
    uint32_t i;
    int best = -1;

    *in_flight = 0;
    for (i = 0; i < limit; i++) {
        slot_t *slot = &pool->slots[i];
        /* Before the state: a daemon that takes over the slot changes the load first, so a state
         * that is then read as ready is not of another daemon than the load, or the exchange of the
         * load fails. */
        uint64_t now = atomic_load(&slot->load);
        *in_flight += (uint32_t)now;
        if ((avoid != NULL && mj_slots_has(avoid, i)) || atomic_load(&slot->state) != MJ_SLOT_READY) {
            continue;
        }
        if ((uint32_t)now < atomic_load(&slot->threads) && (best < 0 || (uint32_t)now < (uint32_t)*load)) {
            best = (int)i;
            *load = now;
        }
    }
    return best;
}

/* Should another daemon have taken over the slot meanwhile, the key is of no use: nobody listens at
 * the former one's path any more. */
static mj_key_t key_of(slot_t *slot)
{
    uint64_t words[KEY_WORDS];
    mj_key_t key;
    size_t i;

    for (i = 0; i < KEY_WORDS; i++) {
        words[i] = atomic_load_explicit(&slot->key[i], memory_order_relaxed);
    }
    memcpy(key.bytes, words, sizeof(words));
    return key;
}

mj_admission_t mj_board_admit(mj_board_t *board, unsigned index, uint32_t child, const mj_slots_t *avoid, mj_ticket_t *ticket)
{
    pool_t *pool = pool_at(board, index);
    uint64_t load = 0;
    uint32_t in_flight;
    int found;

    while ((found = find_slot(pool, avoid, &load, &in_flight)) >= 0) {
        slot_t *slot = &pool->slots[found];
        if (in_flight >= board->share_of_pool) {
            return MJ_SHARE_IS_TAKEN;
        }
        /* The shadow first: a child that dies between the two leaves a count too low, which the
         * daemon's own limit mends, rather than one too high, which nothing would. */
        shadow_add(board, index, child, (unsigned)found, 1);
        if (atomic_compare_exchange_strong(&slot->load, &load, load + 1)) {
            ticket->pool = index;
            ticket->slot = (unsigned)found;
            ticket->serial = (uint32_t)(load >> 32);
            ticket->pid = atomic_load_explicit(&slot->pid, memory_order_relaxed);
            ticket->child = child;
            ticket->key = key_of(slot);
            return MJ_ADMITTED;
        }
        shadow_add(board, index, child, (unsigned)found, -1);
    }
    switch (atomic_load(&pool->state)) {
    case MJ_POOL_DOWN:
        return MJ_POOL_IS_DOWN;
    case MJ_POOL_FREE:
        return MJ_POOL_IS_GONE;
    default:
        return MJ_FULL;
    }
}

/* The serial is part of the word, so that a request that ends late never counts for the next
 * daemon. */
static void count_served(slot_t *slot, uint32_t serial)
{
    uint64_t old = atomic_load_explicit(&slot->served, memory_order_relaxed);
    while ((old & ~SERVED_MASK) == none_served(serial) &&
           !atomic_compare_exchange_weak_explicit(&slot->served, &old, old + 1, memory_order_relaxed, memory_order_relaxed)) {
    }
}

void mj_board_release(mj_board_t *board, const mj_ticket_t *ticket)
{
    /* first: whoever sees none in flight sees all that were */
    count_served(slot_at(board, ticket->pool, ticket->slot), ticket->serial);
    mj_board_cancel(board, ticket);
}

void mj_board_cancel(mj_board_t *board, const mj_ticket_t *ticket)
{
    pool_t *pool = pool_at(board, ticket->pool);
    take_off_load(&pool->slots[ticket->slot], ticket->serial, 1);
    shadow_add(board, ticket->pool, ticket->child, ticket->slot, -1);
    /* Whoever waits has entered the queue before it looked for room, so either it saw this room or
     * is seen here. */
    if (atomic_load(&pool->waiting) > 0) {
        wake_for(pool, ticket->slot);
    }
}

/* How many may wait where so many of the pool's share are in flight. */
static uint32_t room_in_share(const mj_board_t *board, pool_t *pool)
{
    uint32_t limit = slots_of(pool), in_flight = 0, i;
    if (board->share_of_pool == UINT32_MAX) {
        return UINT32_MAX;
    }
    for (i = 0; i < limit; i++) {
        in_flight += (uint32_t)atomic_load(&pool->slots[i].load);
    }
    return in_flight < board->share_of_pool ? board->share_of_pool - in_flight : 0;
}

mj_queueing_t mj_board_queue_enter(mj_board_t *board, unsigned index, uint32_t child, uint32_t queue_size)
{
    pool_t *pool = pool_at(board, index);
    uint32_t room = room_in_share(board, pool);
    uint32_t limit = queue_size < room ? queue_size : room;
    mj_queueing_t refusal = queue_size <= room ? MJ_QUEUE_IS_FULL : MJ_QUEUE_IS_OVER_SHARE;

    if (atomic_load(&pool->waiting) >= limit) {
        return refusal;
    }
    /* The shadow first, as in mj_board_admit. The pool's own count last: whoever finds others
     * waiting does not look for a place. */
    shadow_add(board, index, child, QUEUE_SHADOW, 1);
    if (!mj_add_below(&header_of(board)->waiting, board->share_of_queues)) {
        refusal = MJ_QUEUES_ARE_FULL;
    } else if (mj_add_below(&pool->waiting, limit)) {
        return MJ_QUEUED;
    } else {
        take_off(&header_of(board)->waiting, 1);
    }
    shadow_add(board, index, child, QUEUE_SHADOW, -1);
    return refusal;
}

void mj_board_queue_leave(mj_board_t *board, unsigned index, uint32_t child)
{
    take_off(&pool_at(board, index)->waiting, 1);
    take_off(&header_of(board)->waiting, 1);
    shadow_add(board, index, child, QUEUE_SHADOW, -1);
}

mj_tunneling_t mj_board_tunnel_enter(mj_board_t *board, unsigned index, uint32_t child)
{
    pool_t *pool = pool_at(board, index);
    mj_tunneling_t refusal = MJ_TUNNELS_OVER_SHARE;

    shadow_add(board, index, child, TUNNEL_SHADOW, 1); /* first, as in mj_board_admit */
    if (!mj_add_below(&header_of(board)->tunnels, board->tunnels_of_all)) {
        refusal = MJ_TUNNELS_ARE_FULL;
    } else if (mj_add_below(&pool->tunnels, board->tunnels_of_pool)) {
        return MJ_TUNNELED;
    } else {
        take_off(&header_of(board)->tunnels, 1);
    }
    shadow_add(board, index, child, TUNNEL_SHADOW, -1);
    return refusal;
}

void mj_board_tunnel_leave(mj_board_t *board, unsigned index, uint32_t child)
{
    take_off(&pool_at(board, index)->tunnels, 1);
    take_off(&header_of(board)->tunnels, 1);
    shadow_add(board, index, child, TUNNEL_SHADOW, -1);
}

bool mj_board_pause(mj_board_t *board, const mj_ticket_t *ticket)
{
    if (mj_board_tunnel_enter(board, ticket->pool, ticket->child) != MJ_TUNNELED) {
        return false;
    }
    mj_board_cancel(board, ticket);
    return true;
}

void mj_board_resume(mj_board_t *board, const mj_ticket_t *ticket)
{
    slot_t *slot = slot_at(board, ticket->pool, ticket->slot);
    uint64_t load = atomic_load(&slot->load);

    shadow_add(board, ticket->pool, ticket->child, ticket->slot, 1); /* first, as in mj_board_admit */
    while ((uint32_t)(load >> 32) == ticket->serial && !atomic_compare_exchange_weak(&slot->load, &load, load + 1)) {
    }
    mj_board_tunnel_leave(board, ticket->pool, ticket->child);
}

bool mj_board_has_queue(const mj_board_t *board, unsigned index)
{
    return atomic_load(&pool_at(board, index)->waiting) > 0;
}

uint32_t mj_board_change(const mj_board_t *board, unsigned index)
{
    return atomic_load(&pool_at(board, index)->change);
}

static void wait_for(mj_board_t *board, unsigned index, uint32_t bits, uint32_t seen, apr_interval_time_t timeout)
{
    struct timespec until; /* FUTEX_WAIT_BITSET takes a time, not a duration */
    if (timeout > WAIT_SLICE) {
        timeout = WAIT_SLICE;
    }
    if (timeout <= 0) {
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)apr_time_sec(timeout);
    until.tv_nsec += (long)apr_time_usec(timeout) * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    syscall(SYS_futex, &pool_at(board, index)->change, FUTEX_WAIT_BITSET, seen, &until, NULL, bits);
}

void mj_board_wait(mj_board_t *board, unsigned index, uint32_t seen, apr_interval_time_t timeout)
{
    wait_for(board, index, FUTEX_BITSET_MATCH_ANY, seen, timeout);
}

void mj_board_wait_for(mj_board_t *board, unsigned index, unsigned slot, uint32_t seen, apr_interval_time_t timeout)
{
    wait_for(board, index, wake_bit(slot), seen, timeout);
}

unsigned mj_board_count_ready(const mj_board_t *board, unsigned index)
{
    pool_t *pool = pool_at(board, index);
    uint32_t limit = slots_of(pool), i;
    unsigned count = 0;
    for (i = 0; i < limit; i++) {
        count += atomic_load(&pool->slots[i].state) == MJ_SLOT_READY ? 1 : 0;
    }
    return count;
}

bool mj_board_find_ready(const mj_board_t *board, unsigned index, uint32_t serial, unsigned *slot)
{
    pool_t *pool = pool_at(board, index);
    uint32_t limit = slots_of(pool), i;
    for (i = 0; i < limit; i++) {
        /* Before the state, as in find_slot. */
        if ((uint32_t)(atomic_load(&pool->slots[i].load) >> 32) == serial &&
            atomic_load(&pool->slots[i].state) == MJ_SLOT_READY) {
            *slot = i;
            return true;
        }
    }
    return false;
}

bool mj_board_request_wakeup(mj_board_t *board, unsigned index)
{
    _Atomic uint32_t *word = &pool_at(board, index)->wakeup;
    return atomic_load(word) == 0 && atomic_exchange(word, 1) == 0;
}

unsigned mj_board_daemons(const mj_board_t *board, unsigned index)
{
    pool_t *pool = pool_at(board, index);
    uint32_t limit = slots_of(pool), i;
    unsigned count = 0;
    for (i = 0; i < limit; i++) {
        uint32_t state = atomic_load(&pool->slots[i].state);
        count += state == MJ_SLOT_STARTING || state == MJ_SLOT_READY ? 1 : 0;
    }
    return count;
}
