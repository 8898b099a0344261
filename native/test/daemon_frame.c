#include "daemon_frame.h"

apr_status_t daemon_payload_decode(const unsigned char *in, daemon_frame_t *frame)
{
    apr_size_t len = frame->head.len;

    switch (frame->head.type) {
    case MJ_FRAME_WELCOME:
        return mj_welcome_decode(in, len, &frame->payload.pid);
    case MJ_FRAME_RESPONSE:
        return mj_response_decode(in, len, frame->head.flags, &frame->payload.response);
    case MJ_FRAME_INFORM:
        return mj_inform_decode(in, len, &frame->payload.response);
    case MJ_FRAME_UPGRADED:
    case MJ_FRAME_TRAILERS:
        return mj_fields_decode(in, len, &frame->payload.fields);
    case MJ_FRAME_DATA:
        frame->payload.data = (mj_span_t){(const char *)in, len};
        return APR_SUCCESS;
    case MJ_FRAME_END:
    case MJ_FRAME_PLACE:
        return APR_SUCCESS;
    case MJ_FRAME_CREDIT:
        return mj_credit_decode(in, len, &frame->payload.credit);
    case MJ_FRAME_REFUSED:
        return mj_refused_decode(in, len, &frame->payload.reason);
    case MJ_FRAME_FAILED:
        return mj_failed_decode(in, len, &frame->payload.failure.status, &frame->payload.failure.message);
    case MJ_FRAME_ABORT:
        return mj_abort_decode(in, len, &frame->payload.failure.message);
    case MJ_FRAME_LOG:
        return mj_log_decode(in, len, &frame->payload.failure.level, &frame->payload.failure.message);
    default:
        return APR_EGENERAL; /* mj_frame_decode lets no other type through */
    }
}

apr_status_t daemon_frame_decode(const unsigned char *in, apr_size_t len, daemon_frame_t *frame)
{
    apr_status_t rv = mj_frame_decode(in, len, &frame->head);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (len - MJ_HEADER_SIZE < frame->head.len) {
        return APR_INCOMPLETE;
    }
    return daemon_payload_decode(in + MJ_HEADER_SIZE, frame);
}
