/* The daemon's half of an exchange: what each of its frames does. */
#include "exchange_steps.h"
#include "module.h"
#include "tunnels.h"

#include <http_log.h>
#include <http_protocol.h>
#include <util_filter.h>

APLOG_USE_MODULE(jvm);

/* Larger ones are sent when the daemon is free for others, since their clients may be slow. Not these: at full load, the next request would often
 * reach the daemon before it counts this one as done, and be refused. */
#define SMALL_FILE 65536

#define LOOK_AROUND apr_time_from_msec(MJ_LOOK_AROUND_MS)

/* Nobody will send more of the response. */
static void end_response(mj_exchange_t *x)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_eos_create(x->r->connection->bucket_alloc));
    /* httpd would look for the client's next request before it writes this response, and find none. Streams of HTTP/2 are written by their main
     * connection; what another response includes leaves with that response. */
    if (x->r->main == NULL && x->r->connection->master == NULL) {
        ap_add_output_filter(MJ_FLUSH_FILTER, NULL, x->r, x->r->connection);
    }
    x->status = OK;
    mj_exchange_cut_body(x);
}

static mj_step_t finish(mj_exchange_t *x)
{
    end_response(x);
    mj_exchange_pass(x); /* a client that has left by now changes nothing for the channel, which is free again */
    return MJ_FINISHED;
}

/* httpd answers in its place: not modified, or a precondition that failed. Nobody wants the body. What is not modified goes through the filters, as
 * a static file's does: a cache that asked on its own behalf waits for it there. */
static mj_step_t answer_condition(mj_exchange_t *x, int condition, bool has_body)
{
    x->is_broken = has_body;
    if (condition == HTTP_NOT_MODIFIED) {
        x->is_begun = true;
        x->r->status = condition;
        x->r->status_line = NULL;
        return finish(x);
    }
    x->status = condition;
    mj_exchange_cut_body(x);
    return MJ_FINISHED;
}

void mj_exchange_send_file(mj_exchange_t *x)
{
    mj_exchange_pass(x);
    if (mj_file_is_broken(x->file)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r,
                      MJLOGNO(0051) "pool %s pid %u: a file could not be read to the end that it had when it was opened; %s", x->settings->name,
                      x->pid, mj_exchange_is_head_sent(x) ? "the response is broken off" : "500");
        mj_exchange_fail(x, HTTP_INTERNAL_SERVER_ERROR);
    }
    x->file = NULL;
}

/* A whole response, with a descriptor for its body. */
static mj_step_t on_file(mj_exchange_t *x, const mj_response_t *response)
{
    int fd = mj_channel_take_file(x->channel);
    mj_file_t *file;
    apr_status_t rv = mj_file_adopt(x->r, fd, response->offset + response->content_length, &file);
    int condition;

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv) != NULL ? mj_status_name(rv) : "a descriptor of no use");
    }
    condition = mj_response_apply(x->r, response, true);
    if (condition != OK) {
        return answer_condition(x, condition, false);
    }
    x->is_begun = true;
    if (x->r->header_only || response->content_length == 0) {
        return finish(x);
    }
    mj_file_insert(x->out, file, response->offset, response->content_length, x->r);
    x->file = file;
    end_response(x);
    if (response->content_length <= SMALL_FILE) {
        mj_exchange_send_file(x);
    }
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
    if ((frame->flags & MJ_FLAG_RESPONSE_FILE) != 0) {
        return on_file(x, &response);
    }
    condition = mj_response_apply(x->r, &response, false);
    if (condition != OK) {
        return answer_condition(x, condition, has_body);
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
        mj_exchange_add_flush(x);
    }
    return MJ_GO_ON;
}

static mj_step_t on_inform(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_response_t response;
    apr_status_t rv = mj_inform_decode(payload, frame->len, &response);

    if (rv != APR_SUCCESS || x->is_begun || ++x->informs > MJ_MAX_INFORMS) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv)
                                        : x->is_begun     ? "INFORM after RESPONSE"
                                                          : "more INFORM than MAX_INFORMS");
    }
    mj_response_inform(x->r, response.status, &response.fields);
    return x->r->connection->aborted ? mj_exchange_client_gone(x) : MJ_GO_ON;
}

/* A daemon that has enough to say keeps httpd from ever waiting for it, and so from seeing that time is up, or who has left. */
static mj_step_t look_around_at_times(mj_exchange_t *x)
{
    apr_time_t now = apr_time_now();

    if (x->looked_at == 0) { /* the first such frame: most answers end with it */
        x->looked_at = now;
    }
    if (now - x->looked_at < LOOK_AROUND) {
        return MJ_GO_ON;
    }
    x->looked_at = now;
    return mj_exchange_look_around(x);
}

static mj_step_t on_data(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    if (!x->is_begun || x->has_trailers) {
        return mj_exchange_violation(x, x->is_begun ? "DATA after TRAILERS" : "DATA before RESPONSE");
    }
    x->passed += frame->len;
    if (x->passed > x->expected) { /* an unknown length is all ones */
        return mj_exchange_violation(x, "more DATA than the content length");
    }
    if (!x->is_discarded) {
        APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_transient_create((const char *)payload, frame->len, x->r->connection->bucket_alloc));
    }
    if ((frame->flags & MJ_FLAG_DATA_FLUSH) != 0) {
        mj_exchange_add_flush(x);
    }
    return look_around_at_times(x);
}

static mj_step_t on_trailers(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_fields_t trailers;
    apr_status_t rv = mj_fields_decode(payload, frame->len, &trailers);

    if (rv != APR_SUCCESS || !x->is_begun || x->has_trailers) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv)
                                        : x->is_begun     ? "a second TRAILERS"
                                                          : "TRAILERS before RESPONSE");
    }
    x->has_trailers = true;
    mj_response_end(x->r, &trailers);
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

mj_step_t mj_exchange_on_credit(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
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
    return reason == MJ_REFUSED_NOT_CONFIGURED ? MJ_UNCONFIGURED : MJ_REFUSED;
}

static mj_step_t on_failed(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    uint16_t status;
    apr_status_t rv = mj_failed_decode(payload, frame->len, &status, &message);

    if (rv != APR_SUCCESS || x->is_begun) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv) : "FAILED after RESPONSE");
    }
    ap_log_rerror(APLOG_MARK, status >= 500 ? APLOG_ERR : APLOG_INFO, 0, x->r, MJLOGNO(0046) "pool %s pid %u: %.*s; %d", x->settings->name, x->pid,
                  (int)message.len, message.data, status);
    mj_exchange_cut_body(x);
    x->status = status;
    return MJ_FINISHED;
}

mj_step_t mj_exchange_on_abort(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    apr_status_t rv = mj_abort_decode(payload, frame->len, &message);

    if (rv != APR_SUCCESS || !x->is_begun) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv) : "ABORT before RESPONSE");
    }
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r, MJLOGNO(0047) "pool %s pid %u: the response is broken off: %.*s", x->settings->name, x->pid,
                  (int)message.len, message.data);
    return mj_exchange_fail(x, HTTP_INTERNAL_SERVER_ERROR); /* the application's doing, if the client has nothing of it yet */
}

/* Whether so much more may be logged for the pool; tells what was left out before. */
static bool may_log(mj_exchange_t *x, size_t len)
{
    mj_allowance_t told, *allowance = &mj_child()->allowances[x->pool];
    apr_thread_mutex_t *mutex = mj_child()->allowance_mutex;
    apr_time_t now = apr_time_now();
    bool may;

    apr_thread_mutex_lock(mutex);
    may = mj_allowance_take(allowance, len, now);
    told = *allowance;
    if (mj_allowance_has_news(allowance, now)) {
        allowance->lines_left_out = 0;
        allowance->bytes_left_out = 0;
    }
    apr_thread_mutex_unlock(mutex);
    if (mj_allowance_has_news(&told, now)) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, x->r,
                      MJLOGNO(0131) "pool %s: its requests log more than %d KB a second in this child of httpd: %" APR_UINT64_T_FMT
                                    " lines, %" APR_UINT64_T_FMT " KB, were left out",
                      x->settings->name, (int)(MJ_ALLOWANCE_RATE >> 10), told.lines_left_out, (told.bytes_left_out + 1023) >> 10);
    }
    return may;
}

/* The text is the application's own: no log id of ours. */
mj_step_t mj_exchange_on_log(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    uint8_t level;
    apr_status_t rv = mj_log_decode(payload, frame->len, &level, &message);

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    if (!APLOG_R_IS_LEVEL(x->r, level) || !may_log(x, message.len)) {
        return look_around_at_times(x);
    }
    ap_log_rerror(APLOG_MARK, level, 0, x->r, "[pool %s] [id %s] %.*s", x->settings->name, x->r->log_id != NULL ? x->r->log_id : "-",
                  (int)message.len, message.data);
    return look_around_at_times(x);
}

static mj_step_t on_upgraded(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_fields_t fields;
    apr_status_t rv = mj_fields_decode(payload, frame->len, &fields);

    if (rv != APR_SUCCESS || x->is_begun || x->has_body) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv)
                                        : x->is_begun     ? "UPGRADED after RESPONSE"
                                                          : "UPGRADED for a request with a body");
    }
    if (!mj_tunnel_enter(x)) {
        return mj_exchange_fail(x, HTTP_SERVICE_UNAVAILABLE);
    }
    if (!mj_response_upgrade(x->r, &fields)) {
        mj_tunnel_leave(x);
        return mj_exchange_violation(x, "UPGRADED to what the client did not ask for");
    }
    x->is_begun = true;
    return MJ_UPGRADED;
}

/* A frame that is the head of a response: this, or an interim one, or that of a tunnel. */
static bool is_head(const mj_frame_t *frame)
{
    return frame->type == MJ_FRAME_RESPONSE || frame->type == MJ_FRAME_INFORM || frame->type == MJ_FRAME_UPGRADED;
}

static mj_step_t on_long_head(mj_exchange_t *x, const mj_frame_t *frame)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r,
                  MJLOGNO(0050) "pool %s pid %u: header-buffer-size: the head of the response has %u bytes, %" APR_INT64_T_FMT " is the limit; 502",
                  x->settings->name, x->pid, frame->len, x->settings->header_buffer_size);
    return mj_exchange_fail(x, HTTP_BAD_GATEWAY);
}

mj_step_t mj_exchange_on_frame(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    if (frame->type != MJ_FRAME_REFUSED) {
        x->is_accepted = true;
    }
    if (is_head(frame) && frame->len > x->settings->header_buffer_size) {
        return on_long_head(x, frame);
    }
    switch (frame->type) {
    case MJ_FRAME_RESPONSE:
        return on_response(x, frame, payload);
    case MJ_FRAME_DATA:
        return on_data(x, frame, payload);
    case MJ_FRAME_END:
        return on_end(x);
    case MJ_FRAME_TRAILERS:
        return on_trailers(x, frame, payload);
    case MJ_FRAME_INFORM:
        return on_inform(x, frame, payload);
    case MJ_FRAME_UPGRADED:
        return on_upgraded(x, frame, payload);
    case MJ_FRAME_LOG:
        return mj_exchange_on_log(x, frame, payload);
    case MJ_FRAME_CREDIT:
        return mj_exchange_on_credit(x, frame, payload);
    case MJ_FRAME_REFUSED:
        return on_refused(x, frame, payload);
    case MJ_FRAME_FAILED:
        return on_failed(x, frame, payload);
    case MJ_FRAME_ABORT:
        return mj_exchange_on_abort(x, frame, payload);
    default:
        return mj_exchange_violation(x, "a second WELCOME");
    }
}
