/* The client's next request, where it follows soon. MPM event gives a connection back to its listener after each response, which wakes
 * another thread for the next request: two wake-ups and two changes of its epoll set, more than the whole way to the daemon and back. A client
 * that is quick (a cache or proxy on the same network, many at once on a busy machine) is worth a moment of this thread's. */
#include "module.h"

#include <apr_atomic.h>
#include <poll.h>
#include <string.h>

/* How soon the client's last request has followed the response before it, and how long the next is waited for. */
#define SOON apr_time_from_msec(5)

static bool is_to_go_on(const request_rec *r)
{
    const conn_rec *c = r->connection;
    return c->keepalive == AP_CONN_KEEPALIVE && !c->aborted && c->master == NULL;
}

static void await_input(conn_rec *c, mj_child_t *child)
{
    struct pollfd client = {.fd = mj_client_fd(c), .events = POLLIN};
    struct timespec limit = {.tv_nsec = SOON * 1000};

    if (apr_atomic_inc32(&child->awaiting) < child->most_awaiting) {
        ppoll(&client, 1, &limit, NULL);
    }
    apr_atomic_dec32(&child->awaiting);
}

int mj_await_next_request(request_rec *r)
{
    conn_rec *c = r->connection;
    mj_child_t *child = mj_child();
    apr_time_t *answered; /* when the connection's last response left */
    apr_time_t now;

    if (r->handler == NULL || strcmp(r->handler, MJ_HANDLER) != 0 || child == NULL || child->most_awaiting == 0 || !is_to_go_on(r)) {
        return DECLINED;
    }
    now = apr_time_now();
    answered = ap_get_module_config(c->conn_config, &jvm_module);
    if (answered == NULL) {
        answered = apr_pcalloc(c->pool, sizeof(*answered));
        ap_set_module_config(c->conn_config, &jvm_module, answered);
    }
    else if (r->request_time - *answered < SOON) {
        await_input(c, child);
    }
    *answered = now;
    return DECLINED;
}
