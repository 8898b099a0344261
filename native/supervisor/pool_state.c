/* The pool's state folder: made for each start, and looked at now and then. */
#include "log.h"
#include "pool_parts.h"
#include "state.h"

#include <unistd.h>

/* The folder of a pool that runs is looked at this often, where the pools are few. */
#define LOOK_AGAIN (60 * SECOND)
/* And of one whose daemons rest. */
#define LOOK_AGAIN_AT_REST (600 * SECOND)
/* However many pools there are, their folders cost one look in this time. */
#define LOOK_PERIOD SECOND

static bool is_usable(mj_pool_t *pool, int64_t now, char *why)
{
    const mj_process_spec_t *spec = pool->spec;
    pool->state_looked_at = now;
    return mj_state_make(spec->state_dir, spec->name, spec->has_identity ? spec->uid : geteuid(), spec->gid, why, MJ_WHY_MAX);
}

bool mj_pool_has_state(mj_pool_t *pool, int64_t now)
{
    bool lacked = pool->lacks_state;
    char why[MJ_WHY_MAX];

    if (pool->spec->state_dir == NULL) {
        return false;
    }
    pool->lacks_state = !is_usable(pool, now, why);
    if (pool->lacks_state && !lacked) {
        mj_log(pool->log.target, "warn", MJLOGNO(0143) "pool %s runs without its state folder %s: %s", pool->spec->name,
               pool->spec->argv_with_state[2], why);
    }
    return !pool->lacks_state;
}

static bool is_resting(const mj_pool_t *pool)
{
    const mj_daemon_t *daemon = pool->daemons;
    while (daemon != NULL && daemon->watch.is_resting) {
        daemon = daemon->next;
    }
    return daemon == NULL;
}

static int64_t due_at(const mj_pool_t *pool)
{
    return pool->state_looked_at + (is_resting(pool) ? LOOK_AGAIN_AT_REST : LOOK_AGAIN);
}

int64_t mj_pool_look_at_states(mj_context_t *context, mj_pool_t *pools, int64_t now)
{
    mj_pool_t *pool, *next = NULL;
    char why[MJ_WHY_MAX];
    int64_t due;

    for (pool = pools; pool != NULL; pool = pool->next) {
        bool is_watched = pool->daemons != NULL && pool->spec->state_dir != NULL && !pool->lacks_state;
        if (is_watched && (next == NULL || due_at(pool) < due_at(next))) {
            next = pool;
        }
    }
    if (next == NULL) {
        return MJ_NEVER;
    }
    due = due_at(next);
    due = due > context->state_look_at ? due : context->state_look_at;
    if (due > now) {
        return due;
    }
    context->state_look_at = now + LOOK_PERIOD;
    if (!is_usable(next, now, why)) {
        next->lacks_state = true;
        mj_log(next->log.target, "warn", MJLOGNO(0144) "pool %s: its next daemon will run without the state folder %s: %s",
               next->spec->name, next->spec->argv_with_state[2], why);
    }
    return context->state_look_at;
}
