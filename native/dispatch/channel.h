/* A connection to a daemon: greets it, counts its requests, sends messages, receives whole frames.
 *
 * A channel belongs to one thread at a time. It has a memory pool of its own, because it lives from
 * request to request. */
#ifndef MJ_CHANNEL_H
#define MJ_CHANNEL_H

#include "board.h"
#include "busy_poll.h"
#include "wire.h"

#include <apr_pools.h>
#include <apr_time.h>
#include <sys/uio.h>

/** How far both sides have greeted each other. */
typedef enum mj_greeting_t {
    MJ_GREETING_DUE, /**< HELLO has not been sent */
    MJ_GREETING_SENT,
    MJ_GREETING_DONE /**< WELCOME has come */
} mj_greeting_t;

typedef struct mj_channel_t {
    apr_pool_t *pool;
    struct mj_channel_t *next; /**< while idle: the one that was used before */
    apr_time_t idle_since;
    int fd;
    mj_key_t key;    /**< the daemon's, for HELLO */
    unsigned slot;   /**< of the board */
    uint32_t daemon; /**< serial of the daemon on the board */
    uint16_t serial; /**< of the current request */
    mj_greeting_t greeting;
    bool is_broken;      /**< to be closed: something could not be sent whole, or what comes is not wanted any more */
    bool is_answer_due;  /**< something was sent, and nothing received since */
    mj_busy_poll_t busy; /**< what its waits for answers have been like */
    int file;            /**< a descriptor that came and was not taken yet; -1 */
    size_t room;         /**< bytes that one message may have, where MJ_WRITABLE is to promise that it is sent without waiting */
    uint64_t received;   /**< bytes, in all */
    size_t start;        /**< what is received and not yet consumed: in[start] to in[end] */
    size_t end;
    /** two of the greatest frames, received in one go where both are there */
    unsigned char in[2 * (MJ_HEADER_SIZE + MJ_MAX_DATA)];
} mj_channel_t;

/** How long a call waits before its caller gets to look around. */
#define MJ_CHANNEL_SLICE apr_time_from_msec(500)

/** Connects to the socket of the ticket's daemon at path. Blocks while the daemon's backlog is
 * full.
 *  @param patience for how long it does, more than 0
 *  @param send_buffer bytes that our end holds towards the daemon; 0: the system's default
 *  @return APR_SUCCESS; APR_EAGAIN if the backlog stayed full; or the error of socket or connect
 *    (ECONNREFUSED, ENOENT: nobody listens) */
apr_status_t mj_channel_open(mj_channel_t **channel, const char *path, const mj_ticket_t *ticket, apr_interval_time_t patience,
                             int64_t send_buffer);

void mj_channel_close(mj_channel_t *channel);

/** The serial of the request that mj_channel_begin will begin. */
uint16_t mj_channel_next_serial(const mj_channel_t *channel);

/** Begins the next request: from now on its serial is channel->serial. The first of a channel is
 * preceded by HELLO.
 *  @param settings what HELLO says of the pool's record
 *  @param hello MJ_HELLO_SIZE bytes of room for it
 *  @return the bytes of HELLO that are to be sent ahead of REQUEST; 0: none */
size_t mj_channel_begin(mj_channel_t *channel, uint16_t settings, unsigned char *hello);

/** Sends parts, which are used up as they are sent.
 *  @param parts the first that is not sent whole yet, advanced with count
 *  @param sent_any set to whether a byte was sent by this call, on failure too
 *  @return APR_SUCCESS: all is sent; APR_EAGAIN after a slice of time without progress, for the
 *    caller to look around and call again with what is left; EPIPE, ECONNRESET … */
apr_status_t mj_channel_send(mj_channel_t *channel, struct iovec **parts, int *count, bool *sent_any);

/** Receives the next frame of the request whole; WELCOME, which precedes the first, is not given to
 * the caller. *payload points into the channel and is valid until the next call.
 *  @param deadline the latest time; 0: none
 *  @return APR_SUCCESS; APR_TIMEUP at the deadline; APR_EAGAIN after a slice of time in which it
 *    did not come, for the caller to look around and call again; APR_EOF; an error of the socket;
 *    an error of mj_frame_decode; MJ_ENOWELCOME; MJ_EBADSERIAL for a frame of another request;
 *    MJ_EBADDESCRIPTOR if more than one descriptor came */
apr_status_t mj_channel_receive(mj_channel_t *channel, apr_time_t deadline, mj_frame_t *frame, const unsigned char **payload);

/** Takes the descriptor that came with the frames so far (close-on-exec); the caller closes it.
 * @return -1 if none came */
int mj_channel_take_file(mj_channel_t *channel);

/** @return true if the next frame has been received whole: mj_channel_receive will then leave
 *   earlier payloads where they are */
bool mj_channel_has_frame(const mj_channel_t *channel);

#define MJ_READABLE 1 /**< a frame, a part of one, EOF or an error can be received without waiting */
#define MJ_WRITABLE 2 /**< one message of channel->room bytes can be sent without waiting */

/** Waits, at most timeout_ms (-1: for ever), until one of those conditions holds that wanted names.
 *  @return those that hold; 0 if none did in time */
unsigned mj_channel_await(const mj_channel_t *channel, unsigned wanted, int timeout_ms);

/** How many bytes the daemon has sent so far: whoever waits sees by it that some have come, though
 * they are no whole frame yet. */
uint64_t mj_channel_received(const mj_channel_t *channel);

/** @return true if nothing is left over, bytes or a descriptor, that the next request would mistake
 *   for its own */
bool mj_channel_is_clean(const mj_channel_t *channel);

#endif
