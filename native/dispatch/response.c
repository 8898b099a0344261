/* What the exchange does with each frame of the daemon. */
#include "exchange_steps.h"

/* Larger files are passed on after the daemon is free for other requests, because clients may be
 * slow. Smaller files are not: at full load, the next request would often reach the daemon before
 * it counts this one as done, and would be refused. */
#define SMALL_FILE 65536

/* Ends the response, and tells the daemon that no more of the request's body will follow. */
static mj_ending_t end_response(mj_exchange_t *x, mj_response_state_t state)
{
    x->client->ops->end(x->client->data);
    x->response = state;
    x->status = 0;
    mj_exchange_cut_body(x);
    return MJ_ENDED_ANSWERED;
}

static mj_ending_t finish(mj_exchange_t *x)
{
    mj_ending_t end = end_response(x, MJ_RESPONSE_ENDED);
    mj_exchange_pass(x); /* if the client is gone by now, the channel can be used again all the same */
    return end;
}

/* Ends the exchange with a status in place of a response. */
static mj_ending_t replace(mj_exchange_t *x, int status)
{
    x->status = status;
    mj_exchange_cut_body(x);
    return MJ_ENDED_ANSWERED;
}

void mj_exchange_send_file(mj_exchange_t *x)
{
    const mj_exchange_client_t *client = x->client;

    if (x->response != MJ_RESPONSE_FILE) {
        return;
    }
    x->response = MJ_RESPONSE_ENDED;
    if (client->ops->pass(client->data, false) == MJ_PASSED_NO_FILE) {
        bool has_some = client->ops->break_off(client->data, MJ_HTTP_INTERNAL_ERROR);
        mj_client_log(client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0051) "pool %s pid %u: a file could not be read up to the size that it had when it was opened; %s",
                      x->settings->name, x->ticket->pid, has_some ? "the response is broken off" : "500");
    }
}

/* A whole response, whose body is a file. */
static mj_ending_t on_file(mj_exchange_t *x, const mj_response_t *response)
{
    const mj_exchange_client_t *client = x->client;
    int file = mj_channel_take_file(x->channel), status = 0;

    switch (file >= 0 ? client->ops->head(client->data, response, file, &status) : MJ_HEAD_BAD_FILE) {
    case MJ_HEAD_BAD_FILE:
        return mj_exchange_violation(x, mj_status_name(MJ_EBADDESCRIPTOR));
    case MJ_HEAD_REPLACED:
        return replace(x, status);
    case MJ_HEAD_PASSED:
        break;
    default:
        return finish(x);
    }
    if (response->content_length == 0) {
        return finish(x);
    }
    client->ops->file(client->data, response->offset, response->content_length);
    end_response(x, MJ_RESPONSE_FILE);
    if (response->content_length <= SMALL_FILE) {
        mj_exchange_send_file(x);
    }
    return MJ_ENDED_ANSWERED;
}

/* The client has the head. */
static mj_ending_t begin_body(mj_exchange_t *x, const mj_frame_t *frame, const mj_response_t *response, mj_response_state_t state)
{
    bool has_length = response->content_length != 0 && response->content_length != MJ_LENGTH_UNKNOWN;

    x->response = state;
    x->expected = response->content_length;
    if ((frame->flags & MJ_FLAG_RESPONSE_BODY) == 0) {
        if (has_length && state == MJ_RESPONSE_BODY && response->status != 304) {
            return mj_exchange_violation(x, "a length without a body");
        }
        return finish(x);
    }
    if ((frame->flags & MJ_FLAG_RESPONSE_FLUSH) != 0) {
        x->client->ops->flush(x->client->data);
    }
    return MJ_GOES_ON;
}

static mj_ending_t on_response(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    const mj_exchange_client_t *client = x->client;
    mj_response_t response;
    apr_status_t rv = mj_response_decode(payload, frame->len, frame->flags, &response);
    mj_head_result_t result;
    int status = 0;

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    if (response.content_length != MJ_LENGTH_UNKNOWN && response.content_length > INT64_MAX) {
        return mj_exchange_violation(x, "a content length that is too large");
    }
    if ((frame->flags & MJ_FLAG_RESPONSE_FILE) != 0) {
        return on_file(x, &response);
    }
    result = client->ops->head(client->data, &response, -1, &status);
    if (result == MJ_HEAD_PASSED || result == MJ_HEAD_ALONE) {
        return begin_body(x, frame, &response, result == MJ_HEAD_PASSED ? MJ_RESPONSE_BODY : MJ_RESPONSE_UNWANTED);
    }
    x->channel->is_broken |= (frame->flags & MJ_FLAG_RESPONSE_BODY) != 0; /* nobody reads that body */
    return result == MJ_HEAD_COMPLETE ? finish(x) : replace(x, status);
}

static mj_ending_t on_inform(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    const mj_exchange_client_t *client = x->client;
    mj_response_t response;
    apr_status_t rv = mj_inform_decode(payload, frame->len, &response);

    if (rv != APR_SUCCESS || ++x->informs > MJ_MAX_INFORMS) {
        return mj_exchange_violation(x, rv != APR_SUCCESS ? mj_status_name(rv) : "more INFORM than MAX_INFORMS");
    }
    if (client->ops->inform != NULL && !client->ops->inform(client->data, response.status, &response.fields)) {
        return mj_exchange_client_gone(x);
    }
    return MJ_GOES_ON;
}

/* @return false if the body is longer than its content length */
static bool count_data(mj_exchange_t *x, const mj_frame_t *frame)
{
    x->passed += frame->len;
    return x->passed <= x->expected; /* MJ_LENGTH_UNKNOWN is the greatest number */
}

static mj_ending_t after_data(mj_exchange_t *x, const mj_frame_t *frame)
{
    if ((frame->flags & MJ_FLAG_DATA_FLUSH) != 0) {
        x->client->ops->flush(x->client->data);
    }
    return mj_exchange_look_around_at_times(x);
}

static mj_ending_t on_data(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    if (!count_data(x, frame)) {
        return mj_exchange_violation(x, "more DATA than the content length");
    }
    x->client->ops->data(x->client->data, payload, frame->len);
    return after_data(x, frame);
}

static mj_ending_t on_skipped_data(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    (void)payload;
    return count_data(x, frame) ? after_data(x, frame) : mj_exchange_violation(x, "more DATA than the content length");
}

static mj_ending_t on_tunnel_data(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    x->client->ops->data(x->client->data, payload, frame->len);
    return MJ_GOES_ON;
}

static mj_ending_t on_trailers(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_fields_t trailers;
    apr_status_t rv = mj_fields_decode(payload, frame->len, &trailers);

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    x->client->ops->response_trailers(x->client->data, &trailers);
    return MJ_GOES_ON;
}

static mj_ending_t on_end(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    (void)frame;
    (void)payload;
    if (x->expected != MJ_LENGTH_UNKNOWN && x->passed != x->expected) {
        return mj_exchange_violation(x, "less DATA than the content length");
    }
    return finish(x);
}

static mj_ending_t on_tunnel_end(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    (void)frame;
    (void)payload;
    return mj_tunnel_end(x);
}

static mj_ending_t on_credit(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    uint32_t credit;
    if (mj_credit_decode(payload, frame->len, &credit) != APR_SUCCESS || x->credit + credit > MJ_MAX_CREDIT) {
        return mj_exchange_violation(x, "a bad CREDIT");
    }
    x->credit += credit;
    return MJ_GOES_ON;
}

static mj_ending_t on_refused(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    uint8_t reason;
    if (mj_refused_decode(payload, frame->len, &reason) != APR_SUCCESS) {
        return mj_exchange_violation(x, "a bad REFUSED");
    }
    mj_exchange_cut_body(x);
    return reason == MJ_REFUSED_NOT_CONFIGURED ? MJ_ENDED_UNCONFIGURED : MJ_ENDED_REFUSED;
}

static mj_ending_t on_failed(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    uint16_t status;
    apr_status_t rv = mj_failed_decode(payload, frame->len, &status, &message);

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    mj_client_log(x->client, status >= 500 ? MJ_LEVEL_ERROR : MJ_LEVEL_INFO, 0, MJLOGNO(0046) "pool %s pid %u: %.*s; %d",
                  x->settings->name, x->ticket->pid, (int)message.len, message.data, status);
    return replace(x, status);
}

static mj_ending_t on_abort(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    mj_span_t message;
    apr_status_t rv = mj_abort_decode(payload, frame->len, &message);

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    mj_client_log(x->client, MJ_LEVEL_ERROR, 0, MJLOGNO(0047) "pool %s pid %u: the response is broken off: %.*s",
                  x->settings->name, x->ticket->pid, (int)message.len, message.data);
    return mj_exchange_fail(x, MJ_HTTP_INTERNAL_ERROR); /* 500: the application has failed, not the daemon */
}

void mj_exchange_hold_place(mj_exchange_t *x, bool is_held)
{
    mj_board_t *board = x->dispatcher->board;
    if (is_held && x->is_paused) {
        mj_board_resume(board, x->ticket);
        x->is_paused = false;
    } else if (!is_held && !x->is_paused) {
        x->is_paused = mj_board_pause(board, x->ticket);
    }
}

static mj_ending_t on_place(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    (void)payload;
    mj_exchange_hold_place(x, (frame->flags & MJ_FLAG_PLACE_HELD) != 0);
    return mj_exchange_look_around_at_times(x);
}

static mj_ending_t on_upgraded(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    const mj_exchange_client_t *client = x->client;
    mj_fields_t fields;
    apr_status_t rv = mj_fields_decode(payload, frame->len, &fields);

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    if (!mj_tunnel_enter(x)) {
        return mj_exchange_fail(x, MJ_HTTP_UNAVAILABLE);
    }
    if (client->ops->upgrade == NULL || !client->ops->upgrade(client->data, &fields)) {
        mj_tunnel_leave(x);
        return mj_exchange_violation(x, "UPGRADED to what the client did not ask for");
    }
    x->response = MJ_RESPONSE_TUNNEL;
    return MJ_ENDED_UPGRADED;
}

/* Whether header-buffer-size limits the frame. */
static bool is_head(mj_frame_action_t action)
{
    return action == MJ_TAKE_RESPONSE || action == MJ_TAKE_INFORM || action == MJ_TAKE_UPGRADED;
}

static mj_ending_t on_long_head(mj_exchange_t *x, const mj_frame_t *frame)
{
    mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                  MJLOGNO(0050) "pool %s pid %u: header-buffer-size: the head of the response has %u bytes; the limit is "
                                "%" APR_INT64_T_FMT "; 502",
                  x->settings->name, x->ticket->pid, frame->len, x->settings->header_buffer_size);
    return mj_exchange_fail(x, MJ_HTTP_BAD_GATEWAY);
}

mj_ending_t mj_exchange_on_frame(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    static mj_ending_t (*const handlers[MJ_FRAME_ACTION_COUNT])(mj_exchange_t *, const mj_frame_t *, const unsigned char *) = {
        [MJ_TAKE_RESPONSE] = on_response,       [MJ_TAKE_DATA] = on_data,         [MJ_SKIP_DATA] = on_skipped_data,
        [MJ_TAKE_TUNNEL_DATA] = on_tunnel_data, [MJ_TAKE_TRAILERS] = on_trailers, [MJ_TAKE_END] = on_end,
        [MJ_TAKE_TUNNEL_END] = on_tunnel_end,   [MJ_TAKE_CREDIT] = on_credit,     [MJ_TAKE_REFUSED] = on_refused,
        [MJ_TAKE_FAILED] = on_failed,           [MJ_TAKE_ABORT] = on_abort,       [MJ_TAKE_INFORM] = on_inform,
        [MJ_TAKE_UPGRADED] = on_upgraded,       [MJ_TAKE_PLACE] = on_place,       [MJ_TAKE_LOG] = mj_exchange_on_log,
    };
    const char *wrong = NULL;
    mj_frame_action_t action = mj_response_step(&x->response, x->body_state, frame->type, &wrong);

    if (action == MJ_FRAME_IS_WRONG) {
        return mj_exchange_violation(x, wrong);
    }
    if (is_head(action) && frame->len > x->settings->header_buffer_size) {
        return on_long_head(x, frame);
    }
    return handlers[action](x, frame, payload);
}
