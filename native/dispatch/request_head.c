/* The head of the request, and what is sent with it. */
#include "exchange_steps.h"

#define HEAD_GUESS 4096

/* Whether a body that is too long for a first message is sent with it nevertheless (WHOLE): all of
 * it was read, and it fits the socket. */
static bool goes_whole(const mj_exchange_t *x, apr_size_t frames)
{
    apr_size_t len = frames + x->body_len, trailers = 0;

    if (x->body_state != MJ_BODY_READ || len <= MJ_RETRY_LIMIT || len > x->channel->room) {
        return false;
    }
    (void)x->client->ops->request_trailers(x->client->data, &trailers);
    return trailers == 0;
}

/* The head is too long for the wire, or has a byte that is not allowed there. */
static mj_ending_t refuse_head(mj_exchange_t *x, apr_status_t rv)
{
    if (x->head->application.len > MJ_MAX_APPLICATION) { /* of a handler: configtest checks mounts */
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0066) "pool %s: target, entry point, group and parameters of the application "
                                    "take %" APR_SIZE_T_FMT " bytes; the limit is %d: put long values of "
                                    "JVMParameter into a file that the application reads; 500",
                      x->settings->name, x->head->application.len, MJ_MAX_APPLICATION);
        x->status = MJ_HTTP_INTERNAL_ERROR;
        return MJ_ENDED_ANSWERED;
    }
    if (rv == MJ_EFRAMETOOLARGE) {
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0028) "pool %s: the request's head, with its variables, has more than %d "
                                    "bytes: lower LimitRequestFieldSize or LimitRequestFields, or set "
                                    "shorter variables; 431",
                      x->settings->name, MJ_MAX_REQUEST);
        x->status = MJ_HTTP_HEAD_TOO_LARGE;
        return MJ_ENDED_ANSWERED;
    }
    mj_client_log(x->client, MJ_LEVEL_INFO, 0, MJLOGNO(0044) "the request cannot be sent to pool %s: %s", x->settings->name,
                  mj_status_name(rv));
    x->status = MJ_HTTP_BAD_REQUEST;
    return MJ_ENDED_ANSWERED;
}

/* Encodes the head, in memory of the request's pool. */
static apr_status_t encode_head(const mj_exchange_t *x, unsigned char **head, apr_size_t *size)
{
    apr_status_t rv;

    *size = HEAD_GUESS;
    do {
        *head = apr_palloc(x->client->pool, *size);
        rv = mj_request_encode(*head, *size, mj_channel_next_serial(x->channel), x->head, size);
    } while (rv == APR_ENOSPC);
    return rv;
}

mj_ending_t mj_exchange_send_head(mj_exchange_t *x)
{
    unsigned char hello[MJ_HELLO_SIZE], *head;
    mj_channel_t *channel = x->channel;
    apr_size_t limit = channel->room < MJ_RETRY_LIMIT ? channel->room : MJ_RETRY_LIMIT;
    apr_size_t size, hello_size;
    mj_message_t message = {.count = 0};
    mj_ending_t end;
    apr_status_t rv = encode_head(x, &head, &size);
    bool sent_any, is_long;

    if (rv != APR_SUCCESS) {
        return refuse_head(x, rv);
    }
    hello_size = mj_channel_begin(channel, x->settings->fingerprint, hello);
    if (hello_size > 0) {
        mj_message_add(&message, hello, hello_size);
    }
    mj_message_add(&message, head, size);
    x->body_sent = 0;
    x->body_state = mj_body_next(x->body_state, MJ_BODY_IS_RESENT);
    if (x->body_state != MJ_BODY_NONE) {
        apr_size_t frames = size + sizeof(hello) + sizeof(message.data_header) + sizeof(message.end);
        if (goes_whole(x, frames)) {
            mj_request_mark_whole(head);
            limit = channel->room;
        }
        /* The rest waits for credit: a daemon that answers at once must have read all that was sent
         * (PROTOCOL.md, section 3). */
        mj_exchange_add_body(x, frames < limit ? limit - frames : 0, &message);
    }
    is_long = mj_message_length(&message) > limit;
    rv = mj_exchange_send(x, &message, &sent_any, &end);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        return end;
    }
    if (sent_any && is_long) { /* the daemon may have read a part, and nothing would tell */
        x->response = MJ_RESPONSE_AWAITED;
    }
    if (rv == APR_SUCCESS) {
        return MJ_GOES_ON;
    }
    return x->response == MJ_RESPONSE_UNSEEN ? MJ_ENDED_UNSEEN : mj_exchange_lost(x, APR_EOF);
}
