#include "pool.h"

#include "log.h"

#include <apr_strings.h>
#include <unistd.h>

static void show_slot(const mj_realm_t *realm, const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    mj_slot_state_t state = MJ_SLOT_DRAINING;
    switch (daemon->life.state) {
    case MJ_LIFE_STARTING:
        state = MJ_SLOT_STARTING;
        break;
    case MJ_LIFE_READY:
        state = MJ_SLOT_READY;
        break;
    case MJ_LIFE_GONE:
        state = MJ_SLOT_FREE;
        break;
    default:
        break;
    }
    mj_board_set_slot(realm->board, pool->index, daemon->slot, state, daemon->serial, (uint32_t)daemon->child.pid,
                      daemon->threads);
}

/* now is only needed to tell the wall clock's time of the next try. */
static void show_state(const mj_realm_t *realm, mj_pool_t *pool, mj_pool_state_t state, int64_t now)
{
    int64_t retry_at = state == MJ_POOL_DOWN ? pool->plan.retry_at : 0;
    if (state != pool->shown_state || retry_at != pool->shown_retry_at) {
        mj_board_set_pool(realm->board, pool->index, state, retry_at > 0 ? apr_time_now() + (retry_at - now) : 0);
        pool->shown_state = state;
        pool->shown_retry_at = retry_at;
    }
}

static void take_settings(mj_pool_t *pool, const mj_program_t *program, apr_pool_t *settings_mem, int log_fd)
{
    if (pool->settings_mem != NULL) {
        apr_pool_destroy(pool->settings_mem);
    }
    if (pool->journal.fd != STDERR_FILENO) {
        close(pool->journal.fd);
    }
    pool->program = program;
    pool->settings_mem = settings_mem;
    pool->journal.fd = log_fd >= 0 ? log_fd : STDERR_FILENO;
}

mj_pool_t *mj_pool_make(mj_realm_t *realm, const mj_program_t *program, apr_pool_t *settings_mem, int log_fd, apr_pool_t *parent)
{
    apr_pool_t *mem;
    mj_pool_t *pool;
    unsigned slot;

    apr_pool_create(&mem, parent);
    pool = apr_pcalloc(mem, sizeof(*pool));
    pool->mem = mem;
    pool->journal.pool = apr_pstrdup(mem, program->name);
    pool->journal.fd = STDERR_FILENO;
    pool->index = program->index;
    mj_plan_begin(&pool->plan, program->processes);
    take_settings(pool, program, settings_mem, log_fd);

    /* An earlier supervisor may have left daemons on the board. */
    for (slot = 0; slot < MJ_BOARD_SLOTS; slot++) {
        mj_board_set_slot(realm->board, pool->index, slot, MJ_SLOT_FREE, 0, 0, 0);
    }
    pool->shown_state = MJ_POOL_STARTING;
    mj_board_set_pool(realm->board, pool->index, MJ_POOL_STARTING, 0);
    return pool;
}

void mj_pool_configure(mj_pool_t *pool, const mj_program_t *program, apr_pool_t *settings_mem, int log_fd)
{
    if (pool->plan.is_removed || !mj_span_equal(pool->program->record, program->record)) {
        mj_plan_renew(&pool->plan, program->processes);
    }
    take_settings(pool, program, settings_mem, log_fd);
}

void mj_pool_remove(mj_pool_t *pool)
{
    pool->plan.is_removed = true;
}

/* Tells the state machine, and does what it says. */
static void step(const mj_realm_t *realm, mj_pool_t *pool, mj_daemon_t *daemon, mj_life_event_t event, int64_t now)
{
    mj_life_action_t action = mj_life_step(&daemon->life, event, &daemon->times, now);
    if (action != MJ_ACTION_NONE) {
        show_slot(realm, pool, daemon);
        mj_daemon_act(daemon, action);
    }
}

void mj_pool_replace_all(mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    mj_daemon_t *daemon;
    mj_plan_renew(&pool->plan, pool->program->processes);
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        step(realm, pool, daemon, MJ_EVENT_DRAIN, now);
    }
}

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

static void count_failed_start(mj_pool_t *pool, int64_t started_at, int64_t now)
{
    if (mj_plan_start_failed(&pool->plan, started_at, now) && mj_plan_is_down(&pool->plan)) {
        mj_log(pool->journal.fd, "error", MJLOGNO(0105) "pool %s failed to start %u times in a row; the next try is in %ld s",
               pool->journal.pool, pool->plan.failed_starts, (long)((pool->plan.retry_at - now) / 1000000));
    }
}

static bool start_daemon(mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    char why[MJ_WHY_MAX];
    mj_daemon_t *daemon = mj_daemon_start(pool->program, realm->site, find_free_slot(pool), realm->next_serial++, &pool->journal,
                                          now, pool->mem, why);
    if (daemon == NULL) {
        mj_log(pool->journal.fd, "error", MJLOGNO(0104) "pool %s could not start a daemon: %s", pool->journal.pool, why);
        count_failed_start(pool, now, now);
        return false;
    }
    daemon->generation = pool->plan.generation;
    daemon->next = pool->daemons;
    pool->daemons = daemon;
    show_slot(realm, pool, daemon);
    mj_log(pool->journal.fd, "info", MJLOGNO(0102) "pool %s pid %ld started", pool->journal.pool, (long)daemon->child.pid);
    return true;
}

static mj_decision_t decide(mj_pool_t *pool, int64_t now)
{
    mj_member_t members[MJ_BOARD_SLOTS];
    const mj_daemon_t *daemon;
    unsigned count = 0;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        members[count++] = (mj_member_t){daemon->life.state, daemon->generation, daemon->life.started_at, daemon->life.ready_at};
    }
    return mj_plan_decide(&pool->plan, members, count, now);
}

int64_t mj_pool_turn(mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    mj_decision_t decision;
    mj_daemon_t *daemon;
    int64_t wake_at;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.deadline <= now) {
            step(realm, pool, daemon, MJ_EVENT_DEADLINE, now);
        }
    }
    decision = decide(pool, now);
    if (decision.starts > 0) {
        while (decision.starts-- > 0 && start_daemon(realm, pool, now)) {
        }
        decision = decide(pool, now);
    }
    wake_at = decision.wake_at;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        bool is_old = pool->plan.is_removed || daemon->generation != pool->plan.generation;
        if (is_old && (decision.drain_old || (decision.drain_unready && daemon->life.state == MJ_LIFE_STARTING))) {
            step(realm, pool, daemon, MJ_EVENT_DRAIN, now);
        }
        if (daemon->life.deadline < wake_at) {
            wake_at = daemon->life.deadline;
        }
    }
    if (decision.state != MJ_POOL_FREE) {
        show_state(realm, pool, decision.state, now);
    }
    return wake_at;
}

void mj_pool_daemon_speaks(mj_realm_t *realm, mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    if (!mj_daemon_read_lifecycle(daemon) || daemon->life.state != MJ_LIFE_STARTING) {
        return;
    }
    step(realm, pool, daemon, MJ_EVENT_READY, now);
    if (daemon->generation == pool->plan.generation) {
        mj_plan_ready(&pool->plan);
    }
    mj_log(pool->journal.fd, "info", MJLOGNO(0103) "pool %s pid %ld ready in %ld ms", pool->journal.pool, (long)daemon->child.pid,
           (long)((now - daemon->life.started_at) / 1000));
}

void mj_pool_daemon_exited(mj_realm_t *realm, mj_pool_t *pool, mj_daemon_t *daemon, int status, int64_t now)
{
    mj_daemon_t **link = &pool->daemons;
    mj_life_t life;
    unsigned generation = daemon->generation;

    mj_pool_daemon_speaks(realm, pool, daemon, now); /* its last words */
    life = daemon->life;
    step(realm, pool, daemon, MJ_EVENT_EXITED, now);
    while (*link != daemon) {
        link = &(*link)->next;
    }
    *link = daemon->next;
    mj_daemon_bury(daemon, status);

    if (life.is_ordered || generation != pool->plan.generation) {
        return;
    }
    if (life.ready_at == MJ_NEVER) {
        count_failed_start(pool, life.started_at, now);
    } else {
        mj_plan_ended(&pool->plan, life.ready_at, now);
    }
}

void mj_pool_stop(mj_realm_t *realm, mj_pool_t *pool, int64_t endless_us, int64_t now)
{
    mj_daemon_t *daemon;

    mj_pool_remove(pool);
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->times.shutdown_us == 0) {
            daemon->times.shutdown_us = endless_us;
        }
        step(realm, pool, daemon, MJ_EVENT_STOP, now);
        if (daemon->life.state == MJ_LIFE_TERMINATING && daemon->life.deadline == MJ_NEVER && endless_us > 0) {
            daemon->life.deadline = now + endless_us;
        }
    }
}

void mj_pool_show(mj_realm_t *realm, mj_pool_t *pool)
{
    const mj_daemon_t *daemon;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        show_slot(realm, pool, daemon);
    }
    pool->shown_state = MJ_POOL_FREE; /* so that the next turn shows the state, whatever it is */
}

void mj_pool_free(mj_realm_t *realm, mj_pool_t *pool)
{
    mj_board_set_pool(realm->board, pool->index, MJ_POOL_FREE, 0);
    if (pool->journal.fd != STDERR_FILENO) {
        close(pool->journal.fd);
    }
    apr_pool_destroy(pool->settings_mem);
    apr_pool_destroy(pool->mem);
}
