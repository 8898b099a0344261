#include "load_source.h"

static uint32_t waiting_on_board(const mj_pool_t *pool)
{
    return mj_board_waiting(pool->context->board, pool->index);
}

static uint32_t in_flight_on_board(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    return mj_board_in_flight(pool->context->board, pool->index, daemon->slot);
}

static uint64_t served_on_board(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    return mj_board_served(pool->context->board, pool->index, daemon->slot);
}

static bool take_wakeup_of_board(const mj_pool_t *pool)
{
    return mj_board_take_wakeup(pool->context->board, pool->index);
}

const mj_load_source_t mj_load_of_board = {waiting_on_board, in_flight_on_board, served_on_board, take_wakeup_of_board};

static uint32_t waiting_in_daemons(const mj_pool_t *pool)
{
    const mj_daemon_t *daemon;
    uint32_t waiting = 0;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        waiting += daemon->load.waiting;
    }
    return waiting;
}

static uint32_t in_flight_in_daemon(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    (void)pool;
    return daemon->load.in_flight;
}

static uint64_t served_by_daemon(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    (void)pool;
    return daemon->load.served;
}

/* A pool without daemons is woken by its listener (pool_listener.c). */
static bool take_no_wakeup(const mj_pool_t *pool)
{
    (void)pool;
    return false;
}

const mj_load_source_t mj_load_of_daemons = {waiting_in_daemons, in_flight_in_daemon, served_by_daemon, take_no_wakeup};
