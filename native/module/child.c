/* What an httpd child holds: its row of the board, its idle connections, and what a pool may have
 * of all children's workers. */
#include "child.h"

#include "config.h"
#include "idle_reaper.h"
#include "mod_jvm.h"
#include "pools.h"
#include "supervision.h"

#include <http_log.h>
#include <http_main.h>
#include <unistd.h>

APLOG_USE_MODULE(jvm);

/* One pool that hangs, with all its places and its queue full, would hold every worker of httpd: so
 * none may have them all, where there is anything else to serve. */
static mj_shares_t share_workers(bool is_alone)
{
    mj_shares_t shares = {0, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    int daemons = 0, threads = 0;

    if (ap_mpm_query(AP_MPMQ_MAX_DAEMONS, &daemons) != APR_SUCCESS ||
        ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads) != APR_SUCCESS) {
        return shares;
    }
    shares.workers = (uint32_t)(daemons > 0 ? daemons : 1) * (uint32_t)(threads > 0 ? threads : 1);
    /* A tunnel costs its client nothing: some workers stay for requests, also where a pool is
     * alone. */
    shares.tunnels_of_all = shares.workers > 1 ? shares.workers * 3 / 4 : 1;
    shares.tunnels_of_pool = is_alone || shares.workers < 2 ? shares.tunnels_of_all : shares.workers / 2;
    if (!is_alone) {
        shares.of_pool = shares.workers > 1 ? shares.workers * 3 / 4 : 1;
        shares.of_queues = shares.workers > 1 ? shares.workers / 2 : 1;
    }
    return shares;
}

/* Half of the child's threads may wait for clients at a time: the others are there for who comes
 * meanwhile. Only where threads would give idle connections to a listener: others read on
 * anyway. */
static apr_uint32_t may_await(void)
{
    int is_async = 0, threads = 0;

    if (ap_mpm_query(AP_MPMQ_IS_ASYNC, &is_async) != APR_SUCCESS || ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads) != APR_SUCCESS) {
        return 0;
    }
    return is_async != 0 && threads > 0 ? (apr_uint32_t)threads / 2 : 0;
}

static apr_status_t close_mounted(void *data)
{
    mj_mounted_close(data);
    return APR_SUCCESS;
}

void mj_child_init(apr_pool_t *pchild, server_rec *main_server)
{
    mj_server_t *config = mj_server_config(main_server);
    apr_array_header_t *pools;
    mj_dispatcher_t *dispatcher;
    mj_child_t *child;
    apr_status_t rv;
    unsigned places = 0;
    bool is_alone;
    int i;

    if (config->supervision == NULL) {
        return;
    }
    child = apr_pcalloc(pchild, sizeof(*child));
    dispatcher = &child->dispatcher;
    rv = mj_supervision_enter_child(config->supervision, child);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_CRIT, rv, main_server,
                     MJLOGNO(0018) "child %d cannot open the board that httpd's parent has made, and serves no pool's requests",
                     (int)getpid());
        return;
    }
    child->most_awaiting = may_await();
    mj_mounted_open(&child->mounted);
    apr_pool_cleanup_register(pchild, &child->mounted, close_mounted, apr_pool_cleanup_null);
    if (mj_board_child_init(dispatcher->board, (uint32_t)getpid(), &dispatcher->row) != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     MJLOGNO(0015) "the board has no row left for child %d: if it dies, its requests stay counted",
                     (int)getpid());
    }
    pools = mj_placed_pools(pchild, main_server);
    is_alone = pools->nelts < 2 && (main_server->next == NULL || main_server->next->next == NULL);
    dispatcher->shares = share_workers(is_alone);
    mj_board_share(dispatcher->board, dispatcher->shares.of_pool, dispatcher->shares.of_queues);
    mj_board_share_tunnels(dispatcher->board, dispatcher->shares.tunnels_of_pool, dispatcher->shares.tunnels_of_all);
    for (i = 0; i < pools->nelts; i++) {
        unsigned index = APR_ARRAY_IDX(pools, i, const mj_pool_config_t *)->index;
        places = index >= places ? index + 1 : places;
    }
    mj_dispatcher_make_room(dispatcher, places, pchild);
    mj_http2_tunnels_make(&child->http2_tunnels, places, is_alone, pchild);
    for (i = 0; i < pools->nelts; i++) {
        mj_dispatcher_serve(dispatcher, APR_ARRAY_IDX(pools, i, const mj_pool_config_t *)->index, pchild);
    }
    mj_idle_reaper_start(child, places, pchild);
    config->child = child;
}

mj_child_t *mj_child(void)
{
    return mj_server_config(ap_server_conf)->child;
}
