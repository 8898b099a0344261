#include "http2_tunnels.h"

#include "bounded_count.h"

#include <httpd.h>

#include <ap_mpm.h>
#include <http_config.h>
#include <limits.h>
#include <stdlib.h>

/* A directive of the main server that takes a number; mod_http2 looks at no virtual host's. 0: it
 * is not set. */
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

static bool is_full(const mj_http2_tunnels_t *tunnels, bool is_of_pool, mj_tunnel_limit_t *limit)
{
    limit->limit = is_of_pool ? tunnels->of_pool : tunnels->of_all;
    limit->is_of_pool = is_of_pool;
    limit->workers = tunnels->workers;
    limit->workers_of = "this child's ";
    limit->workers_kind = " of HTTP/2";
    limit->directive = "H2MaxWorkers";
    return false;
}

bool mj_http2_tunnel_enter(mj_http2_tunnels_t *tunnels, unsigned pool, mj_tunnel_limit_t *limit)
{
    if (!mj_add_below(&tunnels->count, tunnels->of_all)) {
        return is_full(tunnels, false, limit);
    }
    if (!mj_add_below(&tunnels->counts[pool], tunnels->of_pool)) {
        atomic_fetch_sub(&tunnels->count, 1);
        return is_full(tunnels, true, limit);
    }
    return true;
}

void mj_http2_tunnel_leave(mj_http2_tunnels_t *tunnels, unsigned pool)
{
    atomic_fetch_sub(&tunnels->counts[pool], 1);
    atomic_fetch_sub(&tunnels->count, 1);
}
