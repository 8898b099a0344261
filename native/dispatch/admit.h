/* Gets a request a place with a daemon: at once, or after a wait in the pool's queue. */
#ifndef MJ_ADMIT_H
#define MJ_ADMIT_H

#include "exchange.h"

/** The pause between two tries of one request. */
#define MJ_RETRY_PAUSE apr_time_from_msec(50)

/** Finds a daemon with a free place.
 *  @param deadline until when the request may wait; 0: without limit
 *  @param avoid daemons that have refused this request or are gone. If there are no others, it is
 *  emptied after a pause, and they are asked again
 *  @param ticket the place, if the result is 0
 *  @return 0, or a status for the client */
int mj_admit(mj_exchange_t *exchange, apr_time_t deadline, mj_slots_t *avoid, mj_ticket_t *ticket);

/** Sets retry_after. @param when a retry makes sense; 0: not known. @return 503 */
int mj_retry_later(mj_exchange_t *exchange, apr_time_t when);

/** The client left before a daemon took the request. @return MJ_CLIENT_IS_GONE */
int mj_give_up(mj_exchange_t *exchange);

#endif
