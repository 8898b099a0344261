#include "frame_lines.h"

#include "harness.h"
#include "vector.h"

#include <apr_strings.h>
#include <inttypes.h>
#include <string.h>

typedef struct name_t {
    uint8_t number;
    const char *name;
} name_t;

static const name_t types[] = {
    {MJ_FRAME_HELLO, "HELLO"},       {MJ_FRAME_WELCOME, "WELCOME"}, {MJ_FRAME_REQUEST, "REQUEST"},
    {MJ_FRAME_RESPONSE, "RESPONSE"}, {MJ_FRAME_DATA, "DATA"},       {MJ_FRAME_END, "END"},
    {MJ_FRAME_CREDIT, "CREDIT"},     {MJ_FRAME_REFUSED, "REFUSED"}, {MJ_FRAME_FAILED, "FAILED"},
    {MJ_FRAME_ABORT, "ABORT"},       {MJ_FRAME_INFORM, "INFORM"},   {MJ_FRAME_TRAILERS, "TRAILERS"},
    {MJ_FRAME_UPGRADED, "UPGRADED"}, {MJ_FRAME_LOG, "LOG"},         {MJ_FRAME_PLACE, "PLACE"},
};

const char *frame_type_name(uint8_t type)
{
    for (apr_size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i].number == type) {
            return types[i].name;
        }
    }
    return NULL;
}

static const char *flags_text(const mj_frame_t *frame)
{
    bool is_response = frame->type == MJ_FRAME_RESPONSE;
    bool is_data = frame->type == MJ_FRAME_DATA;
    bool has_body = is_response && (frame->flags & MJ_FLAG_RESPONSE_BODY);
    bool is_flushed =
        (is_response && (frame->flags & MJ_FLAG_RESPONSE_FLUSH)) || (is_data && (frame->flags & MJ_FLAG_DATA_FLUSH));

    if (frame->type == MJ_FRAME_PLACE && (frame->flags & MJ_FLAG_PLACE_HELD)) {
        return "HELD";
    }
    if (is_response && (frame->flags & MJ_FLAG_RESPONSE_FILE)) {
        return is_flushed ? "FLUSH+FILE" : "FILE";
    }
    if (has_body && is_flushed) {
        return "BODY+FLUSH";
    }
    return has_body ? "BODY" : is_flushed ? "FLUSH" : "-";
}

static void emit(apr_array_header_t *lines, const char *key, mj_span_t name, mj_span_t value)
{
    APR_ARRAY_PUSH(lines, vector_line_t) = (vector_line_t){key, name, value};
}

static mj_span_t span(const char *text)
{
    return (mj_span_t){text, strlen(text)};
}

static void emit_number(apr_array_header_t *lines, const char *name, uint64_t number)
{
    emit(lines, "field", span(name), span(apr_psprintf(test_pool, "%" PRIu64, number)));
}

static void emit_fields(apr_array_header_t *lines, const mj_fields_t *fields)
{
    mj_span_t rest = fields->pairs;
    mj_pair_t header;
    int count = 0;

    for (; mj_header_next(&rest, &header); count++) {
        emit(lines, "header", header.name, header.value);
    }
    ck_assert_int_eq(count, fields->count);
    ck_assert_uint_eq(rest.len, 0);
}

static void emit_response(apr_array_header_t *lines, const mj_frame_t *frame, const mj_response_t *response)
{
    emit_number(lines, "status", response->status);
    if (frame->type == MJ_FRAME_INFORM) {
        ck_assert_uint_eq(response->content_length, MJ_LENGTH_UNKNOWN);
    } else if (response->content_length == MJ_LENGTH_UNKNOWN) {
        emit(lines, "field", span("content-length"), span("-"));
    } else {
        emit_number(lines, "content-length", response->content_length);
    }
    if ((frame->flags & MJ_FLAG_RESPONSE_FILE) != 0) {
        emit_number(lines, "offset", response->offset);
    }
    emit_fields(lines, &response->fields);
}

void frame_lines(apr_array_header_t *lines, const daemon_frame_t *frame)
{
    const mj_frame_t *head = &frame->head;

    emit(lines, "frame", span(frame_type_name(head->type)),
         span(apr_psprintf(test_pool, "flags=%s serial=%d", flags_text(head), head->serial)));
    switch (head->type) {
    case MJ_FRAME_WELCOME:
        emit_number(lines, "pid", frame->payload.pid);
        break;
    case MJ_FRAME_RESPONSE:
    case MJ_FRAME_INFORM:
        emit_response(lines, head, &frame->payload.response);
        break;
    case MJ_FRAME_UPGRADED:
    case MJ_FRAME_TRAILERS:
        emit_fields(lines, &frame->payload.fields);
        break;
    case MJ_FRAME_DATA:
        emit(lines, "data", span(""), frame->payload.data);
        break;
    case MJ_FRAME_CREDIT:
        emit_number(lines, "credit", frame->payload.credit);
        break;
    case MJ_FRAME_REFUSED:
        emit_number(lines, "reason", frame->payload.reason);
        break;
    case MJ_FRAME_FAILED:
        emit_number(lines, "status", frame->payload.failure.status);
        emit(lines, "field", span("message"), frame->payload.failure.message);
        break;
    case MJ_FRAME_LOG:
        emit_number(lines, "level", frame->payload.failure.level);
        emit(lines, "field", span("message"), frame->payload.failure.message);
        break;
    case MJ_FRAME_ABORT:
        emit(lines, "field", span("message"), frame->payload.failure.message);
        break;
    default:
        break;
    }
}
