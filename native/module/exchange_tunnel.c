/* An exchange after its upgrade: bytes both ways, until one side has had enough. */
#include "exchange_steps.h"
#include "module.h"
#include "tunnels.h"

#include <http_core.h>
#include <http_log.h>
#include <poll.h>
#include <util_filter.h>

APLOG_USE_MODULE(jvm);

#define LONGEST_WAIT_MS 5000 /* after which a look is taken whether the client is still there */
#define PARTING_TIME apr_time_from_sec(5) /* for what the application still has to say to a client that was silent for too long */

/* Where a tunnel stands. */
typedef struct tunnel_t {
    apr_time_t moved_at; /* when something last came from either side */
    apr_time_t cut_at;   /* when the daemon was told that the tunnel is over; 0: it was not */
} tunnel_t;

/* What filters know of HTTP ends here. */
static void leave_http(request_rec *r)
{
    conn_rec *c = r->connection;

    ap_remove_output_filter_byhandle(c->output_filters, "SSL/TLS Coalescing Filter");
    ap_remove_input_filter_byhandle(c->input_filters, "reqtimeout");
    r->input_filters = r->proto_input_filters = c->input_filters;
    r->output_filters = r->proto_output_filters = c->output_filters;
    c->keepalive = AP_CONN_CLOSE;
}

/* Takes what the client has sent, as far as there is credit for it; never waits. *moved is set if something came, or it closed its half. */
static mj_step_t from_client(mj_exchange_t *x, bool *moved)
{
    apr_status_t rv;

    x->body_len = x->body_sent = 0;
    rv = mj_exchange_read(x, mj_exchange_body_room(x), APR_NONBLOCK_READ);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        return MJ_GO_ON;
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EOF(rv)) {
        return mj_exchange_client_gone(x);
    }
    *moved = true;
    x->is_body_read |= rv != APR_SUCCESS;
    return mj_exchange_send_body(x);
}

static mj_step_t on_data(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_transient_create((const char *)payload, frame->len, x->r->connection->bucket_alloc));
    return MJ_GO_ON;
}

/* What has gathered leaves before anything is waited for. */
static mj_step_t to_client(mj_exchange_t *x)
{
    if (APR_BRIGADE_EMPTY(x->out)) {
        return MJ_GO_ON;
    }
    mj_exchange_add_flush(x);
    return mj_exchange_pass(x) ? MJ_GO_ON : mj_exchange_client_gone(x);
}

static mj_step_t on_frame(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    switch (frame->type) {
    case MJ_FRAME_DATA:
        return on_data(x, frame, payload);
    case MJ_FRAME_END:
        mj_exchange_cut_body(x);
        to_client(x); /* a client that has left by now changes nothing */
        return MJ_FINISHED;
    case MJ_FRAME_CREDIT:
        return mj_exchange_on_credit(x, frame, payload);
    case MJ_FRAME_LOG:
        return mj_exchange_on_log(x, frame, payload);
    case MJ_FRAME_ABORT:
        return mj_exchange_on_abort(x, frame, payload);
    default:
        return mj_exchange_violation(x, "a frame that has no place in a tunnel");
    }
}

/* *moved is set if the application has sent something: what it logs is no sign that anybody uses the tunnel. */
static mj_step_t from_daemon(mj_exchange_t *x, bool *moved)
{
    const unsigned char *payload;
    mj_frame_t frame;
    apr_status_t rv = mj_channel_receive(x->channel, 0, &frame, &payload);

    if (rv == APR_SUCCESS) {
        *moved = frame.type == MJ_FRAME_DATA;
        return on_frame(x, &frame, payload);
    }
    return APR_STATUS_IS_EAGAIN(rv) ? MJ_GO_ON : mj_exchange_lost(x, rv);
}

/* Closing the channel tells the application. */
static mj_step_t give_up(mj_exchange_t *x)
{
    x->is_broken = true;
    return MJ_FINISHED;
}

/* Nothing has come for too long: the daemon learns that nothing more will. An application of its own mind ends the tunnel then, and what it says
 * before reaches the client: a WebSocket closes with 1001. */
static mj_step_t cut(mj_exchange_t *x, tunnel_t *tunnel)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r,
                  MJLOGNO(0053) "pool %s pid %u: tunnel-timeout: nothing has come from either side for %" APR_INT64_T_FMT
                                " ms; the connection is closed",
                  x->settings->name, x->pid, x->settings->tunnel_timeout / 1000);
    if (x->is_body_ended) { /* the client has closed its half, and the daemon knows */
        return give_up(x);
    }
    mj_exchange_cut_body(x);
    tunnel->cut_at = apr_time_now();
    return x->is_broken ? MJ_FINISHED : MJ_GO_ON;
}

/* How long may be waited; 0 or less: no longer. */
static apr_interval_time_t time_left(const mj_exchange_t *x, const tunnel_t *tunnel)
{
    apr_interval_time_t longest = apr_time_from_msec(LONGEST_WAIT_MS), left = longest;

    if (tunnel->cut_at != 0) {
        left = tunnel->cut_at + PARTING_TIME - apr_time_now();
    }
    else if (x->settings->tunnel_timeout > 0) {
        left = tunnel->moved_at + x->settings->tunnel_timeout - apr_time_now();
    }
    return left < longest ? left : longest;
}

/* Nothing moves. What is waited for: the daemon's bytes; and the client's, or room for them with the daemon. */
static void await_either(const mj_exchange_t *x, bool is_client_due, bool has_room, apr_interval_time_t left)
{
    struct pollfd fds[2] = {{.fd = x->channel->fd, .events = (short)(POLLIN | (is_client_due && !has_room ? POLLOUT : 0))},
                            {.fd = is_client_due && has_room ? mj_client_fd(x->r->connection) : -1, .events = POLLIN}};

    poll(fds, 2, (int)(left / 1000 + 1));
}

/* Bytes of what is no request any more, both ways. */
static void begin(mj_exchange_t *x)
{
    leave_http(x->r);
    x->in = apr_brigade_create(x->r->pool, x->r->connection->bucket_alloc);
    x->body = apr_palloc(x->r->pool, MJ_MAX_DATA);
    x->has_body = true;
    x->is_tunnel = true;
    x->deadline = 0; /* request-timeout ended with the 101 */
    x->is_body_read = false;
    x->is_body_ended = false;
    x->credit = MJ_INITIAL_CREDIT;
}

/* Moves what is there, and waits where nothing is. */
static mj_step_t move(mj_exchange_t *x, tunnel_t *tunnel)
{
    bool is_client_due = !x->is_body_ended && x->credit > 0;
    unsigned ready = mj_channel_await(x->channel, MJ_READABLE | (is_client_due ? MJ_WRITABLE : 0), 0);
    bool moved = false, is_idle = (ready & MJ_READABLE) == 0;
    apr_interval_time_t left;
    mj_step_t step = is_idle ? MJ_GO_ON : from_daemon(x, &moved);

    if (step == MJ_GO_ON && !mj_channel_has_frame(x->channel)) {
        step = to_client(x);
    }
    if (step == MJ_GO_ON && is_client_due && (ready & MJ_WRITABLE) != 0) {
        step = from_client(x, &moved);
    }
    if (moved) {
        tunnel->moved_at = apr_time_now();
    }
    if (step != MJ_GO_ON) {
        return step;
    }
    left = time_left(x, tunnel);
    if (left <= 0) {
        return tunnel->cut_at == 0 ? cut(x, tunnel) : give_up(x);
    }
    if (is_idle && !moved) {
        await_either(x, is_client_due, (ready & MJ_WRITABLE) != 0, left);
    }
    return x->r->connection->aborted ? mj_exchange_client_gone(x) : MJ_GO_ON;
}

void mj_exchange_tunnel(mj_exchange_t *x)
{
    tunnel_t tunnel = {.moved_at = apr_time_now()};
    mj_step_t step = MJ_GO_ON;

    begin(x);
    if (x->r->connection->master != NULL) { /* mod_http2 lets the request end first, and goes on with what comes after it */
        mj_exchange_read(x, mj_exchange_body_room(x), APR_NONBLOCK_READ);
        x->is_body_read = false;
        step = mj_exchange_send_body(x);
    }
    while (step == MJ_GO_ON) {
        step = move(x, &tunnel);
    }
    mj_tunnel_leave(x);
    x->is_reusable = !x->is_broken && x->is_body_ended && mj_channel_is_clean(x->channel);
    x->status = OK;
}
