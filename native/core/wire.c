#include "wire.h"

#include <string.h>
#include <strings.h>

#define U16_SIZE 2
#define LONG_LENGTH_SIZE 6 /* all ones, and the length */
#define U64_SIZE 8
#define REQUEST_FIXED_SIZE 12 /* content length and two ports */

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

static bool has_byte(mj_span_t text, char byte)
{
    return text.len > 0 && memchr(text.data, byte, text.len) != NULL;
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

/* --- writing; each put returns where the next byte goes --- */

static unsigned char *put_u16(unsigned char *out, uint16_t value)
{
    out[0] = (unsigned char)(value >> 8);
    out[1] = (unsigned char)value;
    return out + 2;
}

static unsigned char *put_u32(unsigned char *out, uint32_t value)
{
    return put_u16(put_u16(out, (uint16_t)(value >> 16)), (uint16_t)value);
}

static unsigned char *put_u64(unsigned char *out, uint64_t value)
{
    return put_u32(put_u32(out, (uint32_t)(value >> 32)), (uint32_t)value);
}

static unsigned char *put_bytes(unsigned char *out, mj_span_t bytes)
{
    if (bytes.len > 0) {
        memcpy(out, bytes.data, bytes.len);
    }
    return out + bytes.len;
}

static unsigned char *put_string(unsigned char *out, mj_span_t text)
{
    if (text.len < MJ_LONG_STRING) {
        out = put_u16(out, (uint16_t)text.len);
    } else {
        out = put_u32(put_u16(out, UINT16_MAX), (uint32_t)text.len);
    }
    return put_bytes(out, text);
}

static unsigned char *put_pairs(unsigned char *out, const mj_pair_t *pairs, apr_size_t count)
{
    out = put_u16(out, (uint16_t)count);
    for (apr_size_t i = 0; i < count; i++) {
        out = put_string(out, pairs[i].name);
        out = put_string(out, pairs[i].value);
    }
    return out;
}

static unsigned char *put_frame_header(unsigned char *out, uint32_t len, uint8_t type, uint8_t flags, uint16_t serial)
{
    out = put_u32(out, len);
    out[0] = type;
    out[1] = flags;
    return put_u16(out + 2, serial);
}

void mj_hello_encode(unsigned char *out, uint32_t pid, uint16_t settings, const mj_key_t *key)
{
    out = put_frame_header(out, MJ_HELLO_SIZE - MJ_HEADER_SIZE, MJ_FRAME_HELLO, 0, 0);
    memcpy(out, "MJVM", 4);
    out[4] = MJ_VERSION_MAJOR;
    out[5] = MJ_VERSION_MINOR;
    memcpy(put_u32(put_u16(out + 6, settings), pid), key->bytes, MJ_KEY_SIZE);
}

void mj_data_header_encode(unsigned char *out, uint16_t serial, uint32_t len)
{
    put_frame_header(out, len, MJ_FRAME_DATA, 0, serial);
}

void mj_end_encode(unsigned char *out, uint16_t serial, uint8_t flags)
{
    put_frame_header(out, 0, MJ_FRAME_END, flags, serial);
}

/* --- a REQUEST --- */

#define REQUEST_TEXTS 13

/* The strings of a request from the method to the log id, in the order of the wire. */
static void request_texts(const mj_request_t *request, mj_span_t texts[REQUEST_TEXTS])
{
    texts[0] = request->method;
    texts[1] = request->target;
    texts[2] = request->script_name;
    texts[3] = request->path_info;
    texts[4] = request->query;
    texts[5] = request->protocol;
    texts[6] = request->scheme;
    texts[7] = request->server_name;
    texts[8] = request->server_addr;
    texts[9] = request->remote_addr;
    texts[10] = request->remote_user;
    texts[11] = request->auth_type;
    texts[12] = request->log_id;
}

/* Adds to *size what len bytes and their length take; at most the limit of a frame, so that no sum overflows. */
static apr_status_t measure_bytes(apr_size_t len, apr_size_t length_size, apr_size_t *size)
{
    if (len > MJ_MAX_REQUEST || *size + length_size + len > MJ_MAX_REQUEST) {
        return MJ_EFRAMETOOLARGE;
    }
    *size += length_size + len;
    return APR_SUCCESS;
}

static apr_status_t measure_string(mj_span_t text, apr_size_t *size)
{
    if (has_byte(text, '\0')) {
        return MJ_EBADSTRING;
    }
    return measure_bytes(text.len, text.len < MJ_LONG_STRING ? U16_SIZE : LONG_LENGTH_SIZE, size);
}

/* are_fields: of a header or trailer, where names are tokens and values hold no line's end. */
static apr_status_t measure_pairs(const mj_pair_t *pairs, apr_size_t count, bool are_fields, apr_size_t *size)
{
    if (count > UINT16_MAX) {
        return MJ_EFRAMETOOLARGE;
    }
    *size += U16_SIZE;
    for (apr_size_t i = 0; i < count; i++) {
        mj_span_t name = pairs[i].name;
        mj_span_t value = pairs[i].value;
        apr_status_t rv;

        if ((rv = measure_string(name, size)) != APR_SUCCESS || (rv = measure_string(value, size)) != APR_SUCCESS) {
            return rv;
        }
        if (are_fields && (!mj_is_token(name) || has_byte(value, '\r') || has_byte(value, '\n'))) {
            return MJ_EBADHEADER;
        }
    }
    return *size <= MJ_MAX_REQUEST ? APR_SUCCESS : MJ_EFRAMETOOLARGE;
}

/* Checks the request, and sets *size to that of its payload. */
static apr_status_t measure_request(const mj_request_t *request, const mj_span_t texts[REQUEST_TEXTS], apr_size_t *size)
{
    bool has_body = (request->flags & MJ_FLAG_REQUEST_BODY) != 0;
    apr_status_t rv;

    if ((request->flags & ~(MJ_FLAG_REQUEST_BODY | MJ_FLAG_REQUEST_EXPECT | MJ_FLAG_REQUEST_WHOLE)) != 0 ||
        (request->flags != 0 && !has_body) ||
        (request->flags & MJ_FLAG_REQUEST_EXPECT && request->flags & MJ_FLAG_REQUEST_WHOLE)) {
        return MJ_EBADFLAGS;
    }
    if (!has_body && request->content_length != 0) {
        return MJ_EBADLENGTH;
    }
    *size = REQUEST_FIXED_SIZE;
    for (int i = 0; i < REQUEST_TEXTS; i++) {
        if ((rv = measure_string(texts[i], size)) != APR_SUCCESS) {
            return rv;
        }
    }
    if (request->application.len > MJ_MAX_APPLICATION) {
        return MJ_EFRAMETOOLARGE;
    }
    if ((rv = measure_bytes(request->application.len, U16_SIZE, size)) != APR_SUCCESS ||
        (rv = measure_pairs(request->headers, request->header_count, true, size)) != APR_SUCCESS) {
        return rv;
    }
    return measure_pairs(request->variables, request->variable_count, false, size);
}

apr_status_t mj_request_encode(unsigned char *out, apr_size_t capacity, uint16_t serial, const mj_request_t *request,
                               apr_size_t *out_len)
{
    mj_span_t texts[REQUEST_TEXTS];
    apr_size_t size;
    apr_status_t rv;

    request_texts(request, texts);
    rv = measure_request(request, texts, &size);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    *out_len = MJ_HEADER_SIZE + size;
    if (capacity < *out_len) {
        return APR_ENOSPC;
    }
    out = put_frame_header(out, (uint32_t)size, MJ_FRAME_REQUEST, request->flags, serial);
    out = put_u64(out, request->content_length);
    out = put_u16(out, request->server_port);
    out = put_u16(out, request->remote_port);
    for (int i = 0; i < REQUEST_TEXTS; i++) {
        out = put_string(out, texts[i]);
    }
    out = put_bytes(put_u16(out, (uint16_t)request->application.len), request->application);
    out = put_pairs(out, request->headers, request->header_count);
    put_pairs(out, request->variables, request->variable_count);
    return APR_SUCCESS;
}

void mj_request_mark_whole(unsigned char *frame)
{
    frame[5] |= MJ_FLAG_REQUEST_WHOLE;
}

apr_status_t mj_trailers_encode(unsigned char *out, apr_size_t capacity, uint16_t serial, const mj_pair_t *fields,
                                apr_size_t count, apr_size_t *out_len)
{
    apr_size_t size = 0;
    apr_status_t rv = measure_pairs(fields, count, true, &size);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (size > MJ_MAX_RESPONSE) {
        return MJ_EFRAMETOOLARGE;
    }
    *out_len = MJ_HEADER_SIZE + size;
    if (capacity < *out_len) {
        return APR_ENOSPC;
    }
    put_pairs(put_frame_header(out, (uint32_t)size, MJ_FRAME_TRAILERS, 0, serial), fields, count);
    return APR_SUCCESS;
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

    if (rest->len < U16_SIZE) {
        return MJ_EBADLENGTH;
    }
    len = get_u16((const unsigned char *)rest->data);
    if (rest->len - U16_SIZE < len) {
        return MJ_EBADLENGTH;
    }
    *text = (mj_span_t){rest->data + U16_SIZE, len};
    if (has_byte(*text, '\0')) {
        return MJ_EBADSTRING;
    }
    *rest = (mj_span_t){text->data + len, rest->len - U16_SIZE - len};
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

    if (rest.len < U16_SIZE) {
        return MJ_EBADLENGTH;
    }
    taken.count = get_u16((const unsigned char *)rest.data);
    rest = (mj_span_t){rest.data + U16_SIZE, rest.len - U16_SIZE};
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
    if (len < U16_SIZE) {
        return MJ_EBADLENGTH;
    }
    *status = get_u16(in);
    if (*status < least || *status > greatest) {
        return MJ_EBADSTATUS;
    }
    *rest = (mj_span_t){(const char *)in + U16_SIZE, len - U16_SIZE};
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
    if (in[0] < MJ_REFUSED_FULL || in[0] > MJ_REFUSED_NOT_CONFIGURED) {
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
