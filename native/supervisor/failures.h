/* Which applications of a daemon failed to load, and whether it would serve less than another one does. Pure. */
#ifndef MJ_FAILURES_H
#define MJ_FAILURES_H

#include "record.h"

#include <stdbool.h>

/** What one daemon serves. */
typedef struct mj_served_t {
    mj_span_t record;   /**< the pool record that it was started with */
    const char *failed; /**< the mj_span_hash of each application's definition that failed to load, each 8 hexadecimal digits, with spaces between */
} mj_served_t;

/** Looks for an application that works in the old daemon and has failed in the new one. What the old one has not is nothing lost.
 *  @param target set to its target, where there is one
 *  @return whether there is one */
bool mj_failures_lose(const mj_served_t *old, const mj_served_t *new, mj_span_t *target);

#endif
