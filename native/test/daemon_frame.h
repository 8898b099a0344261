/* One frame of a daemon's stream, decoded as httpd does it: the header first, then the payload of
 * its type. */
#ifndef MJ_TEST_DAEMON_FRAME_H
#define MJ_TEST_DAEMON_FRAME_H

#include "wire.h"

typedef struct daemon_frame_t {
    mj_frame_t head;
    union {
        uint32_t pid;           /**< WELCOME */
        mj_response_t response; /**< RESPONSE, INFORM */
        mj_fields_t fields;     /**< UPGRADED, TRAILERS */
        mj_span_t data;         /**< DATA */
        uint32_t credit;        /**< CREDIT */
        uint8_t reason;         /**< REFUSED */
        struct {
            uint16_t status; /**< FAILED alone */
            uint8_t level;   /**< LOG alone */
            mj_span_t message;
        } failure; /**< FAILED, ABORT, LOG */
    } payload;
} daemon_frame_t;

/** Decodes the payload, frame->head.len bytes, of the type in frame->head. @return as the decoder
 * of that type does */
apr_status_t daemon_payload_decode(const unsigned char *in, daemon_frame_t *frame);

/** Decodes the frame at the start of in; it takes MJ_HEADER_SIZE + frame->head.len bytes.
 *  @return APR_SUCCESS; APR_INCOMPLETE if len does not hold the whole of it; else what is wrong
 *    with it */
apr_status_t daemon_frame_decode(const unsigned char *in, apr_size_t len, daemon_frame_t *frame);

#endif
