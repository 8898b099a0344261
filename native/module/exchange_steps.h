/* The steps of an exchange, shared by exchange.c (from the daemon), exchange_out.c (to it) and exchange_end.c (failures). */
#ifndef MJ_EXCHANGE_STEPS_H
#define MJ_EXCHANGE_STEPS_H

#include "exchange.h"

/** Where a step leads. */
typedef enum mj_step_t {
    MJ_GO_ON,
    MJ_FINISHED, /**< the exchange's status is final */
    MJ_REFUSED,
    MJ_LOST /**< the daemon is gone and has read nothing */
} mj_step_t;

/** Sends the head, and what is there of the body, in one message. */
mj_step_t mj_exchange_send_head(mj_exchange_t *exchange);

/** Brings the next piece of the body from the client to the daemon, unless the daemon speaks first. */
mj_step_t mj_exchange_more_body(mj_exchange_t *exchange);

/** Tells the daemon, whose answer is whole, that no more of the body will come. */
void mj_exchange_cut_body(mj_exchange_t *exchange);

/** Looks whether the client is still there, as far as one can tell without reading. One that has closed its sending half has gone. */
bool mj_exchange_has_client(const mj_exchange_t *exchange);

/** Ends without success. Before the response began: the client gets that status. After: its connection is broken off, so that what it has
 *  never looks whole. */
mj_step_t mj_exchange_fail(mj_exchange_t *exchange, int status);

/** Ends because request-timeout has passed: 504. */
mj_step_t mj_exchange_timed_out(mj_exchange_t *exchange);

/** Ends because the daemon breaks the protocol: 502. */
mj_step_t mj_exchange_violation(mj_exchange_t *exchange, const char *what);

/** Ends because the daemon is gone, or what it sent is no frame: 502. */
mj_step_t mj_exchange_lost(mj_exchange_t *exchange, apr_status_t rv);

#endif
