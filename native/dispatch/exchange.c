#include "exchange.h"
#include "exchange_steps.h"

mj_ending_t mj_exchange_receive(mj_exchange_t *x)
{
    const unsigned char *payload;
    mj_frame_t frame;
    apr_status_t rv;

    /* The response so far points into the channel's buffer, which the next frame would
     * overwrite. */
    if (!mj_channel_has_frame(x->channel) && !mj_exchange_pass(x)) {
        return mj_exchange_client_gone(x);
    }
    rv = mj_channel_receive(x->channel, x->deadline, &frame, &payload);
    if (rv == APR_SUCCESS) {
        mj_exchange_note_progress(x);
        return mj_exchange_on_frame(x, &frame, payload);
    }
    if (APR_STATUS_IS_EAGAIN(rv)) { /* nothing came for a while */
        return mj_exchange_check_read_timeout(x, MJ_CHANNEL_SLICE);
    }
    if (APR_STATUS_IS_TIMEUP(rv)) {
        return mj_exchange_timed_out(x);
    }
    if (APR_STATUS_IS_ECONNRESET(rv) && x->response == MJ_RESPONSE_UNSEEN) {
        x->channel->is_broken = true;
        return MJ_ENDED_UNSEEN;
    }
    return mj_exchange_lost(x, rv);
}

/* While there is a body to send, the exchange waits for both directions: the daemon may accept no
 * more of the body before httpd has received its response. */
static mj_ending_t receive_or_send(mj_exchange_t *x)
{
    unsigned ready = mj_channel_await(x->channel, MJ_READABLE | MJ_WRITABLE, 0);

    if (ready == MJ_WRITABLE) { /* the client may wait for the response so far */
        return mj_exchange_pass(x) ? mj_exchange_more_body(x) : mj_exchange_client_gone(x);
    }
    if (ready == 0) {
        mj_ending_t end = mj_exchange_pass(x) ? mj_exchange_check_read_timeout(x, 0) : mj_exchange_client_gone(x);
        if (end == MJ_GOES_ON) {
            mj_channel_await(x->channel, MJ_READABLE | MJ_WRITABLE, MJ_LOOK_AROUND_MS);
        }
        return end;
    }
    return mj_exchange_receive(x);
}

mj_ending_t mj_exchange_run(mj_exchange_t *x, mj_channel_t *channel, const mj_ticket_t *ticket)
{
    mj_ending_t end;

    x->channel = channel;
    x->ticket = ticket;
    x->response = MJ_RESPONSE_UNSEEN;
    x->deadline = x->settings->request_timeout > 0 ? apr_time_now() + x->settings->request_timeout : 0;
    mj_exchange_note_progress(x);
    end = mj_exchange_send_head(x);
    while (end == MJ_GOES_ON) {
        end = !mj_body_is_ended(x->body_state) && x->credit > 0 ? receive_or_send(x) : mj_exchange_receive(x);
    }
    mj_exchange_hold_place(x, true);
    return end;
}

bool mj_exchange_leave_channel(mj_exchange_t *x)
{
    const mj_channel_t *channel = x->channel;

    x->channel = NULL;
    return !channel->is_broken && mj_body_is_ended(x->body_state) && mj_channel_is_clean(channel);
}
