/* The client's next request, where it follows soon. MPM event gives a connection back to its
 * listener after each response, which wakes another thread for the next request: two wake-ups and
 * two changes of its epoll set, more than the whole way to the daemon and back. A client that is
 * quick (a cache or proxy on the same network, many at once on a busy machine) is worth a moment of
 * this thread's. */
#include "next_request.h"

#include "child.h"
#include "client_httpd.h"
#include "mod_jvm.h"

#include <apr_atomic.h>
#include <poll.h>
#include <string.h>

/* How soon the client's last request has followed the response before it, and how long the next is
 * waited for. */
#define SOON apr_time_from_msec(5)

/* A request that comes as soon as nobody waits for it was there before: sent ahead by the client,
 * and read with the one before it. */
#define AT_ONCE 500

typedef struct client_t {
    apr_time_t answered;     /* when its last response left */
    apr_time_t waited_until; /* when it was waited for in vain */
    bool is_ahead;           /* it sends requests before it has the responses: it is not to be waited for */
} client_t;

static bool is_to_go_on(const request_rec *r)
{
    const conn_rec *c = r->connection;
    return c->keepalive == AP_CONN_KEEPALIVE && !c->aborted && c->master == NULL;
}

/* @return whether it was waited for in vain */
static bool await_input(conn_rec *c, mj_child_t *child)
{
    struct pollfd client = {.fd = mj_client_fd(c), .events = POLLIN};
    struct timespec limit = {.tv_nsec = SOON * 1000};
    bool is_vain = false;

    if (apr_atomic_inc32(&child->awaiting) < child->most_awaiting) {
        is_vain = ppoll(&client, 1, &limit, NULL) == 0;
    }
    apr_atomic_dec32(&child->awaiting);
    return is_vain;
}

int mj_await_next_request(request_rec *r)
{
    conn_rec *c = r->connection;
    mj_child_t *child = mj_child();
    client_t *client;
    apr_time_t before;

    if (r->handler == NULL || strcmp(r->handler, MJ_HANDLER) != 0 || child == NULL || child->most_awaiting == 0 ||
        !is_to_go_on(r)) {
        return DECLINED;
    }
    client = ap_get_module_config(c->conn_config, &jvm_module);
    if (client == NULL) {
        client = apr_pcalloc(c->pool, sizeof(*client));
        ap_set_module_config(c->conn_config, &jvm_module, client);
    }
    before = client->answered;
    client->answered = apr_time_now();
    client->is_ahead |= r->request_time - client->waited_until < AT_ONCE;
    if (!client->is_ahead && r->request_time - before < SOON && await_input(c, child)) {
        client->waited_until = apr_time_now();
    }
    return DECLINED;
}
