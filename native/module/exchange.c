#include "exchange.h"
#include "exchange_steps.h"
#include "module.h"

#include <http_log.h>
#include <http_protocol.h>

APLOG_USE_MODULE(jvm);

#define LOOK_AROUND_MS 500
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

bool mj_exchange_pass(mj_exchange_t *x)
{
    apr_status_t rv;
    if (APR_BRIGADE_EMPTY(x->out)) {
        return true;
    }
    rv = ap_pass_brigade(x->r->output_filters, x->out);
    apr_brigade_cleanup(x->out);
    return rv == APR_SUCCESS && !x->r->connection->aborted;
}

mj_step_t mj_exchange_client_gone(mj_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, MJLOGNO(0045) "the client left before the response was whole");
    x->is_broken = true; /* closing the channel tells the daemon, which interrupts the application */
    x->is_abandoned = true;
    x->status = OK;
    if (!x->is_begun) { /* for the access log: nobody will see it */
        x->r->status = MJ_CLIENT_CLOSED_REQUEST;
        x->status = DONE;
    }
    return MJ_FINISHED;
}

int mj_exchange_give_up(mj_exchange_t *x)
{
    mj_exchange_client_gone(x);
    return x->status;
}

void mj_exchange_add_flush(mj_exchange_t *x)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_flush_create(x->r->connection->bucket_alloc));
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
        return mj_exchange_on_frame(x, &frame, payload);
    }
    if (APR_STATUS_IS_EAGAIN(rv)) { /* a while without a word: is anybody still listening? */
        return mj_exchange_has_client(x) ? MJ_GO_ON : mj_exchange_client_gone(x);
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
        if (!mj_exchange_pass(x)) {
            return mj_exchange_client_gone(x);
        }
        if (x->deadline != 0 && apr_time_now() >= x->deadline) {
            return mj_exchange_timed_out(x);
        }
        mj_channel_await(x->channel, MJ_READABLE | MJ_WRITABLE, LOOK_AROUND_MS);
        return mj_exchange_has_client(x) ? MJ_GO_ON : mj_exchange_client_gone(x);
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
    x->deadline = x->request_timeout > 0 ? apr_time_now() + x->request_timeout : 0;
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
    return step == MJ_FINISHED ? MJ_OUTCOME_FINAL : step == MJ_REFUSED ? MJ_OUTCOME_REFUSED : MJ_OUTCOME_UNSEEN;
}
