#include "dispatcher.h"

#include "wakeup.h"

#include <stdatomic.h>

#define DOUBT_INTERVAL apr_time_from_sec(1)

apr_status_t mj_dispatcher_make_room(mj_dispatcher_t *dispatcher, unsigned places, apr_pool_t *pool)
{
    dispatcher->idle = apr_pcalloc(pool, places * sizeof(mj_idle_t *));
    dispatcher->allowances = apr_pcalloc(pool, places * sizeof(mj_allowance_t));
    return apr_thread_mutex_create(&dispatcher->allowance_mutex, APR_THREAD_MUTEX_DEFAULT, pool);
}

apr_status_t mj_dispatcher_serve(mj_dispatcher_t *dispatcher, unsigned index, apr_pool_t *pool)
{
    return mj_idle_make(&dispatcher->idle[index], pool);
}

void mj_dispatcher_doubt(mj_dispatcher_t *dispatcher)
{
    apr_time_t now = apr_time_now(), last = dispatcher->doubted_at;
    bool is_due = now < last || now - last >= DOUBT_INTERVAL; /* the clock may have been set back */
    if (is_due && atomic_compare_exchange_strong(&dispatcher->doubted_at, &last, now)) {
        mj_wakeup_send(dispatcher->wakeup_fd);
    }
}
