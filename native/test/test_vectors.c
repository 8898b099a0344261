/* The golden vectors: what a daemon sends is decoded, what httpd sends is encoded (PROTOCOL.md,
 * section 6). */
#include "daemon_frame.h"
#include "frame_lines.h"
#include "harness.h"
#include "vector.h"

#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 512

typedef struct file_list_t {
    const char *dir;
    int count;
    char *paths[MAX_FILES];
} file_list_t;

static file_list_t valid_files = {.dir = MJ_VECTORS_DIR};
static file_list_t invalid_files = {.dir = MJ_VECTORS_DIR "/invalid"};

static const vector_t *read_vector(const file_list_t *files, int i)
{
    apr_size_t len;
    const char *path = files->paths[i];
    const char *text = mj_read_file(path, &len);
    const char *fault = NULL;
    const vector_t *vector = vector_parse(text, test_pool, &fault);

    ck_assert_msg(vector != NULL, "%s: %s", path, fault);
    ck_assert_str_eq(apr_pstrcat(test_pool, vector->name, ".vec", NULL), apr_filepath_name_get(path));
    ck_assert_msg((vector->error != NULL) == (files == &invalid_files), "%s lies in the wrong folder", path);
    return vector;
}

static mj_span_t span(const char *text)
{
    return (mj_span_t){text, strlen(text)};
}

static void check_lines(const vector_t *vector, const apr_array_header_t *lines)
{
    int at = 0;

    for (int i = 0; i < vector->line_count; i++) {
        const vector_line_t *expected = &vector->lines[i];
        const vector_line_t *got;

        if (mj_span_is(expected->name, "minor")) {
            continue;
        }
        ck_assert_msg(at < lines->nelts, "%s: line %d is missing", vector->name, i + 1);
        got = &APR_ARRAY_IDX(lines, at, vector_line_t);
        at++;
        ck_assert_msg(strcmp(expected->key, got->key) == 0 && mj_span_equal(expected->name, got->name) &&
                          mj_span_equal(expected->value, got->value),
                      "%s, line %d: expected %s: %.*s %.*s, got %s: %.*s %.*s", vector->name, i + 1, expected->key,
                      (int)expected->name.len, expected->name.data, (int)expected->value.len, expected->value.data, got->key,
                      (int)got->name.len, got->name.data, (int)got->value.len, got->value.data);
    }
    ck_assert_msg(at == lines->nelts, "%s: %d lines too many", vector->name, lines->nelts - at);
}

/* --- what a daemon sends --- */

/* Decodes the frame that data holds and nothing else; every shorter piece of it is incomplete. */
static void decode_frame(const vector_t *vector, const unsigned char *data, apr_size_t size, apr_array_header_t *lines)
{
    daemon_frame_t frame;
    apr_status_t rv;

    for (apr_size_t len = 0; len < size; len++) {
        rv = daemon_frame_decode(mj_exact_copy(data, len), len, &frame);
        ck_assert_msg(rv == APR_INCOMPLETE, "%s: %d with %d of %d bytes", vector->name, rv, (int)len, (int)size);
    }
    rv = daemon_frame_decode(mj_exact_copy(data, size), size, &frame);
    ck_assert_msg(rv == APR_SUCCESS, "%s: %d %s", vector->name, rv, mj_status_name(rv));
    frame_lines(lines, &frame);
}

static void check_as_a_whole(const vector_t *vector)
{
    apr_array_header_t *lines = apr_array_make(test_pool, 32, sizeof(vector_line_t));
    const unsigned char *wire = mj_exact_copy(vector->wire.data, vector->wire.len);
    daemon_frame_t frame;
    apr_size_t at = 0;

    while (at < vector->wire.len) {
        apr_status_t rv = daemon_frame_decode(wire + at, vector->wire.len - at, &frame);

        ck_assert_msg(rv == APR_SUCCESS, "%s, at %d: %d %s", vector->name, (int)at, rv, mj_status_name(rv));
        frame_lines(lines, &frame);
        at += MJ_HEADER_SIZE + frame.head.len;
    }
    ck_assert_uint_eq(at, vector->wire.len);
    check_lines(vector, lines);
}

static void check_every_prefix(const vector_t *vector)
{
    apr_array_header_t *lines = apr_array_make(test_pool, 32, sizeof(vector_line_t));
    const unsigned char *wire = (const unsigned char *)vector->wire.data;
    apr_size_t at = 0;

    while (at < vector->wire.len) {
        mj_frame_t head;

        ck_assert_int_eq(mj_frame_decode(wire + at, vector->wire.len - at, &head), APR_SUCCESS);
        decode_frame(vector, wire + at, MJ_HEADER_SIZE + head.len, lines);
        at += MJ_HEADER_SIZE + head.len;
    }
    check_lines(vector, lines);
}

/* Feeds the wire byte by byte; a frame is taken as soon as it is there. @return the first error, or
 * APR_SUCCESS */
static apr_status_t feed_bytes(const vector_t *vector, apr_array_header_t *lines, apr_size_t *left)
{
    daemon_frame_t frame;
    apr_size_t start = 0;

    for (apr_size_t end = 1; end <= vector->wire.len; end++) {
        apr_size_t len = end - start;
        apr_status_t rv = daemon_frame_decode(mj_exact_copy(vector->wire.data + start, len), len, &frame);

        if (rv == APR_SUCCESS) {
            ck_assert_uint_eq(len, MJ_HEADER_SIZE + frame.head.len);
            frame_lines(lines, &frame);
            start = end;
        } else if (rv != APR_INCOMPLETE) {
            return rv;
        }
    }
    *left = vector->wire.len - start;
    return APR_SUCCESS;
}

static void check_byte_by_byte(const vector_t *vector)
{
    apr_array_header_t *lines = apr_array_make(test_pool, 32, sizeof(vector_line_t));
    apr_size_t left = 1;
    apr_status_t rv = feed_bytes(vector, lines, &left);

    ck_assert_msg(rv == APR_SUCCESS, "%s: %d %s", vector->name, rv, mj_status_name(rv));
    ck_assert_uint_eq(left, 0);
    check_lines(vector, lines);
}

/* --- what httpd sends --- */

static const vector_line_t *take_line(const vector_t *vector, int *at, const char *key)
{
    if (*at < vector->line_count && strcmp(vector->lines[*at].key, key) == 0) {
        return &vector->lines[(*at)++];
    }
    return NULL;
}

static mj_span_t take_field(const vector_t *vector, int *at, const char *name)
{
    const vector_line_t *line = take_line(vector, at, "field");

    ck_assert_msg(line && mj_span_is(line->name, name), "%s: %s is missing", vector->name, name);
    return line->value;
}

static uint64_t number_of(mj_span_t text)
{
    char *end;
    uint64_t number = strtoull(apr_pstrmemdup(test_pool, text.data, text.len), &end, 10);

    ck_assert(text.len > 0 && *end == '\0');
    return number;
}

static const mj_key_t *take_key(const vector_t *vector, int *at)
{
    mj_span_t bytes = take_field(vector, at, "key");
    ck_assert_uint_eq(bytes.len, sizeof(mj_key_t));
    return (const mj_key_t *)(const void *)bytes.data;
}

static const mj_pair_t *take_pairs(const vector_t *vector, int *at, const char *key, apr_size_t *count)
{
    apr_array_header_t *pairs = apr_array_make(test_pool, 8, sizeof(mj_pair_t));
    const vector_line_t *line;

    while ((line = take_line(vector, at, key))) {
        APR_ARRAY_PUSH(pairs, mj_pair_t) = (mj_pair_t){line->name, line->value};
    }
    *count = (apr_size_t)pairs->nelts;
    return (const mj_pair_t *)pairs->elts;
}

static mj_request_t take_request(const vector_t *vector, int *at)
{
    mj_request_t request = {0};
    struct {
        const char *name;
        mj_span_t *text;
    } texts[] = {
        {"method", &request.method},
        {"target", &request.target},
        {"script-name", &request.script_name},
        {"path-info", &request.path_info},
        {"query", &request.query},
        {"protocol", &request.protocol},
        {"scheme", &request.scheme},
        {"server-name", &request.server_name},
        {"server-address", &request.server_addr},
        {"client-address", &request.remote_addr},
        {"user", &request.remote_user},
        {"auth-type", &request.auth_type},
        {"log-id", &request.log_id},
    };
    mj_record_builder_t *application = mj_record_builder_make(test_pool);
    const vector_line_t *line;
    mj_span_t length = take_field(vector, at, "content-length");

    request.content_length = mj_span_is(length, "-") ? MJ_LENGTH_UNKNOWN : number_of(length);
    request.server_port = (uint16_t)number_of(take_field(vector, at, "server-port"));
    request.remote_port = (uint16_t)number_of(take_field(vector, at, "client-port"));
    for (apr_size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i].text = take_field(vector, at, texts[i].name);
    }
    while ((line = take_line(vector, at, "record"))) {
        mj_record_add_span(application, apr_pstrmemdup(test_pool, line->name.data, line->name.len), line->value);
    }
    request.application = mj_record_bytes(application);
    request.headers = take_pairs(vector, at, "header", &request.header_count);
    request.variables = take_pairs(vector, at, "variable", &request.variable_count);
    return request;
}

static bool is_flag_set(const vector_line_t *frame, const char *flag)
{
    const char *text = apr_pstrmemdup(test_pool, frame->value.data, frame->value.len);
    const char *flags = apr_pstrndup(test_pool, text + strlen("flags="), strcspn(text + strlen("flags="), " "));
    char *state = NULL;

    for (char *each = apr_strtok(apr_pstrdup(test_pool, flags), "+", &state); each; each = apr_strtok(NULL, "+", &state)) {
        if (strcmp(each, flag) == 0) {
            return true;
        }
    }
    return false;
}

static uint16_t serial_of(const vector_line_t *frame)
{
    const char *text = apr_pstrmemdup(test_pool, frame->value.data, frame->value.len);
    const char *serial = strstr(text, " serial=");

    ck_assert(strncmp(text, "flags=", 6) == 0 && serial);
    return (uint16_t)number_of(span(serial + strlen(" serial=")));
}

/* Encodes the frame that starts at line *at into a buffer of its own. */
static mj_span_t encode_frame(const vector_t *vector, int *at)
{
    const vector_line_t *frame = take_line(vector, at, "frame");
    unsigned char *out;
    apr_size_t len = 0;
    uint16_t serial, settings;
    uint32_t pid;

    ck_assert_ptr_nonnull(frame);
    serial = serial_of(frame);
    if (mj_span_is(frame->name, "HELLO")) {
        ck_assert_uint_eq(number_of(take_field(vector, at, "minor")), MJ_VERSION_MINOR);
        len = MJ_HELLO_SIZE;
        out = mj_exact_copy(apr_pcalloc(test_pool, len), len);
        settings = (uint16_t)number_of(take_field(vector, at, "settings"));
        pid = (uint32_t)number_of(take_field(vector, at, "pid"));
        mj_hello_encode(out, pid, settings, take_key(vector, at));
    } else if (mj_span_is(frame->name, "REQUEST")) {
        mj_request_t request = take_request(vector, at);

        request.flags = (uint8_t)((is_flag_set(frame, "BODY") ? MJ_FLAG_REQUEST_BODY : 0) |
                                  (is_flag_set(frame, "WHOLE") ? MJ_FLAG_REQUEST_WHOLE : 0) |
                                  (is_flag_set(frame, "EXPECT") ? MJ_FLAG_REQUEST_EXPECT : 0));
        ck_assert_int_eq(mj_request_encode(NULL, 0, serial, &request, &len), APR_ENOSPC);
        out = mj_exact_copy(apr_pcalloc(test_pool, len), len);
        ck_assert_int_eq(mj_request_encode(out, len - 1, serial, &request, &len), APR_ENOSPC);
        ck_assert_int_eq(mj_request_encode(out, len, serial, &request, &len), APR_SUCCESS);
    } else if (mj_span_is(frame->name, "DATA")) {
        mj_span_t data = take_line(vector, at, "data")->value;

        len = MJ_HEADER_SIZE + data.len;
        out = mj_exact_copy(apr_pcalloc(test_pool, len), len);
        mj_data_header_encode(out, serial, (uint32_t)data.len);
        memcpy(out + MJ_HEADER_SIZE, data.data, data.len);
    } else if (mj_span_is(frame->name, "TRAILERS")) {
        apr_size_t count;
        const mj_pair_t *fields = take_pairs(vector, at, "header", &count);

        ck_assert_int_eq(mj_trailers_encode(NULL, 0, serial, fields, count, &len), APR_ENOSPC);
        out = mj_exact_copy(apr_pcalloc(test_pool, len), len);
        ck_assert_int_eq(mj_trailers_encode(out, len - 1, serial, fields, count, &len), APR_ENOSPC);
        ck_assert_int_eq(mj_trailers_encode(out, len, serial, fields, count, &len), APR_SUCCESS);
    } else {
        ck_assert_msg(mj_span_is(frame->name, "END"), "%s: httpd does not send %.*s", vector->name, (int)frame->name.len,
                      frame->name.data);
        len = MJ_HEADER_SIZE;
        out = mj_exact_copy(apr_pcalloc(test_pool, len), len);
        mj_end_encode(out, serial, is_flag_set(frame, "CUT") ? MJ_FLAG_END_CUT : 0);
    }
    return (mj_span_t){(const char *)out, len};
}

static void check_encoding(const vector_t *vector)
{
    apr_size_t done = 0;
    int at = 0;

    while (at < vector->line_count) {
        mj_span_t frame = encode_frame(vector, &at);

        ck_assert_msg(vector->wire.len - done >= frame.len && memcmp(vector->wire.data + done, frame.data, frame.len) == 0,
                      "%s: the frame at byte %d is encoded otherwise", vector->name, (int)done);
        done += frame.len;
    }
    ck_assert_uint_eq(done, vector->wire.len);
}

/* --- tests --- */

START_TEST(valid)
{
    const vector_t *vector = read_vector(&valid_files, _i);

    if (strcmp(vector->from, "daemon") == 0) {
        check_as_a_whole(vector);
        check_every_prefix(vector);
        check_byte_by_byte(vector);
    } else if (vector->is_canonical) {
        check_encoding(vector);
    }
}
END_TEST

START_TEST(invalid)
{
    const vector_t *vector = read_vector(&invalid_files, _i);
    apr_array_header_t *lines = apr_array_make(test_pool, 32, sizeof(vector_line_t));
    const unsigned char *wire;
    daemon_frame_t frame;
    apr_size_t at = 0;
    apr_size_t left = 0;
    apr_status_t rv;

    if (strcmp(vector->from, "daemon") != 0) {
        return; /* the daemon's codec decodes these */
    }
    wire = mj_exact_copy(vector->wire.data, vector->wire.len);
    while ((rv = daemon_frame_decode(wire + at, vector->wire.len - at, &frame)) == APR_SUCCESS) {
        at += MJ_HEADER_SIZE + frame.head.len;
    }
    ck_assert_msg(mj_status_name(rv) && strcmp(mj_status_name(rv), vector->error) == 0, "%s: %d %s", vector->name, rv,
                  mj_status_name(rv));
    ck_assert_int_eq(feed_bytes(vector, lines, &left), rv);
}
END_TEST

/* Each error that httpd's side can find has a vector, and each type is in both folders' vectors. */
START_TEST(vectors_are_complete)
{
    bool has_error[MJ_STATUS_END - MJ_STATUS_BASE] = {false};
    bool is_encoded[256] = {false};
    bool is_decoded[256] = {false};

    for (int i = 0; i < invalid_files.count; i++) {
        const vector_t *vector = read_vector(&invalid_files, i);

        for (int status = MJ_STATUS_BASE; status < MJ_STATUS_END; status++) {
            has_error[status - MJ_STATUS_BASE] |= strcmp(mj_status_name(status), vector->error) == 0;
        }
    }
    for (int status = MJ_STATUS_BASE; status < MJ_STATUS_END; status++) {
        ck_assert_msg(has_error[status - MJ_STATUS_BASE] == (status != MJ_EBADSERIAL && status != MJ_EBADDESCRIPTOR), "%s",
                      mj_status_name(status));
    }
    for (int i = 0; i < valid_files.count; i++) {
        const vector_t *vector = read_vector(&valid_files, i);

        for (apr_size_t at = 0; at + MJ_HEADER_SIZE <= vector->wire.len;) {
            const unsigned char *in = (const unsigned char *)vector->wire.data + at;

            (strcmp(vector->from, "daemon") == 0 ? is_decoded : is_encoded)[in[4]] = true;
            at += MJ_HEADER_SIZE + ((apr_size_t)in[1] << 16 | (apr_size_t)in[2] << 8 | in[3]);
        }
    }
    for (int type = 0; type < 256; type++) {
        const char *name = frame_type_name((uint8_t)type);
        bool is_both = type == MJ_FRAME_DATA || type == MJ_FRAME_TRAILERS || type == MJ_FRAME_END;
        bool is_httpds = is_both || type == MJ_FRAME_HELLO || type == MJ_FRAME_REQUEST;
        bool is_daemons = is_both || (name && !is_httpds);

        ck_assert_msg(is_encoded[type] == is_httpds, "%s", name);
        ck_assert_msg(is_decoded[type] == is_daemons, "%s", name);
    }
}
END_TEST

static void list_files(file_list_t *files)
{
    apr_pool_t *pool;
    apr_dir_t *dir;
    apr_finfo_t info;

    apr_pool_create(&pool, NULL);
    if (apr_dir_open(&dir, files->dir, pool) == APR_SUCCESS) {
        while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS && files->count < MAX_FILES) {
            apr_size_t len = strlen(info.name);

            if (len > 4 && strcmp(info.name + len - 4, ".vec") == 0) {
                files->paths[files->count++] = apr_pstrcat(pool, files->dir, "/", info.name, NULL);
            }
        }
        apr_dir_close(dir);
    }
    /* the pool lives as long as the program: the tests read the paths */
}

Suite *mj_suite(void)
{
    Suite *suite = suite_create("vectors");
    TCase *tcase = mj_case(suite, "vectors");

    list_files(&valid_files);
    list_files(&invalid_files);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, valid, 0, valid_files.count);
    tcase_add_loop_test(tcase, invalid, 0, invalid_files.count);
    tcase_add_test(tcase, vectors_are_complete);
    return suite;
}
