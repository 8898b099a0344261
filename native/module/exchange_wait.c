/* Whose word it is while an exchange waits: whether the client is still there, and how long the daemon has been silent. */
#include "exchange_steps.h"
#include "module.h"

#include <apr_portable.h>
#include <http_core.h>
#include <http_log.h>
#include <poll.h>

APLOG_USE_MODULE(jvm);

int mj_client_fd(conn_rec *c)
{
    apr_pollfd_t client;
    int fd = -1;

    if (ap_get_pollfd_from_conn(c, &client, NULL) != APR_SUCCESS) {
        return -1;
    }
    if (client.desc_type == APR_POLL_SOCKET && apr_os_sock_get(&fd, client.desc.s) != APR_SUCCESS) {
        return -1;
    }
    if (client.desc_type == APR_POLL_FILE && apr_os_file_get(&fd, client.desc.f) != APR_SUCCESS) {
        return -1;
    }
    return fd;
}

bool mj_exchange_has_client(const mj_exchange_t *x)
{
    /* An HTTP/2 stream has no socket of its own; mod_http2 sets aborted. */
    struct pollfd client = {.fd = x->r->connection->master == NULL ? mj_client_fd(x->r->connection) : -1, .events = POLLRDHUP};
    return !x->r->connection->aborted && (client.fd < 0 || poll(&client, 1, 0) <= 0);
}

mj_step_t mj_exchange_look_around(mj_exchange_t *x)
{
    if (x->deadline != 0 && apr_time_now() >= x->deadline) {
        return mj_exchange_timed_out(x);
    }
    return mj_exchange_has_client(x) ? MJ_GO_ON : mj_exchange_client_gone(x);
}

void mj_exchange_heard(mj_exchange_t *x)
{
    x->silent_since = 0;
    x->received = mj_channel_received(x->channel);
}

mj_step_t mj_exchange_bear_silence(mj_exchange_t *x, apr_interval_time_t waited)
{
    apr_time_t now = apr_time_now();

    if (mj_channel_received(x->channel) != x->received) { /* a frame that comes byte by byte is no silence */
        mj_exchange_heard(x);
        waited = 0;
    }
    if (x->silent_since == 0) {
        x->silent_since = now - waited;
    }
    if (!x->is_tunnel && x->settings->socket_timeout > 0 && now - x->silent_since >= x->settings->socket_timeout) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r,
                      MJLOGNO(0049) "pool %s pid %u: socket-timeout: the daemon sent and took nothing for %" APR_INT64_T_FMT " ms; %s",
                      x->settings->name, x->pid, x->settings->socket_timeout / 1000, x->is_begun ? "the response is broken off" : "504");
        return mj_exchange_fail(x, HTTP_GATEWAY_TIME_OUT);
    }
    return mj_exchange_look_around(x);
}
