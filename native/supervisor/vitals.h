/* What /proc tells of a daemon: how much memory it holds, and whether its JVM collects garbage. */
#ifndef MJ_VITALS_H
#define MJ_VITALS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** Resident memory of a process in bytes; 0 if it cannot be told. */
int64_t mj_vitals_resident(pid_t pid);

/** The threads of a JVM that collect garbage: HotSpot's `VM Thread` and the collectors' own. */
typedef struct mj_collector_t {
    uint64_t ticks;  /**< CPU time that they have used. In a long pause it grows; in a JVM that waits for a thread to reach a safepoint, is
                        stopped or hangs, it does not */
    bool is_running; /**< one of them runs, or wants to: the machine may be busy */
} mj_collector_t;

/** All zero if it cannot be told. */
mj_collector_t mj_vitals_collector(pid_t pid);

/** Whether a process catches a signal. A JVM does not catch SIGQUIT where -Xrs says so, nor does what is no JVM yet. */
bool mj_vitals_catches(pid_t pid, int number);

/** How often the kernel has killed something on this machine for want of memory; 0 if it cannot be told. */
uint64_t mj_vitals_oom_kills(void);

/** Adds a line of /proc/PID/stat, if it is one. */
void mj_vitals_add_thread(mj_collector_t *collector, const char *stat);

/** Whether a thread of that name collects garbage. */
bool mj_vitals_is_collector(const char *name);

#endif
