/* The line about the end of a daemon. */
#include "daemon_parts.h"

#include "procfs.h"

#include <apr_strings.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* A JVM that SIGHUP, SIGINT or SIGTERM ends exits with 128 and its number, as System.exit may
 * too. */
static int exit_signal(int status)
{
    int number = WIFEXITED(status) ? WEXITSTATUS(status) - 128 : 0;
    return number == SIGHUP || number == SIGINT || number == SIGTERM ? number : 0;
}

/* Whether the host has told that a signal ended the JVM: then its text is `signal N (NAME) from
 * outside`. */
static bool is_ended_from_outside(const mj_daemon_t *daemon, int status)
{
    char start[16];
    int number = exit_signal(status);

    (void)snprintf(start, sizeof(start), "signal %d (", number);
    return number != 0 && !daemon->life.is_ordered && strncmp(daemon->reason, start, strlen(start)) == 0;
}

/* What there is to say beyond the bare reason, as `: A; B`; empty if there is nothing. */
static const char *describe_details(const mj_daemon_t *daemon, const mj_end_t *end, const char *reason)
{
    const mj_life_t *life = &daemon->life;
    const char *details = "";
    /* A signal may have come before the host could tell: then nothing is said of System.exit. */
    bool is_own_exit = !end->is_held && daemon->has_called_exit && !life->is_ordered && life->timeout == NULL &&
                       WIFEXITED(end->status) && exit_signal(end->status) == 0;

    if (daemon->why != NULL && strcmp(daemon->why, reason) != 0) {
        details = apr_pstrcat(daemon->mem, details, "; ", daemon->why, NULL);
    }
    if (daemon->why_more != NULL) {
        details = apr_pstrcat(daemon->mem, details, "; ", daemon->why_more, NULL);
    }
    if (daemon->reason[0] != '\0' && !life->is_ordered && strcmp(daemon->reason, reason) != 0) {
        details = apr_pstrcat(daemon->mem, details, "; ", daemon->reason, NULL);
    } else if (is_own_exit) {
        details = apr_pstrcat(daemon->mem, details, "; System.exit", NULL);
    }
    if (end->is_oom_kill && !end->is_held && !life->is_ordered && life->timeout == NULL && WIFSIGNALED(end->status) &&
        WTERMSIG(end->status) == SIGKILL) {
        details = apr_pstrcat(daemon->mem, details, "; the kernel ran out of memory and killed it", NULL);
    }
    if (daemon->crash_report[0] != '\0') {
        details = apr_pstrcat(daemon->mem, details, "; see ", daemon->crash_report, NULL);
    }
    return *details == '\0' ? "" : apr_pstrcat(daemon->mem, ": ", details + 2, NULL);
}

/* As `2 d 3 h`, the two largest units. */
static const char *describe_time(apr_pool_t *pool, int64_t us)
{
    int64_t s = us / 1000000;
    if (s < 120) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT " s", s);
    }
    if (s < 7200) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT " min %" APR_INT64_T_FMT " s", s / 60, s % 60);
    }
    if (s < 172800) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT " h %" APR_INT64_T_FMT " min", s / 3600, s / 60 % 60);
    }
    return apr_psprintf(pool, "%" APR_INT64_T_FMT " d %" APR_INT64_T_FMT " h", s / 86400, s / 3600 % 24);
}

/* An option's name says more than how the process ended for it. */
static bool is_option(const char *why)
{
    return why != NULL && strchr(why, '-') != NULL && strchr(why, ' ') == NULL;
}

void mj_daemon_log_end(const mj_daemon_t *daemon, const mj_end_t *end)
{
    const mj_life_t *life = &daemon->life;
    /* Of an ordered end, a timeout has cut requests off, or a shutdown hook. */
    const char *level = !life->is_ordered ? "error" : life->timeout == NULL ? "info" : "warn";
    const char *reason, *fired = "";

    if (is_option(daemon->why)) {
        reason = daemon->why;
        fired = life->timeout == NULL ? "" : apr_pstrcat(daemon->mem, ", ", life->timeout, NULL);
    } else if (life->timeout != NULL) {
        reason = life->timeout;
    } else if (end->is_held) {
        reason = mj_procfs_holder(daemon->pid, daemon->mem);
    } else if (is_ended_from_outside(daemon, end->status)) {
        reason = daemon->reason;
    } else if (WIFSIGNALED(end->status)) {
        reason = apr_psprintf(daemon->mem, "signal %d", WTERMSIG(end->status));
    } else {
        reason = apr_psprintf(daemon->mem, "exit code %d", WEXITSTATUS(end->status));
    }
    mj_pool_log_write(daemon->log, level, MJLOGNO(0101), "pool %s pid %ld ended: %s%s%s (up %s, %" APR_UINT64_T_FMT " requests)",
                      daemon->log->name, (long)daemon->pid, reason, fired, describe_details(daemon, end, reason),
                      describe_time(daemon->mem, end->now - life->started_at), end->served);
}
