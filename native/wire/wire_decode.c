#include "wire.h"

#include "wire_parts.h"

#include <string.h>
#include <strings.h>

#define U64_SIZE 8

/* --- bytes that are allowed --- */

#define BIT(c, base) (UINT64_C(1) << ((c) - (base)))
#define BITS(first, count, base) (((UINT64_C(1) << (count)) - 1) << ((first) - (base)))

/* tchar of RFC 9110, 5.6.2 */
static bool is_token_char(unsigned char c)
{
    static const uint64_t bits[2] = {
        BIT('!', 0) | BIT('#', 0) | BIT('$', 0) | BIT('%', 0) | BIT('&', 0) | BIT('\'', 0) | BIT('*', 0) | BIT('+', 0) |
            BIT('-', 0) | BIT('.', 0) | BITS('0', 10, 0),
        BITS('A', 26, 64) | BITS('a', 26, 64) | BIT('^', 64) | BIT('_', 64) | BIT('`', 64) | BIT('|', 64) | BIT('~', 64),
    };

    return c < 128 && (bits[c / 64] >> (c % 64) & 1) != 0;
}

bool mj_is_token(mj_span_t text)
{
    for (apr_size_t i = 0; i < text.len; i++) {
        if (!is_token_char((unsigned char)text.data[i])) {
            return false;
        }
    }
    return text.len > 0;
}

static bool has_control(mj_span_t text)
{
    for (apr_size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return true;
        }
    }
    return false;
}

/* The length of a response's body travels in a field of its own, and its framing is httpd's. */
static bool is_framing_field(mj_span_t name)
{
    static const char content_length[] = "Content-Length";
    static const char transfer_encoding[] = "Transfer-Encoding";

    return (name.len == sizeof(content_length) - 1 && strncasecmp(name.data, content_length, name.len) == 0) ||
           (name.len == sizeof(transfer_encoding) - 1 && strncasecmp(name.data, transfer_encoding, name.len) == 0);
}

/* --- reading --- */

static uint16_t get_u16(const unsigned char *in)
{
    return (uint16_t)(in[0] << 8 | in[1]);
}

static uint32_t get_u32(const unsigned char *in)
{
    return (uint32_t)get_u16(in) << 16 | get_u16(in + 2);
}

static uint64_t get_u64(const unsigned char *in)
{
    return (uint64_t)get_u32(in) << 32 | get_u32(in + 4);
}

/* Takes a string off rest. A daemon's frames are too short for one of MJ_LONG_STRING bytes. */
static apr_status_t take_string(mj_span_t *rest, mj_span_t *text)
{
    apr_size_t len;

    if (rest->len < MJ_U16_SIZE) {
        return MJ_EBADLENGTH;
    }
    len = get_u16((const unsigned char *)rest->data);
    if (rest->len - MJ_U16_SIZE < len) {
        return MJ_EBADLENGTH;
    }
    *text = (mj_span_t){rest->data + MJ_U16_SIZE, len};
    if (mj_has_byte(*text, '\0')) {
        return MJ_EBADSTRING;
    }
    *rest = (mj_span_t){text->data + len, rest->len - MJ_U16_SIZE - len};
    return APR_SUCCESS;
}

/* A payload's last field: a string, and nothing after it. */
static apr_status_t take_last_string(mj_span_t rest, mj_span_t *text)
{
    mj_span_t taken;
    apr_status_t rv = take_string(&rest, &taken);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (rest.len != 0) {
        return MJ_EBADLENGTH;
    }
    *text = taken;
    return APR_SUCCESS;
}

static apr_status_t take_field(mj_span_t *rest)
{
    mj_span_t name;
    mj_span_t value;
    apr_status_t rv;

    if ((rv = take_string(rest, &name)) != APR_SUCCESS) {
        return rv;
    }
    if (!mj_is_token(name) || is_framing_field(name)) {
        return MJ_EBADHEADER;
    }
    if ((rv = take_string(rest, &value)) != APR_SUCCESS) {
        return rv;
    }
    return has_control(value) ? MJ_EBADHEADER : APR_SUCCESS;
}

/* A payload's last part: fields, and nothing after them. */
static apr_status_t take_last_fields(mj_span_t rest, mj_fields_t *fields)
{
    mj_fields_t taken;

    if (rest.len < MJ_U16_SIZE) {
        return MJ_EBADLENGTH;
    }
    taken.count = get_u16((const unsigned char *)rest.data);
    rest = (mj_span_t){rest.data + MJ_U16_SIZE, rest.len - MJ_U16_SIZE};
    taken.pairs = rest;
    for (uint16_t i = 0; i < taken.count; i++) {
        apr_status_t rv = take_field(&rest);

        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    if (rest.len != 0) {
        return MJ_EBADLENGTH;
    }
    *fields = taken;
    return APR_SUCCESS;
}

/* What a daemon may send of a type. */
static bool frame_rules(uint8_t type, uint32_t *limit, uint8_t *flags)
{
    *flags = 0;
    switch (type) {
    case MJ_FRAME_WELCOME:
        *limit = MJ_MAX_HELLO;
        return true;
    case MJ_FRAME_RESPONSE:
        *limit = MJ_MAX_RESPONSE;
        *flags = MJ_FLAG_RESPONSE_BODY | MJ_FLAG_RESPONSE_FLUSH | MJ_FLAG_RESPONSE_FILE;
        return true;
    case MJ_FRAME_INFORM:
    case MJ_FRAME_TRAILERS:
    case MJ_FRAME_UPGRADED:
        *limit = MJ_MAX_RESPONSE;
        return true;
    case MJ_FRAME_DATA:
        *limit = MJ_MAX_DATA;
        *flags = MJ_FLAG_DATA_FLUSH;
        return true;
    case MJ_FRAME_END:
        *limit = 0;
        return true;
    case MJ_FRAME_PLACE:
        *limit = 0;
        *flags = MJ_FLAG_PLACE_HELD;
        return true;
    case MJ_FRAME_CREDIT:
        *limit = 4;
        return true;
    case MJ_FRAME_REFUSED:
        *limit = 1;
        return true;
    case MJ_FRAME_FAILED:
    case MJ_FRAME_ABORT:
    case MJ_FRAME_LOG:
        *limit = MJ_MAX_MESSAGE;
        return true;
    default:
        return false;
    }
}

apr_status_t mj_frame_decode(const unsigned char *in, apr_size_t len, mj_frame_t *frame)
{
    mj_frame_t decoded;
    uint32_t limit;
    uint8_t flags;

    if (len < MJ_HEADER_SIZE) {
        return APR_INCOMPLETE;
    }
    decoded = (mj_frame_t){.len = get_u32(in), .type = in[4], .flags = in[5], .serial = get_u16(in + 6)};
    if (!frame_rules(decoded.type, &limit, &flags)) {
        return MJ_EUNKNOWNFRAME;
    }
    if (decoded.len > limit) {
        return MJ_EFRAMETOOLARGE;
    }
    if ((decoded.flags & ~flags) != 0 || (decoded.type == MJ_FRAME_RESPONSE && (decoded.flags & MJ_FLAG_RESPONSE_BODY) &&
                                          (decoded.flags & MJ_FLAG_RESPONSE_FILE))) {
        return MJ_EBADFLAGS;
    }
    if (decoded.type == MJ_FRAME_DATA && decoded.len == 0) {
        return MJ_EBADLENGTH;
    }
    *frame = decoded;
    return APR_SUCCESS;
}

apr_status_t mj_welcome_decode(const unsigned char *in, apr_size_t len, uint32_t *pid)
{
    if (len < 4) {
        return MJ_EBADLENGTH;
    }
    if (memcmp(in, "MJVM", 4) != 0) {
        return MJ_EBADMAGIC;
    }
    if (len < 5) {
        return MJ_EBADLENGTH;
    }
    if (in[4] != MJ_VERSION_MAJOR) {
        return MJ_EBADVERSION;
    }
    if (len < MJ_WELCOME_SIZE - MJ_HEADER_SIZE) {
        return MJ_EBADLENGTH;
    }
    *pid = get_u32(in + 8);
    return APR_SUCCESS;
}

/* A payload that starts with a status in that range; *rest is what follows it. */
static apr_status_t take_status(const unsigned char *in, apr_size_t len, uint16_t least, uint16_t greatest, uint16_t *status,
                                mj_span_t *rest)
{
    if (len < MJ_U16_SIZE) {
        return MJ_EBADLENGTH;
    }
    *status = get_u16(in);
    if (*status < least || *status > greatest) {
        return MJ_EBADSTATUS;
    }
    *rest = (mj_span_t){(const char *)in + MJ_U16_SIZE, len - MJ_U16_SIZE};
    return APR_SUCCESS;
}

static apr_status_t take_u64(mj_span_t *rest, uint64_t *value)
{
    if (rest->len < U64_SIZE) {
        return MJ_EBADLENGTH;
    }
    *value = get_u64((const unsigned char *)rest->data);
    *rest = (mj_span_t){rest->data + U64_SIZE, rest->len - U64_SIZE};
    return APR_SUCCESS;
}

apr_status_t mj_response_decode(const unsigned char *in, apr_size_t len, uint8_t flags, mj_response_t *response)
{
    mj_response_t decoded = {.offset = 0};
    mj_span_t rest;
    apr_status_t rv;

    if ((rv = take_status(in, len, 200, 599, &decoded.status, &rest)) != APR_SUCCESS ||
        (rv = take_u64(&rest, &decoded.content_length)) != APR_SUCCESS) {
        return rv;
    }
    if ((flags & MJ_FLAG_RESPONSE_FILE) != 0) {
        if ((rv = take_u64(&rest, &decoded.offset)) != APR_SUCCESS) {
            return rv;
        }
        if (decoded.content_length > INT64_MAX || decoded.offset > INT64_MAX - decoded.content_length) {
            return MJ_EBADLENGTH;
        }
    }
    rv = take_last_fields(rest, &decoded.fields);
    if (rv == APR_SUCCESS) {
        *response = decoded;
    }
    return rv;
}

apr_status_t mj_inform_decode(const unsigned char *in, apr_size_t len, mj_response_t *response)
{
    mj_response_t decoded = {.content_length = MJ_LENGTH_UNKNOWN};
    mj_span_t rest;
    apr_status_t rv;

    if ((rv = take_status(in, len, 102, 199, &decoded.status, &rest)) != APR_SUCCESS ||
        (rv = take_last_fields(rest, &decoded.fields)) != APR_SUCCESS) {
        return rv;
    }
    *response = decoded;
    return APR_SUCCESS;
}

apr_status_t mj_fields_decode(const unsigned char *in, apr_size_t len, mj_fields_t *fields)
{
    return take_last_fields((mj_span_t){(const char *)in, len}, fields);
}

bool mj_header_next(mj_span_t *rest, mj_pair_t *header)
{
    return take_string(rest, &header->name) == APR_SUCCESS && take_string(rest, &header->value) == APR_SUCCESS;
}

apr_status_t mj_credit_decode(const unsigned char *in, apr_size_t len, uint32_t *credit)
{
    if (len != 4 || get_u32(in) == 0) {
        return MJ_EBADLENGTH;
    }
    *credit = get_u32(in);
    return APR_SUCCESS;
}

apr_status_t mj_refused_decode(const unsigned char *in, apr_size_t len, uint8_t *reason)
{
    if (len != 1) {
        return MJ_EBADLENGTH;
    }
    if (in[0] < MJ_REFUSED_FULL || in[0] > MJ_REFUSED_ELSEWHERE) {
        return MJ_EBADREASON;
    }
    *reason = in[0];
    return APR_SUCCESS;
}

apr_status_t mj_failed_decode(const unsigned char *in, apr_size_t len, uint16_t *status, mj_span_t *message)
{
    uint16_t decoded;
    mj_span_t rest;
    apr_status_t rv;

    if ((rv = take_status(in, len, 400, 599, &decoded, &rest)) != APR_SUCCESS ||
        (rv = take_last_string(rest, message)) != APR_SUCCESS) {
        return rv;
    }
    *status = decoded;
    return APR_SUCCESS;
}

apr_status_t mj_abort_decode(const unsigned char *in, apr_size_t len, mj_span_t *message)
{
    return take_last_string((mj_span_t){(const char *)in, len}, message);
}

apr_status_t mj_log_decode(const unsigned char *in, apr_size_t len, uint8_t *level, mj_span_t *message)
{
    apr_status_t rv;

    if (len < 1) {
        return MJ_EBADLENGTH;
    }
    if (in[0] < MJ_LEVEL_ERROR || in[0] > MJ_LEVEL_TRACE) {
        return MJ_EBADLEVEL;
    }
    rv = take_last_string((mj_span_t){(const char *)in + 1, len - 1}, message);
    if (rv == APR_SUCCESS) {
        *level = in[0];
    }
    return rv;
}
