#include "board_layout.h"
#include "reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/un.h>

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

static bool are_sizes(unsigned max_pools, unsigned max_children)
{
    return max_pools > 0 && max_pools <= MAX_POOLS && max_children > 0 && max_children <= MAX_CHILDREN;
}

apr_status_t mj_board_create(mj_board_t **out, int *fd, unsigned max_pools, unsigned max_children)
{
    mj_board_t layout = {0};
    int memory;
    apr_status_t rv;

    if (!are_sizes(max_pools, max_children)) {
        return APR_EINVAL;
    }
    lay_out(&layout, max_pools, max_children);
    memory = memfd_create("mod_jvm board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0) {
        return errno;
    }
    /* Sealed in size: whoever holds it cannot take memory away from under the supervisor. */
    if (ftruncate(memory, (off_t)layout.size) != 0 ||
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        rv = errno;
        close(memory);
        return rv;
    }
    rv = mj_board_map(out, memory, max_pools, max_children);
    if (rv == APR_SUCCESS && !mj_close_off(&memory)) {
        rv = errno;
        mj_board_unmap(*out);
    }
    if (rv != APR_SUCCESS) {
        close(memory);
        return rv;
    }
    *fd = memory;
    return APR_SUCCESS;
}

/* What httpd's parent forks without a child_init, another module's processes for instance, are to
 * have none of it. */
static apr_status_t map_memory(mj_board_t *board, int fd)
{
    board->base = mmap(NULL, board->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (board->base == MAP_FAILED) {
        return errno;
    }
    if (madvise(board->base, board->size, MADV_DONTFORK) != 0 || madvise(board->base, board->size, MADV_DONTDUMP) != 0) {
        apr_status_t rv = errno;
        munmap(board->base, board->size);
        return rv;
    }
    return APR_SUCCESS;
}

apr_status_t mj_board_map(mj_board_t **out, int fd, unsigned max_pools, unsigned max_children)
{
    struct stat st;
    mj_board_t *board;
    apr_status_t rv;
    int seals = fcntl(fd, F_GET_SEALS);

    if (!are_sizes(max_pools, max_children) || seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(fd, &st) != 0) {
        return APR_EINVAL;
    }
    /* Not from a pool: the handle outlives httpd's configuration, and the supervisor's. */
    board = calloc(1, sizeof(*board));
    if (board == NULL) {
        return APR_ENOMEM;
    }
    lay_out(board, max_pools, max_children);
    mj_board_share(board, UINT32_MAX, UINT32_MAX);
    mj_board_share_tunnels(board, UINT32_MAX, UINT32_MAX);
    rv = (uint64_t)st.st_size == board->size ? map_memory(board, fd) : APR_EINVAL;
    if (rv != APR_SUCCESS) {
        free(board);
        return rv;
    }
    *out = board;
    return APR_SUCCESS;
}

void mj_board_unmap(mj_board_t *board)
{
    munmap(board->base, board->size);
    free(board->places);
    free(board->living);
    free((void *)board->own);
    free(board);
}

const char *mj_pool_state_name(mj_pool_state_t state)
{
    static const char *const names[MJ_POOL_STATE_COUNT] = {"gone", "starting", "ready",    "idle",
                                                           "down", "ending",   "degraded", "queued"};
    return (unsigned)state < MJ_POOL_STATE_COUNT ? names[state] : "unknown";
}

unsigned mj_board_max_pools(const mj_board_t *board)
{
    return board->max_pools;
}

unsigned mj_board_max_children(const mj_board_t *board)
{
    return board->max_children;
}

void mj_board_set_pool(mj_board_t *board, unsigned index, mj_pool_state_t state, apr_time_t retry_at)
{
    pool_t *pool = pool_at(board, index);
    if (atomic_load(&pool->state) == state && atomic_load(&pool->retry_at) == retry_at) {
        return;
    }
    atomic_store(&pool->retry_at, retry_at);
    atomic_store(&pool->state, state);
    wake(pool, INT32_MAX);
}

void mj_board_set_awaited(mj_board_t *board, unsigned index, uint16_t settings)
{
    pool_t *pool = pool_at(board, index);
    if (atomic_load(&pool->awaited) == settings) {
        return;
    }
    atomic_store(&pool->awaited, settings);
    wake(pool, INT32_MAX);
}

void mj_board_set_settings(mj_board_t *board, unsigned index, unsigned slot_index, uint16_t settings)
{
    slot_t *slot = slot_at(board, index, slot_index);
    if (atomic_load(&slot->settings) != settings) {
        atomic_store(&slot->settings, settings);
    }
}

void mj_board_set_key(mj_board_t *board, unsigned index, unsigned slot, const mj_key_t *key)
{
    uint64_t words[KEY_WORDS];
    size_t i;

    memcpy(words, key->bytes, sizeof(words));
    for (i = 0; i < KEY_WORDS; i++) {
        _Atomic uint64_t *word = &slot_at(board, index, slot)->key[i];
        if (atomic_load_explicit(word, memory_order_relaxed) != words[i]) {
            atomic_store_explicit(word, words[i], memory_order_relaxed);
        }
    }
}

/* Whether nobody has requests there: they are not counted, or will not be. */
static bool is_empty(mj_slot_state_t state)
{
    return state == MJ_SLOT_FREE || state == MJ_SLOT_STARTING;
}

static bool is_shown(pool_t *pool, unsigned index, mj_slot_state_t state, uint32_t serial, uint32_t pid, uint32_t threads)
{
    slot_t *slot = &pool->slots[index];
    uint64_t load = atomic_load(&slot->load);
    return atomic_load(&slot->state) == state && atomic_load(&slot->pid) == pid && atomic_load(&slot->threads) == threads &&
           (uint32_t)(load >> 32) == serial && (atomic_load(&slot->served) & ~SERVED_MASK) == none_served(serial) &&
           (!is_empty(state) || (uint32_t)load == 0) && (state == MJ_SLOT_FREE || atomic_load(&pool->slot_limit) > index);
}

void mj_board_set_slot(mj_board_t *board, unsigned index, unsigned slot_index, mj_slot_state_t state, uint32_t serial,
                       uint32_t pid, uint32_t threads)
{
    static const mj_key_t none;
    pool_t *pool = pool_at(board, index);
    slot_t *slot = &pool->slots[slot_index];
    uint64_t load = atomic_load(&slot->load);

    if (state == MJ_SLOT_FREE) {
        mj_board_set_key(board, index, slot_index, &none);
    }
    if (is_shown(pool, slot_index, state, serial, pid, threads)) {
        return;
    }
    if (is_empty(state) || (uint32_t)(load >> 32) != serial) {
        atomic_store(&slot->state, MJ_SLOT_FREE);
        atomic_store(&slot->load, (uint64_t)serial << 32);
    }
    if (is_empty(state) || (atomic_load(&slot->served) & ~SERVED_MASK) != none_served(serial)) {
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

void mj_board_limit_slots(mj_board_t *board, unsigned index, unsigned limit)
{
    pool_t *pool = pool_at(board, index);
    if (atomic_load(&pool->slot_limit) != limit) {
        atomic_store(&pool->slot_limit, limit);
        wake(pool, INT32_MAX);
    }
}

void mj_board_set_error(mj_board_t *board, unsigned index, const char *text, apr_time_t at)
{
    pool_t *pool = pool_at(board, index);
    size_t len = strnlen(text, MJ_POOL_ERROR_SIZE - 1), i;

    for (i = 0; i <= len; i++) {
        char wanted = '\0';
        if (i < len) {
            wanted = text[i];
        }
        if (atomic_load_explicit(&pool->last_error[i], memory_order_relaxed) != wanted) {
            atomic_store_explicit(&pool->last_error[i], wanted, memory_order_relaxed);
        }
    }
    if (atomic_load(&pool->last_error_at) != at) {
        atomic_store(&pool->last_error_at, at);
    }
}

bool mj_board_take_wakeup(mj_board_t *board, unsigned index)
{
    return atomic_exchange(&pool_at(board, index)->wakeup, 0) != 0;
}

bool mj_board_has_children(const mj_board_t *board)
{
    uint32_t i;
    for (i = 0; i < board->max_children; i++) {
        pid_t pid = (pid_t)atomic_load(&child_pids(board)[i]);
        if (pid > 0 && (kill(pid, 0) == 0 || errno == EPERM)) {
            return true;
        }
    }
    return false;
}

uint64_t mj_board_served(const mj_board_t *board, unsigned index, unsigned slot)
{
    return atomic_load(&slot_at(board, index, slot)->served) & SERVED_MASK;
}

uint32_t mj_board_in_flight(const mj_board_t *board, unsigned index, unsigned slot)
{
    return (uint32_t)atomic_load(&slot_at(board, index, slot)->load);
}

uint32_t mj_board_tunnels(const mj_board_t *board, unsigned index)
{
    return atomic_load(&pool_at(board, index)->tunnels);
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
            free((void *)board->own); /* of httpd -X, before it restarted */
            board->own = calloc((size_t)board->max_pools * SHADOWS, sizeof(*board->own));
            board->own_row = i;
            board->own_pid = pid;
            *child = i;
            return APR_SUCCESS;
        }
    }
    *child = UINT32_MAX;
    return APR_ENOSPC;
}

void mj_board_count(mj_board_t *board, unsigned index, mj_counter_t counter)
{
    atomic_fetch_add_explicit(&pool_at(board, index)->counters[counter], 1, memory_order_relaxed);
}

void mj_board_look(const mj_board_t *board, unsigned index, mj_board_view_t *view)
{
    pool_t *pool = pool_at(board, index);
    unsigned i;

    view->state = mj_board_pool_state(board, index);
    view->waiting = mj_board_waiting(board, index);
    for (i = 0; i < MJ_COUNTER_COUNT; i++) {
        view->counters[i] = atomic_load(&pool->counters[i]);
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

mj_prospect_t mj_board_prospect(const mj_board_t *board, unsigned index, uint16_t settings)
{
    pool_t *pool = pool_at(board, index);
    uint32_t i, awaited = atomic_load(&pool->awaited), count = slots_of(pool);

    if (awaited == settings) {
        return MJ_SETTINGS_EXPECTED;
    }
    for (i = 0; i < count; i++) {
        slot_t *slot = &pool->slots[i];
        if (atomic_load(&slot->state) == MJ_SLOT_READY && atomic_load(&slot->settings) == settings) {
            return MJ_SETTINGS_EXPECTED;
        }
    }
    return awaited == 0 ? MJ_SETTINGS_FAIL : MJ_SETTINGS_UNKNOWN;
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
