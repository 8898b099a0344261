#include "daemon.h"

#include "archives.h"
#include "board.h"
#include "log.h"
#include "procfs.h"
#include "stale_sockets.h"
#include "text.h"

#include <apr_strings.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Bounds of what one daemon gets in a tick, so that a talkative one does not keep others waiting. */
#define READ_SIZE 8192
/* Lines that are left out cost time too: one that prints more than this in a second waits, in its write, until the second is over. */
#define DROPPED_MAX (UINT64_C(16) << 20)
/* Bound of what is read after its end: a process that it had started elsewhere may still hold the pipe and go on writing. */
#define READS_AFTER_END 32
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
    return mj_board_socket_path(daemon->path, sizeof(daemon->path), start->config->runtime_dir, start->spec->name, start->slot, start->serial);
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

static void read_out(void *context, short found, int64_t now)
{
    (void)found;
    (void)mj_daemon_read_output(context, false, now);
}

static void read_err(void *context, short found, int64_t now)
{
    (void)found;
    (void)mj_daemon_read_output(context, true, now);
}

void mj_daemon_watch(mj_daemon_t *daemon, mj_poller_t *poller, mj_ready_fn *speaks, mj_ready_fn *died)
{
    mj_poller_add(poller, &daemon->lifecycle, daemon->lifecycle.fd, POLLIN, MJ_STAGE_DAEMONS, speaks, daemon);
    mj_poller_add(poller, &daemon->out, daemon->out.fd, POLLIN, MJ_STAGE_DAEMONS, read_out, daemon);
    mj_poller_add(poller, &daemon->err, daemon->err.fd, POLLIN, MJ_STAGE_DAEMONS, read_err, daemon);
    mj_poller_add(poller, &daemon->death, daemon->death.fd, POLLIN, MJ_STAGE_DEATHS, died, daemon);
}

void mj_daemon_mute(mj_daemon_t *daemon, int64_t now)
{
    bool is_muted = mj_allowance_is_closed(&daemon->allowance, now) && daemon->allowance.bytes_left_out > DROPPED_MAX;
    mj_polled_pause(&daemon->out, is_muted);
    mj_polled_pause(&daemon->err, is_muted);
}

/* The JVM prints `# /path/hs_err_pid123.log` when it crashes. */
static void look_for_crash_report(mj_daemon_t *daemon, const char *line)
{
    char name[64];
    const char *path = strchr(line, '/'), *found;
    size_t len;

    (void)snprintf(name, sizeof(name), "hs_err_pid%ld.log", (long)daemon->pid);
    if (line[0] != '#' || path == NULL || (found = strstr(path, name)) == NULL) {
        return;
    }
    len = (size_t)(found - path) + strlen(name);
    if (len < sizeof(daemon->crash_report)) {
        memcpy(daemon->crash_report, path, len);
        daemon->crash_report[len] = '\0';
    }
}

int64_t mj_daemon_tell_left_out(mj_daemon_t *daemon, int64_t now)
{
    mj_allowance_t *allowance = &daemon->allowance;
    if (mj_allowance_has_news(allowance, now)) {
        mj_log(daemon->log->target, "warn", MJLOGNO(0130) "pool %s pid %ld: it prints more than %d KB a second: %" APR_UINT64_T_FMT " lines, %" APR_UINT64_T_FMT " KB, were left out",
               daemon->log->name, (long)daemon->pid, (int)(MJ_ALLOWANCE_RATE >> 10), allowance->lines_left_out,
               (allowance->bytes_left_out + 1023) >> 10);
        allowance->lines_left_out = 0;
        allowance->bytes_left_out = 0;
    }
    return allowance->lines_left_out > 0 ? allowance->closed_until : MJ_NEVER;
}

/* text: MJ_ESCAPED_SIZE(MJ_LINE_MAX) bytes, set to the line as it is logged */
static bool log_line(mj_daemon_t *daemon, const char *level, const char *line, size_t len, char *text)
{
    if (!mj_allowance_take(&daemon->allowance, len, daemon->read_at)) {
        return false;
    }
    (void)mj_daemon_tell_left_out(daemon, daemon->read_at);
    daemon->allowance.used += (int64_t)(mj_text_escape(text, line, len) - len); /* as it is written */
    look_for_crash_report(daemon, text);
    mj_log_output(daemon->log->target, level, daemon->pid, daemon->log->name, text);
    return true;
}

static void log_out_line(void *context, const char *line, size_t len)
{
    char text[MJ_ESCAPED_SIZE(MJ_LINE_MAX)];
    const mj_daemon_t *daemon = context;
    const mj_output_listener_t *listener;

    if (!log_line(context, "notice", line, len, text)) {
        return;
    }
    for (listener = *daemon->log->listeners; listener != NULL; listener = listener->next) {
        if (listener->serial == daemon->serial) {
            listener->hear(listener->context, text);
        }
    }
}

static void log_err_line(void *context, const char *line, size_t len)
{
    char text[MJ_ESCAPED_SIZE(MJ_LINE_MAX)];
    (void)log_line(context, "error", line, len, text);
}

bool mj_daemon_read_output(mj_daemon_t *daemon, bool is_error, int64_t now)
{
    char data[READ_SIZE];
    mj_polled_t *polled = is_error ? &daemon->err : &daemon->out;
    mj_lines_t *lines = is_error ? &daemon->err_lines : &daemon->out_lines;
    mj_line_fn *each = is_error ? log_err_line : log_out_line;
    ssize_t n;

    if (polled->fd < 0) {
        return false;
    }
    daemon->read_at = now;
    n = read(polled->fd, data, sizeof(data));
    if (n > 0) {
        mj_lines_feed(lines, data, (size_t)n, each, daemon);
        return true;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        mj_lines_end(lines, each, daemon);
        mj_polled_close(polled);
    }
    return false;
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
        return errno == ENOENT || errno == ENOTDIR
                   ? apr_pstrcat(daemon->mem, "its socket ", daemon->path, " is gone (does something remove old files there?)", NULL)
                   : NULL;
    }
    if (st.st_dev != daemon->socket_dev || st.st_ino != daemon->socket_ino) {
        return apr_pstrcat(daemon->mem, "its socket ", daemon->path, " is gone, and something else is in its place", NULL);
    }
    return by_connecting && !daemon->shares_socket && mj_socket_is_stale(daemon->path) ? "it listens at its socket no more" : NULL;
}

bool mj_daemon_dump(const mj_daemon_t *daemon)
{
    return mj_procfs_catches(daemon->pid, SIGQUIT) && kill(daemon->pid, SIGQUIT) == 0;
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

/* A JVM that SIGHUP, SIGINT or SIGTERM ends exits with 128 and its number, as System.exit may too. */
static int exit_signal(int status)
{
    int number = WIFEXITED(status) ? WEXITSTATUS(status) - 128 : 0;
    return number == SIGHUP || number == SIGINT || number == SIGTERM ? number : 0;
}

/* Whether the host has told that a signal ended the JVM: then its text is `signal N (NAME) from outside`. */
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
    bool is_own_exit = !end->is_held && daemon->has_called_exit && !life->is_ordered && life->timeout == NULL && WIFEXITED(end->status) &&
                       exit_signal(end->status) == 0;

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
    if (end->is_oom_kill && !end->is_held && !life->is_ordered && life->timeout == NULL && WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGKILL) {
        details = apr_pstrcat(daemon->mem, details, "; the kernel was out of memory and killed", NULL);
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

static void log_end(const mj_daemon_t *daemon, const mj_end_t *end)
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

void mj_daemon_reap(mj_daemon_t *daemon, const mj_end_t *end)
{
    int i;
    for (i = 0; i < READS_AFTER_END && mj_daemon_read_output(daemon, false, end->now); i++) {
    }
    for (i = 0; i < READS_AFTER_END && mj_daemon_read_output(daemon, true, end->now); i++) {
    }
    mj_lines_end(&daemon->out_lines, log_out_line, daemon);
    mj_lines_end(&daemon->err_lines, log_err_line, daemon);
    (void)mj_daemon_tell_left_out(daemon, MJ_NEVER);
    log_end(daemon, end);
    if (!daemon->shares_socket) {
        unlink(daemon->path);
    }
    mj_polled_close(&daemon->out);
    mj_polled_close(&daemon->err);
    mj_polled_close(&daemon->lifecycle);
    mj_polled_close(&daemon->death);
    apr_pool_destroy(daemon->mem);
}
