/* How much may be written to a log: much at once, but not much for long, so that no application
 * fills a disk within minutes. Pure: time is a parameter. */
#ifndef MJ_ALLOWANCE_H
#define MJ_ALLOWANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes a second, for long. */
#define MJ_ALLOWANCE_RATE (INT64_C(256) << 10)
/** Bytes at once: a dump of thousands of threads is whole. */
#define MJ_ALLOWANCE_BURST (INT64_C(16) << 20)
/** What each line takes beside its text: date, process, pool. */
#define MJ_ALLOWANCE_PREFIX 128
/** Once it is used up, nothing is written for so long. */
#define MJ_ALLOWANCE_PAUSE_US INT64_C(1000000)

/** Start zeroed. */
typedef struct mj_allowance_t {
    int64_t used; /**< bytes of the burst */
    int64_t at;   /**< when that was reckoned last, in microseconds */
    int64_t closed_until;
    uint64_t lines_left_out; /**< since they were told last */
    uint64_t bytes_left_out;
} mj_allowance_t;

/** Whether a line of so many bytes may be written now; one that may not is counted. */
bool mj_allowance_take(mj_allowance_t *allowance, size_t len, int64_t now);

/** Whether it is closed: nothing is written. */
bool mj_allowance_is_closed(const mj_allowance_t *allowance, int64_t now);

/** Whether it is time to tell what was left out; the caller does so and sets both counts to 0. */
bool mj_allowance_has_news(const mj_allowance_t *allowance, int64_t now);

#endif
