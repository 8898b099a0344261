/* The machine's log, syslogd's or journald's. Never waits: a line that it does not take now is
 * lost. */
#ifndef MJ_SYSTEM_LOG_H
#define MJ_SYSTEM_LOG_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

typedef struct mj_system_log_t {
    const char *path; /**< of its socket: _PATH_LOG */
    int fd;           /**< -1: not connected */
} mj_system_log_t;

/** Sends one line; connects before, and once more if the daemon behind the socket is another one by
 * now.
 *  @param priority facility and severity, as syslog(3) takes them
 *  @param tag what the line is marked with, in front of [pid]
 *  @param at its time */
void mj_system_log_send(mj_system_log_t *log, int priority, const char *tag, pid_t pid, time_t at, const char *text, size_t len);

#endif
