#include "exchange.h"
#include "module.h"

#include <apr_portable.h>
#include <apr_strings.h>
#include <errno.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <poll.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

#define HEAD_GUESS 4096

/* Where a step of the exchange leads. */
typedef enum step_t { GO_ON, FINISHED, REFUSED, LOST } step_t;

mj_exchange_t *mj_exchange_make(request_rec *r, mj_request_t *head, const char *pool_name, apr_interval_time_t request_timeout)
{
    mj_exchange_t *x = apr_pcalloc(r->pool, sizeof(*x));
    x->r = r;
    x->head = head;
    x->pool_name = pool_name;
    x->request_timeout = request_timeout;
    x->out = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    x->is_body_read = true;
    return x;
}

/* --- the request's body --- */

/* Appends up to max bytes of the body to x->body. APR_EAGAIN: nothing is there yet. */
static apr_status_t read_body(mj_exchange_t *x, apr_size_t max, apr_read_type_e mode)
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
    while (!x->r->expecting_100 && !x->is_body_read && x->body_len < MJ_INITIAL_CREDIT) {
        apr_status_t rv = read_body(x, MJ_INITIAL_CREDIT - x->body_len, APR_NONBLOCK_READ);
        if (APR_STATUS_IS_EAGAIN(rv)) {
            break;
        }
        if (rv != APR_SUCCESS) {
            return body_failed(x, rv);
        }
    }
    /* Only now: an input filter that changes the length has said so by taking the field away. */
    length = apr_table_get(x->r->headers_in, "Content-Length");
    head->content_length = length != NULL ? (uint64_t)apr_atoi64(length) : MJ_LENGTH_UNKNOWN;
    return OK;
}

/* --- ends that are no success --- */

/* Before the response began: the client gets that status. After: its connection is broken off, so that what it has never looks whole. */
static step_t fail(mj_exchange_t *x, int status)
{
    request_rec *r = x->r;
    x->is_broken = true;
    if (!x->is_begun) {
        x->status = status;
        return FINISHED;
    }
    x->status = OK;
    r->connection->keepalive = AP_CONN_CLOSE;
    apr_brigade_cleanup(x->out);
    APR_BRIGADE_INSERT_TAIL(x->out, ap_bucket_error_create(HTTP_BAD_GATEWAY, NULL, r->pool, r->connection->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_eos_create(r->connection->bucket_alloc));
    ap_pass_brigade(r->output_filters, x->out);
    apr_brigade_cleanup(x->out);
    return FINISHED;
}

static step_t violation(mj_exchange_t *x, const char *what)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r, MJLOGNO(0041) "pool %s pid %u: the daemon breaks the protocol: %s; 502", x->pool_name,
                  x->pid, what);
    return fail(x, HTTP_BAD_GATEWAY);
}

static step_t timed_out(mj_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r, MJLOGNO(0042) "pool %s pid %u: request-timeout: no end within %" APR_INT64_T_FMT " ms; 504",
                  x->pool_name, x->pid, x->request_timeout / 1000);
    return fail(x, HTTP_GATEWAY_TIME_OUT);
}

static step_t lost(mj_exchange_t *x, apr_status_t rv)
{
    const char *name = mj_status_name(rv);
    if (name != NULL) {
        return violation(x, name);
    }
    ap_log_rerror(APLOG_MARK, APLOG_ERR, rv, x->r, MJLOGNO(0043) "pool %s pid %u: the daemon was lost while it handled the request; %s",
                  x->pool_name, x->pid, x->is_begun ? "the response is broken off" : "502");
    return fail(x, HTTP_BAD_GATEWAY);
}

/* --- out --- */

static uint16_t next_serial(uint16_t serial)
{
    return serial == UINT16_MAX ? 1 : (uint16_t)(serial + 1);
}

/* Head, and what is there of the body, in one message. */
static step_t send_head(mj_exchange_t *x)
{
    unsigned char hello[MJ_HELLO_SIZE], data_header[MJ_HEADER_SIZE], end[MJ_HEADER_SIZE];
    mj_channel_t *channel = x->channel;
    apr_size_t size = HEAD_GUESS, total;
    unsigned char *head;
    struct iovec parts[5];
    apr_status_t rv;
    bool sent_any;
    int count = 0;

    channel->serial = next_serial(channel->serial);
    do {
        head = apr_palloc(x->r->pool, size);
        rv = mj_request_encode(head, size, channel->serial, x->head, &size);
    } while (rv == APR_ENOSPC);
    if (rv != APR_SUCCESS) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, MJLOGNO(0044) "the request cannot be sent to pool %s: %s", x->pool_name,
                      mj_status_name(rv));
        x->status = rv == MJ_EFRAMETOOLARGE ? 431 : HTTP_BAD_REQUEST;
        return FINISHED;
    }
    if (channel->is_new) {
        mj_hello_encode(hello, (uint32_t)getpid());
        parts[count++] = (struct iovec){hello, sizeof(hello)};
        channel->is_new = false;
    }
    parts[count++] = (struct iovec){head, size};
    total = size + x->body_len;
    if (x->body_len > 0) {
        mj_data_header_encode(data_header, channel->serial, (uint32_t)x->body_len);
        parts[count++] = (struct iovec){data_header, sizeof(data_header)};
        parts[count++] = (struct iovec){x->body, x->body_len};
    }
    x->is_body_ended = !x->has_body || x->is_body_read;
    if (x->has_body && x->is_body_ended) {
        mj_end_encode(end, channel->serial, 0);
        parts[count++] = (struct iovec){end, sizeof(end)};
    }
    x->credit = (x->head->flags & MJ_FLAG_REQUEST_EXPECT) ? 0 : MJ_INITIAL_CREDIT - x->body_len;
    rv = mj_channel_send(channel, parts, count, &sent_any);
    /* What is larger may have been read in part, and nothing would tell. */
    x->is_split = sent_any && total + MJ_HELLO_SIZE + 2 * MJ_HEADER_SIZE > MJ_RETRY_LIMIT;
    return rv == APR_SUCCESS ? GO_ON : LOST;
}

/* Sends bytes of the body that have just been read, and END behind the last. */
static void send_body(mj_exchange_t *x, const unsigned char *data, apr_size_t len)
{
    unsigned char data_header[MJ_HEADER_SIZE], end[MJ_HEADER_SIZE];
    struct iovec parts[3];
    bool sent_any;
    int count = 0;

    if (len > 0) {
        mj_data_header_encode(data_header, x->channel->serial, (uint32_t)len);
        parts[count++] = (struct iovec){data_header, sizeof(data_header)};
        parts[count++] = (struct iovec){(void *)data, len};
    }
    if (x->is_body_read) {
        mj_end_encode(end, x->channel->serial, 0);
        parts[count++] = (struct iovec){end, sizeof(end)};
        x->is_body_ended = true;
    }
    x->credit -= len;
    x->is_split = true;
    if (mj_channel_send(x->channel, parts, count, &sent_any) != APR_SUCCESS) {
        /* The daemon may have answered before it went: what it sent can still be received. */
        x->is_broken = true;
        x->is_body_ended = true;
    }
}

/* Waits until the client or the daemon has something to say. True: the client. */
static bool await_client(mj_exchange_t *x, apr_interval_time_t limit)
{
    struct pollfd fds[2] = {{.fd = x->channel->fd, .events = POLLIN}, {.events = POLLIN}};
    apr_socket_t *socket = x->r->connection->master == NULL ? ap_get_conn_socket(x->r->connection) : NULL;
    int fd;

    if (socket == NULL || apr_os_sock_get(&fd, socket) != APR_SUCCESS) {
        return true; /* HTTP/2: no socket of its own; the blocking read that follows has httpd's timeout */
    }
    fds[1].fd = fd;
    while (poll(fds, 2, (int)(limit / 1000 + 1)) < 0 && errno == EINTR) {
    }
    return fds[0].revents == 0;
}

/* Brings the next piece of the body from the client to the daemon, unless the daemon speaks first. */
static step_t more_body(mj_exchange_t *x)
{
    apr_size_t room, before;
    apr_status_t rv;

    if (x->is_accepted) {
        x->body_len = 0; /* no second try: what was kept for it is not needed */
    }
    before = x->body_len;
    room = MJ_MAX_DATA - x->body_len;
    if (room > x->credit) {
        room = (apr_size_t)x->credit;
    }
    rv = read_body(x, room, APR_NONBLOCK_READ);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        apr_interval_time_t limit = x->r->server->timeout;
        if (x->deadline != 0 && x->deadline - apr_time_now() < limit) {
            limit = x->deadline - apr_time_now();
        }
        if (limit <= 0) {
            return timed_out(x);
        }
        if (!await_client(x, limit)) {
            return GO_ON;
        }
        if (x->deadline != 0 && apr_time_now() >= x->deadline) {
            return timed_out(x);
        }
        rv = read_body(x, room, APR_BLOCK_READ);
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv)) {
        return fail(x, body_failed(x, rv));
    }
    if (x->body_len > before || x->is_body_read) {
        send_body(x, x->body + before, x->body_len - before);
    }
    return GO_ON;
}

/* The daemon's answer is whole: it is told that no more of the body will come. */
static void cut_body(mj_exchange_t *x)
{
    unsigned char end[MJ_HEADER_SIZE];
    struct iovec part = {end, sizeof(end)};
    bool sent_any;

    if (!x->is_body_ended && !x->is_broken) {
        mj_end_encode(end, x->channel->serial, MJ_FLAG_END_CUT);
        x->is_broken = mj_channel_send(x->channel, &part, 1, &sent_any) != APR_SUCCESS;
        x->is_body_ended = true;
    }
}

/* --- in --- */

/* Passes on what has gathered. False: the client is gone. */
static bool pass(mj_exchange_t *x)
{
    apr_status_t rv;
    if (APR_BRIGADE_EMPTY(x->out)) {
        return true;
    }
    rv = ap_pass_brigade(x->r->output_filters, x->out);
    apr_brigade_cleanup(x->out);
    return rv == APR_SUCCESS && !x->r->connection->aborted;
}

static step_t client_gone(mj_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, MJLOGNO(0045) "the client left before the response was whole");
    x->is_broken = true;
    x->status = OK;
    return FINISHED;
}

static void add_flush(mj_exchange_t *x)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_flush_create(x->r->connection->bucket_alloc));
}

static step_t finish(mj_exchange_t *x)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_eos_create(x->r->connection->bucket_alloc));
    x->status = OK;
    cut_body(x);
    return pass(x) ? FINISHED : client_gone(x);
}

static step_t on_response(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    bool has_body = (frame->flags & MJ_FLAG_RESPONSE_BODY) != 0;
    mj_response_t response;
    apr_status_t rv = mj_response_decode(payload, frame->len, &response);
    int condition;

    if (rv != APR_SUCCESS) {
        return violation(x, mj_status_name(rv));
    }
    if (x->is_begun) {
        return violation(x, "a second RESPONSE");
    }
    if (response.content_length != MJ_LENGTH_UNKNOWN && response.content_length > INT64_MAX) {
        return violation(x, "a content length beyond all measure");
    }
    condition = mj_response_apply(x->r, &response);
    if (condition != OK) { /* not modified, or a precondition that failed: httpd answers, and nobody wants the body */
        x->status = condition;
        x->is_broken = has_body;
        cut_body(x);
        return FINISHED;
    }
    x->is_begun = true;
    x->expected = response.content_length;
    x->is_discarded = x->r->header_only;
    if (!has_body) {
        if (x->expected != 0 && x->expected != MJ_LENGTH_UNKNOWN && !x->r->header_only && response.status != HTTP_NOT_MODIFIED) {
            return violation(x, "a length without a body");
        }
        return finish(x);
    }
    if ((frame->flags & MJ_FLAG_RESPONSE_FLUSH) != 0) {
        add_flush(x);
    }
    return GO_ON;
}

static step_t on_data(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    if (!x->is_begun) {
        return violation(x, "DATA before RESPONSE");
    }
    x->passed += frame->len;
    if (x->passed > x->expected) { /* an unknown length is all ones */
        return violation(x, "more DATA than the content length");
    }
    if (!x->is_discarded) {
        APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_transient_create((const char *)payload, frame->len, x->r->connection->bucket_alloc));
    }
    if ((frame->flags & MJ_FLAG_DATA_FLUSH) != 0) {
        add_flush(x);
    }
    return GO_ON;
}

static step_t on_end(mj_exchange_t *x)
{
    if (!x->is_begun) {
        return violation(x, "END before RESPONSE");
    }
    if (x->expected != MJ_LENGTH_UNKNOWN && x->passed != x->expected) {
        return violation(x, "less DATA than the content length");
    }
    return finish(x);
}

static step_t on_credit(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    uint32_t credit;
    if (mj_credit_decode(payload, frame->len, &credit) != APR_SUCCESS || !x->has_body || x->credit + credit > MJ_MAX_CREDIT) {
        return violation(x, "a bad CREDIT");
    }
    x->credit += credit;
    return GO_ON;
}

static step_t on_refused(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    uint8_t reason;
    if (mj_refused_decode(payload, frame->len, &reason) != APR_SUCCESS || x->is_accepted) {
        return violation(x, "a bad REFUSED");
    }
    cut_body(x);
    return REFUSED;
}

static step_t on_failed(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    uint16_t status;
    apr_status_t rv = mj_failed_decode(payload, frame->len, &status, &message);

    if (rv != APR_SUCCESS || x->is_begun) {
        return violation(x, rv != APR_SUCCESS ? mj_status_name(rv) : "FAILED after RESPONSE");
    }
    ap_log_rerror(APLOG_MARK, status >= 500 ? APLOG_ERR : APLOG_INFO, 0, x->r, MJLOGNO(0046) "pool %s pid %u: %.*s; %d", x->pool_name, x->pid,
                  (int)message.len, message.data, status);
    cut_body(x);
    x->status = status;
    return FINISHED;
}

static step_t on_abort(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    apr_status_t rv = mj_abort_decode(payload, frame->len, &message);

    if (rv != APR_SUCCESS || !x->is_begun) {
        return violation(x, rv != APR_SUCCESS ? mj_status_name(rv) : "ABORT before RESPONSE");
    }
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r, MJLOGNO(0047) "pool %s pid %u: the response is broken off: %.*s", x->pool_name, x->pid,
                  (int)message.len, message.data);
    return fail(x, HTTP_BAD_GATEWAY);
}

static step_t on_frame(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    if (!x->channel->is_welcome) {
        uint32_t pid;
        if (frame->type != MJ_FRAME_WELCOME || frame->serial != 0 || mj_welcome_decode(payload, frame->len, &pid) != APR_SUCCESS) {
            return violation(x, "no WELCOME in its own version: are its jars and the module of one installation?");
        }
        x->channel->is_welcome = true;
        return GO_ON;
    }
    if (frame->serial != x->channel->serial) {
        return violation(x, "BAD_SERIAL");
    }
    if (frame->type != MJ_FRAME_REFUSED) {
        x->is_accepted = true;
    }
    switch (frame->type) {
    case MJ_FRAME_RESPONSE:
        return on_response(x, frame, payload);
    case MJ_FRAME_DATA:
        return on_data(x, frame, payload);
    case MJ_FRAME_END:
        return on_end(x);
    case MJ_FRAME_CREDIT:
        return on_credit(x, frame, payload);
    case MJ_FRAME_REFUSED:
        return on_refused(x, frame, payload);
    case MJ_FRAME_FAILED:
        return on_failed(x, frame, payload);
    case MJ_FRAME_ABORT:
        return on_abort(x, frame, payload);
    default:
        return violation(x, "a second WELCOME");
    }
}

static step_t receive(mj_exchange_t *x)
{
    const unsigned char *payload;
    mj_frame_t frame;
    apr_status_t rv;

    /* What is passed on points into the channel's buffer, which receiving more would overwrite. */
    if (!mj_channel_has_frame(x->channel) && !pass(x)) {
        return client_gone(x);
    }
    rv = mj_channel_receive(x->channel, x->deadline, &frame, &payload);
    if (rv == APR_SUCCESS) {
        return on_frame(x, &frame, payload);
    }
    if (APR_STATUS_IS_TIMEUP(rv)) {
        return timed_out(x);
    }
    if (APR_STATUS_IS_ECONNRESET(rv) && !x->is_accepted && !x->is_split) {
        return LOST;
    }
    return lost(x, rv);
}

mj_outcome_t mj_exchange_run(mj_exchange_t *x, mj_channel_t *channel, uint32_t pid)
{
    step_t step;

    x->channel = channel;
    x->pid = pid;
    x->is_broken = false;
    x->is_reusable = false;
    x->deadline = x->request_timeout > 0 ? apr_time_now() + x->request_timeout : 0;
    step = send_head(x);
    if (step == LOST && x->is_split) {
        step = lost(x, APR_EOF);
    }
    while (step == GO_ON) {
        if (!x->is_body_ended && x->credit > 0 && !mj_channel_is_readable(channel)) {
            step = more_body(x);
        }
        else {
            step = receive(x);
        }
    }
    x->is_reusable = step != LOST && !x->is_broken && x->is_body_ended && mj_channel_is_clean(channel);
    return step == FINISHED ? MJ_OUTCOME_FINAL : step == REFUSED ? MJ_OUTCOME_REFUSED : MJ_OUTCOME_UNSEEN;
}
