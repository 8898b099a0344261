/* From the fork to the exec of a daemon: everything that gives up what the supervisor may do. Only
 * async-signal-safe calls. */
#ifndef MJ_PRIVILEGES_H
#define MJ_PRIVILEGES_H

#include "lifecycle_protocol.h"
#include "process_spec.h"

/** What becomes descriptors 0 to 4 of the daemon, in this order, each MJ_LIFECYCLE_FDS or higher in
 * the supervisor; and its arguments. */
typedef struct mj_inheritance_t {
    int listener;
    int out;
    int err;
    int lifecycle;
    int record;
    char *const *argv;
} mj_inheritance_t;

/** Turns the calling process, a child of the single-threaded supervisor, into the daemon
 * (LIFECYCLE.md, section 2). A failure is told on the lifecycle socket (`F`) and on stderr, and
 * ends the process. */
_Noreturn void mj_become_daemon(const mj_process_spec_t *spec, const mj_inheritance_t *given, pid_t supervisor);

#endif
