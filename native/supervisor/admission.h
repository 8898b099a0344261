/* Which daemons may start now, of all pools together: a machine that starts more at once than it
 * has processors is ready with none of them sooner. Also, when a start that is under way uses the
 * processor no more. Pure: time is a parameter. */
#ifndef MJ_ADMISSION_H
#define MJ_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

/** What a pool wants to start, and what of it it may. A pool's first daemon is one that starts
 * while no other of it is ready or starts. Places go, one by one, to
 *  1. first daemons of pools that requests wait for;
 *  2. first daemons of pools that have served, and have lost all;
 *  3. other daemons that replace one;
 *  4. other first daemons;
 *  5. further daemons;
 *  6. daemons of pools whose starts have come to nothing; within each, to the pool that requests
 *    have waited for longest, then to the one that is configured first. */
typedef struct mj_claim_t {
    unsigned order;    /**< of the configuration */
    unsigned starts;   /**< daemons that it wants to start now */
    unsigned replaces; /**< so many of them take the place of daemons that have served */
    bool is_first;     /**< none is ready or starts */
    bool makes_way;    /**< it would stop a daemon, so that another can start in its place: then it wants no start yet */
    bool is_vain;      /**< its last starts have come to nothing */
    /** requests wait for it since then; MJ_NEVER: none does. It comes from httpd's children:
     * nothing but the order depends on it */
    int64_t waiting_since;
    unsigned granted;  /**< set: so many may start */
    bool may_make_way; /**< set: it may stop one */
} mj_claim_t;

/** Decides; costs no more than count + places * log(count).
 *  @param claims are reordered
 *  @param places daemons that may start beside those that do
 *  @param gaps pools that have made way, and have not started the other one yet: no more pools do
 *    so than there are places */
void mj_admission_decide(mj_claim_t **claims, unsigned count, unsigned places, unsigned gaps);

/** What a daemon that is not ready yet has done with the processor. */
typedef struct mj_effort_t {
    uint64_t used_us;     /**< of the processor, when it was looked at last */
    int64_t looked_at;    /**< when that was */
    int64_t busy_at;      /**< when it was last seen to use the processor, or was born */
    int64_t counts_until; /**< it takes a place no longer, whatever it does */
} mj_effort_t;

/** How often to look. */
#define MJ_EFFORT_PERIOD_US INT64_C(1000000)

/** A daemon is born.
 *  @param is_vain its claim's */
void mj_effort_begin(mj_effort_t *effort, bool is_vain, int64_t now);

/** It has used so much of the processor by now, with all that it has brought along. */
void mj_effort_note(mj_effort_t *effort, uint64_t used_us, int64_t now);

/** Whether a start takes a place. One that waits, for a database for instance, does not hold the
 * others back; nor does one that never ends. */
bool mj_effort_counts(const mj_effort_t *effort, int64_t now);

#endif
