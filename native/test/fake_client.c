#include "fake_client.h"

#include "harness.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define SHOWN 40 /* bytes of data; of more, only the number is shown */

static void __attribute__((format(printf, 2, 3))) do_word(fake_client_t *fake, const char *format, ...)
{
    va_list arguments;
    const char *word;

    va_start(arguments, format);
    word = apr_pvsprintf(test_pool, format, arguments);
    va_end(arguments);
    fake->done = *fake->done == '\0' ? word : apr_pstrcat(test_pool, fake->done, " ", word, NULL);
}

static apr_status_t read_body(void *data, unsigned char *out, apr_size_t max, bool may_wait, apr_size_t *len, bool *is_end)
{
    fake_client_t *fake = data;
    const fake_piece_t *piece;
    apr_size_t left;

    *len = 0;
    *is_end = false;
    if (fake->piece == fake->piece_count) {
        return APR_EAGAIN;
    }
    piece = &fake->pieces[fake->piece];
    left = piece->len - fake->piece_used;
    *len = left < max ? left : max;
    for (apr_size_t i = 0; i < *len; i++) {
        apr_size_t at = fake->piece_used + i;
        out[i] = (unsigned char)(piece->bytes != NULL ? piece->bytes[at] : 'a' + (char)(at % 26));
    }
    fake->piece_used += *len;
    if (fake->piece_used == piece->len) {
        fake->piece++;
        fake->piece_used = 0;
        *is_end = piece->is_end;
        ck_assert(!may_wait || !APR_STATUS_IS_EAGAIN(piece->rv));
        return piece->rv;
    }
    return APR_SUCCESS;
}

static int read_status(void *data, apr_status_t rv)
{
    (void)data;
    return APR_STATUS_IS_TIMEUP(rv) ? 408 : APR_STATUS_IS_ENOSPC(rv) ? 413 : 400;
}

static uint64_t body_length(void *data)
{
    return ((fake_client_t *)data)->length;
}

static const mj_pair_t *request_trailers(void *data, apr_size_t *count)
{
    *count = ((fake_client_t *)data)->trailer_count;
    return ((fake_client_t *)data)->trailers;
}

static int fd_of(void *data)
{
    return ((fake_client_t *)data)->fd;
}

static bool inform(void *data, int status, const mj_fields_t *fields)
{
    do_word(data, "inform(%d,%d)", status, fields->count);
    return !((fake_client_t *)data)->is_aborted;
}

static mj_head_result_t take_head(void *data, const mj_response_t *response, int file, int *status)
{
    fake_client_t *fake = data;

    do_word(fake, "head(%d)", response->status);
    if (file >= 0) {
        ck_assert_int_lt(fake->file, 0);
        fake->file = file;
    }
    *status = fake->head_status;
    return fake->head_result;
}

static void mark(fake_client_t *fake)
{
    fake->has_mark = true;
}

static void add_data(void *data, const unsigned char *bytes, apr_size_t len)
{
    fake_client_t *fake = data;

    if (len <= SHOWN) {
        do_word(fake, "data(%.*s)", (int)len, (const char *)bytes);
    } else {
        do_word(fake, "data[%" APR_SIZE_T_FMT "]", len);
    }
    ck_assert_int_lt(fake->gathered_count, 64);
    fake->gathered[fake->gathered_count].bytes = bytes;
    fake->gathered[fake->gathered_count].copy = apr_pstrmemdup(test_pool, (const char *)bytes, len);
    fake->gathered[fake->gathered_count++].len = len;
}

static void add_file(void *data, uint64_t offset, uint64_t len)
{
    do_word(data, "file(%d,%d)", (int)offset, (int)len);
    mark(data);
}

static void add_flush(void *data)
{
    do_word(data, "flush");
    mark(data);
}

static void take_trailers(void *data, const mj_fields_t *trailers)
{
    do_word(data, "trailers(%d)", trailers->count);
}

static void add_end(void *data)
{
    do_word(data, "end");
    mark(data);
}

/* What was handed over has stayed where it was. */
static void pass_bytes(fake_client_t *fake)
{
    for (int i = 0; i < fake->gathered_count; i++) {
        ck_assert_mem_eq(fake->gathered[i].bytes, fake->gathered[i].copy, fake->gathered[i].len);
        fake->body = apr_pstrcat(test_pool, fake->body, fake->gathered[i].copy, NULL);
    }
    fake->gathered_count = 0;
    fake->has_mark = false;
}

static mj_pass_result_t pass(void *data, bool flush)
{
    fake_client_t *fake = data;

    if (fake->gathered_count == 0 && !fake->has_mark) {
        return MJ_PASSED;
    }
    do_word(fake, flush ? "pass!" : "pass");
    pass_bytes(fake);
    if (fake->passes_left == 0) {
        return MJ_PASSED_TO_NOBODY;
    }
    fake->passes_left--;
    return fake->has_whole_file ? MJ_PASSED : MJ_PASSED_NO_FILE;
}

static bool break_off(void *data, int status)
{
    fake_client_t *fake = data;

    do_word(fake, "break(%d)", status);
    fake->gathered_count = 0;
    return *fake->body != '\0';
}

static bool enter_tunnel(void *data, unsigned pool, mj_tunnel_limit_t *limit)
{
    fake_client_t *fake = data;

    (void)pool;
    if (!fake->has_tunnels) {
        *limit = (mj_tunnel_limit_t){7, true, 9, "the test's ", " of a kind", "more"};
        return false;
    }
    fake->tunnels++;
    return true;
}

static void leave_tunnel(void *data, unsigned pool)
{
    (void)pool;
    ((fake_client_t *)data)->tunnels--;
}

static bool upgrade(void *data, const mj_fields_t *fields)
{
    do_word(data, "upgrade(%d)", fields->count);
    return ((fake_client_t *)data)->can_upgrade;
}

static bool is_aborted(void *data)
{
    return ((fake_client_t *)data)->is_aborted;
}

static bool is_gone(void *data)
{
    return ((fake_client_t *)data)->is_gone;
}

static bool logs(void *data, int level)
{
    return level <= ((fake_client_t *)data)->log_level;
}

static void __attribute__((format(printf, 6, 7)))
log_line(void *data, const char *file, int line, int level, apr_status_t rv, const char *format, ...)
{
    fake_client_t *fake = data;
    va_list arguments;

    ck_assert(file != NULL && line > 0);
    (void)rv;
    va_start(arguments, format);
    fake->log = apr_psprintf(test_pool, "%s%c %s\n", fake->log, "XACEWNIDT"[level], apr_pvsprintf(test_pool, format, arguments));
    va_end(arguments);
}

static mj_exchange_client_ops_t all = {
    .read = read_body,
    .read_status = read_status,
    .body_length = body_length,
    .request_trailers = request_trailers,
    .fd = fd_of,
    .inform = inform,
    .head = take_head,
    .data = add_data,
    .file = add_file,
    .flush = add_flush,
    .response_trailers = take_trailers,
    .end = add_end,
    .pass = pass,
    .break_off = break_off,
    .enter_tunnel = enter_tunnel,
    .leave_tunnel = leave_tunnel,
    .upgrade = upgrade,
    .is_aborted = is_aborted,
    .is_gone = is_gone,
    .logs = logs,
    .log = log_line,
};

static apr_status_t close_file(void *data)
{
    const fake_client_t *fake = data;
    if (fake->file >= 0) {
        close(fake->file);
    }
    return APR_SUCCESS;
}

void fake_client_make(fake_client_t *fake)
{
    memset(fake, 0, sizeof(*fake));
    fake->client = (mj_exchange_client_t){.ops = &all, .data = fake, .pool = test_pool, .timeout = apr_time_from_sec(60)};
    fake->fd = -1;
    fake->length = MJ_LENGTH_UNKNOWN;
    fake->head_result = MJ_HEAD_PASSED;
    fake->passes_left = -1;
    fake->has_whole_file = true;
    fake->can_upgrade = true;
    fake->has_tunnels = true;
    fake->log_level = MJ_LEVEL_INFO;
    fake->done = fake->log = fake->body = "";
    fake->file = -1;
    apr_pool_cleanup_register(test_pool, fake, close_file, apr_pool_cleanup_null);
}

void fake_client_make_plain(fake_client_t *fake)
{
    static mj_exchange_client_ops_t plain;

    fake_client_make(fake);
    plain = all;
    plain.inform = NULL;
    plain.upgrade = NULL;
    plain.enter_tunnel = NULL;
    plain.leave_tunnel = NULL;
    fake->client.ops = &plain;
}
