/* What the files of a daemon share: daemon.c is its process and what it says, daemon_output.c
 * what it prints, daemon_end.c the line about its end. */
#ifndef MJ_DAEMON_PARTS_H
#define MJ_DAEMON_PARTS_H

#include "daemon.h"

/** Has what it prints read and logged. */
void mj_daemon_watch_output(mj_daemon_t *daemon, mj_poller_t *poller);

/** It has ended: logs what it had still printed, and closes its pipes. */
void mj_daemon_end_output(mj_daemon_t *daemon, int64_t now);

/** Logs why it has ended. */
void mj_daemon_log_end(const mj_daemon_t *daemon, const mj_end_t *end);

#endif
