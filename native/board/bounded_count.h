/* Counts that several threads or processes raise, and none beyond a limit. */
#ifndef MJ_BOUNDED_COUNT_H
#define MJ_BOUNDED_COUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Adds one to a count that stays at limit or below. @return false, and nothing is added, if it is
 * there already */
static inline bool mj_add_below(_Atomic uint32_t *count, uint32_t limit)
{
    uint32_t old = atomic_load(count);
    do {
        if (old >= limit) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(count, &old, old + 1));
    return true;
}

#endif
