/* The lines that applications log for requests, within the pool's allowance. */
#include "exchange_steps.h"

/* Whether the pool may log so many bytes more. Logs how much was left out before. */
static bool may_log(mj_exchange_t *x, size_t len)
{
    mj_allowance_t told, *allowance = &x->dispatcher->allowances[x->pool];
    apr_thread_mutex_t *mutex = x->dispatcher->allowance_mutex;
    apr_time_t now = apr_time_now();
    bool may;

    apr_thread_mutex_lock(mutex);
    may = mj_allowance_take(allowance, len, now);
    told = *allowance;
    if (mj_allowance_has_news(allowance, now)) {
        allowance->lines_left_out = 0;
        allowance->bytes_left_out = 0;
    }
    apr_thread_mutex_unlock(mutex);
    if (mj_allowance_has_news(&told, now)) {
        mj_client_log(x->client, MJ_LEVEL_WARNING, 0,
                      MJLOGNO(0131) "pool %s: its requests log more than %d KB a second in this child of "
                                    "httpd: %" APR_UINT64_T_FMT " lines, %" APR_UINT64_T_FMT " KB, were left out",
                      x->settings->name, (int)(MJ_ALLOWANCE_RATE >> 10), told.lines_left_out, (told.bytes_left_out + 1023) >> 10);
    }
    return may;
}

/* The line is the application's, so it has no log id. */
mj_ending_t mj_exchange_on_log(mj_exchange_t *x, const mj_frame_t *frame, const unsigned char *payload)
{
    const mj_exchange_client_t *client = x->client;
    mj_span_t message, id = x->head->log_id.len > 0 ? x->head->log_id : (mj_span_t){"-", 1};
    uint8_t level;
    apr_status_t rv = mj_log_decode(payload, frame->len, &level, &message);

    if (rv != APR_SUCCESS) {
        return mj_exchange_violation(x, mj_status_name(rv));
    }
    if (client->ops->logs(client->data, level) && may_log(x, message.len)) {
        mj_client_log(client, level, 0, "[pool %s] [id %.*s] %.*s", x->settings->name, (int)id.len, id.data, (int)message.len,
                      message.data);
    }
    return x->response == MJ_RESPONSE_TUNNEL ? MJ_GOES_ON : mj_exchange_look_around_at_times(x);
}
