#include "watch.h"

#include "life.h"
#include "procfs.h"

#include <unistd.h>

#define SECOND INT64_C(1000000)
#define MEMORY_PERIOD SECOND
#define RESTING_MEMORY_PERIOD (10 * SECOND)
#define LOOKS_PER_SILENCE 4
#define SHORTEST_PERIOD (SECOND / 10)
#define LONGEST_PERIOD (15 * SECOND)
/* One that rests is asked this often though nothing is served: it may have threads of its own. */
#define ASK_PERIOD (300 * SECOND)

/* At the same times for all daemons, so that one turn serves hundreds. */
static int64_t next_time(int64_t now, int64_t period)
{
    return (now / period + 1) * period;
}

static int64_t silence_period(const mj_limits_t *limits)
{
    int64_t period = limits->deadlock_us / LOOKS_PER_SILENCE;
    return period < SHORTEST_PERIOD ? SHORTEST_PERIOD : period > LONGEST_PERIOD ? LONGEST_PERIOD : period;
}

void mj_watch_begin(mj_watch_t *watch, const mj_limits_t *limits, unsigned chance, int64_t now)
{
    *watch =
        (mj_watch_t){.restart_at = MJ_NEVER, .memory_at = MJ_NEVER, .silence_at = MJ_NEVER, .looked_at = now, .heard_at = now};
    if (limits->restart_us > 0) {
        watch->restart_at = now + limits->restart_us - limits->restart_us / 10 * chance / 1000;
    }
    if (limits->memory > 0) {
        watch->memory_at = now;
    }
    if (limits->deadlock_us > 0) {
        watch->silence_at = next_time(now, silence_period(limits));
    }
}

/* Whether the collector is at work, or was for a fifth of the time since the last look. */
static bool is_collecting(mj_watch_t *watch, pid_t pid, int64_t passed)
{
    mj_collector_t collector = mj_procfs_collector(pid);
    uint64_t used = collector.ticks > watch->collector_ticks ? collector.ticks - watch->collector_ticks : 0;
    bool is_known = watch->collector_ticks != 0;
    watch->collector_ticks = collector.ticks;
    return collector.is_running || (is_known && (int64_t)used * SECOND / sysconf(_SC_CLK_TCK) >= passed / 5);
}

static bool is_to_be_asked(mj_watch_t *watch, bool is_in_use, int64_t now)
{
    if (is_in_use || now - watch->heard_at >= ASK_PERIOD) {
        watch->is_asked = true;
    }
    return watch->is_asked;
}

static mj_verdict_t look_for_words(mj_watch_t *watch, const mj_limits_t *limits, pid_t pid, bool is_in_use, int64_t now)
{
    int64_t period = silence_period(limits);
    int64_t passed = now - watch->looked_at;

    watch->looked_at = now;
    watch->silence_at = next_time(now, period);
    if (watch->has_spoken) {
        watch->has_spoken = false;
        watch->is_asked = false;
        watch->heard_at = now;
        watch->silent_us = 0;
        watch->collector_ticks = 0;
    }
    if (watch->is_resting && !watch->is_asked) {
        return is_to_be_asked(watch, is_in_use, now) ? MJ_WATCH_ASK : MJ_WATCH_FINE;
    }
    if (watch->heard_at == now) {
        return MJ_WATCH_FINE;
    }
    if (is_collecting(watch, pid, passed)) {
        watch->silent_us = 0;
        return MJ_WATCH_FINE;
    }
    watch->silent_us += passed < 2 * period ? passed : 2 * period;
    return watch->silent_us >= limits->deadlock_us ? MJ_WATCH_SILENT : MJ_WATCH_FINE;
}

mj_verdict_t mj_watch_look(mj_watch_t *watch, const mj_limits_t *limits, pid_t pid, bool is_in_use, int64_t now)
{
    mj_verdict_t words = watch->silence_at <= now ? look_for_words(watch, limits, pid, is_in_use, now) : MJ_WATCH_FINE;
    if (words != MJ_WATCH_FINE) {
        return words; /* the other looks are taken with the next turn */
    }
    if (!watch->is_resting && watch->memory_at != MJ_NEVER && watch->memory_at > now + MEMORY_PERIOD) {
        watch->memory_at = next_time(now, MEMORY_PERIOD); /* it rested when this was set */
    }
    if (watch->memory_at <= now) {
        watch->memory_at = next_time(now, watch->is_resting ? RESTING_MEMORY_PERIOD : MEMORY_PERIOD);
        watch->resident = mj_procfs_resident(pid);
        if (watch->resident > limits->memory) {
            return MJ_WATCH_LARGE;
        }
    }
    if (watch->restart_at <= now) {
        watch->restart_at = MJ_NEVER;
        return MJ_WATCH_OLD;
    }
    return MJ_WATCH_FINE;
}

int64_t mj_watch_next(const mj_watch_t *watch)
{
    return mj_earlier(mj_earlier(watch->restart_at, watch->memory_at), watch->silence_at);
}
