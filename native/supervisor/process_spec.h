/* What a pool's daemons are: who they run as, what is executed, and with which arguments and
 * environment. Made whole before any fork, because between fork and exec nothing may be
 * allocated. */
#ifndef MJ_PROCESS_SPEC_H
#define MJ_PROCESS_SPEC_H

#include "life.h"
#include "supervisor_config.h"
#include "watch.h"

/** Where the supervisor knows from how much a pool has to do (load_source.h). */
typedef enum mj_load_kind_t { MJ_LOAD_OF_BOARD, MJ_LOAD_OF_DAEMONS } mj_load_kind_t;

/** Where the daemons of a pool are connected to. */
typedef enum mj_listen_kind_t {
    MJ_LISTEN_EACH,     /**< each has a socket of its own, RUNTIMEDIR/NAME.SLOT.SERIAL.sock, which dies with it */
    MJ_LISTEN_SHARED,   /**< all have one, RUNTIMEDIR/NAME.sock, which lasts as long as the pool */
    MJ_LISTEN_INHERITED /**< all have one that came with the settings */
} mj_listen_kind_t;

typedef struct mj_process_spec_t {
    const char *name;       /**< of the pool */
    unsigned index;         /**< its place on the board */
    unsigned processes;     /**< at least */
    unsigned processes_max; /**< at most */
    unsigned threads;
    mj_load_kind_t load;
    mj_listen_kind_t listen;
    mj_life_times_t times;
    mj_limits_t limits;
    mj_span_t record;  /**< handed to the daemon */
    uint16_t settings; /**< the fingerprint of the record */

    bool has_identity;    /**< uid, gid and groups are to be taken on */
    bool has_private_tmp; /**< /tmp and /var/tmp of its own */
    bool stop_first;      /**< restart-order */
    mode_t umask;
    uid_t uid;
    gid_t gid;
    gid_t *groups;      /**< ascending */
    gid_t *group_space; /**< one more than group_count, for the look at what was set */
    int group_count;
    int priority;                 /**< as of nice(1); 0: the supervisor's */
    const char *chroot;           /**< NULL: none */
    const char *const *read_only; /**< paths that cannot be written, ended by NULL */
    const char *home;             /**< below chroot */
    const char *launcher;
    const char *state_dir; /**< the pool's folder is in it; NULL: there is none */
    char *const *argv;
    char *const *argv_with_state; /**< for a daemon that may use that folder; NULL where there is none */
    char *const *envp;
    int descriptor_limit; /**< no descriptor is open from here on */
    int backlog;          /**< of the listening socket */
} mj_process_spec_t;

/** Reads and checks a pool record. Root refuses UID 0, GID 0 and UIDs under the config's minimum
 * here once more; others refuse any UID but their own, and what only root can do.
 *  @param record is copied
 *  @param max_pools places on the board; 0: there is no board
 *  @param pool lives as long as *out is used
 *  @return NULL, or what is wrong with the record */
const char *mj_process_spec_read(mj_process_spec_t **out, mj_span_t record, const mj_supervisor_config_t *config,
                                 unsigned max_pools, apr_pool_t *pool);

#endif
