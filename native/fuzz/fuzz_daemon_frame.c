/* Fuzzes what httpd decodes of a daemon's stream. Each input is such a stream. */
#include "daemon_frame.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of wire.h that does not hold; the stack shows which. */
static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool is_within(mj_span_t part, const unsigned char *whole, apr_size_t len)
{
    const unsigned char *start = (const unsigned char *)part.data;

    return part.len == 0 || (start >= whole && part.len <= len && (apr_size_t)(start - whole) <= len - part.len);
}

/* Whether none of the bytes of set (and no NUL) is in text. */
static bool is_free_of(mj_span_t text, const char *set)
{
    for (apr_size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\0' || strchr(set, text.data[i])) {
            return false;
        }
    }
    return true;
}

static void check_fields(const mj_fields_t *fields, const unsigned char *payload, apr_size_t len)
{
    mj_span_t rest = fields->pairs;
    mj_pair_t header;
    unsigned count = 0;

    while (mj_header_next(&rest, &header)) {
        require(is_within(header.name, payload, len) && is_within(header.value, payload, len));
        require(header.name.len > 0 && is_free_of(header.name, " \t\r\n:\x7f"));
        require(is_free_of(header.value, "\r\n\x7f"));
        count++;
    }
    require(count == fields->count && rest.len == 0);
}

static void check_frame(const daemon_frame_t *frame, const unsigned char *payload)
{
    const mj_response_t *response = &frame->payload.response;
    apr_size_t len = frame->head.len;

    switch (frame->head.type) {
    case MJ_FRAME_RESPONSE:
        require(response->status >= 200 && response->status <= 599);
        if ((frame->head.flags & MJ_FLAG_RESPONSE_FILE) != 0) {
            require((frame->head.flags & MJ_FLAG_RESPONSE_BODY) == 0 && response->offset + response->content_length <= INT64_MAX);
        }
        check_fields(&response->fields, payload, len);
        break;
    case MJ_FRAME_INFORM:
        require(response->status >= 102 && response->status <= 199);
        check_fields(&response->fields, payload, len);
        break;
    case MJ_FRAME_UPGRADED:
    case MJ_FRAME_TRAILERS:
        check_fields(&frame->payload.fields, payload, len);
        break;
    case MJ_FRAME_CREDIT:
        require(frame->payload.credit > 0);
        break;
    case MJ_FRAME_REFUSED:
        require(frame->payload.reason >= MJ_REFUSED_FULL && frame->payload.reason <= MJ_REFUSED_ELSEWHERE);
        break;
    case MJ_FRAME_LOG:
        require(frame->payload.failure.level >= MJ_LEVEL_ERROR && frame->payload.failure.level <= MJ_LEVEL_TRACE);
        require(is_within(frame->payload.failure.message, payload, len) && is_free_of(frame->payload.failure.message, ""));
        break;
    case MJ_FRAME_FAILED:
        require(frame->payload.failure.status >= 400 && frame->payload.failure.status <= 599);
        /* fall through */
    case MJ_FRAME_ABORT:
        require(is_within(frame->payload.failure.message, payload, len) && is_free_of(frame->payload.failure.message, ""));
        break;
    default:
        break;
    }
}

/* A payload in memory of its own: a read beyond it is seen even where another frame follows. */
static apr_status_t decode_payload(const uint8_t *data, daemon_frame_t *frame)
{
    unsigned char *payload = malloc(frame->head.len);
    apr_status_t rv;

    if (frame->head.len > 0) {
        require(payload != NULL);
        memcpy(payload, data, frame->head.len);
    }
    rv = daemon_payload_decode(payload, frame);
    if (rv == APR_SUCCESS) {
        check_frame(frame, payload);
    } else {
        require(mj_status_name(rv) != NULL);
    }
    free(payload);
    return rv;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    daemon_frame_t frame;
    apr_status_t rv;

    while ((rv = mj_frame_decode(data, size, &frame.head)) == APR_SUCCESS) {
        require(frame.head.len <= MJ_MAX_RESPONSE && mj_frame_decode(data, MJ_HEADER_SIZE - 1, &frame.head) == APR_INCOMPLETE);
        data += MJ_HEADER_SIZE;
        size -= MJ_HEADER_SIZE;
        if (size < frame.head.len || decode_payload(data, &frame) != APR_SUCCESS) {
            return 0;
        }
        data += frame.head.len;
        size -= frame.head.len;
    }
    require(rv == APR_INCOMPLETE || mj_status_name(rv) != NULL);
    return 0;
}
