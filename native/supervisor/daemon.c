#include "daemon_parts.h"

#include "archives.h"
#include "board.h"
#include "procfs.h"
#include "stale_sockets.h"

#include <apr_strings.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of what a daemon says that it has to do: the sum of many is a number still. */
#define MOST_REQUESTS 1000000

/* Where it is connected to. @return whether that fits a socket's address */
static bool place_socket(mj_daemon_t *daemon, const mj_daemon_start_t *start)
{
    const mj_listener_t *listener = start->listener;
    daemon->shares_socket = listener != NULL;
    if (listener != NULL) {
        memcpy(daemon->path, listener->path, sizeof(daemon->path));
        return true;
    }
    return mj_board_socket_path(daemon->path, sizeof(daemon->path), start->config->runtime_dir, start->spec->name, start->slot,
                                start->serial);
}

static mj_daemon_t *make(const mj_daemon_start_t *start, apr_pool_t *pool)
{
    apr_pool_t *mem;
    mj_daemon_t *daemon;

    apr_pool_create(&mem, pool);
    daemon = apr_pcalloc(mem, sizeof(*daemon));
    daemon->mem = mem;
    daemon->log = start->log;
    daemon->slot = start->slot;
    daemon->serial = start->serial;
    daemon->archives = start->archives;
    daemon->threads = start->spec->threads;
    daemon->settings = start->spec->settings;
    daemon->times = start->spec->times;
    daemon->limits = start->spec->limits;
    daemon->idle_at = MJ_LONG_AGO;
    daemon->serves.failed = "";
    return daemon;
}

static void begin(mj_daemon_t *daemon, const mj_daemon_start_t *start, const mj_spawned_t *child, int64_t now)
{
    const mj_span_t record = start->spec->record;
    mj_kin_t kin = {0};
    struct stat st;

    daemon->pid = child->pid;
    daemon->key = child->key;
    daemon->death.fd = child->pidfd;
    daemon->lifecycle.fd = child->lifecycle;
    daemon->out.fd = child->out;
    daemon->err.fd = child->err;
    daemon->serves.record = (mj_span_t){apr_pmemdup(daemon->mem, record.data, record.len), record.len};
    daemon->uid = start->spec->has_identity ? start->spec->uid : geteuid();
    (void)mj_procfs_kin(daemon->pid, &kin);
    daemon->born = kin.born;
    if (lstat(daemon->path, &st) == 0) {
        daemon->socket_dev = st.st_dev;
        daemon->socket_ino = st.st_ino;
    }
    mj_life_begin(&daemon->life, &daemon->times, now);
}

mj_daemon_t *mj_daemon_start(const mj_daemon_start_t *start, int64_t now, apr_pool_t *pool, char *why)
{
    mj_daemon_t *daemon = make(start, pool);
    const mj_spawn_t what = {.spec = start->spec,
                             .config = start->config,
                             .has_state = start->has_state,
                             .archive = start->archives != NULL ? start->archives->path : NULL,
                             .serial = start->serial,
                             .listener = start->listener != NULL ? start->listener->socket.fd : -1,
                             .path = daemon->path};
    mj_spawned_t child;
    const char *failed = "the path of its socket is too long";

    errno = 0;
    if (place_socket(daemon, start)) {
        failed = mj_spawn(&what, &child);
    }
    if (failed != NULL) {
        (void)snprintf(why, MJ_WHY_MAX, "%s%s%s", failed, errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
        apr_pool_destroy(daemon->mem);
        return NULL;
    }
    begin(daemon, start, &child, now);
    return daemon;
}

void mj_daemon_watch(mj_daemon_t *daemon, mj_poller_t *poller, mj_ready_fn *speaks, mj_ready_fn *died)
{
    mj_poller_add(poller, &daemon->lifecycle, daemon->lifecycle.fd, POLLIN, MJ_STAGE_DAEMONS, speaks, daemon);
    mj_daemon_watch_output(daemon, poller);
    mj_poller_add(poller, &daemon->death, daemon->death.fd, POLLIN, MJ_STAGE_DEATHS, died, daemon);
}

/* The next decimal number, up to most. @return false if there is none */
static bool read_number(const char **text, uint64_t most, uint64_t *number)
{
    char *end;
    if (**text < '0' || **text > '9') {
        return false;
    }
    *number = strtoull(*text, &end, 10);
    *number = *number < most ? *number : most;
    *text = *end == ' ' ? end + 1 : end;
    return true;
}

/* `IN_FLIGHT WAITING SERVED` */
static void take_load(mj_daemon_t *daemon, const char *text)
{
    uint64_t in_flight, waiting, served;
    if (read_number(&text, MOST_REQUESTS, &in_flight) && read_number(&text, MOST_REQUESTS, &waiting) &&
        read_number(&text, UINT64_MAX, &served)) {
        daemon->load = (mj_reported_load_t){(uint32_t)in_flight, (uint32_t)waiting, served};
    }
}

bool mj_daemon_receive(mj_daemon_t *daemon, mj_lifecycle_message_t *message)
{
    int n = daemon->lifecycle.fd < 0 ? -1 : mj_lifecycle_receive(daemon->lifecycle.fd, message, false);

    if (n <= 0) {
        if (daemon->lifecycle.fd >= 0 && (n == 0 || errno != EAGAIN)) {
            mj_polled_close(&daemon->lifecycle); /* it has closed its end: what it does from now on shows in how it exits */
        }
        return false;
    }
    daemon->watch.has_spoken = true;
    switch (message->type) {
    case MJ_LIFECYCLE_FAILED:
        memcpy(daemon->reason, message->text, sizeof(daemon->reason));
        break;
    case MJ_LIFECYCLE_LOAD:
        take_load(daemon, message->text);
        break;
    case MJ_LIFECYCLE_EXIT:
        daemon->has_called_exit = true;
        break;
    case MJ_LIFECYCLE_READY:
        if (daemon->life.state == MJ_LIFE_STARTING) {
            daemon->serves.failed = apr_pstrdup(daemon->mem, message->text);
        }
        break;
    case MJ_LIFECYCLE_RESTING:
        daemon->watch.is_resting = true;
        break;
    case MJ_LIFECYCLE_ALIVE:
        daemon->watch.is_resting = false;
        break;
    case MJ_LIFECYCLE_MOUNT:
        if (daemon->failed_mounts == NULL) {
            daemon->failed_mounts = apr_pcalloc(daemon->mem, sizeof(*daemon->failed_mounts));
        }
        mj_failed_mounts_take(daemon->failed_mounts, message->text);
        break;
    default:
        break;
    }
    return true;
}

const char *mj_daemon_is_cut_off(mj_daemon_t *daemon, bool by_connecting)
{
    struct stat st;
    if (daemon->path[0] == '\0') { /* nothing lies anywhere: it was inherited */
        return NULL;
    }
    if (lstat(daemon->path, &st) != 0) {
        return errno == ENOENT || errno == ENOTDIR ? apr_pstrcat(daemon->mem, "its socket ", daemon->path,
                                                                 " is gone (does something remove old files there?)", NULL)
                                                   : NULL;
    }
    if (st.st_dev != daemon->socket_dev || st.st_ino != daemon->socket_ino) {
        return apr_pstrcat(daemon->mem, "its socket ", daemon->path, " is gone, and something else is in its place", NULL);
    }
    return by_connecting && !daemon->shares_socket && mj_socket_is_stale(daemon->path) ? "it no longer listens at its socket"
                                                                                       : NULL;
}

bool mj_daemon_dump(const mj_daemon_t *daemon)
{
    return mj_procfs_catches(daemon->pid, SIGQUIT) && kill(daemon->pid, SIGQUIT) == 0;
}

void mj_daemon_ask(const mj_daemon_t *daemon)
{
    (void)mj_lifecycle_send(daemon->lifecycle.fd, MJ_LIFECYCLE_ASK, "", 0, false);
}

void mj_daemon_act(mj_daemon_t *daemon, mj_life_action_t action)
{
    switch (action) {
    case MJ_ACTION_DRAIN:
        /* One that cannot take it is ended by graceful-timeout. */
        (void)mj_lifecycle_send(daemon->lifecycle.fd, MJ_LIFECYCLE_DRAIN, "", 0, false);
        break;
    case MJ_ACTION_TERMINATE:
        kill(daemon->pid, SIGTERM);
        break;
    case MJ_ACTION_CUT_OFF: /* the JVM looks at them in this order */
        kill(daemon->pid, SIGQUIT);
        kill(daemon->pid, SIGTERM);
        break;
    case MJ_ACTION_DUMP:
        kill(daemon->pid, SIGQUIT);
        break;
    case MJ_ACTION_KILL:
        kill(daemon->pid, SIGKILL); /* by itself as well: it may not lead its group yet */
        kill(-daemon->pid, SIGKILL);
        break;
    default:
        break;
    }
}

void mj_daemon_reap(mj_daemon_t *daemon, const mj_end_t *end)
{
    mj_daemon_end_output(daemon, end->now);
    mj_daemon_log_end(daemon, end);
    if (!daemon->shares_socket) {
        unlink(daemon->path);
    }
    mj_polled_close(&daemon->lifecycle);
    mj_polled_close(&daemon->death);
    apr_pool_destroy(daemon->mem);
}
