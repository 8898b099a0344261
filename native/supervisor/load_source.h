/* How much a pool has to do: from the board, where httpd's children count requests, or from its
 * daemons, which say so themselves (`L` in tests/protocol/LIFECYCLE.md). Neither is believed
 * further than this: the size of a pool, the order of starts, what a report says. */
#ifndef MJ_LOAD_SOURCE_H
#define MJ_LOAD_SOURCE_H

#include "pool.h"

typedef struct mj_load_source_t {
    uint32_t (*waiting)(const mj_pool_t *pool); /**< requests for which there was no room in any daemon */
    uint32_t (*in_flight)(const mj_pool_t *pool, const mj_daemon_t *daemon);
    uint64_t (*served)(const mj_pool_t *pool, const mj_daemon_t *daemon); /**< requests that it has finished */
    bool (*take_wakeup)(const mj_pool_t *pool); /**< @return whether a request has asked for a daemon since this was asked last */
} mj_load_source_t;

extern const mj_load_source_t mj_load_of_board;
extern const mj_load_source_t mj_load_of_daemons;

#endif
