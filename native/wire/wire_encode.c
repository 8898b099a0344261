#include "wire.h"

#include "wire_parts.h"

#include <string.h>

#define LONG_LENGTH_SIZE 6    /* all ones, and the length */
#define REQUEST_FIXED_SIZE 12 /* content length and two ports */

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

/* Adds to *size what len bytes and their length take; at most the limit of a frame, so that no sum
 * overflows. */
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
    if (mj_has_byte(text, '\0')) {
        return MJ_EBADSTRING;
    }
    return measure_bytes(text.len, text.len < MJ_LONG_STRING ? MJ_U16_SIZE : LONG_LENGTH_SIZE, size);
}

/* are_fields: of a header or trailer, where names are tokens and values hold no line's end. */
static apr_status_t measure_pairs(const mj_pair_t *pairs, apr_size_t count, bool are_fields, apr_size_t *size)
{
    if (count > UINT16_MAX) {
        return MJ_EFRAMETOOLARGE;
    }
    *size += MJ_U16_SIZE;
    for (apr_size_t i = 0; i < count; i++) {
        mj_span_t name = pairs[i].name;
        mj_span_t value = pairs[i].value;
        apr_status_t rv;

        if ((rv = measure_string(name, size)) != APR_SUCCESS || (rv = measure_string(value, size)) != APR_SUCCESS) {
            return rv;
        }
        if (are_fields && (!mj_is_token(name) || mj_has_byte(value, '\r') || mj_has_byte(value, '\n'))) {
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
    if ((rv = measure_bytes(request->application.len, MJ_U16_SIZE, size)) != APR_SUCCESS ||
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
