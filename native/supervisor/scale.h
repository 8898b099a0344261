/* How many processes a pool with processes=MIN-MAX wants: one more while requests wait, one less
 * when the load would fit into half of what is left. Pure: time is a parameter. */
#ifndef MJ_SCALE_H
#define MJ_SCALE_H

#include <stdbool.h>
#include <stdint.h>

/** Requests have to wait for this long before a process is added, and again before the next. */
#define MJ_GROW_US INT64_C(200000)
/** The load has to be low for this long before a process is taken away, and again before the
 * next. */
#define MJ_SHRINK_US INT64_C(10000000)

/** What a pool has to do at the moment. Comes from the board, which httpd's children write: nothing
 * but the size depends on it. */
typedef struct mj_load_t {
    uint32_t waiting;
    uint32_t in_flight;
    uint32_t threads; /**< per process */
} mj_load_t;

typedef struct mj_scale_t {
    unsigned least;
    unsigned most;
    unsigned wanted;
    int64_t pressed_since; /**< requests wait; MJ_NEVER: none do */
    int64_t slack_since;   /**< the load is low; MJ_NEVER: it is not */
} mj_scale_t;

/** Starts at least, or keeps the size that it has where that is within the new bounds. */
void mj_scale_bound(mj_scale_t *scale, unsigned least, unsigned most);

/** Takes a look.
 *  @param can_grow all processes that are wanted are there and ready: another may help
 *  @return when to look again at the latest; MJ_NEVER: when something happens */
int64_t mj_scale_look(mj_scale_t *scale, const mj_load_t *load, bool can_grow, int64_t now);

#endif
