/* The client's next request, where it follows at once. MPM event gives a connection back to its listener after each response, which wakes
 * another thread for the next request: two wake-ups and two changes of its epoll set, more than the whole way to the daemon and back. A client
 * that answers within microseconds (a proxy or cache on the same network) is worth a moment of this thread's. */
#include "module.h"

#include <poll.h>
#include <string.h>

/* How soon the client's last request has followed the response before it, and how long the next is waited for. */
#define SOON_US 200

static bool is_to_go_on(const request_rec *r)
{
    const conn_rec *c = r->connection;
    return c->keepalive == AP_CONN_KEEPALIVE && !c->aborted && c->master == NULL;
}

int mj_await_next_request(request_rec *r)
{
    conn_rec *c = r->connection;
    apr_time_t *answered; /* when the connection's last response left */
    apr_time_t now;

    if (r->handler == NULL || strcmp(r->handler, MJ_HANDLER) != 0 || mj_child() == NULL || !mj_child()->is_async || !is_to_go_on(r)) {
        return DECLINED;
    }
    now = apr_time_now();
    answered = ap_get_module_config(c->conn_config, &jvm_module);
    if (answered == NULL) {
        answered = apr_pcalloc(c->pool, sizeof(*answered));
        ap_set_module_config(c->conn_config, &jvm_module, answered);
    }
    else if (r->request_time - *answered < SOON_US) {
        struct pollfd client = {.fd = mj_client_fd(c), .events = POLLIN};
        struct timespec limit = {.tv_nsec = SOON_US * 1000L};
        ppoll(&client, 1, &limit, NULL);
    }
    *answered = now;
    return DECLINED;
}
