/* All pools of one server. Applies settings, starts and stops daemons, and shuts down when none
 * is left.
 *
 * Whoever drives it makes it, configures it, and then ticks and waits (mj_poller_wait) in turn.
 * httpd's parent (parent.h), its board, people at the control socket (service.h) and SIGCHLD are
 * optional: without the signal a daemon's death is seen by its pidfd. */
#ifndef MJ_SUPERVISOR_H
#define MJ_SUPERVISOR_H

#include "pending_config.h"
#include "pool.h"

typedef struct mj_supervisor_t mj_supervisor_t;

/** @param start what it is started with
 *  @param board is taken over; NULL: pools are shown nowhere, and their daemons say how much
 *  they have to do
 *  @param poller is taken over
 *  @param serial a first serial that no earlier supervisor has come to */
mj_supervisor_t *mj_supervisor_make(const mj_supervisor_config_t *start, mj_board_t *board, mj_poller_t *poller, uint32_t serial,
                                    apr_pool_t *pool);

/** Without new settings within 30 s it drains all pools and ends: whoever would send them has
 *  perhaps forgotten it. */
void mj_supervisor_await_settings(mj_supervisor_t *supervisor, int64_t now);

/** Has it woken by what httpd's children write to a pipe.
 *  @param fd is taken over */
void mj_supervisor_hear_wakeups(mj_supervisor_t *supervisor, int fd);

/** Takes new settings over: whatever pending_config.h has collected. The caller frees pending.
 *  @return NULL; or what is wrong, which is logged: then all stays as it was */
const char *mj_supervisor_configure(mj_supervisor_t *supervisor, mj_pending_config_t *pending, int64_t now);

/** Settings came that are none: logs why. Those that it has are valid still. */
void mj_supervisor_refuse(mj_supervisor_t *supervisor, const char *wrong);

/** Another supervisor has its place: it serves httpd's children of before until they have gone,
 *  then it ends. */
void mj_supervisor_retire(mj_supervisor_t *supervisor, int64_t now);

/** True once it was told to end, or another has its place: it takes no settings any more. */
bool mj_supervisor_is_ending(const mj_supervisor_t *supervisor);

/** Ends all daemons. endless_us: how long a shutdown-timeout of 0 means now; 0: for ever. May be
 *  called again. */
void mj_supervisor_stop(mj_supervisor_t *supervisor, const char *why, int64_t endless_us, int64_t now);

/** Ends, so that another supervisor takes over: daemons complete what they have, and requests
 *  wait for that one's. why is for the log. */
void mj_supervisor_hand_over(mj_supervisor_t *supervisor, const char *why, int64_t now);

/** Does what is due. @return when to call it again at the latest */
int64_t mj_supervisor_tick(mj_supervisor_t *supervisor, int64_t now);

/** True when it was told to end, or got no settings, and no daemon is left, nor what one had
 *  started. */
bool mj_supervisor_has_ended(const mj_supervisor_t *supervisor);

/** True once it drains or ends all pools, or another supervisor has its place: what it shares
 *  with that one is left alone. */
bool mj_supervisor_is_leaving(const mj_supervisor_t *supervisor);

/** Unmaps the board, and frees the poller; of one that has ended. */
void mj_supervisor_free(mj_supervisor_t *supervisor);

/** The first pool, for walks over all daemons. */
mj_pool_t *mj_supervisor_pools(const mj_supervisor_t *supervisor);

/** The pool of that name, or NULL. */
mj_pool_t *mj_supervisor_find(const mj_supervisor_t *supervisor, const char *name);

/** What its pools share; config is NULL before the first settings. */
mj_context_t *mj_supervisor_context(mj_supervisor_t *supervisor);

#endif
