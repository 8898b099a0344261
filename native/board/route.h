/* The route of a daemon: a short text that ends the ids of its sessions (LIFECYCLE.md, section 1),
 * so that a request with such an id in a cookie or path parameter finds its daemon again. It names
 * the daemon's serial and keeps no secret: a forged one chooses between the pool's own daemons.
 * Pure. */
#ifndef MJ_ROUTE_H
#define MJ_ROUTE_H

#include "record.h"

/** With the terminator. */
#define MJ_ROUTE_SIZE 10

void mj_route_format(char route[MJ_ROUTE_SIZE], uint32_t serial);

/** Finds the first route in a text: it follows a dot, and no letter, digit or dot follows it.
 *  @param rest the text; set to what follows the route
 *  @return false if there is none */
bool mj_route_next(mj_span_t *rest, uint32_t *serial);

#endif
