/* Exchanges that end without success: what the client gets, and what the log says. */
#include "exchange_steps.h"

bool mj_exchange_pass(mj_exchange_t *x)
{
    return x->client->ops->pass(x->client->data, false) != MJ_PASSED_TO_NOBODY;
}

/* Closing the channel tells the daemon, which interrupts the application. */
static void break_channel(mj_exchange_t *x)
{
    if (x->channel != NULL) {
        x->channel->is_broken = true;
    }
}

mj_ending_t mj_exchange_client_gone(mj_exchange_t *x)
{
    mj_client_log(x->client, MJ_LEVEL_INFO, 0, MJLOGNO(0045) "the client left before the response was complete");
    break_channel(x);
    x->status = mj_response_is_begun(x->response) ? 0 : MJ_CLIENT_IS_GONE;
    return MJ_ENDED_ABANDONED;
}

mj_ending_t mj_exchange_fail(mj_exchange_t *x, int status)
{
    const mj_exchange_client_t *client = x->client;

    break_channel(x);
    if (!mj_response_is_begun(x->response)) {
        x->status = status;
        return MJ_ENDED_BROKEN;
    }
    x->status = 0;
    if (x->response == MJ_RESPONSE_TUNNEL) {
        client->ops->flush(client->data); /* the client gets all that came through it */
    }
    client->ops->break_off(client->data, status);
    return MJ_ENDED_BROKEN;
}

mj_ending_t mj_exchange_violation(mj_exchange_t *x, const char *what)
{
    mj_client_log(x->client, MJ_LEVEL_ERROR, 0, MJLOGNO(0041) "pool %s pid %u: the daemon breaks the protocol: %s; 502",
                  x->settings->name, x->ticket->pid, what);
    return mj_exchange_fail(x, MJ_HTTP_BAD_GATEWAY);
}

mj_ending_t mj_exchange_timed_out(mj_exchange_t *x)
{
    mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                  MJLOGNO(0042) "pool %s pid %u: request-timeout: not complete within %" APR_INT64_T_FMT " ms; 504",
                  x->settings->name, x->ticket->pid, x->settings->request_timeout / 1000);
    return mj_exchange_fail(x, MJ_HTTP_GATEWAY_TIMEOUT);
}

mj_ending_t mj_exchange_lost(mj_exchange_t *x, apr_status_t rv)
{
    const char *name = rv == MJ_ENOWELCOME
                           ? "no WELCOME of this version: do its jars and the module come from the same installation?"
                           : mj_status_name(rv);

    if (name != NULL) {
        return mj_exchange_violation(x, name);
    }
    mj_client_log(x->client, MJ_LEVEL_ERROR, rv,
                  MJLOGNO(0043) "pool %s pid %u: the daemon was lost while it handled the request; %s", x->settings->name,
                  x->ticket->pid, mj_response_is_begun(x->response) ? "the response is broken off" : "502");
    mj_exchange_fail(x, MJ_HTTP_BAD_GATEWAY);
    return MJ_ENDED_LOST;
}
