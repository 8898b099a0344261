/* How many tunnels may hold threads of httpd at once: of all its children, which the board counts, and over HTTP/2 of this child, whose
 * mod_http2 serves all requests of its connections with a number of threads of its own. */
#ifndef MJ_TUNNELS_H
#define MJ_TUNNELS_H

#include "exchange.h"

#include <httpd.h>
#include <stdatomic.h>
#include <stdint.h>

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

/** Counts a tunnel, if there is a place for one more; else says so in the log, and sets Retry-After for the client.
 *  @return true if mj_tunnel_leave is to follow */
bool mj_tunnel_enter(const mj_exchange_t *exchange);
void mj_tunnel_leave(const mj_exchange_t *exchange);

#endif
