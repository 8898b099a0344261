#include "log.h"

#include "lines.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX_MAX 256
#define MESSAGE_MAX 4096

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

/* [Mon Nov 23 21:16:32.123456 2026] [jvm:error] [pid 123] */
static size_t write_prefix(char *out, const char *level, pid_t pid, const char *pool)
{
    struct timespec now;
    struct tm local;
    char date[32], year[8];
    int n;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    (void)strftime(date, sizeof(date), "%a %b %d %H:%M:%S", &local);
    (void)strftime(year, sizeof(year), "%Y", &local);
    n = snprintf(out, PREFIX_MAX, "[%s.%06ld %s] [jvm:%s] [pid %ld] ", date, now.tv_nsec / 1000, year, level, (long)pid);
    if (pool != NULL) {
        n += snprintf(out + n, PREFIX_MAX - (size_t)n, "[pool %s] ", pool);
    }
    return (size_t)n;
}

/* One write() for each line, so that lines of several writers do not mix. A log that takes nothing more loses the line: waiting
 * for it would stop all pools. */
static void write_line(int fd, char *line, size_t len)
{
    ssize_t written;
    line[len++] = '\n';
    do {
        written = write(fd, line, len);
    } while (written < 0 && errno == EINTR);
}

void mj_log(int fd, const char *level, const char *format, ...)
{
    char message[MESSAGE_MAX];
    char line[PREFIX_MAX + MJ_ESCAPED_SIZE(MESSAGE_MAX) + 1];
    size_t len = write_prefix(line, level, getpid(), NULL);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    len += mj_text_escape(line + len, message, strlen(message));
    write_line(fd, line, len);
}

void mj_log_output(int fd, const char *level, pid_t pid, const char *pool, const char *text)
{
    char line[PREFIX_MAX + MJ_ESCAPED_SIZE(MJ_LINE_MAX) + 1];
    size_t len = write_prefix(line, level, pid, pool);
    size_t text_len = strlen(text);

    if (text_len > MJ_ESCAPED_SIZE(MJ_LINE_MAX) - 1) {
        text_len = MJ_ESCAPED_SIZE(MJ_LINE_MAX) - 1;
    }
    memcpy(line + len, text, text_len);
    write_line(fd, line, len + text_len);
}
