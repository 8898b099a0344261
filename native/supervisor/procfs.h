/* What /proc tells of processes: how much memory a daemon holds, whether its JVM collects garbage,
 * whose child somebody was. */
#ifndef MJ_PROCFS_H
#define MJ_PROCFS_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** Resident memory of a process in bytes, also of one whose first thread has ended; 0 if it cannot
 * be told. */
int64_t mj_procfs_resident(pid_t pid);

/** Microseconds that a process has used of the processor, and all that it has started and that has
 * not left it, ended or not; of MJ_FAMILY_MAX of them, whoever they are: they are an application
 * user's. 0 if it cannot be told. */
uint64_t mj_procfs_used_us(pid_t pid);

/** Microseconds that a process wanted a processor and had none, with those of all that it has
 * started and that live; of MJ_FAMILY_MAX of them. Of each, the thread that waited longest counts.
 * 0 where the kernel does not tell. */
uint64_t mj_procfs_waited_us(pid_t pid);

#define MJ_FAMILY_MAX 64

/** Where a process comes from. */
typedef struct mj_kin_t {
    uid_t uid;
    pid_t session;
    uint64_t born; /**< when it was forked, in ticks since the machine's start */
    bool is_dead;  /**< waits to be reaped */
} mj_kin_t;

/** @return false, and *kin untouched, if there is none of that number */
bool mj_procfs_kin(pid_t pid, mj_kin_t *kin);

/** Why a process that is dead, or was killed, cannot be reaped, as far as it can be told. */
const char *mj_procfs_holder(pid_t pid, apr_pool_t *pool);

/** The threads of a JVM that collect garbage: HotSpot's `VM Thread` and the collectors' own. */
typedef struct mj_collector_t {
    /** CPU time that they have used. In a long pause it grows; in a JVM that waits for a thread to
     * reach a safepoint, is stopped or hangs, it does not */
    uint64_t ticks;
    bool is_running; /**< one of them runs, or wants to: the machine may be busy */
} mj_collector_t;

/** All zero if it cannot be told. */
mj_collector_t mj_procfs_collector(pid_t pid);

/** Whether a process catches a signal. A JVM does not catch SIGQUIT where -Xrs says so, nor does
 * what is no JVM yet. */
bool mj_procfs_catches(pid_t pid, int number);

/** How often the kernel has killed something on this machine for want of memory; 0 if it cannot be
 * told. */
uint64_t mj_procfs_oom_kills(void);

/** Adds a line of /proc/PID/stat, if it is one. */
void mj_procfs_add_thread(mj_collector_t *collector, const char *stat);

/** Whether a thread of that name collects garbage. */
bool mj_procfs_is_collector(const char *name);

#endif
