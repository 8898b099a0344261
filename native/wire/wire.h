/* httpd's half of the wire codec: encodes HELLO, REQUEST, DATA, TRAILERS, END; decodes what a
 * daemon sends (PROTOCOL.md).
 *
 * Pure functions over the caller's buffers: no I/O, no allocation, no logging, no state. The daemon
 * is hostile: every length is checked before use, and what is decoded points into the caller's
 * buffer and holds no byte that PROTOCOL.md forbids. */
#ifndef MJ_WIRE_H
#define MJ_WIRE_H

#include "key.h"
#include "record.h"
#include "status.h"

#define MJ_VERSION_MAJOR 2
#define MJ_VERSION_MINOR 0
#define MJ_HEADER_SIZE 8

#define MJ_FRAME_HELLO 0x01
#define MJ_FRAME_WELCOME 0x02
#define MJ_FRAME_REQUEST 0x10
#define MJ_FRAME_RESPONSE 0x11
#define MJ_FRAME_DATA 0x12
#define MJ_FRAME_END 0x13
#define MJ_FRAME_CREDIT 0x14
#define MJ_FRAME_REFUSED 0x15
#define MJ_FRAME_FAILED 0x16
#define MJ_FRAME_ABORT 0x17
#define MJ_FRAME_INFORM 0x18
#define MJ_FRAME_TRAILERS 0x19
#define MJ_FRAME_UPGRADED 0x1a
#define MJ_FRAME_PLACE 0x1b
#define MJ_FRAME_LOG 0x1c

#define MJ_MAX_HELLO 256
#define MJ_MAX_REQUEST 4194304
#define MJ_LONG_STRING 65535
#define MJ_MAX_APPLICATION 65535
#define MJ_MAX_RESPONSE 65536
#define MJ_MAX_DATA 65536
#define MJ_MAX_MESSAGE 4096
#define MJ_MAX_INFORMS 64
#define MJ_INITIAL_CREDIT 16384
#define MJ_MAX_CREDIT 1048576
#define MJ_RETRY_LIMIT 16384

#define MJ_FLAG_REQUEST_BODY 0x01
#define MJ_FLAG_REQUEST_EXPECT 0x02
#define MJ_FLAG_REQUEST_WHOLE 0x04
#define MJ_FLAG_RESPONSE_BODY 0x01
#define MJ_FLAG_RESPONSE_FLUSH 0x02
#define MJ_FLAG_RESPONSE_FILE 0x04
#define MJ_FLAG_DATA_FLUSH 0x01
#define MJ_FLAG_END_CUT 0x01
#define MJ_FLAG_PLACE_HELD 0x01

#define MJ_REFUSED_FULL 1
#define MJ_REFUSED_DRAINING 2
#define MJ_REFUSED_NOT_CONFIGURED 3
#define MJ_REFUSED_ELSEWHERE 4

#define MJ_LEVEL_ERROR 3
#define MJ_LEVEL_TRACE 8

/** Sizes of an encoded HELLO and WELCOME, header included. */
#define MJ_HELLO_SIZE (MJ_HEADER_SIZE + 12 + MJ_KEY_SIZE)
#define MJ_WELCOME_SIZE (MJ_HEADER_SIZE + 12)

/** A body's length that is not known beforehand. */
#define MJ_LENGTH_UNKNOWN UINT64_MAX

typedef struct mj_pair_t {
    mj_span_t name;
    mj_span_t value;
} mj_pair_t;

/** A request head; all memory is the caller's. */
typedef struct mj_request_t {
    uint8_t flags; /**< MJ_FLAG_REQUEST_* */
    uint64_t content_length;
    uint16_t server_port;
    uint16_t remote_port;
    mj_span_t method;
    mj_span_t target;
    mj_span_t script_name;
    mj_span_t path_info;
    mj_span_t query;
    mj_span_t protocol;
    mj_span_t scheme;
    mj_span_t server_name;
    mj_span_t server_addr;
    mj_span_t remote_addr;
    mj_span_t remote_user;
    mj_span_t auth_type;
    mj_span_t log_id;
    mj_span_t application; /**< a record */
    const mj_pair_t *headers;
    apr_size_t header_count;
    const mj_pair_t *variables;
    apr_size_t variable_count;
} mj_request_t;

/** Writes HELLO (MJ_HELLO_SIZE bytes). */
void mj_hello_encode(unsigned char *out, uint32_t pid, uint16_t settings, const mj_key_t *key);

/** Writes a REQUEST frame, header included.
 *  @param out_len set to the frame's size on success
 *  @return APR_SUCCESS; APR_ENOSPC if capacity does not suffice (out_len is then the size that
 *    would); MJ_EFRAMETOOLARGE if the frame would exceed its limit, or the application or a count
 *    65535; MJ_EBADSTRING, MJ_EBADHEADER if a field holds a forbidden byte; MJ_EBADFLAGS for EXPECT
 *    or WHOLE without BODY, or both; MJ_EBADLENGTH for a content length other than 0 without
 *    BODY */
apr_status_t mj_request_encode(unsigned char *out, apr_size_t capacity, uint16_t serial, const mj_request_t *request,
                               apr_size_t *out_len);

/** Sets WHOLE in a REQUEST frame that has been encoded with BODY. */
void mj_request_mark_whole(unsigned char *frame);

/** Whether a text is a token (RFC 9110, 5.6.2), as a field's name must be. */
bool mj_is_token(mj_span_t text);

/** Writes a TRAILERS frame, header included. Parameters and errors as for mj_request_encode. */
apr_status_t mj_trailers_encode(unsigned char *out, apr_size_t capacity, uint16_t serial, const mj_pair_t *fields,
                                apr_size_t count, apr_size_t *out_len);

/** Writes the header of a DATA frame of len payload bytes (1 to MJ_MAX_DATA), MJ_HEADER_SIZE
 * bytes. */
void mj_data_header_encode(unsigned char *out, uint16_t serial, uint32_t len);

/** Writes an END frame, MJ_HEADER_SIZE bytes. */
void mj_end_encode(unsigned char *out, uint16_t serial, uint8_t flags);

/** A frame's header, decoded. */
typedef struct mj_frame_t {
    uint32_t len; /**< of the payload */
    uint8_t type;
    uint8_t flags;
    uint16_t serial;
} mj_frame_t;

/** Decodes and judges the header of a frame that a daemon sent.
 *  @return APR_SUCCESS; APR_INCOMPLETE with fewer than MJ_HEADER_SIZE bytes; MJ_EUNKNOWNFRAME,
 *    MJ_EFRAMETOOLARGE, MJ_EBADFLAGS; MJ_EBADLENGTH for an empty DATA */
apr_status_t mj_frame_decode(const unsigned char *in, apr_size_t len, mj_frame_t *frame);

/** Header or trailer fields: the wire form, checked; walk a copy of pairs with mj_header_next. */
typedef struct mj_fields_t {
    uint16_t count;
    mj_span_t pairs;
} mj_fields_t;

/** The head of a response, final or interim. */
typedef struct mj_response_t {
    uint16_t status;
    uint64_t content_length; /**< RESPONSE alone */
    uint64_t offset;         /**< with FILE alone */
    mj_fields_t fields;
} mj_response_t;

/* Decoders of payloads: in and len are the whole payload (frame.len bytes). On any failure *out is
 * untouched. */

/** @return APR_SUCCESS, MJ_EBADLENGTH, MJ_EBADMAGIC, MJ_EBADVERSION */
apr_status_t mj_welcome_decode(const unsigned char *in, apr_size_t len, uint32_t *pid);

/** @param flags of the frame
 *  @return APR_SUCCESS, MJ_EBADLENGTH, MJ_EBADSTATUS, MJ_EBADSTRING, MJ_EBADHEADER */
apr_status_t mj_response_decode(const unsigned char *in, apr_size_t len, uint8_t flags, mj_response_t *response);

/** @return as mj_response_decode */
apr_status_t mj_inform_decode(const unsigned char *in, apr_size_t len, mj_response_t *response);

/** UPGRADED and TRAILERS. @return APR_SUCCESS, MJ_EBADLENGTH, MJ_EBADSTRING, MJ_EBADHEADER */
apr_status_t mj_fields_decode(const unsigned char *in, apr_size_t len, mj_fields_t *fields);

/** Takes the next pair off rest, the pairs of fields that have been decoded. @return false after
 * the last. */
bool mj_header_next(mj_span_t *rest, mj_pair_t *header);

/** @return APR_SUCCESS, MJ_EBADLENGTH */
apr_status_t mj_credit_decode(const unsigned char *in, apr_size_t len, uint32_t *credit);

/** @return APR_SUCCESS, MJ_EBADLENGTH, MJ_EBADREASON */
apr_status_t mj_refused_decode(const unsigned char *in, apr_size_t len, uint8_t *reason);

/** @return APR_SUCCESS, MJ_EBADLENGTH, MJ_EBADSTATUS, MJ_EBADSTRING */
apr_status_t mj_failed_decode(const unsigned char *in, apr_size_t len, uint16_t *status, mj_span_t *message);

/** @return APR_SUCCESS, MJ_EBADLENGTH, MJ_EBADSTRING */
apr_status_t mj_abort_decode(const unsigned char *in, apr_size_t len, mj_span_t *message);

/** @param level MJ_LEVEL_ERROR to MJ_LEVEL_TRACE, as APLOG_* number them
 *  @return APR_SUCCESS, MJ_EBADLENGTH, MJ_EBADLEVEL, MJ_EBADSTRING */
apr_status_t mj_log_decode(const unsigned char *in, apr_size_t len, uint8_t *level, mj_span_t *message);

#endif
