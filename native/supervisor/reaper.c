#include "reaper.h"

#include "strays.h"

#include <signal.h>
#include <sys/wait.h>

/* Children that are reaped at once: a fork bomb does not keep daemons waiting. */
#define REAPED_AT_ONCE 256

static mj_daemon_t *find_daemon(const mj_context_t *context, pid_t pid, mj_pool_t **pool)
{
    for (*pool = context->pools; *pool != NULL; *pool = (*pool)->next) {
        mj_daemon_t *daemon;
        for (daemon = (*pool)->daemons; daemon != NULL; daemon = daemon->next) {
            if (daemon->pid == pid) {
                return daemon;
            }
        }
    }
    return NULL;
}

/* What a daemon that is dead, but not reaped yet, has started. */
static void end_family(const mj_context_t *context, pid_t pid)
{
    kill(-pid, SIGKILL);
    mj_strays_end(context->pools, mj_archives_process(context->archives), pid);
}

/* While it is not reaped, its number and its group's belong to nobody else, and what it had
 * started in its group goes with it. */
static void take(mj_context_t *context, pid_t pid, int64_t now)
{
    mj_pool_t *pool;
    mj_daemon_t *daemon = find_daemon(context, pid, &pool);
    bool is_training = pid == mj_archives_process(context->archives);
    int status;

    if (daemon != NULL || is_training) {
        end_family(context, pid);
    }
    if (waitpid(pid, &status, WNOHANG) != pid) {
        return;
    }
    if (daemon != NULL) {
        mj_pool_daemon_exited(pool, daemon, &status, now);
    } else if (is_training) {
        mj_archives_ended(context->archives, context->config, status, now);
        mj_archives_tidy(context->archives, context->config, context->pools);
    }
}

/* What those that were reaped had started has come to us. */
static void end_strays(const mj_context_t *context)
{
    mj_strays_end(context->pools, mj_archives_process(context->archives), 0);
}

/* Whether a child can be reaped: pid, or any if that is 0. @return its pid, or 0 */
static pid_t find_reapable(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(pid > 0 ? P_PID : P_ALL, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? info.si_pid : 0;
}

void mj_reap(mj_context_t *context, int64_t now)
{
    pid_t pid;
    int count = 0;

    while (count < REAPED_AT_ONCE && (pid = find_reapable(0)) > 0) {
        take(context, pid, now);
        count++;
    }
    if (count > 0) {
        end_strays(context);
    }
    context->has_reapable = count == REAPED_AT_ONCE;
}

void mj_reap_dead(mj_context_t *context, pid_t pid, int64_t now)
{
    mj_pool_t *pool;
    mj_daemon_t *daemon;

    if (find_reapable(pid) == pid) {
        take(context, pid, now);
        end_strays(context);
        return;
    }
    daemon = find_daemon(context, pid, &pool);
    if (daemon != NULL) {
        end_family(context, pid);
        mj_pool_daemon_is_dead(pool, daemon, now);
    }
}
