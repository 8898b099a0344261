#include "board_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BOARD_MAGIC 0x4d4a4244u /* "MJBD" */
#define BOARD_VERSION 4u
#define MAX_POOLS 65536u
#define MAX_CHILDREN 65536u

static void lay_out(mj_board_t *board, uint32_t max_pools, uint32_t max_children)
{
    board->max_pools = max_pools;
    board->max_children = max_children;
    board->pools_offset = round_up(sizeof(board_header_t) + max_children * sizeof(uint32_t), 4096);
    board->shadow_stride = round_up(SHADOWS * sizeof(uint32_t), 64);
    board->pool_stride = round_up(round_up(sizeof(pool_t), 64) + max_children * board->shadow_stride, 4096);
    board->size = board->pools_offset + max_pools * board->pool_stride;
}

apr_status_t mj_board_create(mj_board_t **out, int *fd, unsigned max_pools, unsigned max_children)
{
    mj_board_t layout = {0};
    board_header_t header = {BOARD_MAGIC, BOARD_VERSION, max_pools, max_children, 0};
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
    mj_board_share(board, UINT32_MAX, UINT32_MAX);
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

/* What was counted and said of the pool that had it before is not of the new one. */
static void take_place(mj_board_t *board, unsigned index, const char *name)
{
    pool_t *pool = pool_at(board, index);
    unsigned i;

    if (strcmp(pool->name, name) != 0) {
        for (i = 0; i < MJ_TALLY_COUNT; i++) {
            atomic_store(&pool->tallies[i], 0);
        }
        mj_board_set_error(board, index, "", 0);
    }
    atomic_store(&pool->call, 0);
    (void)snprintf(pool->name, sizeof(pool->name), "%s", name);
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
    take_place(board, unused, name);
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
                take_off(&header_of(board)->waiting, counted);
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

void mj_board_set_key(mj_board_t *board, unsigned index, unsigned slot, const mj_key_t *key)
{
    uint64_t words[KEY_WORDS];
    size_t i;

    memcpy(words, key->bytes, sizeof(words));
    for (i = 0; i < KEY_WORDS; i++) {
        atomic_store_explicit(&slot_at(board, index, slot)->key[i], words[i], memory_order_relaxed);
    }
}

void mj_board_set_slot(mj_board_t *board, unsigned index, unsigned slot_index, mj_slot_state_t state, uint32_t serial,
                       uint32_t pid, uint32_t threads)
{
    static const mj_key_t none;
    pool_t *pool = pool_at(board, index);
    slot_t *slot = &pool->slots[slot_index];

    if (state == MJ_SLOT_FREE) {
        mj_board_set_key(board, index, slot_index, &none);
    }
    if (state == MJ_SLOT_FREE || state == MJ_SLOT_STARTING) {
        atomic_store(&slot->state, MJ_SLOT_FREE);
        atomic_store(&slot->load, (uint64_t)serial << 32);
        atomic_store(&slot->served, none_served(serial));
    }
    atomic_store(&slot->pid, pid);
    atomic_store(&slot->threads, threads);
    if (state != MJ_SLOT_FREE && atomic_load(&pool->slot_limit) <= slot_index) {
        atomic_store(&pool->slot_limit, slot_index + 1);
    }
    atomic_store(&slot->state, state);
    wake(pool, INT32_MAX);
}

void mj_board_set_error(mj_board_t *board, unsigned index, const char *text, apr_time_t at)
{
    pool_t *pool = pool_at(board, index);
    size_t len = strnlen(text, MJ_POOL_ERROR_SIZE - 1), i;

    for (i = 0; i < len; i++) {
        atomic_store_explicit(&pool->last_error[i], text[i], memory_order_relaxed);
    }
    atomic_store_explicit(&pool->last_error[len], '\0', memory_order_relaxed);
    atomic_store(&pool->last_error_at, at);
}

bool mj_board_take_call(mj_board_t *board, unsigned index)
{
    return atomic_exchange(&pool_at(board, index)->call, 0) != 0;
}

uint64_t mj_board_served(const mj_board_t *board, unsigned index, unsigned slot)
{
    return atomic_load(&slot_at(board, index, slot)->served) & SERVED_MASK;
}

uint32_t mj_board_in_flight(const mj_board_t *board, unsigned index, unsigned slot)
{
    return (uint32_t)atomic_load(&slot_at(board, index, slot)->load);
}

uint32_t mj_board_waiting(const mj_board_t *board, unsigned index)
{
    return atomic_load(&pool_at(board, index)->waiting);
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

void mj_board_tally(mj_board_t *board, unsigned index, mj_tally_t tally)
{
    atomic_fetch_add_explicit(&pool_at(board, index)->tallies[tally], 1, memory_order_relaxed);
}

void mj_board_look(const mj_board_t *board, unsigned index, mj_board_view_t *view)
{
    pool_t *pool = pool_at(board, index);
    unsigned i;

    view->state = mj_board_pool_state(board, index);
    view->waiting = mj_board_waiting(board, index);
    for (i = 0; i < MJ_TALLY_COUNT; i++) {
        view->tallies[i] = atomic_load(&pool->tallies[i]);
    }
    view->last_error_at = atomic_load(&pool->last_error_at);
    for (i = 0; i < MJ_POOL_ERROR_SIZE - 1; i++) {
        view->last_error[i] = atomic_load_explicit(&pool->last_error[i], memory_order_relaxed);
    }
    view->last_error[i] = '\0';
    view->slot_count = slots_of(pool);
    for (i = 0; i < view->slot_count; i++) {
        slot_t *slot = &pool->slots[i];
        view->slots[i].state = (mj_slot_state_t)atomic_load(&slot->state);
        view->slots[i].pid = atomic_load(&slot->pid);
        view->slots[i].in_flight = mj_board_in_flight(board, index, i);
        view->slots[i].threads = atomic_load(&slot->threads);
        view->slots[i].served = mj_board_served(board, index, i);
    }
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
