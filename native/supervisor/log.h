/* Lines for httpd's error logs: the main one, and those of virtual hosts. Written to descriptors
 * that httpd passed, or to syslog where httpd logs there. */
#ifndef MJ_LOG_H
#define MJ_LOG_H

#include "record.h"

#include <stddef.h>
#include <sys/types.h>

#define MJLOGNO(n) "MJ" #n ": "

/** Takes over a log's descriptor: one that could block the supervisor (a pipe to a logger) is
 * opened anew as non-blocking.
 *  @return the descriptor to write to; fd itself, or another one (fd is then closed) */
int mj_log_adopt(int fd);

/** A log; shared by whoever writes to it. */
typedef struct mj_log_t mj_log_t;

/** Makes a log that its caller holds.
 *  @param record what httpd says of it: `syslog-facility` and `syslog-tag` where it is syslog,
 *    `format` of ErrorLogFormat, `server`'s name; it may be empty
 *  @param fd -1 where there is none; adopted */
mj_log_t *mj_log_make(mj_span_t record, int fd);

/** Holds it too. @return log */
mj_log_t *mj_log_hold(mj_log_t *log);

/** Frees it when nobody holds it any more. */
void mj_log_release(mj_log_t *log);

/** The main log: stderr at first. Whoever is given it need not hold it. */
mj_log_t *mj_log_main(void);

/** Makes it the main log, and its descriptor stderr. Takes over what its caller holds of it. */
void mj_log_set_main(mj_log_t *log);

/** Writes one line of the supervisor's own. level: info, warn, error …; format starts with
 * MJLOGNO. */
void mj_log(mj_log_t *log, const char *level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Writes one line that a daemon printed. line is escaped already. */
void mj_log_output(mj_log_t *log, const char *level, pid_t pid, const char *pool, const char *line);

#endif
