#include "admit.h"

#include "sticky.h"
#include "wakeup.h"

#define WAKEUP_INTERVAL apr_time_from_sec(1)  /* between two wake-ups by one request that waits */
#define LOOK_INTERVAL apr_time_from_msec(200) /* between two looks for its client */

int mj_retry_later(mj_exchange_t *x, apr_time_t when)
{
    apr_interval_time_t wait = when - apr_time_now();

    mj_dispatcher_doubt(x->dispatcher);
    x->retry_after = wait > 0 ? (int)((wait + APR_USEC_PER_SEC - 1) / APR_USEC_PER_SEC) : 1;
    return MJ_HTTP_UNAVAILABLE;
}

int mj_give_up(mj_exchange_t *x)
{
    mj_board_count(x->dispatcher->board, x->pool, MJ_COUNTER_ABANDONED);
    mj_exchange_client_gone(x);
    return x->status;
}

/* The pool occupies as many of httpd's workers as it may. */
static int refuse_over_share(mj_exchange_t *x)
{
    const mj_shares_t *shares = &x->dispatcher->shares;

    mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                  MJLOGNO(0036) "pool %s: it uses its whole share, %u of httpd's %u workers; the rest is for "
                                "other pools and virtual hosts: raise MaxRequestWorkers, or lower "
                                "threads, queue-size or request-timeout; 503",
                  x->settings->name, shares->of_pool, shares->workers);
    return mj_retry_later(x, 0);
}

/* The queue takes no more requests. */
static int refuse_to_wait(mj_exchange_t *x, mj_queueing_t why)
{
    const mj_shares_t *shares = &x->dispatcher->shares;

    switch (why) {
    case MJ_QUEUE_IS_OVER_SHARE:
        return refuse_over_share(x);
    case MJ_QUEUES_ARE_FULL:
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0037) "pool %s: the queues of all pools hold %u requests, the limit for httpd's %u workers: raise "
                                    "MaxRequestWorkers, or lower queue-size; 503",
                      x->settings->name, shares->of_queues, shares->workers);
        break;
    default:
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0030) "pool %s: queue full: %" APR_INT64_T_FMT " requests wait already (queue-size); 503",
                      x->settings->name, x->settings->queue_size);
        break;
    }
    return mj_retry_later(x, 0);
}

/* Whether the supervisor could start a daemon for this request, or must learn that a request
 * waits. */
static bool wants_daemon(const mj_exchange_t *x)
{
    const mj_pool_settings_t *settings = x->settings;
    const mj_board_t *board = x->dispatcher->board;
    mj_pool_state_t state = mj_board_pool_state(board, x->pool);

    return state == MJ_POOL_IDLE || state == MJ_POOL_QUEUED ||
           (settings->processes_max > settings->processes &&
            mj_board_daemons(board, x->pool) < (unsigned)settings->processes_max);
}

/* Wakes the supervisor if it could help: the first time only if no other request has, later in any
 * case. The wake-up may have been lost: with a child that died before it wrote, or with a
 * supervisor. @return whether the supervisor could help */
static bool wake_supervisor(const mj_exchange_t *x, bool is_first)
{
    if (!wants_daemon(x)) {
        return false;
    }
    if (mj_board_request_wakeup(x->dispatcher->board, x->pool) || !is_first) {
        mj_wakeup_send(x->dispatcher->wakeup_fd);
    }
    return true;
}

/* Takes a place with the daemon that has the request's session, or with any if there is none or if
 * it is to be avoided. Sets *slot to the daemon's, or to -1. */
static mj_admission_t take_place(mj_exchange_t *x, const mj_slots_t *avoid, mj_ticket_t *ticket, int *slot)
{
    mj_slots_t others;
    unsigned own;

    *slot = -1;
    if (mj_sticky_find(x, &own) && (avoid == NULL || !mj_slots_has(avoid, own))) {
        *slot = (int)own;
        others = mj_slots_other_than(own);
        avoid = &others;
    }
    return mj_board_admit(x->dispatcher->board, x->pool, x->dispatcher->row, avoid, ticket);
}

/* Waits in the pool's queue for a place, as long as the client stays. */
static mj_admission_t wait_for_place(mj_exchange_t *x, apr_time_t deadline, mj_ticket_t *ticket)
{
    mj_board_t *board = x->dispatcher->board;
    apr_time_t wakeup_at = 0; /* of the supervisor; 0: it was not woken yet */
    apr_time_t looked_at = apr_time_now();

    for (;;) {
        uint32_t seen = mj_board_change(board, x->pool);
        apr_time_t now = apr_time_now();
        apr_interval_time_t left = deadline == 0 ? APR_USEC_PER_SEC : deadline - now;
        int slot;
        mj_admission_t admission = take_place(x, NULL, ticket, &slot);
        if (admission == MJ_SHARE_IS_TAKEN) { /* it counts in the share already, and must wait */
            admission = MJ_FULL;
        }
        if (admission != MJ_ADMITTED) {
            mj_dispatcher_doubt(x->dispatcher);
        }
        if (admission != MJ_FULL || left <= 0) {
            return admission;
        }
        if (now - looked_at >= LOOK_INTERVAL) { /* most waits are shorter */
            looked_at = now;
            if (!mj_exchange_has_client(x)) {
                return admission;
            }
        }
        if (now >= wakeup_at && wake_supervisor(x, wakeup_at == 0)) {
            wakeup_at = now + WAKEUP_INTERVAL;
        }
        if (slot >= 0) {
            mj_board_wait_for(board, x->pool, (unsigned)slot, seen, left);
        } else {
            mj_board_wait(board, x->pool, seen, left);
        }
    }
}

static int refuse_admission(mj_exchange_t *x, mj_admission_t admission)
{
    switch (admission) {
    case MJ_SHARE_IS_TAKEN:
        return refuse_over_share(x);
    case MJ_FULL:
        if (!mj_exchange_has_client(x)) {
            return mj_give_up(x);
        }
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0031) "pool %s: queue-timeout: no place within %" APR_INT64_T_FMT " ms; 503", x->settings->name,
                      x->settings->queue_timeout / 1000);
        return mj_retry_later(x, 0);
    default:
        mj_client_log(x->client, MJ_LEVEL_ERROR, 0,
                      MJLOGNO(0032) "pool %s: down: its JVMs fail to start (see above in this log); 503", x->settings->name);
        return mj_retry_later(x, mj_board_retry_at(x->dispatcher->board, x->pool));
    }
}

int mj_admit(mj_exchange_t *x, apr_time_t deadline, mj_slots_t *avoid, mj_ticket_t *ticket)
{
    mj_board_t *board = x->dispatcher->board;
    uint32_t row = x->dispatcher->row;
    uint32_t seen = mj_board_change(board, x->pool);
    mj_admission_t admission = MJ_FULL;
    int slot;

    if (!mj_board_has_queue(board, x->pool)) { /* otherwise it waits behind the others */
        admission = take_place(x, avoid, ticket, &slot);
    }
    if (admission == MJ_FULL && !mj_slots_is_empty(avoid)) {
        mj_board_wait(board, x->pool, seen, MJ_RETRY_PAUSE);
        *avoid = (mj_slots_t){0};
    }
    if (admission == MJ_FULL) {
        mj_queueing_t queueing = mj_board_queue_enter(board, x->pool, row, (uint32_t)x->settings->queue_size);
        /* The others may wait for a daemon that this one need not wait for. */
        if (queueing == MJ_QUEUE_IS_FULL && take_place(x, NULL, ticket, &slot) == MJ_ADMITTED) {
            return 0;
        }
        if (queueing != MJ_QUEUED) {
            wake_supervisor(x, true); /* for later requests */
            return refuse_to_wait(x, queueing);
        }
        admission = wait_for_place(x, deadline, ticket);
        mj_board_queue_leave(board, x->pool, row);
    }
    return admission == MJ_ADMITTED ? 0 : refuse_admission(x, admission);
}
