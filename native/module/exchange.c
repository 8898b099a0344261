#include "exchange.h"
#include "exchange_steps.h"
#include "module.h"

#include <http_log.h>
#include <http_protocol.h>

APLOG_USE_MODULE(jvm);

#define MJ_CLIENT_CLOSED_REQUEST 499 /* as access logs commonly have it; HTTP has no status for it */

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

static mj_step_t client_gone(mj_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, MJLOGNO(0045) "the client left before the response was whole");
    x->is_broken = true; /* closing the channel tells the daemon, which interrupts the application */
    x->status = OK;
    if (!x->is_begun) { /* for the access log: nobody will see it */
        x->r->status = MJ_CLIENT_CLOSED_REQUEST;
        x->status = DONE;
    }
    return MJ_FINISHED;
}

static void add_flush(mj_exchange_t *x)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_flush_create(x->r->connection->bucket_alloc));
}

static mj_step_t finish(mj_exchange_t *x)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_eos_create(x->r->connection->bucket_alloc));
    x->status = OK;
    mj_exchange_cut_body(x);
    pass(x); /* a client that has left by now changes nothing for the channel, which is free again */
    return MJ_FINISHED;
}

static mj_step_t on_response(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    bool has_body = (frame->flags & MJ_FLAG_RESPONSE_BODY) != 0;
    mj_response_t response;
    apr_status_t rv = mj_response_decode(payload, frame->len, frame->flags, &response);
    int condition;

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    if (x->is_begun) {
        return mj_exchange_violation(x, "a second RESPONSE");
    }
    if (response.content_length != MJ_LENGTH_UNKNOWN && response.content_length > INT64_MAX) {
        return mj_exchange_violation(x, "a content length beyond all measure");
    }
    condition = mj_response_apply(x->r, &response);
    if (condition != OK) { /* not modified, or a precondition that failed: httpd answers, and nobody wants the body */
        x->status = condition;
        x->is_broken = has_body;
        mj_exchange_cut_body(x);
        return MJ_FINISHED;
    }
    x->is_begun = true;
    x->expected = response.content_length;
    x->is_discarded = x->r->header_only;
    if (!has_body) {
        if (x->expected != 0 && x->expected != MJ_LENGTH_UNKNOWN && !x->r->header_only && response.status != HTTP_NOT_MODIFIED) {
            return mj_exchange_violation(x, "a length without a body");
        }
        return finish(x);
    }
    if ((frame->flags & MJ_FLAG_RESPONSE_FLUSH) != 0) {
        add_flush(x);
    }
    return MJ_GO_ON;
}

static mj_step_t on_data(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    if (!x->is_begun) {
        return mj_exchange_violation(x, "DATA before RESPONSE");
    }
    x->passed += frame->len;
    if (x->passed > x->expected) { /* an unknown length is all ones */
        return mj_exchange_violation(x, "more DATA than the content length");
    }
    if (!x->is_discarded) {
        APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_transient_create((const char *)payload, frame->len, x->r->connection->bucket_alloc));
    }
    if ((frame->flags & MJ_FLAG_DATA_FLUSH) != 0) {
        add_flush(x);
    }
    return MJ_GO_ON;
}

static mj_step_t on_end(mj_exchange_t *x)
{
    if (!x->is_begun) {
        return mj_exchange_violation(x, "END before RESPONSE");
    }
    if (x->expected != MJ_LENGTH_UNKNOWN && x->passed != x->expected) {
        return mj_exchange_violation(x, "less DATA than the content length");
    }
    return finish(x);
}

static mj_step_t on_credit(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    uint32_t credit;
    if (mj_credit_decode(payload, frame->len, &credit) != APR_SUCCESS || !x->has_body || x->credit + credit > MJ_MAX_CREDIT) {
        return mj_exchange_violation(x, "a bad CREDIT");
    }
    x->credit += credit;
    return MJ_GO_ON;
}

static mj_step_t on_refused(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    uint8_t reason;
    if (mj_refused_decode(payload, frame->len, &reason) != APR_SUCCESS || x->is_accepted) {
        return mj_exchange_violation(x, "a bad REFUSED");
    }
    mj_exchange_cut_body(x);
    return MJ_REFUSED;
}

static mj_step_t on_failed(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    uint16_t status;
    apr_status_t rv = mj_failed_decode(payload, frame->len, &status, &message);

    if (rv != APR_SUCCESS || x->is_begun) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv) : "FAILED after RESPONSE");
    }
    ap_log_rerror(APLOG_MARK, status >= 500 ? APLOG_ERR : APLOG_INFO, 0, x->r, MJLOGNO(0046) "pool %s pid %u: %.*s; %d", x->pool_name, x->pid,
                  (int)message.len, message.data, status);
    mj_exchange_cut_body(x);
    x->status = status;
    return MJ_FINISHED;
}

static mj_step_t on_abort(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    apr_status_t rv = mj_abort_decode(payload, frame->len, &message);

    if (rv != APR_SUCCESS || !x->is_begun) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv) : "ABORT before RESPONSE");
    }
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r, MJLOGNO(0047) "pool %s pid %u: the response is broken off: %.*s", x->pool_name, x->pid,
                  (int)message.len, message.data);
    return mj_exchange_fail(x, HTTP_INTERNAL_SERVER_ERROR); /* the application's doing, if the client has nothing of it yet */
}

static mj_step_t on_frame(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    if (!x->channel->is_welcome) {
        uint32_t pid;
        if (frame->type != MJ_FRAME_WELCOME || frame->serial != 0 || mj_welcome_decode(payload, frame->len, &pid) != APR_SUCCESS) {
            return mj_exchange_violation(x, "no WELCOME in its own version: are its jars and the module of one installation?");
        }
        x->channel->is_welcome = true;
        return MJ_GO_ON;
    }
    if (frame->serial != x->channel->serial) {
        return mj_exchange_violation(x, "BAD_SERIAL");
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
        return mj_exchange_violation(x, "a second WELCOME");
    }
}

static mj_step_t receive(mj_exchange_t *x)
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
    if (APR_STATUS_IS_EAGAIN(rv)) { /* a while without a word: is anybody still listening? */
        return mj_exchange_has_client(x) ? MJ_GO_ON : client_gone(x);
    }
    if (APR_STATUS_IS_TIMEUP(rv)) {
        return mj_exchange_timed_out(x);
    }
    if (APR_STATUS_IS_ECONNRESET(rv) && !x->is_accepted && !x->is_split) {
        return MJ_LOST;
    }
    return mj_exchange_lost(x, rv);
}

mj_outcome_t mj_exchange_run(mj_exchange_t *x, mj_channel_t *channel, uint32_t pid)
{
    mj_step_t step;

    x->channel = channel;
    x->pid = pid;
    x->is_broken = false;
    x->is_reusable = false;
    x->deadline = x->request_timeout > 0 ? apr_time_now() + x->request_timeout : 0;
    step = mj_exchange_send_head(x);
    if (step == MJ_LOST && x->is_split) {
        step = mj_exchange_lost(x, APR_EOF);
    }
    while (step == MJ_GO_ON) {
        if (!x->is_body_ended && x->credit > 0 && !mj_channel_is_readable(channel)) {
            /* which may wait for the client, who may wait for what has gathered */
            step = pass(x) ? mj_exchange_more_body(x) : client_gone(x);
        }
        else {
            step = receive(x);
        }
    }
    if (step == MJ_FINISHED && x->status != OK && !x->is_body_read) {
        x->r->connection->keepalive = AP_CONN_CLOSE; /* else httpd would wait for the rest of the body before it says so */
    }
    x->is_reusable = step != MJ_LOST && !x->is_broken && x->is_body_ended && mj_channel_is_clean(channel);
    return step == MJ_FINISHED ? MJ_OUTCOME_FINAL : step == MJ_REFUSED ? MJ_OUTCOME_REFUSED : MJ_OUTCOME_UNSEEN;
}
