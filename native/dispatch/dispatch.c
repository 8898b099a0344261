#include "dispatch.h"

#include "admit.h"
#include "connect.h"
#include "settlement.h"

/* When a client is told to come back if somebody must fix something. */
#define CHANGE_PAUSE apr_time_from_sec(30)

/* A request that is being served. */
typedef struct way_t {
    mj_exchange_t exchange;
    apr_time_t began;
    apr_time_t deadline;             /* for its waits in the queue; 0: none */
    mj_slots_t avoid;                /* daemons that have refused it or are gone */
    unsigned ended[MJ_ENDING_COUNT]; /* how often in each way */
} way_t;

static void give_back(mj_board_t *board, const mj_ticket_t *ticket, const mj_settlement_t *settlement)
{
    if (settlement->pause == MJ_PAUSE_IN_PLACE) {
        apr_sleep(MJ_RETRY_PAUSE);
    }
    if (settlement->is_served) {
        mj_board_release(board, ticket);
    } else {
        mj_board_cancel(board, ticket);
    }
}

static void count(const mj_exchange_t *x, const mj_settlement_t *settlement)
{
    if (settlement->counter != MJ_COUNTER_COUNT) {
        mj_board_count(x->dispatcher->board, x->pool, settlement->counter);
    }
}

/* Asks one daemon, with which the request has a place. Sets *end to how that ended. */
static const mj_settlement_t *attempt(way_t *way, const mj_ticket_t *ticket, mj_ending_t *end)
{
    mj_exchange_t *x = &way->exchange;
    mj_channel_t *channel = mj_connect(x, ticket, way->ended[MJ_ENDED_UNREACHED] == 0);
    const mj_settlement_t *settlement;

    *end = channel != NULL ? mj_exchange_run(x, channel, ticket) : MJ_ENDED_UNREACHED;
    settlement = mj_settle(*end, way->ended[*end] == 0);
    way->ended[*end]++;
    give_back(x->dispatcher->board, ticket, settlement);
    if (*end == MJ_ENDED_UPGRADED) { /* a tunnel is no request in flight: it may last for days */
        count(x, settlement);
        *end = mj_exchange_tunnel(x);
        settlement = mj_settle(*end, true);
    }
    if (channel != NULL && mj_exchange_leave_channel(x)) {
        mj_idle_give(x->dispatcher->idle[x->pool], channel, apr_time_now());
    } else if (channel != NULL) {
        mj_channel_close(channel);
    }
    mj_exchange_send_file(x);
    count(x, settlement);
    return settlement;
}

/* The daemon has other settings than this process, without the application. @return 0 if a daemon
 * that has it can be had, or a status */
static int look_for_settings(mj_exchange_t *x)
{
    const mj_board_t *board = x->dispatcher->board;
    apr_time_t retry_at = mj_board_retry_at(board, x->pool);
    mj_board_view_t view;

    switch (mj_board_prospect(board, x->pool, x->settings->fingerprint)) {
    case MJ_SETTINGS_FAIL:
        mj_board_look(board, x->pool, &view);
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0039) "pool %s: only the new settings have this application, and their JVMs fail to start, "
                                    "while those of the former ones go on (see above in this log%s%s); mend that and run "
                                    "modjvm restart %s, or restart httpd gracefully if its configuration was wrong; 503",
                      x->settings->name, *view.last_error != '\0' ? ": " : "", view.last_error, x->settings->name);
        break;
    case MJ_SETTINGS_UNKNOWN:
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0029) "pool %s: the supervisor has other settings, which do not have this application: it has "
                                    "refused those of this child of httpd (MJ0061 above in the main log says why; mend that "
                                    "and restart httpd gracefully), or newer ones have come; 503",
                      x->settings->name);
        break;
    default:
        return 0;
    }
    return mj_retry_later(x, retry_at > 0 ? retry_at : apr_time_now() + CHANGE_PAUSE);
}

/* No application has seen the request. @return 0 if another daemon can be asked, or a status */
static int look_further(way_t *way, const mj_settlement_t *settlement)
{
    mj_exchange_t *x = &way->exchange;
    int status;

    mj_dispatcher_doubt(x->dispatcher);
    if (!mj_exchange_has_client(x)) {
        return mj_give_up(x);
    }
    status = settlement->needs_settings ? look_for_settings(x) : 0;
    if (settlement->pause == MJ_PAUSE_AFTER) {
        apr_sleep(MJ_RETRY_PAUSE);
    }
    return status;
}

static bool may_go_on(const way_t *way, mj_ending_t end, const mj_settlement_t *settlement)
{
    return (settlement->most == 0 || way->ended[end] < settlement->most) &&
           (way->deadline == 0 || apr_time_now() < way->deadline);
}

/* Asks daemons until one serves the request, or no more may be asked. @return a status for the
 * client */
static int ask_daemons(way_t *way, mj_dispatched_t *result)
{
    mj_exchange_t *x = &way->exchange;
    const mj_settlement_t *settlement;
    mj_ending_t end;

    do {
        apr_time_t admitted;
        mj_ticket_t ticket;
        int status = mj_admit(x, way->deadline, &way->avoid, &ticket);
        if (status != 0) {
            return status;
        }
        admitted = apr_time_now();
        settlement = attempt(way, &ticket, &end);
        result->pid = ticket.pid;
        result->queue_time = admitted - way->began;
        result->application_time = apr_time_now() - admitted;
        if (!settlement->is_retried) {
            result->is_body_unread = x->status != 0 && !mj_body_is_read(x->body_state);
            return x->status;
        }
        mj_slots_add(&way->avoid, ticket.slot);
        status = look_further(way, settlement);
        if (status != 0) {
            return status;
        }
    } while (may_go_on(way, end, settlement));
    mj_client_log(x->client, MJ_LEVEL_ERROR, 0, MJLOGNO(0035) "pool %s: no daemon took the request; 503", x->settings->name);
    return mj_retry_later(x, 0);
}

mj_dispatched_t mj_dispatch(mj_dispatcher_t *dispatcher, const mj_pool_settings_t *settings, unsigned pool,
                            const mj_exchange_client_t *client, mj_request_t *head)
{
    mj_dispatched_t result = {0};
    way_t way = {.began = apr_time_now()};

    way.deadline = settings->queue_timeout > 0 ? way.began + settings->queue_timeout : 0;
    result.status = mj_exchange_begin(&way.exchange, dispatcher, client, settings, pool, head);
    if (result.status == 0) {
        result.status = ask_daemons(&way, &result);
    }
    result.retry_after = way.exchange.retry_after;
    return result;
}
