/* What a daemon prints: read from its pipes, cut into lines, bounded, and logged. */
#include "daemon_parts.h"

#include "log.h"
#include "log_format.h"
#include "text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What one daemon gets in a tick, so that a talkative one does not keep others waiting. */
#define READ_SIZE 8192
/* Lines that are left out cost time too: one that prints more than this in a second waits, in
 * its write, until the second is over. */
#define DROPPED_MAX (UINT64_C(16) << 20)
/* Bound of what is read after its end: a process that it had started elsewhere may still hold
 * the pipe and go on writing. */
#define READS_AFTER_END 32

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
        mj_log(daemon->log->target, "warn",
               MJLOGNO(0130) "pool %s pid %ld: it prints more than %d KB a second: %" APR_UINT64_T_FMT
                             " lines, %" APR_UINT64_T_FMT " KB, were left out",
               daemon->log->name, (long)daemon->pid, (int)(MJ_ALLOWANCE_RATE >> 10), allowance->lines_left_out,
               (allowance->bytes_left_out + 1023) >> 10);
        allowance->lines_left_out = 0;
        allowance->bytes_left_out = 0;
    }
    return allowance->lines_left_out > 0 ? allowance->closed_until : MJ_NEVER;
}

/* The level that a line names itself, as in sd-daemon(3): `<4>` is a warning. *line and *len are
 * then set to the rest. @return otherwise if it names none */
static const char *level_of(const char **line, size_t *len, const char *otherwise)
{
    const char *text = *line;

    if (*len < 3 || text[0] != '<' || text[1] < '3' || text[1] > '7' || text[2] != '>') {
        return otherwise;
    }
    *line += 3;
    *len -= 3;
    return mj_log_severity_name(text[1] - '0');
}

/* text: MJ_ESCAPED_SIZE(MJ_LINE_MAX) bytes, set to the line as it is logged */
static bool log_line(mj_daemon_t *daemon, const char *level, const char *line, size_t len, char *text)
{
    level = level_of(&line, &len, level);
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

/* Reads a piece. is_error: of its stderr. @return false if there is no more now */
static bool read_output(mj_daemon_t *daemon, bool is_error, int64_t now)
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

static void read_out(void *context, short found, int64_t now)
{
    (void)found;
    (void)read_output(context, false, now);
}

static void read_err(void *context, short found, int64_t now)
{
    (void)found;
    (void)read_output(context, true, now);
}

void mj_daemon_watch_output(mj_daemon_t *daemon, mj_poller_t *poller)
{
    mj_poller_add(poller, &daemon->out, daemon->out.fd, POLLIN, MJ_STAGE_DAEMONS, read_out, daemon);
    mj_poller_add(poller, &daemon->err, daemon->err.fd, POLLIN, MJ_STAGE_DAEMONS, read_err, daemon);
}

void mj_daemon_end_output(mj_daemon_t *daemon, int64_t now)
{
    int i;
    for (i = 0; i < READS_AFTER_END && read_output(daemon, false, now); i++) {
    }
    for (i = 0; i < READS_AFTER_END && read_output(daemon, true, now); i++) {
    }
    mj_lines_end(&daemon->out_lines, log_out_line, daemon);
    mj_lines_end(&daemon->err_lines, log_err_line, daemon);
    (void)mj_daemon_tell_left_out(daemon, MJ_NEVER);
    mj_polled_close(&daemon->out);
    mj_polled_close(&daemon->err);
}
