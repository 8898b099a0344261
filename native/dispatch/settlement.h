/* What follows from how an exchange ended: what happens to its place with the daemon, what is
 * counted, and whether another daemon is asked. Pure: a table. */
#ifndef MJ_SETTLEMENT_H
#define MJ_SETTLEMENT_H

#include "board.h"
#include "exchange_state.h"

#include <stdbool.h>

typedef enum mj_pause_t {
    MJ_NO_PAUSE,
    MJ_PAUSE_IN_PLACE, /**< before the place is given back: the worker that pauses is counted */
    MJ_PAUSE_AFTER     /**< after it: the board soon sends requests elsewhere */
} mj_pause_t;

typedef struct mj_settlement_t {
    bool is_served;       /**< the place is released, as one more request served; or cancelled */
    mj_counter_t counter; /**< that is raised; MJ_COUNTER_COUNT: none */
    bool is_retried;      /**< another daemon is asked */
    bool needs_settings;  /**< it must have the caller's settings: the board shows if there can be one */
    unsigned most;        /**< how often one request may end so; 0: as often as queue-timeout allows */
    mj_pause_t pause;     /**< before another daemon is asked */
} mj_settlement_t;

/** @param end not MJ_GOES_ON
 *  @param is_first whether the request has not ended so before */
const mj_settlement_t *mj_settle(mj_ending_t end, bool is_first);

#endif
