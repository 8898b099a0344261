#include "log.h"

#include "lines.h"
#include "log_format.h"
#include "system_log.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/* What a format puts around a message. */
#define FRAME_MAX 1024
#define MESSAGE_MAX 4096
#define POOL_MAX 256

struct mj_log_t {
    unsigned holders;
    int fd;       /* -1: syslog */
    int facility; /* of syslog */
    char *tag;
    char *format;
    char *server; /* NULL */
};

static mj_log_t standard_error = {.holders = 1, .fd = STDERR_FILENO, .format = (char[]){MJ_LOG_FORMAT}};
static mj_log_t *main_log = &standard_error;
static mj_system_log_t system_log = {.path = "/dev/log", .fd = -1};

int mj_log_adopt(int fd)
{
    struct stat st;
    char path[32];
    int own;

    if (fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode)) {
        return fd;
    }
    /* O_NONBLOCK belongs to the open file, which httpd shares: it takes an open file of our own. */
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (own < 0) {
        return fd;
    }
    close(fd);
    return own;
}

static char *copy(mj_span_t record, const char *name)
{
    mj_span_t value;
    char *text;

    if (!mj_record_find(record, name, &value) || (text = malloc(value.len + 1)) == NULL) {
        return NULL;
    }
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    return text;
}

mj_log_t *mj_log_make(mj_span_t record, int fd)
{
    mj_log_t *log = calloc(1, sizeof(*log));
    if (log == NULL) {
        abort(); /* as APR does */
    }
    log->holders = 1;
    log->facility = (int)mj_record_number(record, "syslog-facility", -1);
    log->tag = copy(record, "syslog-tag");
    log->format = copy(record, "format");
    log->server = copy(record, "server");
    log->fd = fd >= 0 ? mj_log_adopt(fd) : log->facility < 0 ? STDERR_FILENO : -1;
    return log;
}

mj_log_t *mj_log_hold(mj_log_t *log)
{
    log->holders++;
    return log;
}

void mj_log_release(mj_log_t *log)
{
    if (log == NULL || --log->holders > 0) {
        return;
    }
    if (log->fd > STDERR_FILENO) {
        close(log->fd);
    }
    free(log->tag);
    free(log->format);
    free(log->server);
    free(log);
}

mj_log_t *mj_log_main(void)
{
    return main_log;
}

void mj_log_set_main(mj_log_t *log)
{
    if (log->fd > STDERR_FILENO) {
        dup2(log->fd, STDERR_FILENO);
    }
    if (main_log != &standard_error) {
        mj_log_release(main_log);
    }
    main_log = log;
}

/* One write() for each line, so that lines of several writers do not mix. A log that takes nothing
 * more loses the line: waiting for it would stop all pools. */
static void write_line(const mj_log_t *log, const char *level, pid_t pid, const char *message)
{
    char text[FRAME_MAX + POOL_MAX + MJ_ESCAPED_SIZE(MJ_LINE_MAX) + 1];
    mj_log_line_t line = {.severity = mj_log_severity(level), .pid = pid, .server = log->server, .message = message};
    const char *format = log->format != NULL ? log->format : log->fd >= 0 ? MJ_LOG_FORMAT : MJ_LOG_FORMAT_SYSLOG;
    size_t len;

    (void)clock_gettime(CLOCK_REALTIME, &line.at);
    len = mj_log_format(text, sizeof(text) - 1, format, &line);
    if (len == 0) {
        return;
    }
    if (log->fd < 0) {
        mj_system_log_send(&system_log, log->facility | line.severity, log->tag != NULL ? log->tag : "httpd", getpid(),
                           line.at.tv_sec, text, len);
        return;
    }
    text[len++] = '\n';
    while (write(log->fd, text, len) < 0 && errno == EINTR) {
    }
}

void mj_log(mj_log_t *log, const char *level, const char *format, ...)
{
    char message[MESSAGE_MAX], escaped[MJ_ESCAPED_SIZE(MESSAGE_MAX)];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    (void)mj_text_escape(escaped, message, strlen(message));
    write_line(log, level, getpid(), escaped);
}

void mj_log_output(mj_log_t *log, const char *level, pid_t pid, const char *pool, const char *text)
{
    char message[POOL_MAX + MJ_ESCAPED_SIZE(MJ_LINE_MAX)];
    (void)snprintf(message, sizeof(message), "[pool %s] %s", pool, text);
    write_line(log, level, pid, message);
}
