/* What a pool's daemons say and do, and what becomes of them. */
#include "load_source.h"
#include "log.h"
#include "pool_parts.h"
#include "privileges.h"
#include "procfs.h"
#include "reaper.h"

#include <apr_strings.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define MESSAGES_PER_TICK 16

/* A daemon that serves and is of an older generation; NULL if there is none, or one of this
 * generation serves already. */
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

void mj_pool_count_failed_start(mj_pool_t *pool, int64_t started_at, bool is_lasting, int64_t now)
{
    static const char exclusive[] =
        "; this looks like something that only one process can have (a lock, a port, an embedded database), "
        "and the old process has it: with restart-order=stop-first the old one ends before the new one starts";
    bool is_refused = is_lasting && find_predecessor(pool) != NULL;
    bool is_exclusive = mj_failure_is_exclusive(pool->log.last_error);
    if (!mj_plan_start_failed(&pool->plan, started_at, is_refused, now)) {
        return;
    }
    if (is_refused) {
        mj_log(pool->log.target, "error",
               MJLOGNO(0112) "pool %s: the new generation cannot start, the old one goes on; the next change tries "
                             "again%s",
               pool->log.name, is_exclusive ? exclusive : "");
    } else if (mj_plan_is_down(&pool->plan)) {
        mj_log(pool->log.target, "error", MJLOGNO(0105) "pool %s failed to start %u times in a row; the next attempt is in %ld s",
               pool->log.name, pool->plan.failed_starts, (long)((pool->plan.retry_at - now) / SECOND));
    }
}

/* It has served its time; else something is wrong with it. */
static bool is_renewal(const char *why)
{
    return strcmp(why, "maximum-requests") == 0 || strcmp(why, "restart-interval") == 0;
}

/* It is to be replaced for what it did, why being an option's name: another starts, then it
 * drains. */
static void retire(mj_pool_t *pool, mj_daemon_t *daemon, const char *why, const char *more, int64_t now)
{
    if (daemon->life.state != MJ_LIFE_READY || daemon->is_retired) {
        return;
    }
    daemon->is_retired = true;
    daemon->why = apr_pstrdup(daemon->mem, why);
    daemon->why_more = *more == '\0' ? NULL : apr_pstrdup(daemon->mem, more);
    mj_pool_log_write(&pool->log, is_renewal(why) ? "info" : "error", MJLOGNO(0113), "pool %s pid %ld is replaced: %s%s%s",
                      pool->log.name, (long)daemon->pid, why, *more == '\0' ? "" : ": ", more);
    if (!is_renewal(why) && daemon->generation == pool->plan.generation) {
        mj_plan_ended(&pool->plan, daemon->life.ready_at, now);
    }
}

/* One that nobody can connect to serves nobody new: it is shown as draining at once, and what it
 * has is served to the end. */
static void look_for_way(mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    const char *wrong;
    if (daemon->life.state != MJ_LIFE_READY || now < daemon->reach_at) {
        return;
    }
    wrong = mj_daemon_is_cut_off(daemon, daemon->is_suspect);
    daemon->is_suspect = false;
    daemon->reach_at = now + MJ_REACH_PERIOD;
    if (wrong != NULL) {
        retire(pool, daemon, "not-reachable", wrong, now);
        mj_pool_step(pool, daemon, MJ_EVENT_DRAIN, now);
    }
}

static bool is_in_use(const mj_pool_t *pool, const mj_daemon_t *daemon)
{
    return daemon->life.state != MJ_LIFE_READY || pool->load->in_flight(pool, daemon) > 0;
}

void mj_pool_look_after(mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    char more[64];

    if (daemon->life.state == MJ_LIFE_STARTING && daemon->life.deadline <= now) {
        mj_life_prolong(&daemon->life, &daemon->times, (int64_t)mj_procfs_waited_us(daemon->pid));
    }
    if (daemon->life.deadline <= now) {
        mj_pool_step(pool, daemon, MJ_EVENT_DEADLINE, now);
        if (daemon->life.state == MJ_LIFE_GONE) {
            mj_pool_daemon_exited(pool, daemon, NULL, now);
            return;
        }
    }
    look_for_way(pool, daemon, now);
    if (daemon->life.state != MJ_LIFE_READY && daemon->life.state != MJ_LIFE_DRAINING) {
        return;
    }
    switch (mj_watch_look(&daemon->watch, &daemon->limits, daemon->pid, is_in_use(pool, daemon), now)) {
    case MJ_WATCH_SILENT:
        mj_pool_log_write(&pool->log, "error", MJLOGNO(0114),
                          "pool %s pid %ld is killed: deadlock-timeout: its JVM has not responded for %ld ms", pool->log.name,
                          (long)daemon->pid, (long)(daemon->watch.silent_us / 1000));
        mj_pool_step(pool, daemon, MJ_EVENT_SILENT, now);
        break;
    case MJ_WATCH_LARGE:
        (void)snprintf(more, sizeof(more), "%ld MB of %ld MB", (long)(daemon->watch.resident >> 20),
                       (long)(daemon->limits.memory >> 20));
        retire(pool, daemon, "memory-limit", more, now);
        break;
    case MJ_WATCH_ASK:
        mj_daemon_ask(daemon);
        break;
    case MJ_WATCH_OLD:
        retire(pool, daemon, "restart-interval", "", now);
        break;
    default:
        break;
    }
}

/* Reasons name the target. */
static const char *reason_of(const mj_daemon_t *daemon, mj_span_t target)
{
    const mj_failed_mounts_t *failed = daemon->failed_mounts;
    unsigned i;
    for (i = 0; failed != NULL && i < failed->count; i++) {
        const char *reason = failed->mounts[i].reason;
        if (memmem(reason, strlen(reason), target.data, target.len) != NULL) {
            return reason;
        }
    }
    return "";
}

/* Whether a generation that is about to take over serves all that the one before it does. */
static bool is_worse(mj_pool_t *pool, const mj_daemon_t *daemon)
{
    const mj_daemon_t *predecessor = daemon->generation == pool->plan.generation ? find_predecessor(pool) : NULL;
    mj_span_t target;
    const char *reason;

    if (predecessor == NULL || !mj_failures_lose(&predecessor->serves, &daemon->serves, &target)) {
        return false;
    }
    reason = reason_of(daemon, target);
    mj_pool_log_write(&pool->log, "error", MJLOGNO(0117), "pool %s: %.*s worked before and now fails to load%s%s", pool->log.name,
                      (int)target.len, target.data, *reason == '\0' ? "" : ": ", reason);
    return true;
}

static void hear_ready(mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    if (daemon->life.state != MJ_LIFE_STARTING) {
        return;
    }
    if (is_worse(pool, daemon)) {
        daemon->why = "refused";
        mj_pool_count_failed_start(pool, daemon->life.started_at, true, now);
        mj_pool_step(pool, daemon, MJ_EVENT_DRAIN, now);
        return;
    }
    mj_pool_step(pool, daemon, MJ_EVENT_READY, now);
    pool->vain_starts = 0;
    mj_watch_begin(&daemon->watch, &daemon->limits, (unsigned)random() % 1001, now);
    if (daemon->generation == pool->plan.generation) {
        mj_plan_ready(&pool->plan);
    }
    mj_log(pool->log.target, "info", MJLOGNO(0103) "pool %s pid %ld ready in %ld ms", pool->log.name, (long)daemon->pid,
           (long)((now - daemon->life.started_at) / 1000));
}

/* `maximum-requests: 1000 requests`, `request-timeout: GET /x …` */
static void hear_replacement_request(mj_pool_t *pool, mj_daemon_t *daemon, char *text, int64_t now)
{
    char *colon = strstr(text, ": ");
    if (colon != NULL) {
        *colon = '\0';
    }
    retire(pool, daemon, text, colon != NULL ? colon + 2 : "", now);
}

/* `FINGERPRINT PATH` */
static void hear_change(mj_pool_t *pool, const char *text, int64_t now)
{
    const char *path = strchr(text, ' ');
    if (pool->plan.is_removed || pool->plan.is_idle || !mj_changes_take(&pool->changes, text, now)) {
        return;
    }
    mj_pool_roll_soon(pool, path != NULL ? path + 1 : text, " has changed", now);
}

/* `HASH REASON`: the daemon has logged it; here it becomes the pool's last error. */
static void hear_mount(mj_pool_t *pool, const char *text)
{
    const char *reason = strchr(text, ' ');
    if (reason != NULL) {
        mj_pool_log_note(&pool->log, reason + 1);
    }
}

/* Takes the messages of the daemon that are waiting. */
static void take_messages(mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    mj_lifecycle_message_t message;
    int i;

    for (i = 0; i < MESSAGES_PER_TICK && mj_daemon_receive(daemon, &message); i++) {
        switch (message.type) {
        case MJ_LIFECYCLE_READY:
            hear_ready(pool, daemon, now);
            break;
        case MJ_LIFECYCLE_WORKING:
            mj_life_goes_on(&daemon->life, &daemon->times, now);
            break;
        case MJ_LIFECYCLE_REPLACE:
            hear_replacement_request(pool, daemon, message.text, now);
            break;
        case MJ_LIFECYCLE_CHANGED:
            hear_change(pool, message.text, now);
            break;
        case MJ_LIFECYCLE_IDLE:
            daemon->idle_at = now;
            break;
        case MJ_LIFECYCLE_MOUNT:
            hear_mount(pool, message.text);
            break;
        case MJ_LIFECYCLE_NO_ARCHIVE:
            if (daemon->archives != NULL) {
                mj_archives_doubt(daemon->archives, now);
            }
            break;
        default:
            break;
        }
    }
    if (daemon->lifecycle.fd < 0) {
        mj_pool_step(pool, daemon, MJ_EVENT_LEFT, now);
    }
}

static void on_messages(void *context, short found, int64_t now)
{
    mj_daemon_t *daemon = context;
    (void)found;
    take_messages(daemon->pool, daemon, now);
}

static void on_death(void *context, short found, int64_t now)
{
    const mj_daemon_t *daemon = context;
    (void)found;
    mj_reap_dead(daemon->pool->context, daemon->pid, now);
}

void mj_pool_watch(mj_pool_t *pool, mj_daemon_t *daemon)
{
    daemon->pool = pool;
    mj_daemon_watch(daemon, pool->context->poller, on_messages, on_death);
}

void mj_pool_daemon_is_dead(mj_pool_t *pool, mj_daemon_t *daemon, int64_t now)
{
    mj_pool_step(pool, daemon, MJ_EVENT_DEAD, now);
    mj_pool_daemon_exited(pool, daemon, NULL, now);
}

/* Who kills it, the kernel for want of memory for instance, says nothing about what it was made of;
 * nor does what keeps the launcher from being executed, a user's limit of processes for
 * instance. */
static bool is_of_the_machine(const mj_end_t *end, const mj_life_t *life)
{
    bool is_killed = (end->is_held || (WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGKILL)) && life->timeout == NULL;
    return is_killed || (WIFEXITED(end->status) && WEXITSTATUS(end->status) == MJ_LIFECYCLE_NOT_STARTED);
}

void mj_pool_daemon_exited(mj_pool_t *pool, mj_daemon_t *daemon, const int *status, int64_t now)
{
    mj_daemon_t **link = &pool->daemons;
    mj_life_t life;
    unsigned generation = daemon->generation;
    bool was_retired = daemon->is_retired;
    mj_end_t end = {.status = status != NULL ? *status : 0, .is_held = status == NULL, .now = now};

    take_messages(pool, daemon, now); /* its last words */
    life = daemon->life;
    end.served = pool->load->served(pool, daemon);
    if (WIFSIGNALED(end.status)) {
        uint64_t oom_kills = mj_procfs_oom_kills();
        end.is_oom_kill = oom_kills > pool->context->oom_kills;
        pool->context->oom_kills = oom_kills;
    }
    mj_pool_step(pool, daemon, MJ_EVENT_EXITED, now);
    while (*link != daemon) {
        link = &(*link)->next;
    }
    *link = daemon->next;
    mj_daemon_reap(daemon, &end);

    if (life.ready_at == MJ_NEVER) {
        pool->vain_starts++;
    }
    if (life.is_ordered || was_retired || generation != pool->plan.generation) {
        return;
    }
    if (life.ready_at == MJ_NEVER) {
        mj_pool_count_failed_start(pool, life.started_at, !is_of_the_machine(&end, &life), now);
    } else {
        mj_plan_ended(&pool->plan, life.ready_at, now);
    }
}
