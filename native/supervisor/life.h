/* The life of one daemon: a state, what may happen, and what is then to be done. Pure: time is a
 * parameter, nothing is forked or killed here. The caller carries the actions out. */
#ifndef MJ_LIFE_H
#define MJ_LIFE_H

#include <stdbool.h>
#include <stdint.h>

/** Times are microseconds of CLOCK_MONOTONIC. */
#define MJ_NEVER INT64_MAX
#define MJ_LONG_AGO (-INT64_C(86400000000))

typedef enum mj_life_state_t {
    MJ_LIFE_STARTING,    /**< forked, not ready yet */
    MJ_LIFE_READY,       /**< serves requests */
    MJ_LIFE_DRAINING,    /**< told to finish what is in flight */
    MJ_LIFE_TERMINATING, /**< got SIGTERM */
    MJ_LIFE_DUMPING,     /**< told to print its threads; it is killed next */
    MJ_LIFE_LEFT,        /**< has closed its lifecycle socket: it is ending, or is killed next */
    MJ_LIFE_KILLED,      /**< got SIGKILL */
    MJ_LIFE_GONE,        /**< reaped, or given up */
    MJ_LIFE_STATE_COUNT
} mj_life_state_t;

typedef enum mj_life_event_t {
    MJ_EVENT_READY,    /**< the daemon says so */
    MJ_EVENT_EXITED,   /**< the kernel says so */
    MJ_EVENT_LEFT,     /**< its lifecycle socket is closed at its end */
    MJ_EVENT_DEAD,     /**< it is dead, though it cannot be reaped: somebody traces it */
    MJ_EVENT_DEADLINE, /**< the state's time has passed: startup-, graceful- or shutdown-timeout, or one of those below */
    MJ_EVENT_SILENT,   /**< it has said nothing for deadlock-timeout */
    MJ_EVENT_DRAIN,    /**< it is no longer wanted */
    MJ_EVENT_STOP,     /**< the supervisor ends */
    MJ_EVENT_COUNT
} mj_life_event_t;

typedef enum mj_life_action_t {
    MJ_ACTION_NONE,
    MJ_ACTION_PUBLISH,   /**< show it as ready */
    MJ_ACTION_DRAIN,     /**< show it as draining, tell it to drain */
    MJ_ACTION_TERMINATE, /**< SIGTERM */
    MJ_ACTION_CUT_OFF,   /**< have its threads printed, then SIGTERM: requests are in them still */
    MJ_ACTION_DUMP,      /**< have its threads printed */
    MJ_ACTION_LEAVE,     /**< show it as draining: no request may go there */
    MJ_ACTION_KILL,      /**< SIGKILL */
    MJ_ACTION_REAP       /**< log its end, free what it had */
} mj_life_action_t;

/** How long a JVM has to print its threads before it is killed. */
#define MJ_DUMP_US INT64_C(1000000)

/** How long one may take to end that has closed its lifecycle socket. */
#define MJ_LEAVE_US INT64_C(1000000)

/** When one that was killed is not there to be reaped after that, it is given up: whoever traces it
 * may hold it for ever, and so may a file system that does not answer. */
#define MJ_KILL_US INT64_C(4000000)

static inline int64_t mj_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/** 0: none. */
typedef struct mj_life_times_t {
    int64_t startup_us;
    int64_t graceful_us;
    int64_t shutdown_us;
} mj_life_times_t;

typedef struct mj_life_t {
    mj_life_state_t state;
    int64_t started_at;
    int64_t ready_at;    /**< MJ_NEVER until it is ready */
    int64_t deadline;    /**< when MJ_EVENT_DEADLINE is due */
    int64_t waited_us;   /**< for a processor: by so much the deadline of its start is later */
    bool is_ordered;     /**< it was told to drain or to end */
    const char *timeout; /**< name of the last timeout that fired; NULL if none did */
} mj_life_t;

void mj_life_begin(mj_life_t *life, const mj_life_times_t *times, int64_t now);

/** The daemon shows that its start goes on: startup-timeout counts from now. */
void mj_life_goes_on(mj_life_t *life, const mj_life_times_t *times, int64_t now);

/** The time for which a start waits for a processor does not count for startup-timeout. To be called
 * before MJ_EVENT_DEADLINE.
 * @param waited_us since the daemon was forked */
void mj_life_prolong(mj_life_t *life, const mj_life_times_t *times, int64_t waited_us);

/** Moves to the next state. @return what the caller has to do now */
mj_life_action_t mj_life_step(mj_life_t *life, mj_life_event_t event, const mj_life_times_t *times, int64_t now);

#endif
