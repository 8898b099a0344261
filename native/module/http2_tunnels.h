/* How many tunnels over HTTP/2 may hold threads at once: mod_http2 serves all requests of a child's
 * connections with a number of threads of its own. Beside the board's counts, which are of all
 * children. */
#ifndef MJ_HTTP2_TUNNELS_H
#define MJ_HTTP2_TUNNELS_H

#include "exchange_client.h"

#include <stdatomic.h>

/** The tunnels over HTTP/2 of one child. */
typedef struct mj_http2_tunnels_t {
    uint32_t workers; /**< mod_http2's, of this child; 0: there is no mod_http2 */
    uint32_t of_all;  /**< how many tunnels may hold these */
    uint32_t of_pool;
    _Atomic uint32_t count;
    _Atomic uint32_t *counts; /**< by the pool's index on the board */
} mj_http2_tunnels_t;

/** Makes the counts of a child.
 *  @param places how many indices there are
 *  @param is_alone nothing but one pool is served: it may have all tunnels */
void mj_http2_tunnels_make(mj_http2_tunnels_t *tunnels, unsigned places, bool is_alone, apr_pool_t *pchild);

/** Counts a tunnel, if there is a place for one more.
 *  @return true if mj_http2_tunnel_leave is to follow; else *limit is which there are enough of */
bool mj_http2_tunnel_enter(mj_http2_tunnels_t *tunnels, unsigned pool, mj_tunnel_limit_t *limit);
void mj_http2_tunnel_leave(mj_http2_tunnels_t *tunnels, unsigned pool);

#endif
