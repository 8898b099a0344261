#include "idle.h"

#include <apr_thread_mutex.h>

struct mj_idle_t {
    apr_thread_mutex_t *mutex;
    unsigned used;                       /* slots from this one on have never had any */
    mj_channel_t *slots[MJ_BOARD_SLOTS]; /* the last used first, so that what is not needed grows old */
};

apr_status_t mj_idle_make(mj_idle_t **out, apr_pool_t *pool)
{
    mj_idle_t *idle = apr_pcalloc(pool, sizeof(*idle));
    *out = idle;
    return apr_thread_mutex_create(&idle->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
}

static void close_all(mj_channel_t *channel)
{
    while (channel != NULL) {
        mj_channel_t *next = channel->next;
        mj_channel_close(channel);
        channel = next;
    }
}

mj_channel_t *mj_idle_take(mj_idle_t *idle, unsigned slot, uint32_t daemon)
{
    mj_channel_t *channel, *stale = NULL;

    apr_thread_mutex_lock(idle->mutex);
    channel = idle->slots[slot];
    if (channel != NULL && channel->daemon != daemon) {
        stale = channel;
        channel = idle->slots[slot] = NULL;
    }
    if (channel != NULL) {
        idle->slots[slot] = channel->next;
    }
    apr_thread_mutex_unlock(idle->mutex);
    close_all(stale);
    return channel;
}

void mj_idle_give(mj_idle_t *idle, mj_channel_t *channel, apr_time_t now)
{
    mj_channel_t *stale = NULL, **link;

    channel->idle_since = now;
    apr_thread_mutex_lock(idle->mutex);
    link = &idle->slots[channel->slot];
    if (*link != NULL && (*link)->daemon != channel->daemon) {
        stale = *link;
        *link = NULL;
    }
    channel->next = *link;
    *link = channel;
    if (idle->used <= channel->slot) {
        idle->used = channel->slot + 1;
    }
    apr_thread_mutex_unlock(idle->mutex);
    close_all(stale);
}

void mj_idle_expire(mj_idle_t *idle, apr_time_t limit)
{
    mj_channel_t *stale = NULL;

    /* Not waited for: prefork interrupts whoever holds it to end the child, and that end waits for
     * our caller. */
    if (apr_thread_mutex_trylock(idle->mutex) != APR_SUCCESS) {
        return;
    }
    for (unsigned i = 0; i < idle->used; i++) {
        mj_channel_t **link = &idle->slots[i];
        while (*link != NULL && (*link)->idle_since >= limit) {
            link = &(*link)->next;
        }
        while (*link != NULL) { /* whatever stands behind one that is too old is older still */
            mj_channel_t *channel = *link;
            *link = channel->next;
            channel->next = stale;
            stale = channel;
        }
    }
    apr_thread_mutex_unlock(idle->mutex);
    close_all(stale);
}
