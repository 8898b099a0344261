/* What the files of httpd's side of supervision share; supervision.h has what other files call. All
 * of it runs in httpd's parent, which is single-threaded, unless a comment says otherwise. */
#ifndef MJ_SUPERVISION_PARTS_H
#define MJ_SUPERVISION_PARTS_H

#include "board.h"
#include "supervision.h"
#include "supervisor_client.h"

/** Retained: the same object across restarts, although the module itself is unloaded and loaded
 *  again. Plain data, and malloc's memory, only. */
typedef struct mj_retained_t {
    mj_supervisor_client_t *current; /**< NULL: none was made yet */
    mj_supervisor_client_t *retired; /**< in a row, for httpd's children of before; they end by themselves */
    apr_time_t tried_at;             /**< when a supervisor was to start last */
    apr_interval_time_t restart_delay;
    unsigned failed_starts; /**< in a row */
    unsigned generation;
} mj_retained_t;

/** Belongs to one configuration; lives in pconf. */
typedef struct supervision_t {
    mj_retained_t *retained;
    server_rec *main_server;
    apr_pool_t *pconf;
    const char *runtime_dir;
    const char *state_dir; /**< NULL: nothing is kept */
    pid_t parent;
    int board_fd;  /**< a child's own, open, until it has mapped the board; -1 */
    int wakeup_fd; /**< a child's own; -1 */
} supervision_t;

/* --- supervision_retained.c --- */

/** The retained data, made at the first call. Supervisors of other versions of the module are among
 *  the retired then. */
mj_retained_t *mj_retained(void);

/** The current supervisor, if there is one, and behind it the retired, by next. */
mj_supervisor_client_t *mj_retained_all(const mj_retained_t *retained);

/** Adds a retired one. */
void mj_retained_add(mj_retained_t *retained, mj_supervisor_client_t *client);

/** A retired one has ended: frees it. */
void mj_retained_drop(mj_retained_t *retained, mj_supervisor_client_t *client);

/** Ends all, and frees them. */
void mj_retained_end(mj_retained_t *retained);

/** Whether there is a supervisor; client may be NULL. */
bool mj_retained_runs(const mj_supervisor_client_t *client);

/* --- supervision_start.c --- */

/** Makes the runtime directory, and sets its path. @return NULL, or what is wrong */
const char *mj_supervision_make_dir(supervision_t *supervision);

/** Makes a board and what else a supervisor has. @return NULL, or what is wrong */
const char *mj_supervision_make_client(const supervision_t *supervision, mj_supervisor_client_t **client);

/** Starts a supervisor and tells it the settings; places are claimed. @return NULL, or what is
 *  wrong: then none runs */
const char *mj_supervision_start(supervision_t *supervision, mj_supervisor_client_t *client);

/** Ends one supervisor, and waits for it. */
void mj_supervision_end_one(mj_supervisor_client_t *client);

/** The current supervisor could not be started. */
void mj_supervision_note_failure(supervision_t *supervision);

/** Starts the current supervisor again, unless that was tried too lately. */
void mj_supervision_start_again(supervision_t *supervision);

/** Has httpd tell of the end of each supervisor that runs, until the configuration goes. */
void mj_supervision_watch(supervision_t *supervision);

/* --- supervision_places.c --- */

/** Gives each pool that is declared its place on a board.
 *  @return NULL, or what is wrong */
const char *mj_places_claim(const supervision_t *supervision, mj_board_t *board);

/** Wipes what a dead supervisor has left on the board, for httpd's children of earlier
 *  configurations too.
 *  @param state of the pools that are declared: MJ_POOL_STARTING, and requests wait for the next
 *  one; MJ_POOL_DOWN, and they are refused
 *  @param retry_at when there may be another, for MJ_POOL_DOWN; else 0 */
void mj_places_reset(const supervision_t *supervision, mj_board_t *board, mj_pool_state_t state, apr_time_t retry_at);

/* --- supervision_settings.c --- */

/** Tells a supervisor all settings. Places are claimed on its board.
 *  @param wrong set unless they are taken: why */
mj_push_t mj_settings_push(supervision_t *supervision, mj_supervisor_client_t *client, const char **wrong);

/** What a supervisor of this configuration is started with. */
mj_supervisor_start_t mj_settings_of_start(const supervision_t *supervision);

#endif
