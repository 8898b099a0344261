/* Messages to the daemon: made of several frames, and sent with as few system calls as possible. */
#include "exchange_steps.h"

/* @return a TRAILERS frame; empty if the client has sent no trailers */
static mj_span_t encode_trailers(mj_exchange_t *x)
{
    apr_size_t count = 0, size = 0;
    const mj_pair_t *fields = x->client->ops->request_trailers(x->client->data, &count);
    unsigned char *frame;

    if (count == 0) {
        return (mj_span_t){NULL, 0};
    }
    if (mj_trailers_encode(NULL, 0, x->channel->serial, fields, count, &size) != APR_ENOSPC) {
        mj_client_log(x->client, MJ_LEVEL_WARNING, 0,
                      MJLOGNO(0048) "the request's trailer fields cannot be sent to pool %s: left out", x->settings->name);
        return (mj_span_t){NULL, 0};
    }
    frame = apr_palloc(x->client->pool, size);
    mj_trailers_encode(frame, size, x->channel->serial, fields, count, &size);
    return (mj_span_t){(const char *)frame, size};
}

void mj_message_add(mj_message_t *message, const void *bytes, apr_size_t len)
{
    message->parts[message->count++] = (struct iovec){(void *)(uintptr_t)bytes, len};
}

apr_size_t mj_message_length(const mj_message_t *message)
{
    apr_size_t len = 0;
    for (int i = 0; i < message->count; i++) {
        len += message->parts[i].iov_len;
    }
    return len;
}

void mj_exchange_add_body(mj_exchange_t *x, apr_size_t max, mj_message_t *message)
{
    apr_size_t len = x->body_len - x->body_sent;

    if (len > max) {
        len = max;
    }
    if (len > 0) {
        mj_data_header_encode(message->data_header, x->channel->serial, (uint32_t)len);
        mj_message_add(message, message->data_header, sizeof(message->data_header));
        mj_message_add(message, x->body + x->body_sent, len);
        x->body_sent += len;
    }
    if (x->body_state == MJ_BODY_READ && x->body_sent == x->body_len) {
        mj_span_t trailers = x->response == MJ_RESPONSE_TUNNEL ? (mj_span_t){NULL, 0} : encode_trailers(x);
        if (trailers.len > 0) {
            mj_message_add(message, trailers.data, trailers.len);
        }
        mj_end_encode(message->end, x->channel->serial, 0);
        mj_message_add(message, message->end, sizeof(message->end));
        x->body_state = mj_body_next(x->body_state, MJ_BODY_IS_ENDED);
    }
}

apr_status_t mj_exchange_send(mj_exchange_t *x, mj_message_t *message, bool *sent_any, mj_ending_t *end)
{
    struct iovec *parts = message->parts;
    apr_status_t rv;
    bool sent_now;

    *sent_any = false;
    for (;;) {
        rv = mj_channel_send(x->channel, &parts, &message->count, &sent_now);
        *sent_any |= sent_now;
        if (sent_now) {
            mj_exchange_note_progress(x);
        }
        if (!APR_STATUS_IS_EAGAIN(rv)) {
            return rv;
        }
        *end = mj_exchange_check_read_timeout(x, MJ_CHANNEL_SLICE);
        if (*end != MJ_GOES_ON) {
            return rv;
        }
    }
}
