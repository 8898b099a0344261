/* A jvm-supervisor, as whoever starts it sees it: its process, its board, and what it is told.
 *
 * For a single-threaded parent. It outlives httpd's configurations, so its memory is malloc's.
 * What other processes are forked meanwhile inherit nothing that they can use: descriptors are
 * marks (reopen.h), and no connection is left open between two calls but by
 * mj_supervisor_client_hold. */
#ifndef MJ_SUPERVISOR_CLIENT_H
#define MJ_SUPERVISOR_CLIENT_H

#include "board.h"
#include "control.h"

#include <apr_pools.h>

/** What a supervisor is started with. It keeps this to its end, and no message can change it. */
typedef struct mj_supervisor_start_t {
    const char *program; /**< path of jvm-supervisor */
    const char *runtime_dir;
    const char *launcher; /**< path of jvm-daemon */
    const char *jars;     /**< folder of the jars */
    int64_t httpd_uid;    /**< who may connect to daemons */
    int64_t httpd_gid;
    int64_t minimum_uid;
} mj_supervisor_start_t;

typedef struct mj_supervisor_client_t {
    struct mj_supervisor_client_t *next;
    pid_t pid; /**< 0: none runs */
    int mark;  /**< of the control socket; -1 */
    int held;  /**< a connection; -1 */
    mj_board_t *board;
    int board_fd;                         /**< a mark */
    int wakeup;                           /**< a mark (wakeup.h) */
    char *arguments;                      /**< of the supervisor that was started last, a line each; NULL: none was */
    char *runtime_dir;                    /**< likewise */
    apr_interval_time_t longest_shutdown; /**< of the pools that it has had: some may drain still */
} mj_supervisor_client_t;

/** Makes a board and a wake-up pipe; no supervisor runs yet.
 *  @return NULL, or what failed */
const char *mj_supervisor_client_make(mj_supervisor_client_t **client, unsigned max_pools, unsigned max_children,
                                      apr_pool_t *scratch);

/** For a supervisor that was started by somebody else: its pid alone is known. @return NULL
 *  without memory */
mj_supervisor_client_t *mj_supervisor_client_adopt(pid_t pid);

/** Frees all, the board too. No supervisor runs. */
void mj_supervisor_client_free(mj_supervisor_client_t *client);

/** Starts a supervisor; it reads TZ from the environment, and logs to stderr until it is told
 *  otherwise.
 *  @return NULL, or what failed */
const char *mj_supervisor_client_start(mj_supervisor_client_t *client, const mj_supervisor_start_t *start, apr_pool_t *scratch);

/** The arguments of a supervisor, ended by NULL; the first is its name. */
char **mj_supervisor_client_arguments(const mj_supervisor_client_t *client, const mj_supervisor_start_t *start, apr_pool_t *pool);

/** Starts a supervisor with arguments of its caller's.
 *  @param folder the caller's own, where the control socket is made
 *  @return NULL, or what failed */
const char *mj_supervisor_client_execute(mj_supervisor_client_t *client, const char *program, const char *folder,
                                         char *const *argv, apr_pool_t *scratch);

/** @return whether the supervisor was started with the same */
bool mj_supervisor_client_has(const mj_supervisor_client_t *client, const mj_supervisor_start_t *start, apr_pool_t *scratch);

typedef enum mj_push_t {
    MJ_PUSH_TAKEN,
    MJ_PUSH_REFUSED, /**< the supervisor goes on with the settings that it has */
    MJ_PUSH_FAILED   /**< it does not listen, or does not answer */
} mj_push_t;

/** Tells settings: begin, logs and pools, each by a function of control.h. @return an error of
 *  the socket */
typedef apr_status_t mj_tell_fn(void *context, int connection);

/** Connects, has somebody tell all settings, commits them, and waits for the answer.
 *  @param wrong set unless they are taken: why */
mj_push_t mj_supervisor_client_push(const mj_supervisor_client_t *client, mj_tell_fn *tell, void *context, const char **wrong,
                                    apr_pool_t *pool);

/** A pool has so long to end, 0 for ever: mj_supervisor_client_end_all waits for it. */
void mj_supervisor_client_allow(mj_supervisor_client_t *client, apr_interval_time_t shutdown);

/** Sends a message that is not answered. @return an error of the socket */
apr_status_t mj_supervisor_client_tell(const mj_supervisor_client_t *client, char type);

/** Connects now, for messages that are sent when the calling process may not connect any more. */
void mj_supervisor_client_hold(mj_supervisor_client_t *client);

/** The supervisor has been reaped. */
void mj_supervisor_client_ended(mj_supervisor_client_t *client);

/** Has supervisors end, and waits for that: as long as their pools may take, and a little
 *  longer. Then they are killed, and by that their daemons.
 *  @param first the others follow by next */
void mj_supervisor_client_end_all(mj_supervisor_client_t *first);

/** In a process that was forked: closes the descriptors. */
void mj_supervisor_client_forget(mj_supervisor_client_t *client);

#endif
