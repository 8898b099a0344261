/* Serves a request: gets it a place with a daemon and a channel, runs the exchange, and asks
 * another daemon if no application has seen the request. */
#ifndef MJ_DISPATCH_H
#define MJ_DISPATCH_H

#include "dispatcher.h"
#include "exchange_client.h"
#include "pool_settings.h"

typedef struct mj_dispatched_t {
    int status;                           /**< what the client is told; 0: it has the response, whole or broken off */
    int retry_after;                      /**< seconds, for a 503; 0: none */
    bool is_body_unread;                  /**< the client may still send its body, which nobody reads */
    uint32_t pid;                         /**< of the last daemon that was asked; 0: none was */
    apr_interval_time_t queue_time;       /**< until that daemon had a place */
    apr_interval_time_t application_time; /**< from then on */
} mj_dispatched_t;

/** Serves a request by a daemon of a pool.
 *  @param settings of the pool
 *  @param pool its index on the board
 *  @param head its flags say whether there is a body; its content length is what the client has
 *  declared, or MJ_LENGTH_UNKNOWN */
mj_dispatched_t mj_dispatch(mj_dispatcher_t *dispatcher, const mj_pool_settings_t *settings, unsigned pool,
                            const mj_exchange_client_t *client, mj_request_t *head);

#endif
