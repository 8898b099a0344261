#include "board.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BOARD_MAGIC 0x4d4a4244u /* "MJBD" */
#define BOARD_VERSION 2u
#define MAX_POOLS 65536u
#define MAX_CHILDREN 65536u
#define QUEUE_SHADOW MJ_BOARD_SLOTS /* a child's shadow counts: one a slot, then the queue */
#define SHADOWS (MJ_BOARD_SLOTS + 1)
/* A waiter looks again after this long, whatever it was told: a wake-up may have gone to a thread that died. */
#define WAIT_SLICE apr_time_from_msec(250)

/* In shared memory. What lies there may have been written by a hostile httpd child, so sizes and limits are taken from the handle. */
typedef struct board_header_t {
    uint32_t magic;
    uint32_t version;
    uint32_t max_pools;
    uint32_t max_children;
} board_header_t;

typedef struct slot_t {
    _Atomic uint32_t state;
    _Atomic uint32_t pid;
    _Atomic uint32_t threads;
    uint32_t unused;
    _Atomic uint64_t load; /* serial in the upper half, requests in flight in the lower: one word, so that they never disagree */
} slot_t;

typedef struct pool_t {
    char name[MJ_POOL_NAME_MAX + 1];
    _Atomic uint32_t state;
    _Atomic uint32_t slot_limit; /* one more than the highest slot ever used */
    _Atomic uint32_t change;     /* futex: differs after anything happened that a waiting request wants to know */
    _Atomic uint32_t waiting;
    _Atomic int64_t retry_at;
    _Atomic uint64_t tallies[MJ_TALLY_COUNT];
    slot_t slots[MJ_BOARD_SLOTS];
} pool_t;

struct mj_board_t {
    unsigned char *base;
    size_t size;
    size_t pools_offset;
    size_t pool_stride;
    size_t shadow_stride;
    uint32_t max_pools;
    uint32_t max_children;
};

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static void lay_out(mj_board_t *board, uint32_t max_pools, uint32_t max_children)
{
    board->max_pools = max_pools;
    board->max_children = max_children;
    board->pools_offset = round_up(sizeof(board_header_t) + max_children * sizeof(uint32_t), 4096);
    board->shadow_stride = round_up(SHADOWS * sizeof(uint32_t), 64);
    board->pool_stride = round_up(round_up(sizeof(pool_t), 64) + max_children * board->shadow_stride, 4096);
    board->size = board->pools_offset + max_pools * board->pool_stride;
}

static pool_t *pool_at(const mj_board_t *board, unsigned pool)
{
    return (pool_t *)(void *)(board->base + board->pools_offset + pool * board->pool_stride);
}

static slot_t *slot_at(const mj_board_t *board, unsigned pool, unsigned slot)
{
    return &pool_at(board, pool)->slots[slot];
}

static _Atomic uint32_t *child_pids(const mj_board_t *board)
{
    return (_Atomic uint32_t *)(void *)(board->base + sizeof(board_header_t));
}

/* NULL for a child without a row. */
static _Atomic uint32_t *shadow_at(const mj_board_t *board, unsigned pool, uint32_t child, unsigned which)
{
    unsigned char *row;
    if (child >= board->max_children) {
        return NULL;
    }
    row = (unsigned char *)pool_at(board, pool) + round_up(sizeof(pool_t), 64) + child * board->shadow_stride;
    return (_Atomic uint32_t *)(void *)row + which;
}

static void shadow_add(const mj_board_t *board, unsigned pool, uint32_t child, unsigned which, int delta)
{
    _Atomic uint32_t *shadow = shadow_at(board, pool, child, which);
    if (shadow != NULL) {
        atomic_fetch_add(shadow, (uint32_t)delta);
    }
}

static void wake(pool_t *pool, int how_many)
{
    atomic_fetch_add(&pool->change, 1);
    syscall(SYS_futex, &pool->change, FUTEX_WAKE, how_many, NULL, NULL, 0);
}

/* Takes n off a count without ever going below zero. */
static void take_off(_Atomic uint32_t *count, uint32_t n)
{
    uint32_t old = atomic_load(count);
    while (!atomic_compare_exchange_weak(count, &old, old > n ? old - n : 0)) {
    }
}

/* The same for the lower half of a slot's load, if the slot still is the daemon with that serial. */
static void take_off_load(slot_t *slot, uint32_t serial, uint32_t n)
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

apr_status_t mj_board_create(mj_board_t **out, int *fd, unsigned max_pools, unsigned max_children)
{
    mj_board_t layout = {0};
    board_header_t header = {BOARD_MAGIC, BOARD_VERSION, max_pools, max_children};
    int memory;
    apr_status_t rv;

    if (max_pools == 0 || max_pools > MAX_POOLS || max_children == 0 || max_children > MAX_CHILDREN) {
        return APR_EINVAL;
    }
    lay_out(&layout, max_pools, max_children);
    memory = memfd_create("mod_jvm board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0) {
        return errno;
    }
    /* Sealed in size: whoever holds it cannot take memory away from under the supervisor. */
    if (ftruncate(memory, (off_t)layout.size) != 0 ||
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0 ||
        pwrite(memory, &header, sizeof(header), 0) != (ssize_t)sizeof(header)) {
        rv = errno;
        close(memory);
        return rv;
    }
    rv = mj_board_map(out, memory);
    if (rv != APR_SUCCESS) {
        close(memory);
        return rv;
    }
    *fd = memory;
    return APR_SUCCESS;
}

apr_status_t mj_board_map(mj_board_t **out, int fd)
{
    board_header_t header;
    struct stat st;
    mj_board_t *board;
    int seals;

    if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) || fstat(fd, &st) != 0) {
        return APR_EINVAL;
    }
    seals = fcntl(fd, F_GET_SEALS);
    if (header.magic != BOARD_MAGIC || header.version != BOARD_VERSION || header.max_pools == 0 || header.max_pools > MAX_POOLS ||
        header.max_children == 0 || header.max_children > MAX_CHILDREN || seals < 0 || !(seals & F_SEAL_SHRINK)) {
        return APR_EINVAL;
    }
    /* Not from a pool: the handle outlives httpd's configuration, and the supervisor's. */
    board = calloc(1, sizeof(*board));
    if (board == NULL) {
        return APR_ENOMEM;
    }
    lay_out(board, header.max_pools, header.max_children);
    if ((uint64_t)st.st_size != board->size) {
        free(board);
        return APR_EINVAL;
    }
    board->base = mmap(NULL, board->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (board->base == MAP_FAILED) {
        apr_status_t rv = errno;
        free(board);
        return rv;
    }
    *out = board;
    return APR_SUCCESS;
}

void mj_board_unmap(mj_board_t *board)
{
    munmap(board->base, board->size);
    free(board);
}

unsigned mj_board_max_pools(const mj_board_t *board)
{
    return board->max_pools;
}

apr_status_t mj_board_claim(mj_board_t *board, const char *name, unsigned *out)
{
    unsigned i, unused = board->max_pools;

    if (strlen(name) > MJ_POOL_NAME_MAX) {
        return APR_EINVAL;
    }
    for (i = 0; i < board->max_pools; i++) {
        pool_t *pool = pool_at(board, i);
        if (atomic_load(&pool->state) == MJ_POOL_FREE) {
            if (unused == board->max_pools) {
                unused = i;
            }
            if (pool->name[0] == '\0') {
                break; /* entries are taken from the front: none behind was ever used */
            }
        } else if (strcmp(pool->name, name) == 0) {
            *out = i;
            return APR_SUCCESS;
        }
    }
    if (unused == board->max_pools) {
        return APR_ENOSPC;
    }
    (void)snprintf(pool_at(board, unused)->name, MJ_POOL_NAME_MAX + 1, "%s", name);
    mj_board_set_pool(board, unused, MJ_POOL_STARTING, 0);
    *out = unused;
    return APR_SUCCESS;
}

void mj_board_child_died(mj_board_t *board, uint32_t pid)
{
    uint32_t child;
    unsigned i, which;

    for (child = 0; child < board->max_children; child++) {
        if (atomic_load(&child_pids(board)[child]) == pid) {
            break;
        }
    }
    if (child == board->max_children) {
        return;
    }
    for (i = 0; i < board->max_pools && pool_at(board, i)->name[0] != '\0'; i++) {
        pool_t *pool = pool_at(board, i);
        for (which = 0; which < SHADOWS; which++) {
            uint32_t counted = atomic_exchange(shadow_at(board, i, child, which), 0);
            if (counted != 0 && which == QUEUE_SHADOW) {
                take_off(&pool->waiting, counted);
            } else if (counted != 0) {
                slot_t *slot = slot_at(board, i, which);
                take_off_load(slot, (uint32_t)(atomic_load(&slot->load) >> 32), counted);
            }
        }
        wake(pool, INT32_MAX);
    }
    atomic_store(&child_pids(board)[child], 0);
}

void mj_board_set_pool(mj_board_t *board, unsigned index, mj_pool_state_t state, apr_time_t retry_at)
{
    pool_t *pool = pool_at(board, index);
    atomic_store(&pool->retry_at, retry_at);
    atomic_store(&pool->state, state);
    wake(pool, INT32_MAX);
}

void mj_board_set_slot(mj_board_t *board, unsigned index, unsigned slot_index, mj_slot_state_t state, uint32_t serial,
                       uint32_t pid, uint32_t threads)
{
    pool_t *pool = pool_at(board, index);
    slot_t *slot = &pool->slots[slot_index];

    if (state == MJ_SLOT_FREE || state == MJ_SLOT_STARTING) {
        atomic_store(&slot->state, MJ_SLOT_FREE);
        atomic_store(&slot->load, (uint64_t)serial << 32);
    }
    atomic_store(&slot->pid, pid);
    atomic_store(&slot->threads, threads);
    if (atomic_load(&pool->slot_limit) <= slot_index) {
        atomic_store(&pool->slot_limit, slot_index + 1);
    }
    atomic_store(&slot->state, state);
    wake(pool, INT32_MAX);
}

apr_status_t mj_board_child_init(mj_board_t *board, uint32_t pid, uint32_t *child)
{
    uint32_t i;
    for (i = 0; i < board->max_children; i++) {
        uint32_t nobody = 0;
        if (atomic_compare_exchange_strong(&child_pids(board)[i], &nobody, pid)) {
            *child = i;
            return APR_SUCCESS;
        }
    }
    *child = UINT32_MAX;
    return APR_ENOSPC;
}

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

/* The ready slot with room and the fewest requests in flight; -1 if there is none. *load is what its word was. */
static int find_slot(pool_t *pool, const mj_slots_t *avoid, uint64_t *load)
{
    uint32_t limit = atomic_load_explicit(&pool->slot_limit, memory_order_relaxed);
    uint32_t i;
    int best = -1;

    if (limit > MJ_BOARD_SLOTS) {
        limit = MJ_BOARD_SLOTS;
    }
    for (i = 0; i < limit; i++) {
        slot_t *slot = &pool->slots[i];
        /* Before the state: a daemon that takes over the slot changes the load first, so a state that is then read as ready is not of
         * another daemon than the load, or the exchange of the load fails. */
        uint64_t now = atomic_load(&slot->load);
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

mj_admission_t mj_board_admit(mj_board_t *board, unsigned index, uint32_t child, const mj_slots_t *avoid, mj_ticket_t *ticket)
{
    pool_t *pool = pool_at(board, index);
    uint64_t load = 0;
    int found;

    while ((found = find_slot(pool, avoid, &load)) >= 0) {
        slot_t *slot = &pool->slots[found];
        /* The shadow first: a child that dies between the two leaves a count too low, which the daemon's own limit mends,
         * rather than one too high, which nothing would. */
        shadow_add(board, index, child, (unsigned)found, 1);
        if (atomic_compare_exchange_strong(&slot->load, &load, load + 1)) {
            ticket->pool = index;
            ticket->slot = (unsigned)found;
            ticket->serial = (uint32_t)(load >> 32);
            ticket->pid = atomic_load_explicit(&slot->pid, memory_order_relaxed);
            ticket->child = child;
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

void mj_board_release(mj_board_t *board, const mj_ticket_t *ticket)
{
    pool_t *pool = pool_at(board, ticket->pool);
    take_off_load(&pool->slots[ticket->slot], ticket->serial, 1);
    shadow_add(board, ticket->pool, ticket->child, ticket->slot, -1);
    /* Whoever waits has entered the queue before it looked for room, so either it saw this room or is seen here. */
    if (atomic_load(&pool->waiting) > 0) {
        wake(pool, 1);
    }
}

void mj_board_tally(mj_board_t *board, unsigned index, mj_tally_t tally)
{
    atomic_fetch_add_explicit(&pool_at(board, index)->tallies[tally], 1, memory_order_relaxed);
}

void mj_board_look(const mj_board_t *board, unsigned index, mj_board_view_t *view)
{
    pool_t *pool = pool_at(board, index);
    uint32_t count = atomic_load(&pool->slot_limit);
    unsigned i;

    view->state = (mj_pool_state_t)atomic_load(&pool->state);
    view->waiting = atomic_load(&pool->waiting);
    for (i = 0; i < MJ_TALLY_COUNT; i++) {
        view->tallies[i] = atomic_load(&pool->tallies[i]);
    }
    view->slot_count = count < MJ_BOARD_SLOTS ? count : MJ_BOARD_SLOTS;
    for (i = 0; i < view->slot_count; i++) {
        slot_t *slot = &pool->slots[i];
        view->slots[i].state = (mj_slot_state_t)atomic_load(&slot->state);
        view->slots[i].pid = atomic_load(&slot->pid);
        view->slots[i].in_flight = (uint32_t)atomic_load(&slot->load);
        view->slots[i].threads = atomic_load(&slot->threads);
    }
}

bool mj_board_queue_enter(mj_board_t *board, unsigned index, uint32_t child, uint32_t queue_size)
{
    pool_t *pool = pool_at(board, index);
    uint32_t waiting = atomic_load(&pool->waiting);
    shadow_add(board, index, child, QUEUE_SHADOW, 1);
    do {
        if (waiting >= queue_size) {
            shadow_add(board, index, child, QUEUE_SHADOW, -1);
            return false;
        }
    } while (!atomic_compare_exchange_weak(&pool->waiting, &waiting, waiting + 1));
    return true;
}

void mj_board_queue_leave(mj_board_t *board, unsigned index, uint32_t child)
{
    take_off(&pool_at(board, index)->waiting, 1);
    shadow_add(board, index, child, QUEUE_SHADOW, -1);
}

bool mj_board_has_queue(const mj_board_t *board, unsigned index)
{
    return atomic_load(&pool_at(board, index)->waiting) > 0;
}

uint32_t mj_board_change(const mj_board_t *board, unsigned index)
{
    return atomic_load(&pool_at(board, index)->change);
}

void mj_board_wait(mj_board_t *board, unsigned index, uint32_t seen, apr_interval_time_t timeout)
{
    struct timespec limit;
    if (timeout > WAIT_SLICE) {
        timeout = WAIT_SLICE;
    }
    if (timeout <= 0) {
        return;
    }
    limit.tv_sec = (time_t)apr_time_sec(timeout);
    limit.tv_nsec = (long)apr_time_usec(timeout) * 1000;
    syscall(SYS_futex, &pool_at(board, index)->change, FUTEX_WAIT, seen, &limit, NULL, 0);
}

apr_time_t mj_board_retry_at(const mj_board_t *board, unsigned index)
{
    return atomic_load(&pool_at(board, index)->retry_at);
}

mj_pool_state_t mj_board_pool_state(const mj_board_t *board, unsigned index)
{
    return (mj_pool_state_t)atomic_load(&pool_at(board, index)->state);
}

bool mj_board_socket_path(char *out, size_t size, const char *runtime_dir, const char *pool_name, unsigned slot, uint32_t serial)
{
    int n = snprintf(out, size, "%s/%s.%u.%u.sock", runtime_dir, pool_name, slot, serial);
    return n > 0 && (size_t)n < size && (size_t)n < sizeof(((struct sockaddr_un *)0)->sun_path);
}
