/* While an exchange waits: whether the client is still there, whether request-timeout has passed,
 * and for how long the daemon has been silent. */
#include "exchange_steps.h"

#define LOOK_AROUND apr_time_from_msec(MJ_LOOK_AROUND_MS)

bool mj_exchange_has_client(const mj_exchange_t *x)
{
    return !x->client->ops->is_gone(x->client->data);
}

mj_ending_t mj_exchange_look_around(mj_exchange_t *x)
{
    if (x->deadline != 0 && apr_time_now() >= x->deadline) {
        return mj_exchange_timed_out(x);
    }
    return mj_exchange_has_client(x) ? MJ_GOES_ON : mj_exchange_client_gone(x);
}

/* A daemon that sends fast enough never makes httpd wait, so the look must not depend on a wait. */
mj_ending_t mj_exchange_look_around_at_times(mj_exchange_t *x)
{
    apr_time_t now = apr_time_now();

    if (x->looked_at == 0) { /* the first such frame: most responses have one only */
        x->looked_at = now;
    }
    if (now - x->looked_at < LOOK_AROUND) {
        return MJ_GOES_ON;
    }
    x->looked_at = now;
    return mj_exchange_look_around(x);
}

void mj_exchange_note_progress(mj_exchange_t *x)
{
    x->silent_since = 0;
    x->received = mj_channel_received(x->channel);
}

mj_ending_t mj_exchange_check_read_timeout(mj_exchange_t *x, apr_interval_time_t waited)
{
    apr_time_t now = apr_time_now();

    if (mj_channel_received(x->channel) != x->received) { /* a part of a frame came */
        mj_exchange_note_progress(x);
        waited = 0;
    }
    if (x->silent_since == 0) {
        x->silent_since = now - waited;
    }
    if (x->response != MJ_RESPONSE_TUNNEL && x->settings->socket_timeout > 0 &&
        now - x->silent_since >= x->settings->socket_timeout) {
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0049) "pool %s pid %u: socket-timeout: the daemon sent and accepted nothing for %" APR_INT64_T_FMT
                                    " ms; %s",
                      x->settings->name, x->ticket->pid, x->settings->socket_timeout / 1000,
                      mj_response_is_begun(x->response) ? "the response is broken off" : "504");
        return mj_exchange_fail(x, MJ_HTTP_GATEWAY_TIMEOUT);
    }
    return mj_exchange_look_around(x);
}
