/* The steps of an exchange. Each returns how the exchange has ended, or MJ_GOES_ON.
 *
 * exchange.c calls them in turn; request_head.c and request_body.c send to the daemon, response.c
 * handles the daemon's frames, patience.c the waits, ending.c failures, tunnel.c what follows an
 * upgrade. */
#ifndef MJ_EXCHANGE_STEPS_H
#define MJ_EXCHANGE_STEPS_H

#include "exchange.h"

#include <sys/uio.h>

/** How long an exchange goes on at most without a look at clock and client. */
#define MJ_LOOK_AROUND_MS 500

/* --- exchange.c --- */

/** Receives the daemon's next frame, and handles it. */
mj_ending_t mj_exchange_receive(mj_exchange_t *exchange);

/* --- response.c --- */

/** Handles a frame. @param payload frame->len bytes in the channel's buffer */
mj_ending_t mj_exchange_on_frame(mj_exchange_t *exchange, const mj_frame_t *frame, const unsigned char *payload);

/** The request gives its place with the daemon back while it only waits, or takes one again. */
void mj_exchange_hold_place(mj_exchange_t *exchange, bool is_held);

/* --- log_lines.c --- */

/** Logs a line of the application. */
mj_ending_t mj_exchange_on_log(mj_exchange_t *exchange, const mj_frame_t *frame, const unsigned char *payload);

/* --- request_message.c: the frames that are sent to the daemon with one system call --- */

typedef struct mj_message_t {
    unsigned char data_header[MJ_HEADER_SIZE];
    unsigned char end[MJ_HEADER_SIZE];
    struct iovec parts[6]; /**< HELLO, REQUEST, DATA (header and payload), TRAILERS, END */
    int count;
} mj_message_t;

void mj_message_add(mj_message_t *message, const void *bytes, apr_size_t len);
apr_size_t mj_message_length(const mj_message_t *message);

/** Adds up to max bytes of the body that were read and not sent. Adds TRAILERS and END after the
 *  last byte of the body. */
void mj_exchange_add_body(mj_exchange_t *exchange, apr_size_t max, mj_message_t *message);

/** Sends the whole message, however long the daemon takes to accept it.
 *  @param end set to the ending if the result is APR_EAGAIN: the exchange has ended meanwhile
 *  @param sent_any set to whether at least one byte was sent */
apr_status_t mj_exchange_send(mj_exchange_t *exchange, mj_message_t *message, bool *sent_any, mj_ending_t *end);

/* --- request_head.c --- */

/** Sends the head, and what was read of the body, in one message. */
mj_ending_t mj_exchange_send_head(mj_exchange_t *exchange);

/* --- request_body.c --- */

/** Appends up to max bytes from the client to exchange->body.
 *  @return APR_EAGAIN if there is nothing to read and may_wait is false */
apr_status_t mj_exchange_read(mj_exchange_t *exchange, apr_size_t max, bool may_wait);

/** Reads the next piece of the body from the client and sends it to the daemon. Returns without
 *  having done so if the daemon sends something meanwhile. */
mj_ending_t mj_exchange_more_body(mj_exchange_t *exchange);

/** How many bytes of the body can be sent now: no more than the credit and the channel's room. */
apr_size_t mj_exchange_body_room(const mj_exchange_t *exchange);

/** Sends what was read from the client and not sent, but no more than mj_exchange_body_room says;
 *  and END after the last byte. If the daemon is gone, the channel is broken afterwards. */
mj_ending_t mj_exchange_send_body(mj_exchange_t *exchange);

/** Tells the daemon, whose answer is whole, that no more of the body follows. */
void mj_exchange_cut_body(mj_exchange_t *exchange);

/* --- patience.c --- */

/** Ends the exchange if request-timeout has passed, or if the client is gone. */
mj_ending_t mj_exchange_look_around(mj_exchange_t *exchange);

/** Does the same, but at most every MJ_LOOK_AROUND_MS. For frames that may follow one another so
 *  fast that the exchange never waits. */
mj_ending_t mj_exchange_look_around_at_times(mj_exchange_t *exchange);

/** Restarts the clock of socket-timeout: the daemon has sent or accepted something, or the exchange
 *  was waiting for the client. */
void mj_exchange_note_progress(mj_exchange_t *exchange);

/** The daemon neither sends nor accepts anything. Ends the exchange if this has lasted for
 *  socket-timeout; otherwise looks around.
 *  @param waited how long the caller has just waited for the daemon */
mj_ending_t mj_exchange_check_read_timeout(mj_exchange_t *exchange, apr_interval_time_t waited);

/* --- ending.c --- */

/** Passes on what was added to the response. @return false if the client is gone */
bool mj_exchange_pass(mj_exchange_t *exchange);

/** Ends the exchange without success. Before the response began, the client gets the status.
 *  Afterwards its connection is broken off, so that what it has never looks whole. */
mj_ending_t mj_exchange_fail(mj_exchange_t *exchange, int status);

/** Ends the exchange because request-timeout has passed: 504. */
mj_ending_t mj_exchange_timed_out(mj_exchange_t *exchange);

/** Ends the exchange because the daemon broke the protocol: 502. */
mj_ending_t mj_exchange_violation(mj_exchange_t *exchange, const char *what);

/** Ends the exchange because the channel failed: the daemon is gone, or broke the protocol. 502. */
mj_ending_t mj_exchange_lost(mj_exchange_t *exchange, apr_status_t rv);

/* --- tunnel.c --- */

/** Counts a tunnel if there is a place for it. Otherwise logs why not, and sets retry_after.
 *  @return true if mj_tunnel_leave must follow */
bool mj_tunnel_enter(mj_exchange_t *exchange);
void mj_tunnel_leave(const mj_exchange_t *exchange);

/** Ends the tunnel after the daemon has. */
mj_ending_t mj_tunnel_end(mj_exchange_t *exchange);

#endif
