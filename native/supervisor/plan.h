/* What a pool wants: how many daemons to start now, whether the old generation may go, what the board shows, and when to look again.
 * Pure: time is a parameter; the caller starts and drains. */
#ifndef MJ_PLAN_H
#define MJ_PLAN_H

#include "board.h"
#include "life.h"

typedef struct mj_plan_t {
    unsigned processes;
    unsigned generation; /**< of the settings that new daemons get */
    bool is_removed;     /**< no longer in the settings: drains */

    /* Daemons that ended before they were ready. */
    unsigned failed_starts; /**< in a row */
    int64_t failed_at;      /**< when the last one ended */
    int64_t retry_at;       /**< no start before this */

    /* Daemons that ended soon after they were ready. */
    unsigned quick_ends;  /**< in a row */
    int64_t quick_end_at; /**< when the last one ended */
    int64_t replace_at;   /**< no start before this */
} mj_plan_t;

/** What the plan has to know of a daemon. */
typedef struct mj_member_t {
    mj_life_state_t state;
    unsigned generation;
    int64_t started_at;
    int64_t ready_at;
} mj_member_t;

typedef struct mj_decision_t {
    unsigned starts;       /**< daemons to start now */
    bool drain_old;        /**< daemons of older generations are to drain */
    bool drain_unready;    /**< those of them that are not ready are */
    mj_pool_state_t state; /**< for the board; FREE: the pool can be forgotten */
    int64_t wake_at;       /**< decide again at this time at the latest */
} mj_decision_t;

void mj_plan_begin(mj_plan_t *plan, unsigned processes);

/** New settings, or a removed pool that is wanted again: a new generation that may start at once. */
void mj_plan_renew(mj_plan_t *plan, unsigned processes);

/** A daemon of the current generation ended, unordered, before it was ready; or could not be started (started_at is then now).
 *  @return true if it counts: several that were started together and failed together are one failed start */
bool mj_plan_start_failed(mj_plan_t *plan, int64_t started_at, int64_t now);

/** A daemon of the current generation is ready. */
void mj_plan_ready(mj_plan_t *plan);

/** A daemon of the current generation that had been ready ended, unordered. */
void mj_plan_ended(mj_plan_t *plan, int64_t ready_at, int64_t now);

bool mj_plan_is_down(const mj_plan_t *plan);

mj_decision_t mj_plan_decide(mj_plan_t *plan, const mj_member_t *members, unsigned count, int64_t now);

#endif
