#include "pool_parts.h"

#include "load_source.h"
#include "log.h"

#include <apr_strings.h>
#include <unistd.h>

static void take_settings(mj_pool_t *pool, const mj_process_spec_t *spec, apr_pool_t *settings_mem, mj_log_t *log)
{
    if (pool->settings_mem != NULL) {
        apr_pool_destroy(pool->settings_mem);
    }
    mj_log_release(pool->log.target);
    pool->spec = spec;
    pool->settings_mem = settings_mem;
    pool->log.target = log;
    pool->load = spec->load == MJ_LOAD_OF_BOARD ? &mj_load_of_board : &mj_load_of_daemons;
}

mj_pool_t *mj_pool_make(mj_context_t *context, const mj_process_spec_t *spec, apr_pool_t *settings_mem, mj_log_t *log,
                        apr_pool_t *parent)
{
    apr_pool_t *mem;
    mj_pool_t *pool;

    apr_pool_create(&mem, parent);
    pool = apr_pcalloc(mem, sizeof(*pool));
    pool->mem = mem;
    pool->context = context;
    pool->listener.socket.fd = -1;
    pool->log.name = apr_pstrdup(mem, spec->name);
    pool->log.listeners = &context->listeners;
    pool->index = spec->index;
    pool->roll_at = MJ_NEVER;
    pool->rolled_at = -ROLL_PERIOD;
    pool->waiting_since = MJ_NEVER;
    mj_plan_begin(&pool->plan, spec->processes, spec->processes_max, spec->stop_first);
    take_settings(pool, spec, settings_mem, log);

    pool->shown_state = MJ_POOL_STARTING;
    pool->slot_limit = MJ_BOARD_SLOTS; /* an earlier supervisor may have left daemons on the board */
    mj_pool_show(pool);
    pool->slot_limit = 0;
    mj_pool_show(pool);
    return pool;
}

void mj_pool_configure(mj_pool_t *pool, const mj_process_spec_t *spec, apr_pool_t *settings_mem, mj_log_t *log)
{
    if (pool->plan.is_removed || !mj_span_equal(pool->spec->record, spec->record)) {
        mj_plan_renew(&pool->plan, spec->processes, spec->processes_max, spec->stop_first);
        pool->roll_at = MJ_NEVER;
    }
    take_settings(pool, spec, settings_mem, log);
    mj_pool_show_awaited(pool); /* at once: httpd's children that have them are about to come */
}

void mj_pool_find_archives(mj_pool_t *pool)
{
    const char *why;
    pool->archives = mj_archives_find(pool->context->archives, pool->context->config, pool->spec, &why);
    apr_cpystrn(pool->no_archives, why != NULL ? why : "", sizeof(pool->no_archives));
}

void mj_pool_renew(mj_pool_t *pool)
{
    mj_plan_renew(&pool->plan, pool->spec->processes, pool->spec->processes_max, pool->spec->stop_first);
    pool->roll_at = MJ_NEVER;
}

void mj_pool_roll_soon(mj_pool_t *pool, const char *what, const char *why, int64_t now)
{
    mj_log(pool->log.target, "info", MJLOGNO(0111) "pool %s rolls: %s%s", pool->log.name, what, why);
    if (pool->roll_at == MJ_NEVER && !pool->plan.is_removed) {
        pool->roll_at = now > pool->rolled_at + ROLL_PERIOD ? now : pool->rolled_at + ROLL_PERIOD;
    }
}

unsigned mj_pool_roll(mj_pool_t *pool, const char *why, int64_t now)
{
    pool->plan.is_idle = false;
    mj_pool_roll_soon(pool, why, "", now);
    return pool->plan.generation + 1;
}

void mj_pool_wake(mj_pool_t *pool)
{
    mj_daemon_t *daemon;
    pool->plan.is_idle = false;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        daemon->is_suspect = true;
    }
}

void mj_pool_remove(mj_pool_t *pool)
{
    pool->plan.is_removed = true;
    pool->roll_at = MJ_NEVER; /* a roll would bring it back */
}

void mj_pool_step(mj_pool_t *pool, mj_daemon_t *daemon, mj_life_event_t event, int64_t now)
{
    bool has_left = daemon->life.state == MJ_LIFE_LEFT;
    mj_life_action_t action = mj_life_step(&daemon->life, event, &daemon->times, now);
    if (has_left && action == MJ_ACTION_KILL && event == MJ_EVENT_DEADLINE) {
        daemon->why_more = "it had closed its lifecycle socket";
    }
    if (action != MJ_ACTION_NONE) {
        mj_pool_show_slot(pool, daemon);
        mj_daemon_act(daemon, action);
    }
}

void mj_pool_drain(mj_pool_t *pool, int64_t now)
{
    mj_daemon_t *daemon;
    pool->plan.is_idle = true;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->why == NULL) {
            daemon->why = "drained";
        }
        mj_pool_step(pool, daemon, MJ_EVENT_DRAIN, now);
    }
}

bool mj_pool_is_old(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    return daemon->is_retired || daemon->generation != pool->plan.generation;
}

void mj_pool_stop(mj_pool_t *pool, int64_t endless_us, int64_t now)
{
    mj_daemon_t *daemon;

    mj_pool_remove(pool);
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->times.shutdown_us == 0) {
            daemon->times.shutdown_us = endless_us;
        }
        mj_pool_step(pool, daemon, MJ_EVENT_STOP, now);
        if (daemon->life.state == MJ_LIFE_TERMINATING && daemon->life.deadline == MJ_NEVER && endless_us > 0) {
            daemon->life.deadline = now + endless_us;
        }
    }
}

void mj_pool_hand_over(mj_pool_t *pool, int64_t endless_us, int64_t now)
{
    mj_daemon_t *daemon;

    pool->is_handed_over = !pool->plan.is_removed;
    mj_pool_remove(pool);
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        mj_life_times_t *times = &daemon->times;
        if (times->shutdown_us == 0) {
            times->shutdown_us = endless_us;
        }
        if (times->graceful_us == 0 || times->graceful_us > times->shutdown_us) {
            times->graceful_us = times->shutdown_us;
        }
        if (daemon->why == NULL) {
            daemon->why = "handed over";
        }
        mj_pool_step(pool, daemon, MJ_EVENT_DRAIN, now);
        /* it may have left before, with more time */
        daemon->life.deadline = mj_earlier(daemon->life.deadline, now + times->shutdown_us);
    }
}

mj_outcome_t mj_pool_outcome(const mj_pool_t *pool, unsigned generation)
{
    const mj_plan_t *plan = &pool->plan;
    const mj_daemon_t *daemon;
    unsigned ready = 0;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        ready += daemon->life.state == MJ_LIFE_READY && daemon->generation == plan->generation;
    }
    if (plan->generation < generation) {
        return MJ_OUTCOME_OPEN;
    }
    if (plan->is_idle || (pool->serving == plan->generation && ready >= plan->scale.wanted)) {
        return MJ_OUTCOME_SERVES;
    }
    return plan->is_refused || plan->failed_starts > 0 ? MJ_OUTCOME_FAILED : MJ_OUTCOME_OPEN;
}

void mj_pool_free(mj_pool_t *pool)
{
    const mj_shown_pool_t shown = {.state = pool->is_handed_over ? MJ_POOL_STARTING : MJ_POOL_FREE};
    mj_publish_pool(pool->context->board, pool->index, &shown);
    mj_listener_close(&pool->listener);
    mj_log_release(pool->log.target);
    apr_pool_destroy(pool->settings_mem);
    apr_pool_destroy(pool->mem);
}
