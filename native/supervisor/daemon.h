/* One daemon process: its descriptors, what it says, and its end. */
#ifndef MJ_DAEMON_H
#define MJ_DAEMON_H

#include "lines.h"
#include "spawn.h"

#define MJ_LIFECYCLE_MAX 1024

/** Where the lines about a pool go. */
typedef struct mj_journal_t {
    const char *pool;
    int fd;
} mj_journal_t;

typedef struct mj_daemon_t {
    struct mj_daemon_t *next;
    apr_pool_t *mem;
    const mj_journal_t *journal;
    unsigned generation;
    unsigned slot;
    uint32_t serial;
    unsigned threads;
    mj_life_t life;
    mj_life_times_t times;
    mj_child_t child; /**< descriptors are -1 once closed */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

    mj_lines_t out_lines;
    mj_lines_t err_lines;
    char reason[MJ_LIFECYCLE_MAX + 1]; /**< the last `F` */
    bool has_called_exit;              /**< `X` came */
    char crash_report[1024];           /**< path of hs_err_pidN.log, if one was named in its output */
} mj_daemon_t;

/** Room for why a daemon could not be started. */
#define MJ_WHY_MAX 256

/** Starts a daemon.
 *  @param journal outlives the daemon
 *  @param why MJ_WHY_MAX bytes, set on failure
 *  @return the daemon, or NULL */
mj_daemon_t *mj_daemon_start(const mj_program_t *program, const mj_site_t *site, unsigned slot, uint32_t serial,
                             const mj_journal_t *journal, int64_t now, apr_pool_t *pool, char *why);

/** Reads a bounded piece of what it printed, and logs the lines. is_error: its stderr. @return false if there is no more now */
bool mj_daemon_read_output(mj_daemon_t *daemon, bool is_error);

/** Reads a bounded number of its messages. @return true if `R` was among them */
bool mj_daemon_read_lifecycle(mj_daemon_t *daemon);

/** Carries out DRAIN, TERMINATE or KILL. */
void mj_daemon_act(mj_daemon_t *daemon, mj_life_action_t action);

/** Logs what it had still printed and the line about its end, removes its socket, and frees it. status is waitpid's. */
void mj_daemon_bury(mj_daemon_t *daemon, int status);

#endif
