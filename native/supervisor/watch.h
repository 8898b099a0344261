/* The watch over a daemon that serves: its age, its memory, and whether its JVM still speaks. */
#ifndef MJ_WATCH_H
#define MJ_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** 0: none. */
typedef struct mj_limits_t {
    int64_t memory;      /**< bytes */
    int64_t restart_us;  /**< age */
    int64_t deadlock_us; /**< silence */
    int64_t idle_us;     /**< of the pool, without a request */
} mj_limits_t;

typedef enum mj_verdict_t {
    MJ_WATCH_FINE,
    MJ_WATCH_OLD,    /**< older than restart-interval, less up to a tenth */
    MJ_WATCH_LARGE,  /**< over memory-limit */
    MJ_WATCH_SILENT, /**< no word for deadlock-timeout, though it collects no garbage */
    MJ_WATCH_ASK     /**< it rests, and is to be asked whether it is there still */
} mj_verdict_t;

typedef struct mj_watch_t {
    int64_t restart_at; /**< MJ_NEVER: no restart-interval */
    int64_t memory_at;  /**< of the next look */
    int64_t resident;   /**< bytes, when that was looked at last */
    int64_t silence_at; /**< of the next look */
    int64_t looked_at;  /**< of the last one */
    /** so far; grows by looks, so that a supervisor that was stopped itself is in no haste when it
     * goes on */
    int64_t silent_us;
    bool has_spoken;  /**< since the last look */
    bool is_resting;  /**< it has said that it is silent while nothing is served */
    bool is_asked;    /**< since it spoke last: its silence counts */
    int64_t heard_at; /**< of the look that found that it had spoken */
    uint64_t collector_ticks;
} mj_watch_t;

/** The daemon is ready.
 *  @param chance 0 to 1000, by which daemons that became ready together are told apart */
void mj_watch_begin(mj_watch_t *watch, const mj_limits_t *limits, unsigned chance, int64_t now);

/** Takes the looks that are due.
 *  @param is_in_use something is served, as far as httpd's children tell, or is to end */
mj_verdict_t mj_watch_look(mj_watch_t *watch, const mj_limits_t *limits, pid_t pid, bool is_in_use, int64_t now);

/** @return when the next look is due; MJ_NEVER: none is */
int64_t mj_watch_next(const mj_watch_t *watch);

#endif
