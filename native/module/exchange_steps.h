/* The steps of an exchange, shared by exchange.c (its course), exchange_in.c (the daemon's frames), exchange_out.c (to the daemon),
 * exchange_end.c (to the client, failures) and exchange_tunnel.c (after an upgrade). */
#ifndef MJ_EXCHANGE_STEPS_H
#define MJ_EXCHANGE_STEPS_H

#include "exchange.h"

/** After how long without a look at the clock and the client one is due. */
#define MJ_LOOK_AROUND_MS 500

/** Where a step leads. */
typedef enum mj_step_t {
    MJ_GO_ON,
    MJ_FINISHED, /**< the exchange's status is final */
    MJ_REFUSED,
    MJ_UNCONFIGURED, /**< refused, as one that the daemon's settings do not have */
    MJ_UPGRADED,
    MJ_LOST /**< the daemon is gone and has read nothing */
} mj_step_t;

/* --- exchange.c --- */

/** Takes the daemon's next frame, and does what it says. */
mj_step_t mj_exchange_receive(mj_exchange_t *exchange);

/* --- exchange_in.c: what a frame does; payload is frame->len bytes of the channel's buffer --- */

mj_step_t mj_exchange_on_frame(mj_exchange_t *exchange, const mj_frame_t *frame, const unsigned char *payload);
mj_step_t mj_exchange_on_credit(mj_exchange_t *exchange, const mj_frame_t *frame, const unsigned char *payload);
mj_step_t mj_exchange_on_log(mj_exchange_t *exchange, const mj_frame_t *frame, const unsigned char *payload);
mj_step_t mj_exchange_on_abort(mj_exchange_t *exchange, const mj_frame_t *frame, const unsigned char *payload);

/* --- exchange_out.c --- */

/** Sends the head, and what is there of the body, in one message. */
mj_step_t mj_exchange_send_head(mj_exchange_t *exchange);

/** Brings the next piece of the body from the client to the daemon, unless the daemon speaks first. */
mj_step_t mj_exchange_more_body(mj_exchange_t *exchange);

/** Tells the daemon, whose answer is whole, that no more of the body will come. */
void mj_exchange_cut_body(mj_exchange_t *exchange);

/** Appends up to max bytes from the client to exchange->body; sets is_body_read at the end.
 *  @return APR_EAGAIN if nothing is there yet */
apr_status_t mj_exchange_read(mj_exchange_t *exchange, apr_size_t max, apr_read_type_e mode);

/** How much of the body can be sent now, as far as credit and the channel's room go. */
apr_size_t mj_exchange_body_room(const mj_exchange_t *exchange);

/** Sends what has been read from the client and not been sent, as far as mj_exchange_body_room allows, and END behind the last. A daemon that is
 *  gone leaves the exchange broken. */
mj_step_t mj_exchange_send_body(mj_exchange_t *exchange);

/* --- exchange_wait.c --- */

/** Ends if request-timeout has passed, or if the client has left. */
mj_step_t mj_exchange_look_around(mj_exchange_t *exchange);

/** The daemon has given a sign of life, or it was the client that was waited for: socket-timeout begins anew. */
void mj_exchange_heard(mj_exchange_t *exchange);

/** The daemon, which has the next word, neither sends nor takes anything. Looks around, and ends if socket-timeout has passed.
 *  @param waited for how long it has been waited for by now */
mj_step_t mj_exchange_bear_silence(mj_exchange_t *exchange, apr_interval_time_t waited);

/* --- exchange_end.c --- */

/** Passes on to the client what has gathered. @return false if the client is gone */
bool mj_exchange_pass(mj_exchange_t *exchange);

/** Has what gathered so far leave at once. */
void mj_exchange_add_flush(mj_exchange_t *exchange);

/** Ends because nobody waits for the response any more. */
mj_step_t mj_exchange_client_gone(mj_exchange_t *exchange);

/** @return whether the client has the head of the response */
bool mj_exchange_is_head_sent(const mj_exchange_t *exchange);

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
