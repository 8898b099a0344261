#include "exchange.h"
#include "exchange_steps.h"

mj_exchange_t *mj_exchange_make(request_rec *r, mj_request_t *head, const mj_pool_settings_t *settings, unsigned pool)
{
    mj_exchange_t *x = apr_pcalloc(r->pool, sizeof(*x));
    x->r = r;
    x->head = head;
    x->settings = settings;
    x->pool = pool;
    x->out = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    x->is_body_read = true;
    return x;
}

mj_step_t mj_exchange_receive(mj_exchange_t *x)
{
    const unsigned char *payload;
    mj_frame_t frame;
    apr_status_t rv;

    /* What is passed on points into the channel's buffer, which receiving more would overwrite. */
    if (!mj_channel_has_frame(x->channel) && !mj_exchange_pass(x)) {
        return mj_exchange_client_gone(x);
    }
    rv = mj_channel_receive(x->channel, x->deadline, &frame, &payload);
    if (rv == APR_SUCCESS) {
        mj_exchange_heard(x);
        return mj_exchange_on_frame(x, &frame, payload);
    }
    if (APR_STATUS_IS_EAGAIN(rv)) { /* a while without a word: is anybody still listening? */
        return mj_exchange_bear_silence(x, MJ_CHANNEL_SLICE);
    }
    if (APR_STATUS_IS_TIMEUP(rv)) {
        return mj_exchange_timed_out(x);
    }
    if (APR_STATUS_IS_ECONNRESET(rv) && !x->is_accepted && !x->is_split) {
        return MJ_LOST;
    }
    return mj_exchange_lost(x, rv);
}

/* With a body to bring, neither side is waited for alone: the daemon may wait for httpd to take its response before it takes more. */
static mj_step_t receive_or_send(mj_exchange_t *x)
{
    unsigned ready = mj_channel_await(x->channel, MJ_READABLE | MJ_WRITABLE, 0);

    if (ready == MJ_WRITABLE) { /* the client is waited for, who may wait for what has gathered */
        return mj_exchange_pass(x) ? mj_exchange_more_body(x) : mj_exchange_client_gone(x);
    }
    if (ready == 0) {
        mj_step_t step = mj_exchange_pass(x) ? mj_exchange_bear_silence(x, 0) : mj_exchange_client_gone(x);
        if (step == MJ_GO_ON) {
            mj_channel_await(x->channel, MJ_READABLE | MJ_WRITABLE, MJ_LOOK_AROUND_MS);
        }
        return step;
    }
    return mj_exchange_receive(x);
}

mj_outcome_t mj_exchange_run(mj_exchange_t *x, mj_channel_t *channel, uint32_t pid)
{
    mj_step_t step;

    x->channel = channel;
    x->pid = pid;
    x->is_broken = false;
    x->is_reusable = false;
    x->deadline = x->settings->request_timeout > 0 ? apr_time_now() + x->settings->request_timeout : 0;
    mj_exchange_heard(x);
    step = mj_exchange_send_head(x);
    if (step == MJ_LOST && x->is_split) {
        step = mj_exchange_lost(x, APR_EOF);
    }
    while (step == MJ_GO_ON) {
        step = !x->is_body_ended && x->credit > 0 ? receive_or_send(x) : mj_exchange_receive(x);
    }
    if (step == MJ_UPGRADED) {
        return MJ_OUTCOME_UPGRADED;
    }
    if (step == MJ_FINISHED && x->status != OK && !x->is_body_read) {
        x->r->connection->keepalive = AP_CONN_CLOSE; /* else httpd would wait for the rest of the body before it says so */
    }
    x->is_reusable = step != MJ_LOST && !x->is_broken && x->is_body_ended && mj_channel_is_clean(channel);
    switch (step) {
    case MJ_FINISHED:
        return MJ_OUTCOME_FINAL;
    case MJ_REFUSED:
        return MJ_OUTCOME_REFUSED;
    case MJ_UNCONFIGURED:
        return MJ_OUTCOME_UNCONFIGURED;
    default:
        return MJ_OUTCOME_UNSEEN;
    }
}
