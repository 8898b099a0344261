/* An exchange after its upgrade: bytes both ways, until one side ends the tunnel. */
#include "exchange_steps.h"

#include <poll.h>

#define LONGEST_WAIT_MS 5000 /* without a look whether the client is still there */
#define LOOK_AROUND apr_time_from_msec(MJ_LOOK_AROUND_MS)

/* After tunnel-timeout, how long the application may take to send its last bytes and to end. */
#define PARTING_TIME apr_time_from_sec(5)

typedef struct tunnel_t {
    apr_time_t moved_at;  /* when either side last sent something */
    apr_time_t cut_at;    /* when the daemon was told that the tunnel is over; 0: not yet */
    apr_time_t looked_at; /* when it was last seen that the client's connection lives */
} tunnel_t;

static bool refuse(mj_exchange_t *x, const mj_tunnel_limit_t *limit)
{
    mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                  MJLOGNO(0052) "pool %s: %s %u tunnels (WebSockets and other upgrades), the limit for %s%u workers%s: "
                                "raise %s, or lower "
                                "tunnel-timeout; 503",
                  x->settings->name, limit->is_of_pool ? "it has" : "all pools together have", limit->limit, limit->workers_of,
                  limit->workers, limit->workers_kind, limit->directive);
    x->retry_after = 1;
    return false;
}

bool mj_tunnel_enter(mj_exchange_t *x)
{
    const mj_exchange_client_ops_t *ops = x->client->ops;
    const mj_shares_t *shares = &x->dispatcher->shares;
    mj_tunnel_limit_t limit = {
        .workers = shares->workers, .workers_of = "httpd's ", .workers_kind = "", .directive = "MaxRequestWorkers"};
    mj_tunneling_t tunneling;

    if (ops->enter_tunnel != NULL && !ops->enter_tunnel(x->client->data, x->pool, &limit)) {
        return refuse(x, &limit);
    }
    tunneling = mj_board_tunnel_enter(x->dispatcher->board, x->pool, x->dispatcher->row);
    if (tunneling == MJ_TUNNELED) {
        return true;
    }
    mj_dispatcher_doubt(x->dispatcher);
    if (ops->leave_tunnel != NULL) {
        ops->leave_tunnel(x->client->data, x->pool);
    }
    limit.is_of_pool = tunneling == MJ_TUNNELS_OVER_SHARE;
    limit.limit = limit.is_of_pool ? shares->tunnels_of_pool : shares->tunnels_of_all;
    return refuse(x, &limit);
}

void mj_tunnel_leave(const mj_exchange_t *x)
{
    mj_board_tunnel_leave(x->dispatcher->board, x->pool, x->dispatcher->row);
    if (x->client->ops->leave_tunnel != NULL) {
        x->client->ops->leave_tunnel(x->client->data, x->pool);
    }
}

/* Sends on what the client has sent, as far as the credit allows; never waits. Sets *moved if there
 * was something, or if the client has closed its half. */
static mj_ending_t from_client(mj_exchange_t *x, bool *moved)
{
    apr_status_t rv;

    x->body_len = x->body_sent = 0;
    rv = mj_exchange_read(x, mj_exchange_body_room(x), false);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        return MJ_GOES_ON;
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EOF(rv)) {
        return mj_exchange_client_gone(x);
    }
    *moved = true;
    if (rv != APR_SUCCESS) {
        x->body_state = mj_body_next(x->body_state, MJ_BODY_IS_READ);
    }
    return mj_exchange_send_body(x);
}

/* Passes on everything at once. */
static mj_ending_t to_client(mj_exchange_t *x)
{
    const mj_exchange_client_t *client = x->client;
    return client->ops->pass(client->data, true) == MJ_PASSED_TO_NOBODY ? mj_exchange_client_gone(x) : MJ_GOES_ON;
}

mj_ending_t mj_tunnel_end(mj_exchange_t *x)
{
    mj_exchange_cut_body(x);
    x->client->ops->pass(x->client->data, true); /* even if the client is gone by now */
    return MJ_ENDED_ANSWERED;
}

/* Sets *moved if the application has sent something. A line for the log does not count. */
static mj_ending_t from_daemon(mj_exchange_t *x, bool *moved)
{
    const unsigned char *payload;
    mj_frame_t frame;
    apr_status_t rv = mj_channel_receive(x->channel, 0, &frame, &payload);

    if (rv == APR_SUCCESS) {
        *moved = frame.type == MJ_FRAME_DATA;
        return mj_exchange_on_frame(x, &frame, payload);
    }
    return APR_STATUS_IS_EAGAIN(rv) ? MJ_GOES_ON : mj_exchange_lost(x, rv);
}

/* The channel is closed afterwards, which tells the application. */
static mj_ending_t give_up(mj_exchange_t *x)
{
    x->channel->is_broken = true;
    return MJ_ENDED_BROKEN;
}

/* tunnel-timeout: tells the daemon that the client sends nothing more. The application then ends
 * the tunnel, and its last bytes reach the client: a WebSocket closes with 1001. */
static mj_ending_t cut(mj_exchange_t *x, tunnel_t *tunnel)
{
    mj_client_log(x->client, MJ_LEVEL_INFO, 0,
                  MJLOGNO(0053) "pool %s pid %u: tunnel-timeout: neither side has sent anything for %" APR_INT64_T_FMT
                                " ms; the connection is closed",
                  x->settings->name, x->ticket->pid, x->settings->tunnel_timeout / 1000);
    if (mj_body_is_ended(x->body_state)) { /* the daemon knows already */
        return give_up(x);
    }
    mj_exchange_cut_body(x);
    tunnel->cut_at = apr_time_now();
    return x->channel->is_broken ? MJ_ENDED_BROKEN : MJ_GOES_ON;
}

/* @return how long the tunnel may wait; 0 or less: no longer */
static apr_interval_time_t time_left(const mj_exchange_t *x, const tunnel_t *tunnel)
{
    apr_interval_time_t longest = apr_time_from_msec(LONGEST_WAIT_MS), left = longest;

    if (tunnel->cut_at != 0) {
        left = tunnel->cut_at + PARTING_TIME - apr_time_now();
    } else if (x->settings->tunnel_timeout > 0) {
        left = tunnel->moved_at + x->settings->tunnel_timeout - apr_time_now();
    }
    return left < longest ? left : longest;
}

/* Waits for bytes of the daemon; and for bytes of the client, or for room to send them. A client
 * that has closed its half may still receive, so only a connection that is broken ends the tunnel:
 * poll() says so whatever it is asked for. */
static mj_ending_t await_either(mj_exchange_t *x, tunnel_t *tunnel, bool is_client_due, bool has_room, apr_interval_time_t left)
{
    struct pollfd fds[2] = {{.fd = x->channel->fd, .events = (short)(POLLIN | (is_client_due && !has_room ? POLLOUT : 0))},
                            {.fd = x->client->ops->fd(x->client->data), .events = is_client_due && has_room ? POLLIN : 0}};
    int ready = poll(fds, 2, (int)((left + 999) / 1000));

    tunnel->looked_at = apr_time_now();
    return ready > 0 && (fds[1].revents & (POLLERR | POLLHUP)) != 0 ? mj_exchange_client_gone(x) : MJ_GOES_ON;
}

/* Moves what there is, and waits if there is nothing. */
static mj_ending_t move(mj_exchange_t *x, tunnel_t *tunnel)
{
    bool is_client_due = !mj_body_is_ended(x->body_state) && x->credit > 0;
    unsigned ready = mj_channel_await(x->channel, MJ_READABLE | (is_client_due ? MJ_WRITABLE : 0), 0);
    bool moved = false, is_idle = (ready & MJ_READABLE) == 0;
    apr_interval_time_t left;
    mj_ending_t end = is_idle ? MJ_GOES_ON : from_daemon(x, &moved);

    if (end == MJ_GOES_ON && !mj_channel_has_frame(x->channel)) {
        end = to_client(x);
    }
    if (end == MJ_GOES_ON && is_client_due && (ready & MJ_WRITABLE) != 0) {
        end = from_client(x, &moved);
    }
    if (moved) {
        tunnel->moved_at = apr_time_now();
    }
    if (end != MJ_GOES_ON) {
        return end;
    }
    left = time_left(x, tunnel);
    if (left <= 0) {
        return tunnel->cut_at == 0 ? cut(x, tunnel) : give_up(x);
    }
    if (is_idle && !moved) {
        end = await_either(x, tunnel, is_client_due, (ready & MJ_WRITABLE) != 0, left);
    } else if (apr_time_now() - tunnel->looked_at >= LOOK_AROUND) { /* a daemon that is never silent */
        end = await_either(x, tunnel, is_client_due, (ready & MJ_WRITABLE) != 0, 0);
    }
    return end == MJ_GOES_ON && x->client->ops->is_aborted(x->client->data) ? mj_exchange_client_gone(x) : end;
}

mj_ending_t mj_exchange_tunnel(mj_exchange_t *x)
{
    apr_time_t now = apr_time_now();
    tunnel_t tunnel = {.moved_at = now, .looked_at = now};
    mj_ending_t end = MJ_GOES_ON;

    x->body = apr_palloc(x->client->pool, MJ_MAX_DATA);
    x->body_state = MJ_BODY_COMING;
    x->credit = MJ_INITIAL_CREDIT;
    x->deadline = 0; /* request-timeout ended with the 101 */
    while (end == MJ_GOES_ON) {
        end = move(x, &tunnel);
    }
    mj_tunnel_leave(x);
    x->status = 0;
    return end;
}
