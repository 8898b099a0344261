#include "life.h"

#include <stddef.h>

typedef struct transition_t {
    mj_life_state_t next;
    mj_life_action_t action;
} transition_t;

/* A wait that is a smaller part of startup-timeout is not worth another look. */
#define LEAST_WAIT 16

#define STAY(state) (state), MJ_ACTION_NONE
#define REAP MJ_LIFE_GONE, MJ_ACTION_REAP
#define TERMINATE MJ_LIFE_TERMINATING, MJ_ACTION_TERMINATE
#define DUMP MJ_LIFE_DUMPING, MJ_ACTION_DUMP
#define LEAVE MJ_LIFE_LEFT, MJ_ACTION_LEAVE
#define KILL MJ_LIFE_KILLED, MJ_ACTION_KILL

static const transition_t table[MJ_LIFE_STATE_COUNT][MJ_EVENT_COUNT] =
    {
        [MJ_LIFE_STARTING] =
            {
                [MJ_EVENT_READY] = {MJ_LIFE_READY, MJ_ACTION_PUBLISH},
                [MJ_EVENT_EXITED] = {REAP},
                [MJ_EVENT_LEFT] = {LEAVE},
                [MJ_EVENT_DEAD] = {REAP},
                [MJ_EVENT_DEADLINE] = {DUMP}, /* a JVM that hangs while it starts would not look at SIGTERM either */
                [MJ_EVENT_SILENT] = {STAY(MJ_LIFE_STARTING)},
                [MJ_EVENT_DRAIN] = {TERMINATE}, /* nothing is in flight */
                [MJ_EVENT_STOP] = {TERMINATE},
            },
        [MJ_LIFE_READY] =
            {
                [MJ_EVENT_READY] = {STAY(MJ_LIFE_READY)},
                [MJ_EVENT_EXITED] = {REAP},
                [MJ_EVENT_LEFT] = {LEAVE},
                [MJ_EVENT_DEAD] = {REAP},
                [MJ_EVENT_DEADLINE] = {STAY(MJ_LIFE_READY)},
                [MJ_EVENT_SILENT] = {DUMP},
                [MJ_EVENT_DRAIN] = {MJ_LIFE_DRAINING, MJ_ACTION_DRAIN},
                [MJ_EVENT_STOP] = {TERMINATE},
            },
        [MJ_LIFE_DRAINING] =
            {
                [MJ_EVENT_READY] = {STAY(MJ_LIFE_DRAINING)},
                [MJ_EVENT_EXITED] = {REAP},
                [MJ_EVENT_LEFT] = {LEAVE},
                [MJ_EVENT_DEAD] = {REAP},
                [MJ_EVENT_DEADLINE] = {MJ_LIFE_TERMINATING, MJ_ACTION_CUT_OFF},
                [MJ_EVENT_SILENT] = {DUMP},
                [MJ_EVENT_DRAIN] = {STAY(MJ_LIFE_DRAINING)},
                [MJ_EVENT_STOP] = {TERMINATE},
            },
        [MJ_LIFE_TERMINATING] =
            {
                [MJ_EVENT_READY] = {STAY(MJ_LIFE_TERMINATING)},
                [MJ_EVENT_EXITED] = {REAP},
                [MJ_EVENT_LEFT] = {STAY(MJ_LIFE_TERMINATING)}, /* its shutdown hooks may run still */
                [MJ_EVENT_DEAD] = {REAP},
                [MJ_EVENT_DEADLINE] = {DUMP},
                [MJ_EVENT_SILENT] = {STAY(MJ_LIFE_TERMINATING)},
                [MJ_EVENT_DRAIN] = {STAY(MJ_LIFE_TERMINATING)},
                [MJ_EVENT_STOP] = {STAY(MJ_LIFE_TERMINATING)},
            },
        [MJ_LIFE_DUMPING] =
            {
                [MJ_EVENT_READY] = {STAY(MJ_LIFE_DUMPING)},
                [MJ_EVENT_EXITED] = {REAP},
                [MJ_EVENT_LEFT] = {STAY(MJ_LIFE_DUMPING)},
                [MJ_EVENT_DEAD] = {REAP},
                [MJ_EVENT_DEADLINE] = {KILL},
                [MJ_EVENT_SILENT] = {STAY(MJ_LIFE_DUMPING)},
                [MJ_EVENT_DRAIN] = {STAY(MJ_LIFE_DUMPING)},
                [MJ_EVENT_STOP] = {STAY(MJ_LIFE_DUMPING)},
            },
        [MJ_LIFE_LEFT] =
            {
                [MJ_EVENT_READY] = {STAY(MJ_LIFE_LEFT)},
                [MJ_EVENT_EXITED] = {REAP},
                [MJ_EVENT_LEFT] = {STAY(MJ_LIFE_LEFT)},
                [MJ_EVENT_DEAD] = {REAP},
                [MJ_EVENT_DEADLINE] = {KILL},
                [MJ_EVENT_SILENT] = {STAY(MJ_LIFE_LEFT)},
                [MJ_EVENT_DRAIN] = {STAY(MJ_LIFE_LEFT)},
                [MJ_EVENT_STOP] = {STAY(MJ_LIFE_LEFT)},
            },
        [MJ_LIFE_KILLED] =
            {
                [MJ_EVENT_READY] = {STAY(MJ_LIFE_KILLED)},
                [MJ_EVENT_EXITED] = {REAP},
                [MJ_EVENT_LEFT] = {STAY(MJ_LIFE_KILLED)},
                [MJ_EVENT_DEAD] = {REAP},
                [MJ_EVENT_DEADLINE] = {REAP},
                [MJ_EVENT_SILENT] = {STAY(MJ_LIFE_KILLED)},
                [MJ_EVENT_DRAIN] = {STAY(MJ_LIFE_KILLED)},
                [MJ_EVENT_STOP] = {STAY(MJ_LIFE_KILLED)},
            },
        [MJ_LIFE_GONE] =
            {
                [MJ_EVENT_READY] = {STAY(MJ_LIFE_GONE)},
                [MJ_EVENT_EXITED] = {STAY(MJ_LIFE_GONE)},
                [MJ_EVENT_LEFT] = {STAY(MJ_LIFE_GONE)},
                [MJ_EVENT_DEAD] = {STAY(MJ_LIFE_GONE)},
                [MJ_EVENT_DEADLINE] = {STAY(MJ_LIFE_GONE)},
                [MJ_EVENT_SILENT] = {STAY(MJ_LIFE_GONE)},
                [MJ_EVENT_DRAIN] = {STAY(MJ_LIFE_GONE)},
                [MJ_EVENT_STOP] = {STAY(MJ_LIFE_GONE)},
            },
};

static const char *timeout_name(mj_life_state_t state)
{
    switch (state) {
    case MJ_LIFE_STARTING:
        return "startup-timeout";
    case MJ_LIFE_DRAINING:
        return "graceful-timeout";
    case MJ_LIFE_TERMINATING:
        return "shutdown-timeout";
    default:
        return NULL;
    }
}

static int64_t deadline_of(mj_life_state_t state, const mj_life_times_t *times, int64_t now)
{
    static const int64_t fixed[MJ_LIFE_STATE_COUNT] = {
        [MJ_LIFE_DUMPING] = MJ_DUMP_US,
        [MJ_LIFE_LEFT] = MJ_LEAVE_US,
        [MJ_LIFE_KILLED] = MJ_KILL_US,
    };
    int64_t limit = fixed[state];
    switch (state) {
    case MJ_LIFE_STARTING:
        limit = times->startup_us;
        break;
    case MJ_LIFE_DRAINING:
        limit = times->graceful_us;
        break;
    case MJ_LIFE_TERMINATING:
        limit = times->shutdown_us;
        break;
    default:
        break;
    }
    return limit > 0 ? now + limit : MJ_NEVER;
}

void mj_life_begin(mj_life_t *life, const mj_life_times_t *times, int64_t now)
{
    life->state = MJ_LIFE_STARTING;
    life->started_at = now;
    life->ready_at = MJ_NEVER;
    life->deadline = deadline_of(MJ_LIFE_STARTING, times, now);
    life->waited_us = 0;
    life->is_ordered = false;
    life->timeout = NULL;
}

void mj_life_goes_on(mj_life_t *life, const mj_life_times_t *times, int64_t now)
{
    if (life->state == MJ_LIFE_STARTING) {
        life->deadline = deadline_of(MJ_LIFE_STARTING, times, now);
    }
}

void mj_life_prolong(mj_life_t *life, const mj_life_times_t *times, int64_t waited_us)
{
    int64_t more = waited_us - life->waited_us;
    if (life->state == MJ_LIFE_STARTING && life->deadline != MJ_NEVER && more >= times->startup_us / LEAST_WAIT) {
        life->deadline += more;
        life->waited_us = waited_us;
    }
}

mj_life_action_t mj_life_step(mj_life_t *life, mj_life_event_t event, const mj_life_times_t *times, int64_t now)
{
    const transition_t *transition = &table[life->state][event];

    if (transition->next == life->state) {
        return MJ_ACTION_NONE;
    }
    if (event == MJ_EVENT_DEADLINE && timeout_name(life->state) != NULL) {
        life->timeout = timeout_name(life->state);
    }
    if (event == MJ_EVENT_SILENT) {
        life->timeout = "deadlock-timeout";
    }
    if (event == MJ_EVENT_DRAIN || event == MJ_EVENT_STOP) {
        life->is_ordered = true;
    }
    if (transition->next == MJ_LIFE_READY) {
        life->ready_at = now;
    }
    life->state = transition->next;
    life->deadline = deadline_of(transition->next, times, now);
    return transition->action;
}
