#include "connect.h"

#include "wakeup.h"

/* Opens a channel. @return APR_TIMEUP after connect-timeout; APR_EAGAIN if the client left
 * meanwhile */
static apr_status_t open_channel(const mj_exchange_t *x, const char *path, const mj_ticket_t *ticket, mj_channel_t **channel)
{
    const mj_pool_settings_t *settings = x->settings;
    apr_time_t began = apr_time_now();
    apr_interval_time_t left = MJ_CHANNEL_SLICE;
    apr_status_t rv;

    do {
        if (settings->connect_timeout > 0) {
            left = began + settings->connect_timeout - apr_time_now();
        }
        if (left <= 0) {
            return APR_TIMEUP;
        }
        if (left > MJ_CHANNEL_SLICE) {
            left = MJ_CHANNEL_SLICE;
        }
        rv = mj_channel_open(channel, path, ticket, left, settings->send_buffer_size);
    } while (APR_STATUS_IS_EAGAIN(rv) && mj_exchange_has_client(x));
    return rv;
}

/* If nobody listens, the daemon has just died or its socket is gone, and the supervisor checks
 * that. Any other error needs an administrator, and is logged as an error once for a request. */
static void report(const mj_exchange_t *x, const mj_ticket_t *ticket, const char *path, apr_status_t rv, bool is_first)
{
    bool is_death = APR_STATUS_IS_ECONNREFUSED(rv) || APR_STATUS_IS_ENOENT(rv);

    if (APR_STATUS_IS_TIMEUP(rv)) {
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0038) "pool %s pid %u: connect-timeout: its backlog was full for %" APR_INT64_T_FMT
                                    " ms; another daemon is tried",
                      x->settings->name, ticket->pid, x->settings->connect_timeout / 1000);
        return;
    }
    if (is_death && mj_board_request_wakeup(x->dispatcher->board, x->pool)) {
        mj_wakeup_send(x->dispatcher->wakeup_fd);
    }
    mj_client_log(x->client, is_death || !is_first ? MJ_LEVEL_INFO : MJ_LEVEL_ERROR, rv,
                  MJLOGNO(0033) "pool %s pid %u: cannot connect to %s", x->settings->name, ticket->pid, path);
}

mj_channel_t *mj_connect(const mj_exchange_t *x, const mj_ticket_t *ticket, bool is_first)
{
    const mj_dispatcher_t *dispatcher = x->dispatcher;
    mj_channel_t *channel = mj_idle_take(dispatcher->idle[x->pool], ticket->slot, ticket->serial);
    char path[256];
    apr_status_t rv;

    if (channel != NULL) {
        return channel;
    }
    if (!mj_board_socket_path(path, sizeof(path), dispatcher->runtime_dir, x->settings->name, ticket->slot, ticket->serial)) {
        return NULL;
    }
    rv = open_channel(x, path, ticket, &channel);
    if (rv == APR_SUCCESS) {
        return channel;
    }
    if (!APR_STATUS_IS_EAGAIN(rv)) {
        report(x, ticket, path, rv, is_first);
    }
    return NULL;
}
