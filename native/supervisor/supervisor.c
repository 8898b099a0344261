#include "supervisor.h"

#include "control.h"
#include "load_source.h"
#include "log.h"
#include "pool_list.h"
#include "procfs.h"
#include "reaper.h"
#include "runtime_dir.h"
#include "stale_sockets.h"
#include "starts.h"
#include "strays.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
/* For how long at most a retired one serves children of httpd that have not ended. */
#define RETIRED_US (60 * SECOND)
#define RETIRED_LOOK_US SECOND
/* How long those may take to go that were killed last of all: the machine may be busy. */
#define STRAYS_US (2 * SECOND)
#define STRAYS_PERIOD_US (20 * INT64_C(1000))
/* The daemons of a supervisor that was killed die with it, but perhaps a moment after the next one
 * has come. */
#define CLEAN_AGAIN_US (5 * SECOND)
/* What a shutdown-timeout of 0 means when another supervisor takes over: others wait. */
#define HAND_OVER_US (5 * SECOND)
/* What the board shows is put right this often at most. */
#define SHOW_US SECOND

struct mj_supervisor_t {
    apr_pool_t *mem;
    apr_pool_t *config_mem;
    mj_context_t context;
    const mj_supervisor_config_t *start; /**< what it was started with */
    mj_runtime_dir_t dir;
    mj_polled_t wakeups;
    int64_t clean_at; /**< sockets that were left behind are looked for once more; MJ_NEVER */
    int64_t end_at;   /**< when it ends, whatever is left; MJ_NEVER: daemons are there, or are wanted */
    int64_t show_at;  /**< the board is not put right before */
    bool is_doubted;  /**< a request finds that what the board shows does not help it */
    bool is_alone;    /**< nobody is left */
    int64_t void_at;  /**< without new settings by then it ends; MJ_NEVER: they are valid */
    bool is_retired;  /**< another supervisor has its place: it serves httpd's children of before until they have gone */
    bool is_voided;
    bool is_stopping;
};

mj_supervisor_t *mj_supervisor_make(const mj_supervisor_config_t *start, mj_board_t *board, mj_poller_t *poller, uint32_t serial,
                                    apr_pool_t *pool)
{
    mj_supervisor_t *supervisor = apr_pcalloc(pool, sizeof(*supervisor));
    supervisor->mem = pool;
    supervisor->start = start;
    supervisor->dir.path = start->runtime_dir;
    supervisor->context.board = board;
    supervisor->context.poller = poller;
    supervisor->context.next_serial = serial;
    supervisor->context.archives = mj_archives_make(pool);
    supervisor->context.oom_kills = mj_procfs_oom_kills();
    srandom(serial);
    supervisor->wakeups.fd = -1;
    supervisor->void_at = MJ_NEVER;
    supervisor->clean_at = MJ_NEVER;
    supervisor->end_at = MJ_NEVER;
    return supervisor;
}

/* --- settings --- */

void mj_supervisor_await_settings(mj_supervisor_t *supervisor, int64_t now)
{
    supervisor->void_at = now + MJ_CONTROL_VOID_S * SECOND;
}

static void take_log(mj_pending_config_t *pending)
{
    if (pending->main_log != NULL) {
        mj_log_set_main(pending->main_log);
        pending->main_log = NULL;
    }
}

static void take_config(mj_supervisor_t *supervisor, mj_pending_config_t *pending, int64_t now)
{
    bool is_first = supervisor->context.config == NULL;

    if (supervisor->config_mem != NULL) {
        apr_pool_destroy(supervisor->config_mem);
    }
    supervisor->context.config = pending->config;
    supervisor->config_mem = pending->config_mem;
    pending->config_mem = NULL;
    if (is_first) {
        mj_stale_sockets_remove(supervisor->context.config->runtime_dir);
        supervisor->clean_at = now + CLEAN_AGAIN_US;
    }
}

bool mj_supervisor_is_ending(const mj_supervisor_t *supervisor)
{
    return supervisor->is_stopping || supervisor->is_retired;
}

static unsigned max_pools(const mj_supervisor_t *supervisor)
{
    return supervisor->context.board != NULL ? mj_board_max_pools(supervisor->context.board) : 0;
}

static const char *take(mj_supervisor_t *supervisor, mj_pending_config_t *pending, int64_t now)
{
    const char *wrong;

    if (mj_supervisor_is_ending(supervisor)) {
        return "it is ending";
    }
    wrong = mj_pending_config_check(pending, supervisor->start, max_pools(supervisor));
    if (wrong == NULL) {
        wrong = mj_pool_list_check(&supervisor->context, pending);
    }
    if (wrong != NULL) {
        return wrong;
    }
    take_log(pending);
    take_config(supervisor, pending, now);
    mj_pool_list_take(&supervisor->context, pending, supervisor->mem);
    mj_pool_list_find_archives(&supervisor->context);
    supervisor->void_at = MJ_NEVER;
    supervisor->is_voided = false;
    return NULL;
}

void mj_supervisor_refuse(mj_supervisor_t *supervisor, const char *wrong)
{
    mj_log(mj_log_main(), "error", MJLOGNO(0106) "the new settings were refused, and the previous ones stay: %s", wrong);
    if (supervisor->context.config != NULL && !mj_supervisor_is_ending(supervisor)) { /* somebody is there, and has pools */
        supervisor->void_at = MJ_NEVER;
    }
}

const char *mj_supervisor_configure(mj_supervisor_t *supervisor, mj_pending_config_t *pending, int64_t now)
{
    const char *wrong = take(supervisor, pending, now);
    if (wrong != NULL) {
        mj_supervisor_refuse(supervisor, wrong);
    }
    return wrong;
}

void mj_supervisor_retire(mj_supervisor_t *supervisor, int64_t now)
{
    supervisor->is_retired = true;
    mj_archives_stop(supervisor->context.archives);
    supervisor->void_at = now + RETIRED_US;
}

/* --- wake-ups --- */

static void take_wakeups(void *context, short found, int64_t now)
{
    mj_supervisor_t *supervisor = context;
    char bytes[4096];
    mj_pool_t *pool;

    (void)found;
    (void)now;
    (void)!read(supervisor->wakeups.fd, bytes, sizeof(bytes));
    supervisor->is_doubted = true;
    for (pool = supervisor->context.pools; pool != NULL; pool = pool->next) {
        if (pool->load->take_wakeup(pool)) {
            mj_pool_wake(pool);
        }
    }
}

void mj_supervisor_hear_wakeups(mj_supervisor_t *supervisor, int fd)
{
    mj_poller_add(supervisor->context.poller, &supervisor->wakeups, fd, POLLIN, MJ_STAGE_REQUESTS, take_wakeups, supervisor);
}

/* --- daemons --- */

bool mj_supervisor_is_leaving(const mj_supervisor_t *supervisor)
{
    return mj_supervisor_is_ending(supervisor) || supervisor->is_voided;
}

mj_context_t *mj_supervisor_context(mj_supervisor_t *supervisor)
{
    return &supervisor->context;
}

mj_pool_t *mj_supervisor_find(const mj_supervisor_t *supervisor, const char *name)
{
    return mj_pool_list_find(&supervisor->context, name);
}

mj_pool_t *mj_supervisor_pools(const mj_supervisor_t *supervisor)
{
    return supervisor->context.pools;
}

void mj_supervisor_stop(mj_supervisor_t *supervisor, const char *why, int64_t endless_us, int64_t now)
{
    mj_pool_t *pool;
    if (!supervisor->is_stopping) {
        mj_log(mj_log_main(), "info", MJLOGNO(0108) "ending all daemons: %s", why);
    }
    supervisor->is_stopping = true;
    mj_archives_stop(supervisor->context.archives);
    for (pool = supervisor->context.pools; pool != NULL; pool = pool->next) {
        mj_pool_stop(pool, endless_us, now);
    }
}

void mj_supervisor_hand_over(mj_supervisor_t *supervisor, const char *why, int64_t now)
{
    mj_pool_t *pool;
    if (supervisor->is_stopping) {
        return;
    }
    mj_log(mj_log_main(), "warn",
           MJLOGNO(0123) "the supervisor ends: %s: its daemons complete their requests, and all others wait "
                         "for the next supervisor, which httpd starts",
           why);
    supervisor->is_stopping = true;
    mj_archives_stop(supervisor->context.archives);
    for (pool = supervisor->context.pools; pool != NULL; pool = pool->next) {
        mj_pool_hand_over(pool, HAND_OVER_US, now);
    }
}

static void void_settings(mj_supervisor_t *supervisor)
{
    mj_pool_t *pool;
    if (supervisor->is_retired) {
        mj_log(mj_log_main(), "info", MJLOGNO(0121) "another supervisor has taken over: draining all pools, then ending");
    } else {
        mj_log(mj_log_main(), "info", MJLOGNO(0109) "no settings came for 30 s: draining all pools, then ending");
    }
    for (pool = supervisor->context.pools; pool != NULL; pool = pool->next) {
        mj_pool_remove(pool);
    }
    mj_archives_interrupt(supervisor->context.archives);
    supervisor->is_voided = true;
    supervisor->void_at = MJ_NEVER;
}

/* A retired one is there for requests of httpd's children of before. They have rows on its board,
 * which httpd's parent frees when they end. */
static bool is_of_no_use(const mj_supervisor_t *supervisor)
{
    const mj_board_t *board = supervisor->context.board;
    return supervisor->is_retired && !supervisor->is_voided && (board == NULL || !mj_board_has_children(board));
}

static bool is_empty(const mj_supervisor_t *supervisor)
{
    return (supervisor->is_stopping || supervisor->is_voided) && supervisor->context.pools == NULL;
}

/* What daemons have started and left is to go before we do. @return when to look again */
static int64_t end_strays(mj_supervisor_t *supervisor, int64_t now)
{
    if (supervisor->end_at == MJ_NEVER) {
        supervisor->end_at = now + STRAYS_US;
    }
    supervisor->is_alone = mj_strays_end(NULL, 0, 0) == 0 || now >= supervisor->end_at;
    mj_reap(&supervisor->context, now); /* those that were dead already: they would be somebody else's to reap */
    return now + STRAYS_PERIOD_US;
}

/* Whoever has captured a child of httpd can write over the board. It is put right when anything
 * happens, a second apart at most, and nothing wakes us for it but a request that suffers. @return
 * when to call again at the latest */
static int64_t put_board_right(mj_supervisor_t *supervisor, int64_t now)
{
    if (now < supervisor->show_at) {
        return supervisor->is_doubted ? supervisor->show_at : MJ_NEVER;
    }
    mj_pool_show_all(&supervisor->context);
    supervisor->show_at = now + SHOW_US;
    supervisor->is_doubted = false;
    return MJ_NEVER;
}

int64_t mj_supervisor_tick(mj_supervisor_t *supervisor, int64_t now)
{
    mj_pool_t **link = &supervisor->context.pools, *each;
    int64_t wake_at;

    if (supervisor->context.has_reapable) {
        mj_reap(&supervisor->context, now);
    }

    if (supervisor->void_at <= now || is_of_no_use(supervisor)) {
        void_settings(supervisor);
    }
    if (supervisor->clean_at <= now) {
        mj_stale_sockets_remove(supervisor->context.config->runtime_dir);
        supervisor->clean_at = MJ_NEVER;
    }
    wake_at = mj_earlier(supervisor->void_at, supervisor->clean_at);
    if (supervisor->context.config != NULL && !mj_supervisor_is_ending(supervisor) && !supervisor->is_voided) {
        /* before anything starts */
        wake_at = mj_earlier(wake_at, mj_runtime_dir_keep(&supervisor->dir, now, supervisor->mem));
    }
    if (supervisor->is_retired && !supervisor->is_voided) {
        wake_at = mj_earlier(wake_at, now + RETIRED_LOOK_US);
    }
    mj_archives_look_anew(supervisor->context.archives); /* they are some 100 KB to read, whatever starts in this tick */
    for (each = supervisor->context.pools; each != NULL; each = each->next) {
        mj_pool_prepare(each, now);
    }
    wake_at = mj_earlier(wake_at, mj_starts_admit(&supervisor->context, supervisor->context.pools, now));
    while (*link != NULL) {
        mj_pool_t *pool = *link;
        int64_t pool_wake_at = mj_pool_run_due(pool, now);
        if (pool->plan.is_removed && pool->daemons == NULL) {
            *link = pool->next;
            mj_pool_free(pool);
            continue;
        }
        if (pool_wake_at < wake_at) {
            wake_at = pool_wake_at;
        }
        link = &pool->next;
    }
    wake_at = mj_earlier(wake_at, put_board_right(supervisor, now));
    wake_at =
        mj_earlier(wake_at, mj_archives_tick(supervisor->context.archives, supervisor->context.config, supervisor->context.pools,
                                             supervisor->context.is_quiet && !supervisor->is_voided, now));
    wake_at = mj_earlier(wake_at, mj_pool_look_at_states(&supervisor->context, supervisor->context.pools, now));
    if (is_empty(supervisor)) {
        wake_at = end_strays(supervisor, now);
    }
    return supervisor->context.has_reapable ? now : wake_at;
}

bool mj_supervisor_has_ended(const mj_supervisor_t *supervisor)
{
    return is_empty(supervisor) && supervisor->is_alone;
}

void mj_supervisor_free(mj_supervisor_t *supervisor)
{
    if (supervisor->clean_at != MJ_NEVER) { /* not done yet */
        mj_stale_sockets_remove(supervisor->context.config->runtime_dir);
    }
    if (supervisor->context.board != NULL) {
        mj_board_unmap(supervisor->context.board);
    }
    mj_polled_close(&supervisor->wakeups);
    mj_poller_free(supervisor->context.poller);
}
