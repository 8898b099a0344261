/* What a pool wants: how many daemons to start now, how many are to drain, what the board shows,
 * and when to look again. Which of them may start now is for admission.h. Pure: time is a
 * parameter; the caller starts and drains. */
#ifndef MJ_PLAN_H
#define MJ_PLAN_H

#include "board.h"
#include "life.h"
#include "scale.h"

typedef struct mj_plan_t {
    mj_scale_t scale;    /**< how many processes */
    bool stop_first;     /**< restart-order: one stops before another starts in its place */
    unsigned generation; /**< of what new daemons are made of: settings, targets */
    bool is_removed;     /**< no longer in the settings: drains */
    bool is_idle;        /**< stopped until a request wakes it */
    bool is_refused;     /**< the generation could not take over; the older one stays, and only what it lacks is started */
    unsigned served;     /**< so many daemons were ready at once, of those that are wanted: what is missing of them is replaced */

    /* Daemons that ended before they were ready. */
    unsigned failed_starts; /**< in a row */
    int64_t failed_at;      /**< when the last one ended */
    int64_t retry_at;       /**< no start before this */

    /* Daemons that ended soon after they were ready, or had to be replaced then. */
    unsigned quick_ends;  /**< in a row */
    int64_t quick_end_at; /**< when the last one ended */
    int64_t replace_at;   /**< no start before this */
} mj_plan_t;

/** What the plan has to know of a daemon. */
typedef struct mj_member_t {
    mj_life_state_t state;
    unsigned generation;
    bool is_retired; /**< it is to be replaced, whatever its generation */
    int64_t started_at;
    int64_t ready_at;
} mj_member_t;

typedef struct mj_decision_t {
    unsigned starts;        /**< daemons to start now, if they may */
    unsigned replaces;      /**< so many of them take the place of daemons that have served */
    bool is_first;          /**< no daemon is ready, nor does one start that is to stay */
    bool makes_way;         /**< stop_first: an old daemon is to drain, if it may, so that another can start in its place */
    bool has_made_way;      /**< one leaves, and another is to start in its place */
    unsigned drain_old;     /**< so many ready daemons that are retired or of an older generation are to drain */
    unsigned drain_surplus; /**< and so many others */
    bool drain_unready;     /**< daemons of older generations that are not ready are to end */
    mj_pool_state_t state;  /**< for the board; FREE: the pool can be forgotten */
    int64_t wake_at;        /**< decide again at this time at the latest */
} mj_decision_t;

void mj_plan_begin(mj_plan_t *plan, unsigned least, unsigned most, bool stop_first);

/** A new generation that may start at once: new settings, changed targets, or a removed pool that
 * is wanted again. An idle pool stays idle. */
void mj_plan_renew(mj_plan_t *plan, unsigned least, unsigned most, bool stop_first);

/** A daemon of the current generation ended, unordered, before it was ready; or could not be
 * started (started_at is then now); or would serve less than the older generation does.
 *  @param is_refused the older generation stays, and this one is not tried again by time
 *  @return true if it counts: several that were started together and failed together are one failed
 *    start */
bool mj_plan_start_failed(mj_plan_t *plan, int64_t started_at, bool is_refused, int64_t now);

/** A daemon of the current generation is ready. */
void mj_plan_ready(mj_plan_t *plan);

/** A daemon of the current generation that had been ready ended, unordered, or is to be replaced
 * for what it did. */
void mj_plan_ended(mj_plan_t *plan, int64_t ready_at, int64_t now);

bool mj_plan_is_down(const mj_plan_t *plan);

mj_decision_t mj_plan_decide(mj_plan_t *plan, const mj_member_t *members, unsigned count, const mj_load_t *load, int64_t now);

#endif
