/* What /proc tells of a daemon: how much memory it holds, and whether its JVM collects garbage. */
#ifndef MJ_VITALS_H
#define MJ_VITALS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** Resident memory of a process in bytes; 0 if it cannot be told. */
int64_t mj_vitals_resident(pid_t pid);

/** The CPU time, in clock ticks, that the threads have used which collect garbage: HotSpot's `VM Thread` and the collectors' own. In a
 *  long pause it grows; in a JVM that waits for a thread to reach a safepoint, is stopped or hangs, it does not. */
uint64_t mj_vitals_collector_ticks(pid_t pid);

/** How often the kernel has killed something on this machine for want of memory; 0 if it cannot be told. */
uint64_t mj_vitals_oom_kills(void);

/** The time of user and system in a line of /proc/PID/stat, in clock ticks; 0 if it is none. */
uint64_t mj_vitals_parse_ticks(const char *stat);

/** Whether a thread of that name collects garbage. */
bool mj_vitals_is_collector(const char *name);

#endif
