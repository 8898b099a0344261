/* Which applications of a daemon failed to load, and whether it would serve less than another one
 * does. Pure. */
#ifndef MJ_FAILURES_H
#define MJ_FAILURES_H

#include "record.h"

#include <stdbool.h>

#define MJ_FAILED_MOUNTS 32 /**< of one daemon that are kept; more fail for one reason, most likely */
#define MJ_FAILED_REASON 256

/** Mounts of a daemon that have no application, and why. */
typedef struct mj_failed_mounts_t {
    unsigned count;
    struct {
        uint32_t hash; /**< of the definition */
        char reason[MJ_FAILED_REASON];
    } mounts[MJ_FAILED_MOUNTS];
} mj_failed_mounts_t;

/** Takes what a daemon says: `HASH REASON` where a mount has failed, `HASH` where it works since.
 * Whatever else it says changes nothing. */
void mj_failed_mounts_take(mj_failed_mounts_t *failed, const char *text);

/** Whether a text names something that only one process at a time can have: a file's lock, a port,
 * an embedded database. */
bool mj_failure_is_exclusive(const char *reason);

/** What one daemon serves. */
typedef struct mj_served_t {
    mj_span_t record; /**< the pool record that it was started with */
    /** the mj_span_hash of each application's definition that failed to load, each 8 hexadecimal
     * digits, with spaces between */
    const char *failed;
} mj_served_t;

/** Looks for an application that works in the old daemon and has failed in the new one. What the
 * old one has not is nothing lost.
 *  @param target set to its target, where there is one
 *  @return whether there is one */
bool mj_failures_lose(const mj_served_t *old, const mj_served_t *new, mj_span_t *target);

#endif
