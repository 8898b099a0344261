#include "pool.h"

#include "log.h"
#include "state.h"
#include "vitals.h"

#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
#define MESSAGES_PER_TURN 16
/* An idle daemon says so every second. */
#define IDLE_IS_RECENT (5 * SECOND / 2)
/* Changed targets start a new generation this often at most: several files are often changed together, and nobody may keep root forking. */
#define ROLL_PERIOD SECOND

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
    pool->journal.listeners = &realm->listeners;
    pool->index = program->index;
    pool->roll_at = MJ_NEVER;
    pool->rolled_at = -ROLL_PERIOD;
    mj_plan_begin(&pool->plan, program->processes, program->processes_max, program->stop_first);
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
        mj_plan_renew(&pool->plan, program->processes, program->processes_max, program->stop_first);
        pool->roll_at = MJ_NEVER;
    }
    take_settings(pool, program, settings_mem, log_fd);
}

static void renew(mj_pool_t *pool)
{
    mj_plan_renew(&pool->plan, pool->program->processes, pool->program->processes_max, pool->program->stop_first);
    pool->roll_at = MJ_NEVER;
}

static void log_roll(const mj_pool_t *pool, const char *what, const char *why)
{
    mj_log(pool->journal.fd, "info", MJLOGNO(0111) "pool %s rolls: %s%s", pool->journal.pool, what, why);
}

void mj_pool_roll(mj_pool_t *pool, const char *why)
{
    log_roll(pool, why, "");
    pool->plan.is_idle = false;
    renew(pool);
}

void mj_pool_call(mj_pool_t *pool)
{
    pool->plan.is_idle = false;
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
    renew(pool);
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        step(realm, pool, daemon, MJ_EVENT_DRAIN, now);
    }
}

void mj_pool_drain(mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    mj_daemon_t *daemon;
    pool->plan.is_idle = true;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->why == NULL) {
            daemon->why = "drained";
        }
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

static bool is_old(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    return daemon->is_condemned || daemon->generation != pool->plan.generation;
}

/* A daemon that serves and is of an older generation; NULL if there is none, or one of this generation serves already. */
static const mj_daemon_t *find_predecessor(const mj_pool_t *pool)
{
    const mj_daemon_t *daemon, *found = NULL;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_READY && daemon->generation == pool->plan.generation) {
            return NULL;
        }
        if (daemon->life.state == MJ_LIFE_READY) {
            found = daemon;
        }
    }
    return found;
}

/* is_lasting: it would most likely fail again, so that the older generation, where there is one, stays until something changes. */
static void count_failed_start(mj_pool_t *pool, int64_t started_at, bool is_lasting, int64_t now)
{
    bool is_refused = is_lasting && find_predecessor(pool) != NULL;
    if (!mj_plan_start_failed(&pool->plan, started_at, is_refused, now)) {
        return;
    }
    if (is_refused) {
        mj_log(pool->journal.fd, "error", MJLOGNO(0112) "pool %s: the new generation cannot start, the old one goes on; the next change tries again",
               pool->journal.pool);
    } else if (mj_plan_is_down(&pool->plan)) {
        mj_log(pool->journal.fd, "error", MJLOGNO(0105) "pool %s failed to start %u times in a row; the next try is in %ld s",
               pool->journal.pool, pool->plan.failed_starts, (long)((pool->plan.retry_at - now) / SECOND));
    }
}

/* The pool does not stop for want of the folder; nor does every start say so again. */
static bool has_state(mj_pool_t *pool)
{
    const mj_program_t *program = pool->program;
    bool lacked = pool->lacks_state;
    char why[MJ_WHY_MAX];

    if (program->state_dir == NULL) {
        return false;
    }
    pool->lacks_state = !mj_state_make(program->state_dir, program->name, program->has_identity ? program->uid : geteuid(),
                                       program->gid, why, sizeof(why));
    if (pool->lacks_state && !lacked) {
        mj_log(pool->journal.fd, "warn", MJLOGNO(0143) "pool %s goes without its state folder %s: %s", program->name,
               program->argv_with_state[2], why);
    }
    return !pool->lacks_state;
}

static bool start_daemon(mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    char why[MJ_WHY_MAX];
    mj_daemon_t *daemon = mj_daemon_start(pool->program, realm->site, has_state(pool), find_free_slot(pool),
                                          realm->next_serial++, &pool->journal, now, pool->mem, why);
    if (daemon == NULL) {
        mj_journal_log(&pool->journal, "error", MJLOGNO(0104), "pool %s could not start a daemon: %s", pool->journal.pool, why);
        count_failed_start(pool, now, false, now);
        return false;
    }
    daemon->generation = pool->plan.generation;
    daemon->next = pool->daemons;
    pool->daemons = daemon;
    show_slot(realm, pool, daemon);
    mj_log(pool->journal.fd, "info", MJLOGNO(0102) "pool %s pid %ld started", pool->journal.pool, (long)daemon->child.pid);
    return true;
}

static mj_load_t look_at_load(const mj_realm_t *realm, const mj_pool_t *pool)
{
    mj_load_t load = {.waiting = mj_board_waiting(realm->board, pool->index), .threads = pool->program->threads};
    const mj_daemon_t *daemon;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        load.in_flight += mj_board_in_flight(realm->board, pool->index, daemon->slot);
    }
    return load;
}

static mj_decision_t decide(const mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    mj_member_t members[MJ_BOARD_SLOTS];
    const mj_load_t load = look_at_load(realm, pool);
    const mj_daemon_t *daemon;
    unsigned count = 0;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        members[count++] = (mj_member_t){daemon->life.state, daemon->generation, daemon->is_condemned, daemon->life.started_at,
                                         daemon->life.ready_at};
    }
    return mj_plan_decide(&pool->plan, members, count, &load, now);
}

/* It has served its time; else something is wrong with it. */
static bool is_renewal(const char *why)
{
    return strcmp(why, "maximum-requests") == 0 || strcmp(why, "restart-interval") == 0;
}

/* It is to be replaced for what it did, why being an option's name: another starts, then it drains. */
static void condemn(mj_pool_t *pool, mj_daemon_t *daemon, const char *why, const char *more, int64_t now)
{
    if (daemon->life.state != MJ_LIFE_READY || daemon->is_condemned) {
        return;
    }
    daemon->is_condemned = true;
    daemon->why = apr_pstrdup(daemon->mem, why);
    daemon->why_more = *more == '\0' ? NULL : apr_pstrdup(daemon->mem, more);
    mj_journal_log(&pool->journal, is_renewal(why) ? "info" : "error", MJLOGNO(0113), "pool %s pid %ld is replaced: %s%s%s",
                   pool->journal.pool, (long)daemon->child.pid, why, *more == '\0' ? "" : ": ", more);
    if (!is_renewal(why) && daemon->generation == pool->plan.generation) {
        mj_plan_ended(&pool->plan, daemon->life.ready_at, now);
    }
}

static void look_after(const mj_realm_t *realm, mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    char more[64];

    if (daemon->life.deadline <= now) {
        step(realm, pool, daemon, MJ_EVENT_DEADLINE, now);
    }
    if (daemon->life.state != MJ_LIFE_READY && daemon->life.state != MJ_LIFE_DRAINING) {
        return;
    }
    switch (mj_watch_look(&daemon->watch, &daemon->limits, daemon->child.pid, now)) {
    case MJ_WATCH_SILENT:
        mj_journal_log(&pool->journal, "error", MJLOGNO(0114), "pool %s pid %ld is killed: deadlock-timeout: its JVM has said nothing for %ld ms",
                         pool->journal.pool, (long)daemon->child.pid, (long)(daemon->watch.silent_us / 1000));
        step(realm, pool, daemon, MJ_EVENT_SILENT, now);
        break;
    case MJ_WATCH_LARGE:
        (void)snprintf(more, sizeof(more), "%ld MB of %ld MB", (long)(daemon->watch.resident >> 20), (long)(daemon->limits.memory >> 20));
        condemn(pool, daemon, "memory-limit", more, now);
        break;
    case MJ_WATCH_OLD:
        condemn(pool, daemon, "restart-interval", "", now);
        break;
    default:
        break;
    }
}

/* Whether every daemon that serves has said lately that nothing happens. */
static bool is_idle(const mj_pool_t *pool, const mj_load_t *load, int64_t now)
{
    const mj_daemon_t *daemon;
    bool has_any = false;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_STARTING || (daemon->life.state == MJ_LIFE_READY && now - daemon->idle_at > IDLE_IS_RECENT)) {
            return false;
        }
        has_any = has_any || daemon->life.state == MJ_LIFE_READY;
    }
    return has_any && load->waiting == 0 && load->in_flight == 0;
}

static void rest_if_idle(const mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    mj_load_t load;
    if (pool->plan.is_removed || (pool->program->limits.idle_us == 0 && !pool->plan.is_idle)) {
        return;
    }
    load = look_at_load(realm, pool);
    if (pool->plan.is_idle && load.waiting > 0) {
        pool->plan.is_idle = false;
    } else if (!pool->plan.is_idle && is_idle(pool, &load, now)) {
        pool->plan.is_idle = true;
        mj_log(pool->journal.fd, "info", MJLOGNO(0115) "pool %s stops: idle-timeout; the next request starts it", pool->journal.pool);
    }
}

/* The one that is to drain next: the fewest requests in flight, of equal ones the last slot, which is asked last. */
static mj_daemon_t *choose(const mj_realm_t *realm, const mj_pool_t *pool, bool of_old)
{
    mj_daemon_t *daemon, *chosen = NULL;
    uint32_t least = UINT32_MAX;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        uint32_t in_flight = mj_board_in_flight(realm->board, pool->index, daemon->slot);
        if (daemon->life.state != MJ_LIFE_READY || is_old(pool, daemon) != of_old) {
            continue;
        }
        if (chosen == NULL || in_flight < least || (in_flight == least && daemon->slot > chosen->slot)) {
            chosen = daemon;
            least = in_flight;
        }
    }
    return chosen;
}

static void drain(const mj_realm_t *realm, mj_pool_t *pool, bool of_old, unsigned count, int64_t now)
{
    mj_daemon_t *daemon;
    for (; count > 0 && (daemon = choose(realm, pool, of_old)) != NULL; count--) {
        if (daemon->why == NULL) {
            daemon->why = pool->plan.is_removed ? "removed" : pool->plan.is_idle ? "idle-timeout" : of_old ? "replaced" : "surplus";
        }
        step(realm, pool, daemon, MJ_EVENT_DRAIN, now);
    }
}

static void drain_unready(const mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    mj_daemon_t *daemon;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_STARTING && (pool->plan.is_removed || pool->plan.is_idle || is_old(pool, daemon))) {
            daemon->why = "replaced";
            step(realm, pool, daemon, MJ_EVENT_DRAIN, now);
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
            mj_log(pool->journal.fd, "info", MJLOGNO(0116) "pool %s: generation %u has taken over", pool->journal.pool, pool->plan.generation);
        }
        pool->serving = pool->plan.generation;
    }
}

static void show_error(const mj_realm_t *realm, mj_pool_t *pool)
{
    if (pool->journal.has_new_error) {
        mj_board_set_error(realm->board, pool->index, pool->journal.last_error, apr_time_now());
        pool->journal.has_new_error = false;
    }
}

int64_t mj_pool_turn(mj_realm_t *realm, mj_pool_t *pool, int64_t now)
{
    mj_decision_t decision;
    mj_daemon_t *daemon;
    int64_t wake_at;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        look_after(realm, pool, daemon, now);
    }
    if (pool->roll_at <= now) {
        pool->rolled_at = now;
        renew(pool);
    }
    rest_if_idle(realm, pool, now);
    decision = decide(realm, pool, now);
    if (decision.starts > 0) {
        while (decision.starts-- > 0 && start_daemon(realm, pool, now)) {
        }
        decision = decide(realm, pool, now);
    }
    drain(realm, pool, true, decision.drain_old, now);
    drain(realm, pool, false, decision.drain_surplus, now);
    if (decision.drain_unready) {
        drain_unready(realm, pool, now);
    }
    note_takeover(pool);
    show_error(realm, pool);
    if (decision.state != MJ_POOL_FREE) {
        show_state(realm, pool, decision.state, now);
    }
    wake_at = decision.wake_at < pool->roll_at ? decision.wake_at : pool->roll_at;
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        bool is_watched = daemon->life.state == MJ_LIFE_READY || daemon->life.state == MJ_LIFE_DRAINING;
        int64_t next = is_watched ? mj_watch_next(&daemon->watch) : MJ_NEVER;
        next = daemon->life.deadline < next ? daemon->life.deadline : next;
        wake_at = next < wake_at ? next : wake_at;
    }
    return wake_at;
}

/* Whether a generation that is about to take over serves all that the one before it does. */
static bool is_worse(mj_pool_t *pool, const mj_daemon_t *daemon)
{
    const mj_daemon_t *predecessor = daemon->generation == pool->plan.generation ? find_predecessor(pool) : NULL;
    mj_span_t target;

    if (predecessor == NULL || !mj_failures_lose(&predecessor->serves, &daemon->serves, &target)) {
        return false;
    }
    mj_journal_log(&pool->journal, "error", MJLOGNO(0117), "pool %s: %.*s worked and fails to load now", pool->journal.pool, (int)target.len,
                     target.data);
    return true;
}

static void hear_ready(mj_realm_t *realm, mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    if (daemon->life.state != MJ_LIFE_STARTING) {
        return;
    }
    if (is_worse(pool, daemon)) {
        daemon->why = "refused";
        count_failed_start(pool, daemon->life.started_at, true, now);
        step(realm, pool, daemon, MJ_EVENT_DRAIN, now);
        return;
    }
    step(realm, pool, daemon, MJ_EVENT_READY, now);
    mj_watch_begin(&daemon->watch, &daemon->limits, (unsigned)random() % 1001, now);
    if (daemon->generation == pool->plan.generation) {
        mj_plan_ready(&pool->plan);
    }
    mj_log(pool->journal.fd, "info", MJLOGNO(0103) "pool %s pid %ld ready in %ld ms", pool->journal.pool, (long)daemon->child.pid,
           (long)((now - daemon->life.started_at) / 1000));
}

/* `maximum-requests: 1000 requests`, `request-timeout: GET /x …` */
static void hear_wish(mj_pool_t *pool, mj_daemon_t *daemon, char *text, int64_t now)
{
    char *colon = strstr(text, ": ");
    if (colon != NULL) {
        *colon = '\0';
    }
    condemn(pool, daemon, text, colon != NULL ? colon + 2 : "", now);
}

/* `FINGERPRINT PATH` */
static void hear_change(mj_pool_t *pool, const char *text, int64_t now)
{
    const char *path = strchr(text, ' ');
    if (pool->plan.is_removed || pool->plan.is_idle || !mj_changes_take(&pool->changes, text, now)) {
        return;
    }
    log_roll(pool, path != NULL ? path + 1 : text, " has changed");
    if (pool->roll_at == MJ_NEVER) {
        pool->roll_at = now > pool->rolled_at + ROLL_PERIOD ? now : pool->rolled_at + ROLL_PERIOD;
    }
}

void mj_pool_daemon_speaks(mj_realm_t *realm, mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    char text[MJ_LIFECYCLE_MAX], type;
    int i;

    for (i = 0; i < MESSAGES_PER_TURN && (type = mj_daemon_hear(daemon, text)) != 0; i++) {
        switch (type) {
        case 'R':
            hear_ready(realm, pool, daemon, now);
            break;
        case 'O':
            hear_wish(pool, daemon, text, now);
            break;
        case 'C':
            hear_change(pool, text, now);
            break;
        case 'I':
            daemon->idle_at = now;
            break;
        default:
            break;
        }
    }
}

void mj_pool_daemon_exited(mj_realm_t *realm, mj_pool_t *pool, mj_daemon_t *daemon, int status, int64_t now)
{
    mj_daemon_t **link = &pool->daemons;
    mj_life_t life;
    unsigned generation = daemon->generation;
    bool was_condemned = daemon->is_condemned;
    mj_end_t end = {.status = status, .now = now};

    mj_pool_daemon_speaks(realm, pool, daemon, now); /* its last words */
    life = daemon->life;
    end.served = mj_board_served(realm->board, pool->index, daemon->slot);
    if (WIFSIGNALED(status)) {
        uint64_t oom_kills = mj_vitals_oom_kills();
        end.is_oom_kill = oom_kills > realm->oom_kills;
        realm->oom_kills = oom_kills;
    }
    step(realm, pool, daemon, MJ_EVENT_EXITED, now);
    while (*link != daemon) {
        link = &(*link)->next;
    }
    *link = daemon->next;
    mj_daemon_bury(daemon, &end);

    if (life.is_ordered || was_condemned || generation != pool->plan.generation) {
        return;
    }
    if (life.ready_at == MJ_NEVER) {
        count_failed_start(pool, life.started_at, true, now);
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

mj_outcome_t mj_pool_outcome(const mj_pool_t *pool, unsigned generation)
{
    const mj_plan_t *plan = &pool->plan;
    const mj_daemon_t *daemon;
    unsigned ready = 0;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        ready += daemon->life.state == MJ_LIFE_READY && daemon->generation == plan->generation;
    }
    if (plan->is_idle || (pool->serving == plan->generation && plan->generation >= generation && ready >= plan->scale.wanted)) {
        return MJ_OUTCOME_SERVES;
    }
    return plan->is_refused || plan->failed_starts > 0 ? MJ_OUTCOME_FAILED : MJ_OUTCOME_OPEN;
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
