/* The socket that a pool's daemons share, if they do. */
#include "pool_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

void mj_pool_take_listener(mj_pool_t *pool, int fd)
{
    mj_listener_close(&pool->listener);
    pool->listener.socket.fd = fd;
}

const char *mj_pool_open_listener(mj_pool_t *pool)
{
    const mj_supervisor_config_t *config = pool->context->config;
    bool is_made = pool->listener.path[0] != '\0';
    char path[sizeof(pool->listener.path)];
    int len;

    if (pool->spec->listen == MJ_LISTEN_EACH) {
        return NULL;
    }
    if (mj_listener_is_reachable(&pool->listener) && is_made == (pool->spec->listen == MJ_LISTEN_SHARED)) {
        /* The backlog may be another one than before; of a socket that somebody else has made it
         * is his to choose. */
        return !is_made || listen(pool->listener.socket.fd, pool->spec->backlog) == 0 ? NULL : "listen";
    }
    mj_listener_close(&pool->listener);
    len = snprintf(path, sizeof(path), "%s/%s.sock", config->runtime_dir, pool->log.name);
    if (pool->spec->listen == MJ_LISTEN_INHERITED || len >= (int)sizeof(path)) {
        errno = pool->spec->listen == MJ_LISTEN_INHERITED ? EBADF : ENAMETOOLONG;
        return "its listening socket";
    }
    return mj_listener_open(&pool->listener, path, config, pool->spec->backlog);
}

static void wake(void *context, short found, int64_t now)
{
    mj_pool_t *pool = context;
    (void)found;
    (void)now;
    mj_polled_remove(&pool->listener.socket);
    mj_pool_wake(pool);
}

static bool is_shared(const mj_pool_t *pool)
{
    const mj_daemon_t *daemon = pool->daemons;
    while (daemon != NULL && !daemon->shares_socket) {
        daemon = daemon->next;
    }
    return daemon != NULL || pool->spec->listen != MJ_LISTEN_EACH;
}

void mj_pool_heed_listener(mj_pool_t *pool)
{
    mj_polled_t *polled = &pool->listener.socket;
    bool is_alone = pool->plan.is_idle && !pool->plan.is_removed && pool->daemons == NULL;

    if (!is_shared(pool)) {
        mj_listener_close(&pool->listener);
    } else if (!is_alone) {
        mj_polled_remove(polled);
    } else if (polled->fd >= 0 && polled->poller == NULL) {
        mj_poller_add(pool->context->poller, polled, polled->fd, POLLIN, MJ_STAGE_REQUESTS, wake, pool);
    }
}
