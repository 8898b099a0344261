/* A thread of each httpd child. It closes connections which nobody has used for a while, so that
 * the threads that daemons keep for them end; and it keeps the child's row on the board right.
 * httpd does it, not the daemon: who closes its own idle connection knows that no request is on its
 * way. */
#include "idle_reaper.h"

#include "mod_jvm.h"

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>
#include <http_log.h>
#include <http_main.h>
#include <pthread.h>
#include <signal.h>

APLOG_USE_MODULE(jvm);

#define IDLE_LIMIT apr_time_from_sec(5)
#define PAUSE apr_time_from_sec(2)
#define STACK_SIZE ((apr_size_t)128 * 1024)

typedef struct reaper_t {
    mj_board_t *board;
    mj_idle_t **idle; /* those of the pools that there are */
    unsigned *places; /* of the same */
    int count;
    apr_thread_t *thread;
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *changed;
    bool is_over; /* guarded by the mutex */
} reaper_t;

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    reaper_t *reaper = data;

    apr_thread_mutex_lock(reaper->mutex);
    while (!reaper->is_over) {
        if (APR_STATUS_IS_TIMEUP(apr_thread_cond_timedwait(reaper->changed, reaper->mutex, PAUSE))) {
            apr_time_t limit = apr_time_now() - IDLE_LIMIT;
            for (int i = 0; i < reaper->count; i++) {
                mj_idle_expire(reaper->idle[i], limit);
                mj_board_keep_row(reaper->board, reaper->places[i]);
            }
        }
    }
    apr_thread_mutex_unlock(reaper->mutex);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static apr_status_t stop(void *data)
{
    reaper_t *reaper = data;
    apr_status_t rv;

    apr_thread_mutex_lock(reaper->mutex);
    reaper->is_over = true;
    apr_thread_cond_signal(reaper->changed);
    apr_thread_mutex_unlock(reaper->mutex);
    return apr_thread_join(&rv, reaper->thread);
}

/* The child's signals are for its other threads: prefork ends a child in their handler, on
 * whichever thread that runs. */
static apr_status_t start_thread(reaper_t *reaper, apr_pool_t *pchild)
{
    apr_threadattr_t *attributes;
    sigset_t all, before;
    apr_status_t rv = apr_threadattr_create(&attributes, pchild);

    if (rv == APR_SUCCESS) {
        rv = apr_threadattr_stacksize_set(attributes, STACK_SIZE);
    }
    if (rv == APR_SUCCESS) {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        rv = apr_thread_create(&reaper->thread, attributes, run, reaper, pchild);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    return rv;
}

void mj_idle_reaper_start(const mj_child_t *child, unsigned pools, apr_pool_t *pchild)
{
    reaper_t *reaper = apr_pcalloc(pchild, sizeof(*reaper));
    apr_status_t rv;

    reaper->board = child->dispatcher.board;
    reaper->idle = apr_palloc(pchild, pools * sizeof(mj_idle_t *));
    reaper->places = apr_palloc(pchild, pools * sizeof(unsigned));
    for (unsigned i = 0; i < pools; i++) {
        if (child->dispatcher.idle[i] != NULL) {
            reaper->places[reaper->count] = i;
            reaper->idle[reaper->count++] = child->dispatcher.idle[i];
        }
    }
    rv = apr_thread_mutex_create(&reaper->mutex, APR_THREAD_MUTEX_DEFAULT, pchild);
    if (rv == APR_SUCCESS) {
        rv = apr_thread_cond_create(&reaper->changed, pchild);
    }
    if (rv == APR_SUCCESS) {
        rv = start_thread(reaper, pchild);
    }
    if (rv == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(pchild, reaper, stop);
    } else {
        ap_log_error(APLOG_MARK, APLOG_WARNING, rv, ap_server_conf,
                     MJLOGNO(0017) "the thread that closes idle connections cannot start: the connections of this child stay "
                                   "open until it ends");
    }
}
