/* Lines in httpd's error log format, written to descriptors that httpd passed. */
#ifndef MJ_LOG_H
#define MJ_LOG_H

#include <stddef.h>
#include <sys/types.h>

#define MJLOGNO(n) "MJ" #n ": "

/** Takes over a log's descriptor: one that could block the supervisor (a pipe to a logger) is opened anew as non-blocking.
 *  @return the descriptor to write to; fd itself, or another one (fd is then closed) */
int mj_log_adopt(int fd);

/** Writes one line of the supervisor's own. level: info, warn, error …; format starts with MJLOGNO. */
void mj_log(int fd, const char *level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Writes one line that a daemon printed. line is escaped already. */
void mj_log_output(int fd, const char *level, pid_t pid, const char *pool, const char *line);

#endif
