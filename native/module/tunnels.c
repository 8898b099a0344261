/* The share that tunnels have of httpd's threads. */
#include "tunnels.h"

#include "bounded_count.h"
#include "module.h"

#include <ap_mpm.h>
#include <http_config.h>
#include <http_log.h>
#include <limits.h>
#include <stdlib.h>

APLOG_USE_MODULE(jvm);

/* A directive of the main server that takes a number; mod_http2 looks at no virtual host's. 0: it is not set. */
static int number_of(const char *name)
{
    long number = 0;
    for (const ap_directive_t *directive = ap_conftree; directive != NULL; directive = directive->next) {
        if (strcasecmp(directive->directive, name) == 0) {
            number = strtol(directive->args, NULL, 10);
        }
    }
    return number > 0 && number <= INT_MAX ? (int)number : 0;
}

/* As many threads as mod_http2 has at most in this child (its h2_get_workers_config). */
static uint32_t http2_workers(void)
{
    int least = number_of("H2MinWorkers"), most = number_of("H2MaxWorkers");

    if (ap_find_linked_module("mod_http2.c") == NULL) {
        return 0;
    }
    if (least <= 0 && ap_mpm_query(AP_MPMQ_MAX_THREADS, &least) != APR_SUCCESS) {
        least = 1;
    }
    if (most <= 0) {
        most = least * 3 / 2 > 4 ? least * 3 / 2 : 4;
    }
    return (uint32_t)(most > least ? most : least);
}

void mj_http2_tunnels_make(mj_http2_tunnels_t *tunnels, unsigned places, bool is_alone, apr_pool_t *pchild)
{
    tunnels->workers = http2_workers();
    tunnels->of_all = tunnels->workers > 1 ? tunnels->workers * 3 / 4 : 1;
    tunnels->of_pool = is_alone || tunnels->workers < 2 ? tunnels->of_all : tunnels->workers / 2;
    tunnels->counts = apr_pcalloc(pchild, places * sizeof(*tunnels->counts));
}

static bool is_http2(const mj_exchange_t *x)
{
    return x->r->connection->master != NULL;
}

static bool refuse(const mj_exchange_t *x, bool is_of_pool, uint32_t limit, uint32_t workers, bool is_over_http2)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r,
                  MJLOGNO(0052) "pool %s: %s %u tunnels (WebSockets and other upgrades), as many as may hold %s%u workers%s: raise %s, or lower "
                                "tunnel-timeout; 503",
                  x->settings->name, is_of_pool ? "it has" : "all pools together have", limit, is_over_http2 ? "this child's " : "httpd's ", workers,
                  is_over_http2 ? " of HTTP/2" : "", is_over_http2 ? "H2MaxWorkers" : "MaxRequestWorkers");
    apr_table_setn(x->r->err_headers_out, "Retry-After", "1");
    return false;
}

static bool enter_http2(const mj_exchange_t *x, mj_http2_tunnels_t *tunnels)
{
    if (!mj_add_below(&tunnels->count, tunnels->of_all)) {
        return refuse(x, false, tunnels->of_all, tunnels->workers, true);
    }
    if (!mj_add_below(&tunnels->counts[x->pool], tunnels->of_pool)) {
        atomic_fetch_sub(&tunnels->count, 1);
        return refuse(x, true, tunnels->of_pool, tunnels->workers, true);
    }
    return true;
}

static void leave_http2(const mj_exchange_t *x, mj_http2_tunnels_t *tunnels)
{
    atomic_fetch_sub(&tunnels->counts[x->pool], 1);
    atomic_fetch_sub(&tunnels->count, 1);
}

bool mj_tunnel_enter(const mj_exchange_t *x)
{
    mj_child_t *child = mj_child();
    mj_tunneling_t tunneling;

    if (is_http2(x) && !enter_http2(x, &child->http2_tunnels)) {
        return false;
    }
    tunneling = mj_board_tunnel_enter(child->board, x->pool, child->row);
    if (tunneling == MJ_TUNNELED) {
        return true;
    }
    mj_child_doubt(child);
    if (is_http2(x)) {
        leave_http2(x, &child->http2_tunnels);
    }
    return tunneling == MJ_TUNNELS_OVER_SHARE ? refuse(x, true, child->shares.tunnels_of_pool, child->shares.workers, false)
                                              : refuse(x, false, child->shares.tunnels_of_all, child->shares.workers, false);
}

void mj_tunnel_leave(const mj_exchange_t *x)
{
    mj_child_t *child = mj_child();

    mj_board_tunnel_leave(child->board, x->pool, child->row);
    if (is_http2(x)) {
        leave_http2(x, &child->http2_tunnels);
    }
}
