/* Which daemon a request belongs to: the one that has its session. */
#ifndef MJ_STICKY_H
#define MJ_STICKY_H

#include "exchange.h"

/** Finds the ready daemon whose route (board/route.h) ends a cookie's value or a path parameter of
 * the request. Looks at the request only if the pool has more than one ready daemon.
 *  @param slot set to the daemon's
 *  @return false if there is none: any daemon may serve the request */
bool mj_sticky_find(const mj_exchange_t *exchange, unsigned *slot);

#endif
