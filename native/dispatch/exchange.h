/* One request on one channel: sends REQUEST and the body, receives RESPONSE and the body
 * (PROTOCOL.md, section 3).
 *
 * An exchange belongs to the thread that handles the request. It can be run again on another
 * channel as long as no application has seen the request. */
#ifndef MJ_EXCHANGE_H
#define MJ_EXCHANGE_H

#include "dispatcher.h"
#include "exchange_client.h"
#include "exchange_state.h"
#include "pool_settings.h"

typedef struct mj_exchange_t {
    mj_dispatcher_t *dispatcher;
    const mj_exchange_client_t *client;
    const mj_pool_settings_t *settings; /**< of the pool */
    unsigned pool;                      /**< its index on the board */
    mj_request_t *head;
    mj_channel_t *channel;     /**< NULL between two runs */
    const mj_ticket_t *ticket; /**< the place with the daemon; not looked at between two runs */
    bool is_paused;            /**< the request only waits, and has given its place back */
    apr_time_t deadline;       /**< of request-timeout; 0: none */
    /** Since when the daemon, for which httpd waits, neither sends nor accepts data; 0: it does. */
    apr_time_t silent_since;
    uint64_t received;    /**< what mj_channel_received said at the last progress */
    apr_time_t looked_at; /**< of the last look at client and deadline between two frames */

    mj_body_state_t body_state;
    /** MJ_MAX_DATA bytes. Keeps all that was read of the body until the daemon has accepted it. */
    unsigned char *body;
    apr_size_t body_len;
    apr_size_t body_sent;     /**< of body_len */
    apr_time_t stalled_since; /**< since when the client sends nothing of its body; 0: it does */
    uint64_t credit;

    mj_response_state_t response;
    unsigned informs;  /**< interim responses so far */
    uint64_t expected; /**< length of the body */
    uint64_t passed;   /**< bytes of the body so far */

    int status;      /**< after the end: what the client is told; 0: it has the response */
    int retry_after; /**< seconds, for a 503; 0: none */
} mj_exchange_t;

/** Begins an exchange. Reads what is there of the body without waiting, so that a small body is
 *  sent together with the head.
 *  @param settings of the pool that serves the request
 *  @param pool its index on the board
 *  @param head lives as long as the exchange. Its flags say whether there is a body; its content
 *  length is what the client has declared, or MJ_LENGTH_UNKNOWN
 *  @return 0, or a status for the client */
int mj_exchange_begin(mj_exchange_t *exchange, mj_dispatcher_t *dispatcher, const mj_exchange_client_t *client,
                      const mj_pool_settings_t *settings, unsigned pool, mj_request_t *head);

/** Sends the request and passes on the response. May be called again if no application has seen
 *  the request: after MJ_ENDED_REFUSED, MJ_ENDED_UNCONFIGURED and MJ_ENDED_UNSEEN.
 *  @param ticket its place; it has that place again afterwards
 *  @return never MJ_GOES_ON or MJ_ENDED_UNREACHED */
mj_ending_t mj_exchange_run(mj_exchange_t *exchange, mj_channel_t *channel, const mj_ticket_t *ticket);

/** After MJ_ENDED_UPGRADED: moves bytes both ways until one side ends the tunnel, or nothing has
 *  moved for tunnel-timeout. Gives back the tunnel's place on the board. */
mj_ending_t mj_exchange_tunnel(mj_exchange_t *exchange);

/** Gives up the channel. @return whether it can be used for another request */
bool mj_exchange_leave_channel(mj_exchange_t *exchange);

/** Passes on the file that is the body, if it has not been passed on yet. By then the daemon is
 *  free for other requests, however slow the client is. */
void mj_exchange_send_file(mj_exchange_t *exchange);

/** Checks whether the client is still there. */
bool mj_exchange_has_client(const mj_exchange_t *exchange);

/** Ends the exchange because the client is gone. */
mj_ending_t mj_exchange_client_gone(mj_exchange_t *exchange);

#endif
