/* A pool: its settings, its daemons, its place on the board. Carries out what plan.h and life.h
 * decide. */
#ifndef MJ_POOL_H
#define MJ_POOL_H

#include "admission.h"
#include "archives.h"
#include "changes.h"
#include "daemon.h"
#include "plan.h"
#include "publisher.h"

/** What all pools share. */
typedef struct mj_context_t {
    mj_poller_t *poller;
    mj_board_t *board; /**< NULL: there is none */
    const mj_supervisor_config_t *config;
    uint32_t next_serial;    /**< of daemons: never used twice, not by an earlier supervisor either */
    uint64_t oom_kills;      /**< of this machine, when that was looked at last */
    struct mj_pool_t *pools; /**< the first; the others follow by next */
    mj_output_listener_t *listeners;
    mj_archives_t *archives;
    bool is_quiet;         /**< no daemon starts, or wants to */
    bool has_reapable;     /**< children may be left that have ended */
    int64_t state_look_at; /**< no state folder is looked at before, but for a start */
} mj_context_t;

typedef struct mj_pool_t {
    struct mj_pool_t *next;
    mj_context_t *context;
    apr_pool_t *mem;          /**< as long as the pool is known */
    apr_pool_t *settings_mem; /**< of spec; a subpool of mem's parent */
    mj_pool_log_t log;
    unsigned index;
    const mj_process_spec_t *spec;
    const struct mj_load_source_t *load;
    mj_listener_t listener; /**< of all its daemons, unless each has its own */
    mj_plan_t plan;
    unsigned order;         /**< of the configuration */
    int64_t waiting_since;  /**< requests wait for it, as httpd's children say; MJ_NEVER: none does */
    mj_decision_t decision; /**< of this tick, until it is carried out */
    mj_claim_t claim;
    /** in a row: daemons that have gone without being ready, for whatever reason. New settings do
     * not forget them */
    unsigned vain_starts;
    mj_daemon_t *daemons;
    mj_archive_set_t *archives;   /**< of classes, for its next daemon; NULL: none */
    char no_archives[MJ_WHY_MAX]; /**< why; empty: it has some */
    mj_changes_t changes;
    int64_t roll_at;   /**< a new generation is due then; MJ_NEVER */
    int64_t rolled_at; /**< the last one that a change has brought */
    unsigned serving;  /**< the generation that has taken over last */
    mj_pool_state_t shown_state;
    uint16_t shown_awaited;      /**< as in mj_shown_pool_t */
    int64_t shown_retry_at;      /**< plan.retry_at of then */
    apr_time_t shown_retry_time; /**< the same on the wall clock */
    bool is_handed_over;         /**< it is wanted, but by the next supervisor */
    unsigned slot_limit;         /**< one more than the highest slot that a daemon ever had */
    bool lacks_state;            /**< its last start had no state folder, though it should, or the next one will have none */
    int64_t state_looked_at;     /**< when its state folder was looked at last */
} mj_pool_t;

/** Makes a pool without daemons and takes its place on the board. Settings are taken over as in
 * mj_pool_configure. */
mj_pool_t *mj_pool_make(mj_context_t *context, const mj_process_spec_t *spec, apr_pool_t *settings_mem, mj_log_t *log,
                        apr_pool_t *parent);

/** New settings, which may be the old ones: then the daemons stay. Shows that they are awaited.
 *  Takes settings_mem, and what the caller holds of log, over. */
void mj_pool_configure(mj_pool_t *pool, const mj_process_spec_t *spec, apr_pool_t *settings_mem, mj_log_t *log);

/** After new settings: takes over the socket that its daemons are to inherit. */
void mj_pool_take_listener(mj_pool_t *pool, int fd);

/** Finds the archives that it is to use. */
void mj_pool_find_archives(mj_pool_t *pool);

/** Starts a new generation of the same settings, as if a target had changed: with the next tick,
 * but no sooner than a second after the last. why is for the log. @return the number of that
 * generation */
unsigned mj_pool_roll(mj_pool_t *pool, const char *why, int64_t now);

/** A request may wait for it: it starts again if it was idle; or have found no way to a daemon, and
 * that is looked at. */
void mj_pool_wake(mj_pool_t *pool);

/** It is no longer named: it drains, and is free when no daemon is left. */
void mj_pool_remove(mj_pool_t *pool);

/** All its daemons drain at once, and it is idle then: a request or a roll starts it again. */
void mj_pool_drain(mj_pool_t *pool, int64_t now);

/** A tick begins: looks after the daemons, and says in claim what it would start. */
void mj_pool_prepare(mj_pool_t *pool, int64_t now);

/** Does what is due, as far as claim allows. @return when it wants to be called again at the
 * latest; also after each event */
int64_t mj_pool_run_due(mj_pool_t *pool, int64_t now);

/** Looks at the state folder of one pool, if one is due, and says if it holds too much.
 *  @return when to call again at the latest */
int64_t mj_pool_look_at_states(mj_context_t *context, mj_pool_t *pools, int64_t now);

/** The daemon was reaped, with waitpid's status, or is given up (NULL); it is freed. */
void mj_pool_daemon_exited(mj_pool_t *pool, mj_daemon_t *daemon, const int *status, int64_t now);

/** The daemon is dead, but cannot be reaped; it is freed. */
void mj_pool_daemon_is_dead(mj_pool_t *pool, mj_daemon_t *daemon, int64_t now);

/** SIGTERM to all daemons, SIGKILL after shutdown-timeout. endless_us: how long a shutdown-timeout
 * of 0 means; 0: for ever */
void mj_pool_stop(mj_pool_t *pool, int64_t endless_us, int64_t now);

/** Another supervisor is to have the pool: its daemons complete what they have, as long as
 * shutdown-timeout lets them (endless_us where that is 0), and the board shows that it starts. */
void mj_pool_hand_over(mj_pool_t *pool, int64_t endless_us, int64_t now);

/** Shows all again: on a board that is new to the supervisor, or where a child of httpd may have
 * written over it. Writes only where anything differs. */
void mj_pool_show(const mj_pool_t *pool);

/** The same for all pools, and what httpd's children count is made no higher than they say. */
void mj_pool_show_all(const mj_context_t *context);

typedef enum mj_outcome_t {
    MJ_OUTCOME_OPEN,
    MJ_OUTCOME_SERVES, /**< as many of its daemons as are wanted are ready, and none of an older one is; or it is stopped, idle */
    MJ_OUTCOME_FAILED  /**< a start has failed: others may follow. The pool log's last error says why */
} mj_outcome_t;

/** What has become of a generation, or of one that has taken its place since. */
mj_outcome_t mj_pool_outcome(const mj_pool_t *pool, unsigned generation);

/** Frees a pool without daemons and its place on the board. */
void mj_pool_free(mj_pool_t *pool);

#endif
