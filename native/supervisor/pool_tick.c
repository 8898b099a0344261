/* What is due for a pool: daemons start, drain, and rest. */
#include "load_source.h"
#include "log.h"
#include "pool_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A pool that has started in vain so often in a row is last. */
#define VAIN_STARTS 2
/* An idle daemon says so every second. */
#define IDLE_IS_RECENT (5 * SECOND / 2)

static unsigned find_free_slot(const mj_pool_t *pool)
{
    bool is_used[MJ_BOARD_SLOTS] = {false};
    const mj_daemon_t *daemon;
    unsigned slot = 0;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        is_used[daemon->slot] = true;
    }
    while (is_used[slot]) { /* plan.c starts no daemon without a free one */
        slot++;
    }
    return slot;
}

static mj_daemon_t *fork_daemon(mj_pool_t *pool, int64_t now, char *why)
{
    mj_daemon_start_t start = {.spec = pool->spec, .config = pool->context->config, .log = &pool->log};

    mj_pool_find_archives(pool);
    start.has_state = mj_pool_has_state(pool, now);
    start.archives = pool->archives;
    start.slot = find_free_slot(pool);
    start.serial = pool->context->next_serial++;
    start.listener = pool->spec->listen != MJ_LISTEN_EACH ? &pool->listener : NULL;
    return mj_daemon_start(&start, now, pool->mem, why);
}

static bool start_daemon(mj_pool_t *pool, int64_t now)
{
    char why[MJ_WHY_MAX];
    const char *failed = mj_pool_open_listener(pool);
    mj_daemon_t *daemon = NULL;

    if (failed != NULL) {
        (void)snprintf(why, sizeof(why), "%s: %s", failed, strerror(errno));
    } else {
        daemon = fork_daemon(pool, now, why);
    }
    if (daemon == NULL) {
        mj_pool_log_write(&pool->log, "error", MJLOGNO(0104), "pool %s could not start a daemon: %s", pool->log.name, why);
        mj_pool_count_failed_start(pool, now, false, now);
        return false;
    }
    mj_pool_watch(pool, daemon);
    daemon->generation = pool->plan.generation;
    mj_effort_begin(&daemon->effort, pool->claim.is_vain, now);
    daemon->next = pool->daemons;
    pool->daemons = daemon;
    if (daemon->slot >= pool->slot_limit) {
        pool->slot_limit = daemon->slot + 1;
    }
    mj_pool_show_slot(pool, daemon);
    mj_log(pool->log.target, "info", MJLOGNO(0102) "pool %s pid %ld started", pool->log.name, (long)daemon->pid);
    return true;
}

static mj_load_t look_at_load(const mj_pool_t *pool)
{
    mj_load_t load = {.waiting = pool->load->waiting(pool), .threads = pool->spec->threads};
    const mj_daemon_t *daemon;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        load.in_flight += pool->load->in_flight(pool, daemon);
    }
    return load;
}

static mj_decision_t decide(mj_pool_t *pool, int64_t now)
{
    mj_member_t members[MJ_BOARD_SLOTS];
    const mj_load_t load = look_at_load(pool);
    const mj_daemon_t *daemon;
    unsigned count = 0;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        members[count++] = (mj_member_t){daemon->life.state, daemon->generation, daemon->is_retired, daemon->life.started_at,
                                         daemon->life.ready_at};
    }
    return mj_plan_decide(&pool->plan, members, count, &load, now);
}

/* Whether every daemon that serves has said lately that nothing happens. */
static bool is_idle(const mj_pool_t *pool, const mj_load_t *load, int64_t now)
{
    const mj_daemon_t *daemon;
    bool has_any = false;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_STARTING ||
            (daemon->life.state == MJ_LIFE_READY && now - daemon->idle_at > IDLE_IS_RECENT)) {
            return false;
        }
        has_any = has_any || daemon->life.state == MJ_LIFE_READY;
    }
    return has_any && load->waiting == 0 && load->in_flight == 0;
}

static void rest_if_idle(mj_pool_t *pool, int64_t now)
{
    mj_load_t load;
    if (pool->plan.is_removed || (pool->spec->limits.idle_us == 0 && !pool->plan.is_idle)) {
        return;
    }
    load = look_at_load(pool);
    if (pool->plan.is_idle && load.waiting > 0) {
        pool->plan.is_idle = false;
    } else if (!pool->plan.is_idle && is_idle(pool, &load, now)) {
        pool->plan.is_idle = true;
        mj_log(pool->log.target, "info", MJLOGNO(0115) "pool %s stops: idle-timeout; the next request starts it", pool->log.name);
    }
}

/* The one that is to drain next: the fewest requests in flight, of equal ones the last slot, which
 * is asked last. */
static mj_daemon_t *choose(const mj_pool_t *pool, bool of_old)
{
    mj_daemon_t *daemon, *chosen = NULL;
    uint32_t least = UINT32_MAX;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        uint32_t in_flight = pool->load->in_flight(pool, daemon);
        if (daemon->life.state != MJ_LIFE_READY || mj_pool_is_old(pool, daemon) != of_old) {
            continue;
        }
        if (chosen == NULL || in_flight < least || (in_flight == least && daemon->slot > chosen->slot)) {
            chosen = daemon;
            least = in_flight;
        }
    }
    return chosen;
}

static void drain(mj_pool_t *pool, bool of_old, unsigned count, int64_t now)
{
    mj_daemon_t *daemon;
    for (; count > 0 && (daemon = choose(pool, of_old)) != NULL; count--) {
        if (daemon->why == NULL) {
            daemon->why = pool->plan.is_removed ? "removed"
                          : pool->plan.is_idle  ? "idle-timeout"
                          : of_old              ? "replaced"
                                                : "surplus";
        }
        mj_pool_step(pool, daemon, MJ_EVENT_DRAIN, now);
    }
}

static void drain_unready(mj_pool_t *pool, int64_t now)
{
    mj_daemon_t *daemon;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_STARTING &&
            (pool->plan.is_removed || pool->plan.is_idle || mj_pool_is_old(pool, daemon))) {
            daemon->why = "replaced";
            mj_pool_step(pool, daemon, MJ_EVENT_DRAIN, now);
        }
    }
}

/* The generation has taken over when all that serve are of it. */
static void note_takeover(mj_pool_t *pool)
{
    const mj_daemon_t *daemon;
    bool has_any = false;

    for (daemon = pool->daemons; daemon != NULL && pool->serving != pool->plan.generation; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_READY && daemon->generation != pool->plan.generation) {
            return;
        }
        has_any = has_any || daemon->life.state == MJ_LIFE_READY;
    }
    if (has_any) {
        if (pool->serving != 0) {
            mj_log(pool->log.target, "info", MJLOGNO(0116) "pool %s: generation %u has taken over", pool->log.name,
                   pool->plan.generation);
        }
        pool->serving = pool->plan.generation;
    }
}

static bool has_failed_mount(const mj_pool_t *pool)
{
    const mj_daemon_t *daemon;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_READY && daemon->failed_mounts != NULL && daemon->failed_mounts->count > 0) {
            return true;
        }
    }
    return false;
}

/* Requests that wait for a pool have its start come first. */
static void note_calls(mj_pool_t *pool, int64_t now)
{
    if (pool->load->waiting(pool) == 0) {
        pool->waiting_since = MJ_NEVER;
    } else if (pool->waiting_since == MJ_NEVER) {
        pool->waiting_since = now;
    }
}

void mj_pool_prepare(mj_pool_t *pool, int64_t now)
{
    mj_daemon_t *daemon, *next;

    for (daemon = pool->daemons; daemon != NULL; daemon = next) {
        next = daemon->next;
        mj_pool_look_after(pool, daemon, now);
    }
    if (pool->roll_at <= now) {
        pool->rolled_at = now;
        mj_pool_renew(pool);
    }
    rest_if_idle(pool, now);
    note_calls(pool, now);
    pool->decision = decide(pool, now);
    pool->claim = (mj_claim_t){.order = pool->order,
                               .starts = pool->decision.starts,
                               .replaces = pool->decision.replaces,
                               .is_first = pool->decision.is_first,
                               .makes_way = pool->decision.makes_way,
                               .is_vain = pool->vain_starts >= VAIN_STARTS,
                               .waiting_since = pool->waiting_since};
}

int64_t mj_pool_run_due(mj_pool_t *pool, int64_t now)
{
    mj_decision_t decision = pool->decision;
    mj_daemon_t *daemon;
    int64_t wake_at;
    unsigned i;

    for (i = 0; i < pool->claim.granted && start_daemon(pool, now); i++) {
    }
    if (pool->claim.granted > 0) {
        decision = decide(pool, now);
    }
    drain(pool, true, decision.drain_old + (pool->claim.may_make_way ? 1 : 0), now);
    drain(pool, false, decision.drain_surplus, now);
    if (decision.drain_unready) {
        drain_unready(pool, now);
    }
    note_takeover(pool);
    mj_pool_heed_listener(pool);
    mj_pool_show_error(pool);
    if (decision.state == MJ_POOL_READY && has_failed_mount(pool)) {
        decision.state = MJ_POOL_DEGRADED;
    }
    if (pool->is_handed_over) {
        decision.state = MJ_POOL_STARTING;
    }
    if (decision.state != MJ_POOL_FREE) {
        mj_pool_show_state(pool, decision.state, now);
    }
    wake_at = mj_earlier(decision.wake_at, pool->roll_at);
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        bool is_watched = daemon->life.state == MJ_LIFE_READY || daemon->life.state == MJ_LIFE_DRAINING;
        mj_daemon_mute(daemon, now);
        wake_at = mj_earlier(wake_at, daemon->life.deadline);
        wake_at = mj_earlier(wake_at, mj_daemon_tell_left_out(daemon, now));
        if (daemon->is_suspect && daemon->life.state == MJ_LIFE_READY) {
            wake_at = mj_earlier(wake_at, daemon->reach_at);
        }
        if (is_watched) {
            wake_at = mj_earlier(wake_at, mj_watch_next(&daemon->watch));
        }
    }
    return wake_at;
}
