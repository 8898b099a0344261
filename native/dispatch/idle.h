/* The connections of one httpd child to the daemons of a pool that are idle. */
#ifndef MJ_IDLE_H
#define MJ_IDLE_H

#include "channel.h"

/** The idle channels of one pool in one httpd child. Thread-safe. */
typedef struct mj_idle_t mj_idle_t;

/** @param pool the child's pool: single-threaded while this runs */
apr_status_t mj_idle_make(mj_idle_t **idle, apr_pool_t *pool);

/** Takes the one last used for that daemon; NULL if there is none. Closes those of a daemon that
 *  was there before it. */
mj_channel_t *mj_idle_take(mj_idle_t *idle, unsigned slot, uint32_t daemon);

/** Gives a channel back. */
void mj_idle_give(mj_idle_t *idle, mj_channel_t *channel, apr_time_t now);

/** Closes the channels that were given back before limit; none, should another thread be at work on
 *  them at this moment. */
void mj_idle_expire(mj_idle_t *idle, apr_time_t limit);

#endif
