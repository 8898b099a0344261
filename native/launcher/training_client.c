#include "training_client.h"

#include "lifecycle_protocol.h"
#include "wire.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ROUNDS 60
#define PATIENCE_S 60                                   /* for an answer */
#define FRAMES_OF_BODY ((apr_size_t)MJ_HEADER_SIZE * 2) /* DATA and END */
#define CLASS_NAME "modjvm.training.TrainingApplication"
/* A heartbeat comes each quarter of it. */
#define DEADLOCK_TIMEOUT_MS 400
#define HEARTBEATS 15

static void add_application(mj_record_builder_t *settings, const char *target, const char *entry_point, apr_pool_t *pool)
{
    mj_record_builder_t *definition = mj_record_builder_make(pool);
    mj_record_add(definition, "target", target);
    mj_record_add(definition, "entry-point", entry_point);
    mj_record_add(definition, "group", "");
    mj_record_add_span(settings, "application", mj_record_bytes(definition));
}

mj_span_t mj_training_settings(mj_span_t record, const mj_key_t *key, const char *jars, bool as_source)
{
    mj_record_iter_t iter = {.rest = record};
    mj_record_builder_t *settings;
    const char *target;
    apr_pool_t *pool;

    apr_pool_create(&pool, NULL); /* to the end of the process */
    settings = mj_record_builder_make(pool);
    while (mj_record_next(&iter) == APR_SUCCESS) {
        mj_record_add_span(settings, apr_pstrmemdup(pool, iter.name.data, iter.name.len), iter.value);
    }
    mj_record_add_span(settings, "key", (mj_span_t){(const char *)key->bytes, sizeof(key->bytes)});
    mj_record_add_number(settings, "httpd-uid", geteuid());
    mj_record_add_number(settings, "deadlock-timeout", DEADLOCK_TIMEOUT_MS);
    target = apr_pstrcat(pool, jars, as_source ? "/TrainingApplication.java" : "/modjvm-host.jar", NULL);
    add_application(settings, target, CLASS_NAME "::handle", pool);
    add_application(settings, target, CLASS_NAME "::application", pool);
    return mj_record_bytes(settings);
}

int mj_training_hear(int lifecycle, char *why, size_t size)
{
    mj_lifecycle_message_t message;
    if (mj_lifecycle_receive(lifecycle, &message, true) <= 0) {
        return -1;
    }
    if (message.type == MJ_LIFECYCLE_FAILED || (message.type == MJ_LIFECYCLE_READY && message.text[0] != '\0')) {
        (void)snprintf(why, size, "%s",
                       message.type == MJ_LIFECYCLE_FAILED ? message.text : "the sample application does not load");
    }
    return message.type;
}

static mj_span_t span(const char *text)
{
    return (mj_span_t){text, strlen(text)};
}

static bool read_whole(int connection, void *bytes, size_t len)
{
    return len == 0 || recv(connection, bytes, len, MSG_WAITALL) == (ssize_t)len;
}

/* Reads up to the end of an answer. @return whether it was one */
static bool read_answer(int connection)
{
    static unsigned char payload[MJ_MAX_DATA];
    unsigned char header[MJ_HEADER_SIZE];
    mj_frame_t frame;

    while (read_whole(connection, header, sizeof(header)) && mj_frame_decode(header, sizeof(header), &frame) == APR_SUCCESS &&
           frame.len <= sizeof(payload) && read_whole(connection, payload, frame.len)) {
        if (frame.type == MJ_FRAME_END || (frame.type == MJ_FRAME_RESPONSE && (frame.flags & MJ_FLAG_RESPONSE_BODY) == 0)) {
            return true;
        }
        if (frame.type == MJ_FRAME_FAILED || frame.type == MJ_FRAME_REFUSED || frame.type == MJ_FRAME_ABORT) {
            return false;
        }
    }
    return false;
}

static bool exchange(int connection, const mj_key_t *key, uint16_t serial, mj_span_t application, const char *path,
                     mj_span_t body)
{
    const mj_pair_t headers[] = {
        {span("Host"), span("localhost")}, {span("User-Agent"), span("mod_jvm")}, {span("Accept"), span("*/*")}};
    const mj_pair_t variables[] = {{span("SERVER_SOFTWARE"), span("Apache")}, {span("DOCUMENT_ROOT"), span("/")}};
    const mj_request_t request = {.flags = body.len > 0 ? MJ_FLAG_REQUEST_BODY : 0,
                                  .content_length = body.len,
                                  .server_port = 80,
                                  .remote_port = 1024,
                                  .method = span(body.len > 0 ? "POST" : "GET"),
                                  .target = span(path),
                                  .script_name = span(""),
                                  .path_info = span(path),
                                  .query = span("a=b"),
                                  .protocol = span("HTTP/1.1"),
                                  .scheme = span("http"),
                                  .server_name = span("localhost"),
                                  .server_addr = span("127.0.0.1"),
                                  .remote_addr = span("127.0.0.1"),
                                  .remote_user = span(""),
                                  .auth_type = span(""),
                                  .log_id = span("training"),
                                  .application = application,
                                  .headers = headers,
                                  .header_count = sizeof(headers) / sizeof(headers[0]),
                                  .variables = variables,
                                  .variable_count = sizeof(variables) / sizeof(variables[0])};
    unsigned char message[4096];
    apr_size_t start = 0, len;

    if (serial == 1) {
        mj_hello_encode(message, (uint32_t)getpid(), 0, key);
        start = MJ_HELLO_SIZE;
    }
    if (mj_request_encode(message + start, sizeof(message) - start, serial, &request, &len) != APR_SUCCESS ||
        start + len + FRAMES_OF_BODY + body.len > sizeof(message)) {
        return false;
    }
    len += start;
    if (body.len > 0) {
        mj_data_header_encode(message + len, serial, (uint32_t)body.len);
        memcpy(message + len + MJ_HEADER_SIZE, body.data, body.len);
        mj_end_encode(message + len + MJ_HEADER_SIZE + body.len, serial, 0);
        len += FRAMES_OF_BODY + body.len;
    }
    return send(connection, message, len, MSG_NOSIGNAL) == (ssize_t)len && read_answer(connection);
}

static bool serve_some(int connection, const mj_key_t *key, mj_span_t settings)
{
    uint16_t serial = 0;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        mj_record_iter_t iter = {.rest = settings};
        while (mj_record_next(&iter) == APR_SUCCESS) {
            if (mj_span_is(iter.name, "application") &&
                !(exchange(connection, key, ++serial, iter.value, "/", span("")) &&
                  exchange(connection, key, ++serial, iter.value, "/echo", span("a body")) &&
                  exchange(connection, key, ++serial, iter.value, "/stream", span("")))) {
                return false;
            }
        }
    }
    return true;
}

/* So long that the host has looked at its threads, and at what it has loaded: then that is in the
 * archive too. */
static bool await_heartbeats(int lifecycle, char *why, size_t size)
{
    int count = 0, type;
    while (count < HEARTBEATS) {
        type = mj_training_hear(lifecycle, why, size);
        if (type == -1) {
            return false;
        }
        count += type == MJ_LIFECYCLE_ALIVE;
    }
    return true;
}

bool mj_training_run(int lifecycle, int connection, const mj_key_t *key, mj_span_t settings, char *why, size_t size)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    int type;
    bool is_done;

    do {
        type = mj_training_hear(lifecycle, why, size);
    } while (type != MJ_LIFECYCLE_READY && type != -1);
    if (type != MJ_LIFECYCLE_READY || why[0] != '\0') {
        (void)shutdown(lifecycle, SHUT_WR); /* then it ends at once */
        return false;
    }
    is_done = setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
              serve_some(connection, key, settings);
    if (!is_done) {
        (void)snprintf(why, size, "the sample application does not answer");
    }
    (void)shutdown(connection, SHUT_RDWR);
    is_done = is_done && await_heartbeats(lifecycle, why, size);
    return mj_lifecycle_send(lifecycle, MJ_LIFECYCLE_DRAIN, "", 0, true) && is_done;
}
