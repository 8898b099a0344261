/* The content handler: waits for a place, and tries again where no application has seen the request. */
#include "exchange.h"
#include "module.h"
#include "wakeup.h"

#include <apr_strings.h>
#include <http_log.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

/* A request is offered to daemons until one takes it. They can all be unlucky in turn, but not for ever. */
#define MAX_ATTEMPTS 20
#define RETRY_PAUSE apr_time_from_msec(50)
#define WAKEUP_INTERVAL apr_time_from_sec(1) /* between two wake-ups by one request that waits */
#define CHANGE_PAUSE apr_time_from_sec(30) /* for a client, where somebody has to mend something */
#define LOOK_INTERVAL apr_time_from_msec(200) /* between two looks for its client */

static int retry_later(request_rec *r, apr_time_t when)
{
    apr_interval_time_t wait = when - apr_time_now();
    apr_int64_t seconds = wait > 0 ? (wait + APR_USEC_PER_SEC - 1) / APR_USEC_PER_SEC : 1;
    mj_child_doubt(mj_child());
    apr_table_setn(r->err_headers_out, "Retry-After", apr_psprintf(r->pool, "%" APR_INT64_T_FMT, seconds));
    return HTTP_SERVICE_UNAVAILABLE;
}

/* The pool has as many of httpd's workers as one may. */
static int refuse_over_share(request_rec *r, const mj_pool_settings_t *settings)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  MJLOGNO(0036) "pool %s: it has its share, %u of httpd's %u workers, the rest is for other pools and virtual hosts: raise "
                                "MaxRequestWorkers, or lower threads, queue-size or request-timeout; 503",
                  settings->name, mj_child()->shares.of_pool, mj_child()->shares.workers);
    return retry_later(r, 0);
}

/* There is no place in a queue for the request. */
static int refuse_to_wait(request_rec *r, const mj_pool_settings_t *settings, mj_queueing_t why)
{
    switch (why) {
    case MJ_QUEUE_IS_OVER_SHARE:
        return refuse_over_share(r, settings);
    case MJ_QUEUES_ARE_FULL:
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      MJLOGNO(0037) "pool %s: the queues of all pools hold %u requests, the most for httpd's %u workers: raise "
                                    "MaxRequestWorkers, or lower queue-size; 503",
                      settings->name, mj_child()->shares.of_queues, mj_child()->shares.workers);
        break;
    default:
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      MJLOGNO(0030) "pool %s: queue full: %" APR_INT64_T_FMT " requests wait already (queue-size); 503", settings->name,
                      settings->queue_size);
        break;
    }
    return retry_later(r, 0);
}

/* The client has left before a daemon took the request. */
static int give_up(mj_exchange_t *exchange, const mj_pool_t *pool)
{
    mj_board_count(mj_child()->board, pool->index, MJ_COUNTER_ABANDONED);
    return mj_exchange_give_up(exchange);
}

/* Whether a daemon more would help, and can be had; or whether the supervisor is to know that a start is waited for. */
static bool wants_daemon(const mj_pool_t *pool, const mj_child_t *child)
{
    const mj_pool_settings_t *settings = pool->settings;
    mj_pool_state_t state = mj_board_pool_state(child->board, pool->index);
    return state == MJ_POOL_IDLE || state == MJ_POOL_QUEUED ||
           (settings->processes_max > settings->processes && mj_board_daemons(child->board, pool->index) < (unsigned)settings->processes_max);
}

/* Wakes the supervisor where that would help: at first if nobody else has, later in any case. A wake-up may have been lost with a child that
 * died before it wrote, or with a supervisor. @return whether it would help */
static bool wake_supervisor(const mj_pool_t *pool, const mj_child_t *child, bool is_first)
{
    if (!wants_daemon(pool, child)) {
        return false;
    }
    if (mj_board_request_wakeup(child->board, pool->index) || !is_first) {
        mj_wakeup_send(child->wakeup_fd);
    }
    return true;
}

/* Waits in the pool's queue for a place, as long as the client does. The caller has found none. */
static mj_admission_t wait_for_place(const mj_exchange_t *exchange, const mj_pool_t *pool, mj_child_t *child, apr_time_t deadline,
                                     mj_ticket_t *ticket)
{
    apr_time_t wakeup_at = 0; /* the next time; 0: it has not woken it yet */
    apr_time_t looked_at = apr_time_now();
    mj_admission_t admission;
    for (;;) {
        uint32_t seen = mj_board_change(child->board, pool->index);
        apr_time_t now = apr_time_now();
        apr_interval_time_t left = deadline == 0 ? APR_USEC_PER_SEC : deadline - now;
        admission = mj_board_admit(child->board, pool->index, child->row, NULL, ticket);
        if (admission == MJ_SHARE_IS_TAKEN) { /* it is part of the share already: its turn comes */
            admission = MJ_FULL;
        }
        if (admission != MJ_ADMITTED) {
            mj_child_doubt(child);
        }
        if (admission != MJ_FULL || left <= 0) {
            return admission;
        }
        if (now - looked_at >= LOOK_INTERVAL) { /* most waits are too short for a client to leave */
            looked_at = now;
            if (!mj_exchange_has_client(exchange)) {
                return admission;
            }
        }
        if (now >= wakeup_at && wake_supervisor(pool, child, wakeup_at == 0)) {
            wakeup_at = now + WAKEUP_INTERVAL;
        }
        mj_board_wait(child->board, pool->index, seen, left);
    }
}

/* Finds a daemon with room. Returns OK, or what the client is told. avoid: daemons that have refused this request or are gone; emptied when
 * there is no other, and then it is asked again after a pause. */
static int admit(mj_exchange_t *exchange, const mj_pool_t *pool, apr_time_t deadline, mj_slots_t *avoid, mj_ticket_t *ticket)
{
    request_rec *r = exchange->r;
    const mj_pool_settings_t *settings = pool->settings;
    mj_child_t *child = mj_child();
    uint32_t seen = mj_board_change(child->board, pool->index);
    mj_admission_t admission = MJ_FULL;

    if (!mj_board_has_queue(child->board, pool->index)) { /* else behind those who wait */
        admission = mj_board_admit(child->board, pool->index, child->row, avoid, ticket);
    }
    if (admission == MJ_FULL && !mj_slots_is_empty(avoid)) {
        mj_board_wait(child->board, pool->index, seen, RETRY_PAUSE);
        *avoid = (mj_slots_t){0};
    }
    if (admission == MJ_FULL) {
        mj_queueing_t queueing = mj_board_queue_enter(child->board, pool->index, child->row, (uint32_t)settings->queue_size);
        if (queueing != MJ_QUEUED) {
            wake_supervisor(pool, child, true); /* for those who come later */
            return refuse_to_wait(r, settings, queueing);
        }
        admission = wait_for_place(exchange, pool, child, deadline, ticket);
        mj_board_queue_leave(child->board, pool->index, child->row);
    }
    switch (admission) {
    case MJ_ADMITTED:
        return OK;
    case MJ_SHARE_IS_TAKEN:
        return refuse_over_share(r, settings);
    case MJ_FULL:
        if (!mj_exchange_has_client(exchange)) {
            return give_up(exchange, pool);
        }
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, MJLOGNO(0031) "pool %s: queue-timeout: no place within %" APR_INT64_T_FMT " ms; 503",
                      settings->name, settings->queue_timeout / 1000);
        return retry_later(r, 0);
    default:
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, MJLOGNO(0032) "pool %s: down: its JVMs fail to start (see above in this log); 503",
                      settings->name);
        return retry_later(r, mj_board_retry_at(child->board, pool->index));
    }
}

/* Connects to a daemon. APR_TIMEUP after connect-timeout, APR_EAGAIN if the client has left meanwhile. */
static apr_status_t connect_to(const mj_exchange_t *exchange, const char *path, const mj_ticket_t *ticket, mj_channel_t **channel)
{
    const mj_pool_settings_t *settings = exchange->settings;
    apr_time_t began = apr_time_now();
    apr_interval_time_t left = MJ_CHANNEL_SLICE;
    apr_status_t rv;

    do {
        if (settings->connect_timeout > 0) {
            left = began + settings->connect_timeout - apr_time_now();
        }
        if (left <= 0) {
            return APR_TIMEUP;
        }
        rv = mj_channel_open(channel, path, ticket, left < MJ_CHANNEL_SLICE ? left : MJ_CHANNEL_SLICE,
                             settings->send_buffer_size);
    } while (APR_STATUS_IS_EAGAIN(rv) && mj_exchange_has_client(exchange));
    return rv;
}

static mj_channel_t *channel_for(const mj_exchange_t *exchange, const mj_pool_t *pool, const mj_ticket_t *ticket, bool is_first)
{
    const mj_child_t *child = mj_child();
    mj_channel_t *channel = mj_idle_take(child->idle[pool->index], ticket->slot, ticket->serial);
    request_rec *r = exchange->r;
    char path[256];
    apr_status_t rv;

    if (channel != NULL) {
        return channel;
    }
    if (!mj_board_socket_path(path, sizeof(path), child->runtime_dir, pool->settings->name, ticket->slot, ticket->serial)) {
        return NULL;
    }
    rv = connect_to(exchange, path, ticket, &channel);
    if (APR_STATUS_IS_EAGAIN(rv)) {
        return NULL;
    }
    if (APR_STATUS_IS_TIMEUP(rv)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      MJLOGNO(0038) "pool %s pid %u: connect-timeout: its backlog was full for %" APR_INT64_T_FMT " ms; another daemon is tried",
                      pool->settings->name, ticket->pid, pool->settings->connect_timeout / 1000);
        return NULL;
    }
    if (rv != APR_SUCCESS) {
        /* A daemon that has just died, or whose socket is lost, which the supervisor then looks for; anything else wants an administrator,
         * once. */
        bool is_death = APR_STATUS_IS_ECONNREFUSED(rv) || APR_STATUS_IS_ENOENT(rv);
        if (is_death && mj_board_request_wakeup(child->board, pool->index)) {
            mj_wakeup_send(child->wakeup_fd);
        }
        ap_log_rerror(APLOG_MARK, is_death || !is_first ? APLOG_INFO : APLOG_ERR, rv, r,
                      MJLOGNO(0033) "pool %s pid %u: cannot connect to %s", pool->settings->name, ticket->pid, path);
        return NULL;
    }
    return channel;
}

/* One try. */
static mj_outcome_t attempt(mj_exchange_t *exchange, const mj_pool_t *pool, mj_ticket_t *ticket, bool is_first)
{
    const mj_child_t *child = mj_child();
    mj_channel_t *channel = channel_for(exchange, pool, ticket, is_first);
    mj_outcome_t outcome = MJ_OUTCOME_UNREACHED;

    if (channel != NULL) {
        outcome = mj_exchange_run(exchange, channel, ticket->pid);
    }
    if (outcome == MJ_OUTCOME_UNREACHED && !is_first) {
        apr_sleep(RETRY_PAUSE); /* in its place, so that what holds httpd's worker is counted */
    }
    if (outcome == MJ_OUTCOME_FINAL || outcome == MJ_OUTCOME_UPGRADED) {
        mj_board_release(child->board, ticket);
    }
    else {
        mj_board_cancel(child->board, ticket);
    }
    if (outcome == MJ_OUTCOME_UPGRADED) { /* a tunnel is no request in flight: it may stay for days */
        mj_board_count(child->board, pool->index, MJ_COUNTER_UPGRADED);
        mj_exchange_tunnel(exchange);
        outcome = MJ_OUTCOME_FINAL;
    }
    if (channel != NULL && exchange->is_reusable) {
        mj_idle_give(child->idle[pool->index], channel, apr_time_now());
    }
    else if (channel != NULL) {
        mj_channel_close(channel);
    }
    if (exchange->file != NULL) {
        mj_exchange_send_file(exchange);
    }
    if (outcome == MJ_OUTCOME_UNSEEN || (outcome == MJ_OUTCOME_UNREACHED && is_first)) {
        mj_board_count(child->board, pool->index, MJ_COUNTER_MOVED);
    }
    else if (exchange->is_abandoned || exchange->is_lost) {
        mj_board_count(child->board, pool->index, exchange->is_lost ? MJ_COUNTER_LOST : MJ_COUNTER_ABANDONED);
    }
    return outcome;
}

/* The daemon has other settings than this child, and they do not have the application. Returns OK
 * if one that has it may be had, or what the client is told. */
static int look_for_settings(request_rec *r, const mj_pool_t *pool)
{
    const mj_pool_settings_t *settings = pool->settings;
    const mj_board_t *board = mj_child()->board;
    apr_time_t retry_at = mj_board_retry_at(board, pool->index);
    mj_board_view_t view;

    switch (mj_board_prospect(board, pool->index, settings->fingerprint)) {
    case MJ_SETTINGS_FAIL:
        mj_board_look(board, pool->index, &view);
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      MJLOGNO(0039) "pool %s: only the new settings have this application, and their JVMs fail to start, "
                                    "while those of the former ones go on (see above in this log%s%s); mend that and run "
                                    "modjvm restart %s, or restart httpd gracefully if its configuration was wrong; 503",
                      settings->name, *view.last_error != '\0' ? ": " : "", view.last_error, settings->name);
        break;
    case MJ_SETTINGS_UNKNOWN:
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      MJLOGNO(0029) "pool %s: the supervisor has other settings, which do not have this application: it has "
                                    "refused those of this child of httpd (MJ0061 above in the main log says why; mend that "
                                    "and restart httpd gracefully), or newer ones have come; 503",
                      settings->name);
        break;
    default:
        return OK;
    }
    return retry_later(r, retry_at > 0 ? retry_at : apr_time_now() + CHANGE_PAUSE);
}

/* No application has seen the request. Returns OK if another daemon is to be asked, or what the
 * client is told. */
static int look_further(mj_exchange_t *exchange, const mj_pool_t *pool, mj_outcome_t outcome)
{
    mj_child_doubt(mj_child());
    if (!mj_exchange_has_client(exchange)) {
        return give_up(exchange, pool);
    }
    return outcome == MJ_OUTCOME_UNCONFIGURED ? look_for_settings(exchange->r, pool) : OK;
}

static void note_number(request_rec *r, const char *name, apr_int64_t value)
{
    apr_table_setn(r->notes, name, apr_psprintf(r->pool, "%" APR_INT64_T_FMT, value));
}

/* For the access log: %{jvm-pid}n and so on. */
static void note(request_rec *r, const mj_ticket_t *ticket, apr_time_t began, apr_time_t admitted)
{
    note_number(r, "jvm-pid", ticket->pid);
    note_number(r, "jvm-queue-time", admitted - began);
    note_number(r, "jvm-application-time", apr_time_now() - admitted);
}

/* httpd undoes chunked alone: of any other coding an application would get the coded bytes (mod_proxy answers the same). */
static int check_transfer_coding(request_rec *r)
{
    const char *coding = apr_table_get(r->headers_in, "Transfer-Encoding");

    if (coding == NULL || strcasecmp(coding, "chunked") == 0) {
        return OK;
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, MJLOGNO(0057) "Transfer-Encoding: %s: httpd decodes chunked alone; 501", coding);
    r->connection->keepalive = AP_CONN_CLOSE; /* nobody knows where its body ends */
    return HTTP_NOT_IMPLEMENTED;
}

int mj_handler(request_rec *r)
{
    mj_outgoing_t outgoing;
    mj_exchange_t *exchange;
    const mj_pool_settings_t *settings;
    mj_slots_t avoid = {0};
    mj_ticket_t ticket;
    apr_time_t began, deadline;
    bool is_asked = false; /* whether a daemon has been: tries does not count those that refuse, or are not there */
    int status, tries;

    if (r->handler == NULL || strcmp(r->handler, MJ_HANDLER) != 0) {
        return DECLINED;
    }
    status = mj_request_fill(r, &outgoing);
    if (status == OK) {
        status = check_transfer_coding(r);
    }
    if (status != OK) {
        return status;
    }
    if (mj_child() == NULL || outgoing.pool->index == MJ_NO_PLACE) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, MJLOGNO(0034) "this child of httpd cannot reach any pool, for a reason that httpd's parent has logged; 503");
        return retry_later(r, 0);
    }
    settings = outgoing.pool->settings;
    apr_table_setn(r->notes, "jvm-pool", settings->name);
    began = apr_time_now();
    deadline = settings->queue_timeout > 0 ? began + settings->queue_timeout : 0;
    exchange = mj_exchange_make(r, &outgoing.head, settings, outgoing.pool->index);
    status = mj_exchange_prepare(exchange);
    for (tries = 0; status == OK && tries < MAX_ATTEMPTS && (deadline == 0 || !is_asked || apr_time_now() < deadline); tries++) {
        mj_outcome_t outcome;
        apr_time_t admitted;
        status = admit(exchange, outgoing.pool, deadline, &avoid, &ticket);
        if (status != OK) {
            return status;
        }
        admitted = apr_time_now();
        outcome = attempt(exchange, outgoing.pool, &ticket, !is_asked);
        is_asked = true;
        note(r, &ticket, began, admitted);
        if (outcome == MJ_OUTCOME_FINAL) {
            return exchange->status;
        }
        mj_slots_add(&avoid, ticket.slot);
        status = look_further(exchange, outgoing.pool, outcome);
        /* It is alive; or it is dead, and the supervisor will say so as soon as it can: queue-timeout ends this. */
        if (outcome != MJ_OUTCOME_UNSEEN) {
            tries--;
        }
        else if (tries > 0) { /* the board will soon know better than to send us there; each release changes it, so no wait for a change */
            apr_sleep(RETRY_PAUSE);
        }
    }
    if (status != OK) {
        return status;
    }
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, MJLOGNO(0035) "pool %s: no daemon took the request; 503", settings->name);
    return retry_later(r, 0);
}
