/* The body of the request: read from the client, sent to the daemon. */
#include "exchange_steps.h"

#include <poll.h>
#include <string.h>

#define LONGEST_WAIT apr_time_from_sec(1)

apr_status_t mj_exchange_read(mj_exchange_t *x, apr_size_t max, bool may_wait)
{
    apr_size_t len;
    bool is_end;
    apr_status_t rv = x->client->ops->read(x->client->data, x->body + x->body_len, max, may_wait, &len, &is_end);

    x->body_len += len;
    if (is_end) {
        x->body_state = mj_body_next(x->body_state, MJ_BODY_IS_READ);
    }
    return rv;
}

/* @return a status for the client */
static int body_failed(mj_exchange_t *x, apr_status_t rv)
{
    int status = x->client->ops->read_status(x->client->data, rv);
    mj_client_log(x->client, MJ_LEVEL_INFO, rv, MJLOGNO(0040) "the request's body cannot be read from the client");
    return status;
}

/* Reads what the client has already sent, at most one piece. */
static int read_ahead(mj_exchange_t *x)
{
    x->body_state = MJ_BODY_COMING;
    x->body = apr_palloc(x->client->pool, MJ_MAX_DATA);
    if ((x->head->flags & MJ_FLAG_REQUEST_EXPECT) != 0) { /* reading would send 100 Continue */
        return 0;
    }
    while (x->body_state == MJ_BODY_COMING && x->body_len < MJ_MAX_DATA) {
        apr_status_t rv = mj_exchange_read(x, MJ_MAX_DATA - x->body_len, false);
        if (APR_STATUS_IS_EAGAIN(rv)) {
            break;
        }
        if (rv != APR_SUCCESS) {
            return body_failed(x, rv);
        }
    }
    return 0;
}

int mj_exchange_begin(mj_exchange_t *x, mj_dispatcher_t *dispatcher, const mj_exchange_client_t *client,
                      const mj_pool_settings_t *settings, unsigned pool, mj_request_t *head)
{
    int status;

    memset(x, 0, sizeof(*x));
    x->dispatcher = dispatcher;
    x->client = client;
    x->settings = settings;
    x->pool = pool;
    x->head = head;
    if ((head->flags & MJ_FLAG_REQUEST_BODY) == 0) {
        return 0;
    }
    status = read_ahead(x);
    if (status == 0 && head->content_length != MJ_LENGTH_UNKNOWN) {
        /* A filter may have changed a body that was read, or the field belonged to another request
         * (an internal redirect): the number of bytes counts, not what the client has declared. */
        head->content_length = mj_body_is_read(x->body_state) ? x->body_len : client->ops->body_length(client->data);
    }
    return status;
}

apr_size_t mj_exchange_body_room(const mj_exchange_t *x)
{
    apr_size_t room = x->channel->room - (apr_size_t)2 * MJ_HEADER_SIZE; /* DATA and END */

    if (room > MJ_MAX_DATA) {
        room = MJ_MAX_DATA;
    }
    return x->credit < room ? (apr_size_t)x->credit : room;
}

mj_ending_t mj_exchange_send_body(mj_exchange_t *x)
{
    mj_message_t message = {.count = 0};
    apr_size_t before = x->body_sent;
    mj_ending_t end;
    apr_status_t rv;
    bool sent_any;

    mj_exchange_add_body(x, mj_exchange_body_room(x), &message);
    x->credit -= x->body_sent - before;
    rv = mj_exchange_send(x, &message, &sent_any, &end);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        return end;
    }
    if (rv != APR_SUCCESS) { /* a daemon may have answered before it died: go on receiving */
        x->body_state = mj_body_next(x->body_state, MJ_BODY_IS_ENDED);
    }
    return MJ_GOES_ON;
}

/* Waits until the client or the daemon sends something, but no longer than LONGEST_WAIT: filters
 * that limit a client's time look at the clock only when something reads from them. */
static mj_ending_t await_client(mj_exchange_t *x, int client)
{
    struct pollfd fds[2] = {{.fd = x->channel->fd, .events = POLLIN}, {.fd = client, .events = POLLIN}};
    apr_time_t now = apr_time_now();
    apr_interval_time_t limit;

    if (x->stalled_since == 0) {
        x->stalled_since = now;
    }
    limit = x->stalled_since + x->client->timeout - now;
    if (limit <= 0) {
        return mj_exchange_fail(x, body_failed(x, APR_TIMEUP));
    }
    if (x->deadline != 0 && x->deadline - now < limit) {
        limit = x->deadline - now;
    }
    if (limit > LONGEST_WAIT) {
        limit = LONGEST_WAIT;
    }
    poll(fds, 2, (int)(limit / 1000 + 1));
    return MJ_GOES_ON;
}

mj_ending_t mj_exchange_more_body(mj_exchange_t *x)
{
    apr_size_t room, kept = x->body_len - x->body_sent;
    apr_status_t rv;

    if (x->deadline != 0 && apr_time_now() >= x->deadline) {
        return mj_exchange_timed_out(x);
    }
    mj_exchange_note_progress(x); /* httpd waits for the client, not for the daemon */
    /* The daemon has given credit, so it has accepted the request, which will not be sent again:
     * only the bytes that it does not have yet must be kept. */
    memmove(x->body, x->body + x->body_sent, kept);
    x->body_len = kept;
    x->body_sent = 0;
    room = mj_exchange_body_room(x);
    rv = x->body_state == MJ_BODY_READ || kept >= room ? APR_SUCCESS : mj_exchange_read(x, room - kept, false);
    if (APR_STATUS_IS_EAGAIN(rv) && kept > 0) {
        return mj_exchange_send_body(x);
    }
    if (APR_STATUS_IS_EAGAIN(rv)) {
        int client = x->client->ops->fd(x->client->data);
        if (client >= 0) {
            return await_client(x, client);
        }
        rv = mj_exchange_read(x, room, true); /* the client's own timeout applies */
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv)) {
        return mj_exchange_fail(x, body_failed(x, rv));
    }
    if (x->body_len > 0 || x->body_state == MJ_BODY_READ) {
        x->stalled_since = 0;
        return mj_exchange_send_body(x);
    }
    return MJ_GOES_ON;
}

void mj_exchange_cut_body(mj_exchange_t *x)
{
    unsigned char end[MJ_HEADER_SIZE];
    struct iovec part = {end, sizeof(end)}, *parts = &part;
    int count = 1;
    bool sent_any;

    if (!mj_body_is_ended(x->body_state) && !x->channel->is_broken) {
        mj_end_encode(end, x->channel->serial, MJ_FLAG_END_CUT);
        /* If the daemon does not accept it soon, the connection is closed: nobody should wait. */
        x->channel->is_broken = mj_channel_send(x->channel, &parts, &count, &sent_any) != APR_SUCCESS;
        x->body_state = mj_body_next(x->body_state, MJ_BODY_IS_ENDED);
    }
}
