/* One daemon process: its descriptors, what it says, and its end. */
#ifndef MJ_DAEMON_H
#define MJ_DAEMON_H

#include "admission.h"
#include "allowance.h"
#include "failures.h"
#include "lifecycle_protocol.h"
#include "lines.h"
#include "listener.h"
#include "poller.h"
#include "pool_log.h"
#include "spawn.h"

/** What a daemon last said that it has to do; all 0 if it does not. */
typedef struct mj_reported_load_t {
    uint32_t in_flight;
    uint32_t waiting;
    uint64_t served;
} mj_reported_load_t;

typedef struct mj_daemon_t {
    struct mj_daemon_t *next;
    struct mj_pool_t *pool;
    apr_pool_t *mem;
    mj_pool_log_t *log;
    unsigned generation;
    unsigned slot;
    uint32_t serial;
    unsigned threads;
    uint16_t settings; /**< the fingerprint of those that it was started with */
    uid_t uid;
    pid_t pid;
    bool is_retired;    /**< it is to be replaced */
    bool shares_socket; /**< the pool has one for all its daemons */
    bool is_suspect;    /**< a request wants a daemon of the pool: perhaps because it could not connect */
    uint64_t born;      /**< as in mj_kin_t */
    mj_life_t life;
    mj_life_times_t times;
    mj_limits_t limits;
    mj_effort_t effort;                /**< until it is ready */
    mj_watch_t watch;                  /**< from when it is ready */
    mj_served_t serves;                /**< complete when it is ready */
    mj_failed_mounts_t *failed_mounts; /**< NULL: none has ever failed */
    const char *why;                   /**< it was told to end, or is retired: an option's name, or in words; NULL */
    const char *why_more;              /**< details; NULL */
    mj_reported_load_t load;
    int64_t idle_at;                   /**< when it last said that it is idle; MJ_LONG_AGO: it has not */
    struct mj_archive_set_t *archives; /**< from which it was started, if they were there; NULL */
    mj_key_t key;                      /**< what httpd shows when it connects */
    mj_polled_t lifecycle;
    mj_polled_t out;
    mj_polled_t err;
    mj_polled_t death; /**< its pidfd, if one could be had: readable when it is dead, even while somebody traces it */
    /** where it is connected to; "": nobody knows but who has made the socket */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    dev_t socket_dev; /**< what lies at path */
    ino_t socket_ino;
    int64_t reach_at; /**< when the way to it is looked at next, if anything happens then */

    mj_lines_t out_lines;
    mj_lines_t err_lines;
    mj_allowance_t allowance;      /**< for what it prints */
    int64_t read_at;               /**< when its output was read last */
    char reason[MJ_LIFECYCLE_MAX]; /**< the last `F` */
    bool has_called_exit;          /**< `X` came */
    char crash_report[1024];       /**< path of hs_err_pidN.log, if one was named in its output */
} mj_daemon_t;

/** Room for why a daemon could not be started. */
#define MJ_WHY_MAX 256

typedef struct mj_daemon_start_t {
    const mj_process_spec_t *spec;
    const mj_supervisor_config_t *config;
    bool has_state;                    /**< it is told of the pool's state folder */
    struct mj_archive_set_t *archives; /**< of which it is told; NULL: none */
    unsigned slot;
    uint32_t serial;
    const mj_listener_t *listener; /**< of all daemons of the pool; NULL: it has one of its own */
    mj_pool_log_t *log;            /**< outlives the daemon */
} mj_daemon_start_t;

/** Starts a daemon.
 *  @param why MJ_WHY_MAX bytes, set on failure
 *  @return the daemon, or NULL */
mj_daemon_t *mj_daemon_start(const mj_daemon_start_t *start, int64_t now, apr_pool_t *pool, char *why);

/** Has its descriptors polled, with the daemon as context.
 *  @param speaks messages of it are waiting
 *  @param died it is dead: it can be reaped, or somebody traces it */
void mj_daemon_watch(mj_daemon_t *daemon, mj_poller_t *poller, mj_ready_fn *speaks, mj_ready_fn *died);

/** Has it wait in its write if it has printed so much that its output is not to be read now. */
void mj_daemon_mute(mj_daemon_t *daemon, int64_t now);

/** Logs how much was left out, if it is time. @return when to call again, MJ_NEVER if nothing is
 * left out */
int64_t mj_daemon_tell_left_out(mj_daemon_t *daemon, int64_t now);

/** Takes its next message. Why it ends, and that it has called exit, are kept; so is what it cannot
 * serve, with `R`.
 *  @return whether there is one */
bool mj_daemon_receive(mj_daemon_t *daemon, mj_lifecycle_message_t *message);

/** Why nobody can connect to it, though it lives. by_connecting: tries it, where nothing is wrong
 * with its socket.
 *  @return text in its memory, or NULL if that is not so */
const char *mj_daemon_is_cut_off(mj_daemon_t *daemon, bool by_connecting);

/** Has it print its threads on its stdout. @return false if it would end of that: it does not
 * handle SIGQUIT */
bool mj_daemon_dump(const mj_daemon_t *daemon);

/** Asks it whether it is there still; one that cannot take the question does not answer it. */
void mj_daemon_ask(const mj_daemon_t *daemon);

/** Carries out DRAIN, TERMINATE, CUT_OFF, DUMP or KILL. */
void mj_daemon_act(mj_daemon_t *daemon, mj_life_action_t action);

/** What there is to say about its end beside its own words. */
typedef struct mj_end_t {
    int status;       /**< waitpid's */
    bool is_held;     /**< it was killed, but cannot be reaped: status says nothing */
    uint64_t served;  /**< requests */
    bool is_oom_kill; /**< the kernel has killed something meanwhile for want of memory */
    int64_t now;
} mj_end_t;

/** Logs what it had still printed and the line about its end, removes its socket, and frees it. */
void mj_daemon_reap(mj_daemon_t *daemon, const mj_end_t *end);

#endif
