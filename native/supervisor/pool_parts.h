/* What the files of a pool share: pool.c is what it is and what it is told, pool_tick.c what is
 * due, pool_daemon.c what its daemons do, pool_show.c what the board shows, pool_listener.c the
 * socket that they share. */
#ifndef MJ_POOL_PARTS_H
#define MJ_POOL_PARTS_H

#include "pool.h"

#define SECOND INT64_C(1000000)
/* A pool rolls this often at most: several files are often changed together, and nobody may keep
 * root forking. */
#define ROLL_PERIOD SECOND
/* The way to a daemon is looked at this often at most. */
#define MJ_REACH_PERIOD SECOND

void mj_pool_show_slot(const mj_pool_t *pool, const mj_daemon_t *daemon);

/** Shows of which settings daemons may yet come. */
void mj_pool_show_awaited(mj_pool_t *pool);

/** now is only needed to tell the wall clock's time of the next try. */
void mj_pool_show_state(mj_pool_t *pool, mj_pool_state_t state, int64_t now);

/** Shows the pool log's last error, if it is new. */
void mj_pool_show_error(mj_pool_t *pool);

/** Starts a new generation of the same settings. */
void mj_pool_renew(mj_pool_t *pool);

/** A new generation is due, now or within ROLL_PERIOD. what and why make one text, for the log. */
void mj_pool_roll_soon(mj_pool_t *pool, const char *what, const char *why, int64_t now);

/** Tells the daemon's state machine, and does what it says. */
void mj_pool_step(mj_pool_t *pool, mj_daemon_t *daemon, mj_life_event_t event, int64_t now);

/** It is to be replaced: retired, or of an older generation. */
bool mj_pool_is_old(const mj_pool_t *pool, const mj_daemon_t *daemon);

/** @param is_lasting it would most likely fail again, so that the older generation, where there is
 *   one, stays until something changes */
void mj_pool_count_failed_start(mj_pool_t *pool, int64_t started_at, bool is_lasting, int64_t now);

/** Whether the daemon that is to start has the pool's state folder, which is made if it is missing.
 * The pool does not stop for want of it; nor does every start say so again. */
bool mj_pool_has_state(mj_pool_t *pool, int64_t now);

/** Makes the socket that the pool's daemons share ready for another one, where they share one.
 *  @return NULL, or the step that failed: errno says why */
const char *mj_pool_open_listener(mj_pool_t *pool);

/** While the pool is idle and nobody is there, a connection at that socket starts it. */
void mj_pool_heed_listener(mj_pool_t *pool);

/** Has a daemon's descriptors polled. */
void mj_pool_watch(mj_pool_t *pool, mj_daemon_t *daemon);

/** Its deadlines, and the watch over it. It may be freed. */
void mj_pool_look_after(mj_pool_t *pool, mj_daemon_t *daemon, int64_t now);

#endif
