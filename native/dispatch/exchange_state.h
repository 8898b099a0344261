/* The states of an exchange: how far the body of the request is, how far the response is, and how
 * the exchange ended. Two tables say which frames of the daemon are allowed in which state.
 *
 * Pure: nothing is read, sent or logged here. The exchange does what the tables say. */
#ifndef MJ_EXCHANGE_STATE_H
#define MJ_EXCHANGE_STATE_H

#include <stdbool.h>
#include <stdint.h>

/** The body of the request. In a tunnel: the bytes that the client sends. */
typedef enum mj_body_state_t {
    MJ_BODY_NONE,   /**< the request has no body */
    MJ_BODY_COMING, /**< the client may send more */
    MJ_BODY_READ,   /**< the client has sent all of it, and END has not been sent to the daemon */
    MJ_BODY_ENDED,  /**< the client has sent all of it, and nothing more is sent to the daemon */
    MJ_BODY_CUT,    /**< the client may send more, but nothing more is sent to the daemon */
    MJ_BODY_STATE_COUNT
} mj_body_state_t;

typedef enum mj_body_event_t {
    MJ_BODY_IS_READ,   /**< the client has sent the end of it */
    MJ_BODY_IS_ENDED,  /**< END was sent, with or without CUT; or nothing can be sent any more */
    MJ_BODY_IS_RESENT, /**< the request is sent again, to another daemon */
    MJ_BODY_EVENT_COUNT
} mj_body_event_t;

mj_body_state_t mj_body_next(mj_body_state_t state, mj_body_event_t event);

/** @return whether the client has sent all of it */
bool mj_body_is_read(mj_body_state_t state);

/** @return whether nothing more is sent to the daemon */
bool mj_body_is_ended(mj_body_state_t state);

typedef enum mj_response_state_t {
    /** Nothing was received. If the daemon resets the connection, no application has seen the
     *  request: the daemon has read nothing of it, or too little to call one. */
    MJ_RESPONSE_UNSEEN,
    /** Nothing was received. If the daemon resets the connection, it may have read a part. */
    MJ_RESPONSE_AWAITED,
    MJ_RESPONSE_ACCEPTED, /**< the daemon serves the request */
    MJ_RESPONSE_BODY,     /**< the client has the head; the body follows */
    MJ_RESPONSE_UNWANTED, /**< the client has the head, and wants no body (HEAD) */
    MJ_RESPONSE_TRAILED,  /**< the trailers were received; only the end can follow */
    MJ_RESPONSE_TUNNEL,   /**< the connection was upgraded */
    MJ_RESPONSE_FILE,     /**< whole, but its body is a file that has not been passed on yet */
    MJ_RESPONSE_ENDED,
    MJ_RESPONSE_STATE_COUNT
} mj_response_state_t;

/** @return whether the client has the head of the response */
bool mj_response_is_begun(mj_response_state_t state);

/** What to do with a frame. */
typedef enum mj_frame_action_t {
    MJ_FRAME_IS_WRONG, /**< the frame is not allowed now */
    MJ_TAKE_RESPONSE,
    MJ_TAKE_DATA,
    MJ_SKIP_DATA, /**< count the bytes, and pass nothing on */
    MJ_TAKE_TUNNEL_DATA,
    MJ_TAKE_TRAILERS,
    MJ_TAKE_END,
    MJ_TAKE_TUNNEL_END,
    MJ_TAKE_CREDIT,
    MJ_TAKE_REFUSED,
    MJ_TAKE_FAILED,
    MJ_TAKE_ABORT,
    MJ_TAKE_INFORM,
    MJ_TAKE_UPGRADED,
    MJ_TAKE_PLACE,
    MJ_TAKE_LOG,
    MJ_FRAME_ACTION_COUNT
} mj_frame_action_t;

/** Checks a frame that was received, and sets the next state. RESPONSE and UPGRADED lead to
 *  ACCEPTED only: the state after them depends on what the client does with the head.
 *  @param type MJ_FRAME_*
 *  @param wrong set to the reason, for the log, if the result is MJ_FRAME_IS_WRONG */
mj_frame_action_t mj_response_step(mj_response_state_t *state, mj_body_state_t body, uint8_t type, const char **wrong);

/** How an exchange ended. */
typedef enum mj_ending_t {
    MJ_GOES_ON,            /**< it has not ended */
    MJ_ENDED_ANSWERED,     /**< the client has the response, or is told a status */
    MJ_ENDED_BROKEN,       /**< the daemon broke the protocol, took too long, or aborted the response */
    MJ_ENDED_LOST,         /**< the daemon died, or closed the connection, during the request */
    MJ_ENDED_ABANDONED,    /**< the client left */
    MJ_ENDED_UPGRADED,     /**< the client has its 101: a tunnel follows, with its own ending */
    MJ_ENDED_REFUSED,      /**< the daemon is full or is draining */
    MJ_ENDED_UNCONFIGURED, /**< the daemon's settings do not have the application */
    MJ_ENDED_UNSEEN,       /**< the daemon is gone, and no application has seen the request */
    MJ_ENDED_UNREACHED,    /**< no connection could be opened */
    MJ_ENDING_COUNT
} mj_ending_t;

#endif
