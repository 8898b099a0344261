/* What a process needs to send requests to daemons. Each child of httpd has one. */
#ifndef MJ_DISPATCHER_H
#define MJ_DISPATCHER_H

#include "allowance.h"
#include "board.h"
#include "idle.h"

#include <apr_thread_mutex.h>

/** How httpd's workers are shared between pools. If there is only one pool, it has no limits. */
typedef struct mj_shares_t {
    uint32_t workers;   /**< of all children of httpd: MaxRequestWorkers */
    uint32_t of_pool;   /**< requests of one pool, in flight and waiting */
    uint32_t of_queues; /**< requests waiting, of all pools */
    uint32_t tunnels_of_pool;
    uint32_t tunnels_of_all;
} mj_shares_t;

/** Written before the process has threads, unless a field says otherwise. */
typedef struct mj_dispatcher_t {
    mj_board_t *board;
    uint32_t row; /**< of the board */
    /** Wakes the supervisor (wakeup.h), which then looks for wake-up words on the board, and checks
     *  what the board shows. */
    int wakeup_fd;
    const char *runtime_dir;
    mj_shares_t shares;
    mj_idle_t **idle; /**< by the pool's index on the board; NULL if there is no such pool */
    /** For the lines that requests log, by the pool's index. Guarded by allowance_mutex. */
    mj_allowance_t *allowances;
    apr_thread_mutex_t *allowance_mutex;
    _Atomic apr_time_t doubted_at; /**< of the last mj_dispatcher_doubt; changed by all threads */
} mj_dispatcher_t;

/** Makes the arrays by pool, which are empty.
 *  @param places the highest index of a pool, plus one */
apr_status_t mj_dispatcher_make_room(mj_dispatcher_t *dispatcher, unsigned places, apr_pool_t *pool);

/** Makes what is kept for one pool. */
apr_status_t mj_dispatcher_serve(mj_dispatcher_t *dispatcher, unsigned index, apr_pool_t *pool);

/** What the board shows does not help a request; perhaps a captured process has written it. Has the
 *  supervisor check the board, at most once a second. Thread-safe. */
void mj_dispatcher_doubt(mj_dispatcher_t *dispatcher);

#endif
