/* Gets a request that has a place with a daemon a channel to it. */
#ifndef MJ_CONNECT_H
#define MJ_CONNECT_H

#include "exchange.h"

/** Takes an idle channel, or opens one.
 *  @param is_first whether no connection has failed for this request before; what needs an
 *  administrator is logged as an error only then
 *  @return NULL if no connection could be opened, or if the client left meanwhile */
mj_channel_t *mj_connect(const mj_exchange_t *exchange, const mj_ticket_t *ticket, bool is_first);

#endif
