/* A line as ErrorLogFormat has it, of what the supervisor knows. Pure: the time is a parameter. */
#ifndef MJ_LOG_FORMAT_H
#define MJ_LOG_FORMAT_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

typedef struct mj_log_line_t {
    struct timespec at;
    int severity; /**< as syslog(3) counts: LOG_ERR … */
    pid_t pid;
    const char *server;  /**< the ServerName; NULL: none */
    const char *message; /**< without control characters, terminated */
} mj_log_line_t;

/** The name that httpd gives to a severity: "error", "warn" … */
const char *mj_log_severity_name(int severity);

/** The severity of that name; LOG_ERR if there is none. */
int mj_log_severity(const char *name);

/** httpd's own format: "[Mon Nov 23 21:16:32.123456 2026] [jvm:error] [pid 123] MESSAGE". */
#define MJ_LOG_FORMAT "[%{u}t] [%m:%l] [pid %P] %M"
/** The same for syslog, which has the time. */
#define MJ_LOG_FORMAT_SYSLOG "[%m:%l] [pid %P] %M"

/** Writes a line, without a newline, as httpd would: a field ends at a blank (`% ` marks one, `\ `
 * does not), and is left out where an item of it has no value. %t %l %m %M %P %T %v %V have one;
 * what belongs to a request, a connection or a source file has none.
 *  @param size of out; the line is cut to what fits, and is terminated
 *  @return its length; 0 if an item that the format requires (%+) has no value: then there is no
 *    line */
size_t mj_log_format(char *out, size_t size, const char *format, const mj_log_line_t *line);

#endif
