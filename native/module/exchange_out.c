/* httpd's half of an exchange: the request's head and body, from the client to the daemon. */
#include "exchange_steps.h"
#include "module.h"

#include <apr_strings.h>
#include <http_log.h>
#include <http_protocol.h>
#include <poll.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

#define HEAD_GUESS 4096
#define LONGEST_WAIT apr_time_from_sec(1)

apr_status_t mj_exchange_read(mj_exchange_t *x, apr_size_t max, apr_read_type_e mode)
{
    apr_status_t rv = ap_get_brigade(x->r->input_filters, x->in, AP_MODE_READBYTES, mode, (apr_off_t)max);
    apr_bucket *bucket;

    if (rv == APR_SUCCESS && APR_BRIGADE_EMPTY(x->in)) {
        rv = APR_EAGAIN;
    }
    for (bucket = APR_BRIGADE_FIRST(x->in); rv == APR_SUCCESS && bucket != APR_BRIGADE_SENTINEL(x->in);
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *data;
        apr_size_t len;
        if (APR_BUCKET_IS_EOS(bucket)) {
            x->is_body_read = true;
            break;
        }
        if (APR_BUCKET_IS_METADATA(bucket)) {
            continue;
        }
        rv = apr_bucket_read(bucket, &data, &len, APR_BLOCK_READ);
        if (rv == APR_SUCCESS && len > max) {
            rv = APR_EGENERAL; /* a filter that gives more than was asked for */
        }
        if (rv == APR_SUCCESS) {
            memcpy(x->body + x->body_len, data, len);
            x->body_len += len;
            max -= len;
        }
    }
    apr_brigade_cleanup(x->in);
    return rv;
}

static int body_failed(mj_exchange_t *x, apr_status_t rv)
{
    int status = APR_STATUS_IS_TIMEUP(rv) ? HTTP_REQUEST_TIME_OUT : ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
    ap_log_rerror(APLOG_MARK, APLOG_INFO, rv, x->r, MJLOGNO(0040) "the request's body cannot be read from the client");
    return status;
}

int mj_exchange_prepare(mj_exchange_t *x)
{
    mj_request_t *head = x->head;
    const char *length;

    if (!ap_request_has_body(x->r)) {
        x->is_body_ended = true;
        return OK;
    }
    x->has_body = true;
    x->is_body_read = false;
    x->in = apr_brigade_create(x->r->pool, x->r->connection->bucket_alloc);
    x->body = apr_palloc(x->r->pool, MJ_MAX_DATA);
    head->flags = MJ_FLAG_REQUEST_BODY;
    if (x->r->expecting_100) {
        head->flags |= MJ_FLAG_REQUEST_EXPECT; /* reading would send the 100; that is the application's to decide */
    }
    while (!x->r->expecting_100 && !x->is_body_read && x->body_len < MJ_MAX_DATA) {
        apr_status_t rv = mj_exchange_read(x, MJ_MAX_DATA - x->body_len, APR_NONBLOCK_READ);
        if (APR_STATUS_IS_EAGAIN(rv)) {
            break;
        }
        if (rv != APR_SUCCESS) {
            return body_failed(x, rv);
        }
    }
    length = apr_table_get(x->r->headers_in, "Content-Length");
    head->content_length = MJ_LENGTH_UNKNOWN;
    if (length != NULL && x->is_body_read) {
        head->content_length = x->body_len; /* whatever the field says: filters may have changed the body, or it was for another request */
    }
    else if (length != NULL && x->r->input_filters == x->r->proto_input_filters) {
        head->content_length = (uint64_t)apr_atoi64(length);
    }
    return OK;
}

/* A TRAILERS frame; empty if the client sent none. */
static mj_span_t encode_trailers(mj_exchange_t *x)
{
    apr_size_t count = 0, size = 0;
    const mj_pair_t *fields = mj_request_trailers(x->r, &count);
    unsigned char *frame;

    if (count == 0) {
        return (mj_span_t){NULL, 0};
    }
    if (mj_trailers_encode(NULL, 0, x->channel->serial, fields, count, &size) != APR_ENOSPC) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, x->r, MJLOGNO(0048) "the request's trailer fields cannot be sent to pool %s: left out",
                      x->settings->name);
        return (mj_span_t){NULL, 0};
    }
    frame = apr_palloc(x->r->pool, size);
    mj_trailers_encode(frame, size, x->channel->serial, fields, count, &size);
    return (mj_span_t){(const char *)frame, size};
}

/* What goes to the daemon in one go. */
typedef struct message_t {
    unsigned char data_header[MJ_HEADER_SIZE];
    unsigned char end[MJ_HEADER_SIZE];
    struct iovec parts[6]; /* HELLO, REQUEST, DATA in two, TRAILERS, END */
    int count;
} message_t;

static void add(message_t *message, const void *bytes, apr_size_t len)
{
    message->parts[message->count++] = (struct iovec){(void *)(uintptr_t)bytes, len};
}

/* Adds up to max bytes of what has been read of the body and not been sent, and what ends the body behind the last. */
static void add_body(mj_exchange_t *x, apr_size_t max, message_t *message)
{
    apr_size_t len = x->body_len - x->body_sent;

    if (len > max) {
        len = max;
    }
    if (len > 0) {
        mj_data_header_encode(message->data_header, x->channel->serial, (uint32_t)len);
        add(message, message->data_header, sizeof(message->data_header));
        add(message, x->body + x->body_sent, len);
        x->body_sent += len;
    }
    if (x->is_body_read && x->body_sent == x->body_len) {
        mj_span_t trailers = x->is_tunnel ? (mj_span_t){NULL, 0} : encode_trailers(x);
        if (trailers.len > 0) {
            add(message, trailers.data, trailers.len);
        }
        mj_end_encode(message->end, x->channel->serial, 0);
        add(message, message->end, sizeof(message->end));
        x->is_body_ended = true;
    }
}

static apr_size_t length_of(const message_t *message)
{
    apr_size_t len = 0;
    for (int i = 0; i < message->count; i++) {
        len += message->parts[i].iov_len;
    }
    return len;
}

/* Sends all of it, however long the daemon takes to take it. APR_EAGAIN: *end is why nobody waits for that any more. */
static apr_status_t send_message(mj_exchange_t *x, message_t *message, bool *sent_any, mj_step_t *end)
{
    struct iovec *parts = message->parts;
    apr_status_t rv;
    bool sent_now;

    *sent_any = false;
    for (;;) {
        rv = mj_channel_send(x->channel, &parts, &message->count, &sent_now);
        *sent_any |= sent_now;
        if (sent_now) {
            mj_exchange_heard(x);
        }
        if (!APR_STATUS_IS_EAGAIN(rv)) {
            return rv;
        }
        *end = mj_exchange_bear_silence(x, MJ_CHANNEL_SLICE);
        if (*end != MJ_GO_ON) {
            return rv;
        }
    }
}

/* Whether a body too long for a first message goes with it nevertheless: all of it is there, and fits. */
static bool goes_whole(const mj_exchange_t *x, apr_size_t frames)
{
    apr_size_t len = frames + x->body_len;
    return x->has_body && x->is_body_read && len > MJ_RETRY_LIMIT && len <= x->channel->room && apr_is_empty_table(x->r->trailers_in);
}

/* The head does not fit the wire, or holds what it must not. */
static mj_step_t refuse_head(mj_exchange_t *x, apr_status_t rv)
{
    if (x->head->application.len > MJ_MAX_APPLICATION) { /* a handler's: configtest looks at those of mounts */
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r,
                      MJLOGNO(0066) "pool %s: target, entry point, group and parameters of the application take %" APR_SIZE_T_FMT
                                    " bytes, %d is the limit: put long values of JVMParameter into a file that the application reads; 500",
                      x->settings->name, x->head->application.len, MJ_MAX_APPLICATION);
        x->status = HTTP_INTERNAL_SERVER_ERROR;
        return MJ_FINISHED;
    }
    if (rv == MJ_EFRAMETOOLARGE) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r,
                      MJLOGNO(0028) "pool %s: the request's head, with its variables, has more than %d bytes: lower LimitRequestFieldSize or "
                                    "LimitRequestFields, or set shorter variables; 431",
                      x->settings->name, MJ_MAX_REQUEST);
        x->status = 431;
        return MJ_FINISHED;
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, MJLOGNO(0044) "the request cannot be sent to pool %s: %s", x->settings->name,
                  mj_status_name(rv));
    x->status = HTTP_BAD_REQUEST;
    return MJ_FINISHED;
}

mj_step_t mj_exchange_send_head(mj_exchange_t *x)
{
    unsigned char hello[MJ_HELLO_SIZE];
    mj_channel_t *channel = x->channel;
    apr_size_t limit = channel->room < MJ_RETRY_LIMIT ? channel->room : MJ_RETRY_LIMIT;
    apr_size_t size = HEAD_GUESS, hello_size, frames;
    message_t message = {.count = 0};
    unsigned char *head;
    mj_step_t end;
    apr_status_t rv;
    bool sent_any, is_long;

    do {
        head = apr_palloc(x->r->pool, size);
        rv = mj_request_encode(head, size, mj_channel_next_serial(channel), x->head, &size);
    } while (rv == APR_ENOSPC);
    if (rv != APR_SUCCESS) {
        return refuse_head(x, rv);
    }
    hello_size = mj_channel_begin(channel, x->settings->fingerprint, hello);
    if (hello_size > 0) {
        add(&message, hello, hello_size);
    }
    add(&message, head, size);
    x->body_sent = 0;
    x->is_body_ended = !x->has_body;
    if (x->has_body) {
        frames = size + sizeof(hello) + sizeof(message.data_header) + sizeof(message.end);
        if (goes_whole(x, frames)) {
            mj_request_mark_whole(head);
            limit = channel->room;
        }
        /* The rest waits for credit: the daemon must be able to read all that is sent before it answers at once (PROTOCOL.md, section 3). */
        add_body(x, frames < limit ? limit - frames : 0, &message);
    }
    x->credit = 0;
    is_long = length_of(&message) > limit;
    rv = send_message(x, &message, &sent_any, &end);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        return end;
    }
    /* A part of it may have been read then, and nothing would tell. */
    x->is_split = sent_any && is_long;
    return rv == APR_SUCCESS ? MJ_GO_ON : MJ_LOST;
}

apr_size_t mj_exchange_body_room(const mj_exchange_t *x)
{
    apr_size_t room = x->channel->room - (apr_size_t)2 * MJ_HEADER_SIZE; /* DATA and END */

    if (room > MJ_MAX_DATA) {
        room = MJ_MAX_DATA;
    }
    return x->credit < room ? (apr_size_t)x->credit : room;
}

mj_step_t mj_exchange_send_body(mj_exchange_t *x)
{
    message_t message = {.count = 0};
    apr_size_t before = x->body_sent;
    mj_step_t end;
    apr_status_t rv;
    bool sent_any;

    add_body(x, mj_exchange_body_room(x), &message);
    x->credit -= x->body_sent - before;
    rv = send_message(x, &message, &sent_any, &end);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        return end;
    }
    if (rv != APR_SUCCESS) {
        /* The daemon may have answered before it went: what it sent can still be received. */
        x->is_broken = true;
        x->is_body_ended = true;
    }
    return MJ_GO_ON;
}

/* Tells a client that waits for it that the body is wanted. A read that does not block leaves that to us. */
static void send_continue(request_rec *r)
{
    int status = r->status;
    r->status = HTTP_CONTINUE;
    ap_send_interim_response(r, 0);
    r->status = status;
    r->expecting_100 = 0;
}

/* Waits until the client or the daemon has something to say, but not long: filters that limit a client's time look at the clock only when
 * they are read from. */
static mj_step_t await_client(mj_exchange_t *x, int client)
{
    struct pollfd fds[2] = {{.fd = x->channel->fd, .events = POLLIN}, {.fd = client, .events = POLLIN}};
    apr_time_t now = apr_time_now();
    apr_interval_time_t limit;

    if (x->stalled_since == 0) {
        x->stalled_since = now;
    }
    limit = x->stalled_since + x->r->server->timeout - now;
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
    return MJ_GO_ON;
}

mj_step_t mj_exchange_more_body(mj_exchange_t *x)
{
    apr_size_t room, kept = x->body_len - x->body_sent;
    apr_status_t rv;

    if (x->deadline != 0 && apr_time_now() >= x->deadline) {
        return mj_exchange_timed_out(x);
    }
    mj_exchange_heard(x); /* it has taken what there was: the client has the next word */
    /* There is credit, so the daemon has accepted, and there is no second try: what was kept for it is not needed, but for what it has not got.
     * More may be there to go with that. */
    memmove(x->body, x->body + x->body_sent, kept);
    x->body_len = kept;
    x->body_sent = 0;
    room = mj_exchange_body_room(x);
    rv = x->is_body_read || kept >= room ? APR_SUCCESS : mj_exchange_read(x, room - kept, APR_NONBLOCK_READ);
    if (APR_STATUS_IS_EAGAIN(rv) && kept > 0) {
        return mj_exchange_send_body(x);
    }
    if (APR_STATUS_IS_EAGAIN(rv)) {
        int client = mj_client_fd(x->r->connection);
        if (x->r->expecting_100) {
            send_continue(x->r);
        }
        if (client >= 0) {
            return await_client(x, client);
        }
        rv = mj_exchange_read(x, room, APR_BLOCK_READ); /* nothing to look at; httpd's timeout holds */
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv)) {
        return mj_exchange_fail(x, body_failed(x, rv));
    }
    if (x->body_len > 0 || x->is_body_read) {
        x->stalled_since = 0;
        return mj_exchange_send_body(x);
    }
    return MJ_GO_ON;
}

void mj_exchange_cut_body(mj_exchange_t *x)
{
    unsigned char end[MJ_HEADER_SIZE];
    struct iovec part = {end, sizeof(end)}, *parts = &part;
    int count = 1;
    bool sent_any;

    if (!x->is_body_ended && !x->is_broken) {
        mj_end_encode(end, x->channel->serial, MJ_FLAG_END_CUT);
        /* A daemon that does not take it soon loses the connection: nobody is to wait for that. */
        x->is_broken = mj_channel_send(x->channel, &parts, &count, &sent_any) != APR_SUCCESS;
        x->is_body_ended = true;
    }
}
