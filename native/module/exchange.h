/* One request on one channel: REQUEST and body out, RESPONSE and body in (PROTOCOL.md, section 3).
 *
 * An exchange belongs to its request and the thread that handles it. It can be run again on another channel as long as no application
 * has seen it. */
#ifndef MJ_EXCHANGE_H
#define MJ_EXCHANGE_H

#include "channel.h"
#include "pool_settings.h"
#include "wire.h"

#include <httpd.h>

typedef enum mj_outcome_t {
    MJ_OUTCOME_FINAL,  /**< status says what the handler returns */
    MJ_OUTCOME_UNSEEN, /**< the daemon is gone and has read nothing */
    MJ_OUTCOME_UNREACHED, /**< there was no connection to be had */
    MJ_OUTCOME_REFUSED, /**< the daemon has no room, or drains */
    MJ_OUTCOME_UNCONFIGURED, /**< refused: the daemon's settings do not have the application */
    MJ_OUTCOME_UPGRADED /**< the client has its 101: mj_exchange_tunnel comes next */
} mj_outcome_t;

typedef struct mj_exchange_t {
    request_rec *r;
    const mj_pool_settings_t *settings; /**< of the pool */
    unsigned pool;                      /**< on the board */
    mj_request_t *head;
    mj_channel_t *channel;
    uint32_t pid;
    apr_time_t deadline;     /**< 0: none */
    apr_time_t silent_since; /**< since when the daemon, which has the next word, sends and takes nothing; 0: it was not waited for yet */
    uint64_t received;       /**< bytes of the daemon's, when it last gave a sign of life */
    apr_time_t looked_at; /**< when a look was last taken at client and deadline, among frames that pass nothing on */
    apr_bucket_brigade *in;
    apr_bucket_brigade *out;

    /* the request's body */
    unsigned char *body; /**< MJ_MAX_DATA bytes; until the daemon has accepted, all that was read of the body */
    apr_size_t body_len;
    apr_size_t body_sent; /**< of these */
    bool has_body;
    bool is_body_read;  /**< to its end, from the client */
    bool is_body_ended; /**< END was sent, or there is no body */
    apr_time_t stalled_since; /**< when the client was first found to have nothing more; 0: it goes on */
    uint64_t credit;
    bool is_accepted; /**< the daemon has answered other than REFUSED */
    bool is_tunnel;   /**< upgraded */
    bool is_split;    /**< the first message was larger than what a daemon reads at once: if it is lost, it may have read a part */

    /* the response */
    unsigned informs; /**< interim responses so far */
    bool is_begun;
    bool has_trailers;
    bool is_abandoned; /**< the client left before it was whole */
    bool is_lost;      /**< the daemon went while it handled it */
    bool is_discarded; /**< its body is not passed on */
    uint64_t expected; /**< length of its body */
    uint64_t passed;
    struct mj_file_t *file; /**< its body, which waits to be sent; NULL: there is none */

    bool is_reusable; /**< the channel, for another request */
    bool is_broken;   /**< nothing more can be sent */
    int status;       /**< what the handler returns */
} mj_exchange_t;

/** @param head filled but for the body's fields; lives as long as the exchange
 *  @param settings of the pool that serves it
 *  @param pool its index on the board */
mj_exchange_t *mj_exchange_make(request_rec *r, mj_request_t *head, const mj_pool_settings_t *settings, unsigned pool);

/** Reads what is there of the body without waiting, so that a small one leaves with the head.
 *  @return OK, or a status for the client */
int mj_exchange_prepare(mj_exchange_t *exchange);

/** Sends the request and passes the response on. May be called again where no application
 *  has seen the request: after MJ_OUTCOME_UNSEEN, MJ_OUTCOME_REFUSED, MJ_OUTCOME_UNCONFIGURED. */
mj_outcome_t mj_exchange_run(mj_exchange_t *exchange, mj_channel_t *channel, uint32_t pid);

/** Sends the body that waits, exchange->file: by then the daemon is free for others, however slow the client may be. */
void mj_exchange_send_file(mj_exchange_t *exchange);

/** Looks whether the client is still there, as far as one can tell without reading. One that has closed its sending half has gone. */
bool mj_exchange_has_client(const mj_exchange_t *exchange);

/** Ends because the client has gone. @return what the handler returns */
int mj_exchange_give_up(mj_exchange_t *exchange);

/** After MJ_OUTCOME_UPGRADED: moves bytes both ways until one side ends the tunnel, or nothing has moved for tunnel-timeout. The exchange is
 *  then final, and the tunnel is no longer counted on the board. */
void mj_exchange_tunnel(mj_exchange_t *exchange);

#endif
