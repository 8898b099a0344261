#include "client_httpd.h"

#include "child.h"
#include "client_body.h"
#include "file.h"
#include "http2_tunnels.h"
#include "request.h"
#include "response.h"

#include <apr_portable.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <util_filter.h>

APLOG_USE_MODULE(jvm);

#define LONGEST_LINE 8192 /* httpd's own limit */

/* @return whether httpd knows the socket or pipe that the connection is; *fd is -1 if it has closed
 *   it, as a child that is told to end does with all sockets while requests are inside */
static bool find_fd(conn_rec *c, int *fd)
{
    apr_pollfd_t client;

    *fd = -1;
    if (ap_get_pollfd_from_conn(c, &client, NULL) != APR_SUCCESS) {
        return false;
    }
    return client.desc_type == APR_POLL_SOCKET
               ? apr_os_sock_get(fd, client.desc.s) == APR_SUCCESS
               : client.desc_type == APR_POLL_FILE && apr_os_file_get(fd, client.desc.f) == APR_SUCCESS;
}

int mj_client_fd(conn_rec *c)
{
    int fd;

    return find_fd(c, &fd) ? fd : -1;
}

static const mj_pair_t *request_trailers(void *data, apr_size_t *count)
{
    return mj_request_trailers(((mj_httpd_client_t *)data)->r, count);
}

static int fd_of(void *data)
{
    return mj_client_fd(((mj_httpd_client_t *)data)->r->connection);
}

/* --- the response --- */

static bool inform(void *data, int status, const mj_fields_t *fields)
{
    request_rec *r = ((mj_httpd_client_t *)data)->r;

    mj_response_inform(r, status, fields);
    return !r->connection->aborted;
}

static mj_head_result_t take_head(void *data, const mj_response_t *response, int file, int *status)
{
    mj_httpd_client_t *client = data;
    request_rec *r = client->r;
    int condition;

    if (file >= 0 && mj_file_adopt(r, file, response->offset + response->content_length, &client->file) != APR_SUCCESS) {
        return MJ_HEAD_BAD_FILE;
    }
    condition = mj_response_apply(r, response, file >= 0);
    if (condition == HTTP_NOT_MODIFIED) {
        /* It goes through the filters, as a static file's does: a cache that asked on its own
         * behalf waits for it there. */
        r->status = condition;
        r->status_line = NULL;
        return MJ_HEAD_COMPLETE;
    }
    if (condition != OK) {
        *status = condition;
        return MJ_HEAD_REPLACED;
    }
    return r->header_only ? MJ_HEAD_ALONE : MJ_HEAD_PASSED;
}

static void add_data(void *data, const unsigned char *bytes, apr_size_t len)
{
    const mj_httpd_client_t *client = data;
    APR_BRIGADE_INSERT_TAIL(client->out, apr_bucket_transient_create((const char *)bytes, len, client->out->bucket_alloc));
}

static void add_file(void *data, uint64_t offset, uint64_t len)
{
    const mj_httpd_client_t *client = data;
    mj_file_insert(client->out, client->file, offset, len, client->r);
}

static void add_flush(void *data)
{
    const mj_httpd_client_t *client = data;
    APR_BRIGADE_INSERT_TAIL(client->out, apr_bucket_flush_create(client->out->bucket_alloc));
}

static void take_trailers(void *data, const mj_fields_t *trailers)
{
    mj_response_end(((mj_httpd_client_t *)data)->r, trailers);
}

static void add_end(void *data)
{
    const mj_httpd_client_t *client = data;
    request_rec *r = client->r;

    APR_BRIGADE_INSERT_TAIL(client->out, apr_bucket_eos_create(client->out->bucket_alloc));
    /* httpd would look for the client's next request before it writes this response, and find none.
     * Streams of HTTP/2 are written by their main connection; what another response includes leaves
     * with that response. */
    if (r->main == NULL && r->connection->master == NULL) {
        ap_add_output_filter(MJ_FLUSH_FILTER, NULL, r, r->connection);
    }
}

apr_status_t mj_flush_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    apr_bucket *end = APR_BRIGADE_EMPTY(brigade) ? NULL : APR_BRIGADE_LAST(brigade);

    if (end != NULL && APR_BUCKET_IS_EOS(end)) {
        APR_BUCKET_INSERT_AFTER(end, apr_bucket_flush_create(f->c->bucket_alloc));
        ap_remove_output_filter(f);
    }
    return ap_pass_brigade(f->next, brigade);
}

static mj_pass_result_t pass(void *data, bool flush)
{
    const mj_httpd_client_t *client = data;
    apr_status_t rv;

    if (APR_BRIGADE_EMPTY(client->out)) {
        return MJ_PASSED;
    }
    if (flush) {
        add_flush(data);
    }
    rv = ap_pass_brigade(client->r->output_filters, client->out);
    apr_brigade_cleanup(client->out);
    if (client->file != NULL && mj_file_is_broken(client->file)) {
        return MJ_PASSED_NO_FILE;
    }
    return rv == APR_SUCCESS && !client->r->connection->aborted ? MJ_PASSED : MJ_PASSED_TO_NOBODY;
}

static bool is_head_sent(const request_rec *r)
{
    while (r->main != NULL) { /* what is included in another response leaves with that one */
        r = r->main;
    }
    return r->sent_bodyct != 0;
}

static bool break_off(void *data, int status)
{
    const mj_httpd_client_t *client = data;
    request_rec *r = client->r;
    apr_bucket_brigade *out = client->out;
    bool is_sent;

    while (!APR_BRIGADE_EMPTY(out) && !APR_BUCKET_IS_FLUSH(APR_BRIGADE_LAST(out))) {
        apr_bucket_delete(APR_BRIGADE_LAST(out));
    }
    pass(data, false);
    /* Not earlier: if the head has no length, the end of the connection would end the body. */
    r->connection->keepalive = AP_CONN_CLOSE;
    is_sent = is_head_sent(r);
    /* Once the headers have left, it is 502 that makes httpd's filters break the response off. */
    APR_BRIGADE_INSERT_TAIL(out, ap_bucket_error_create(is_sent ? HTTP_BAD_GATEWAY : status, NULL, r->pool, out->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(out, apr_bucket_eos_create(out->bucket_alloc));
    ap_pass_brigade(r->output_filters, out);
    apr_brigade_cleanup(out);
    return is_sent;
}

/* --- a tunnel --- */

/* What filters know of HTTP ends here. */
static void leave_http(request_rec *r)
{
    conn_rec *c = r->connection;

    ap_remove_output_filter_byhandle(c->output_filters, "SSL/TLS Coalescing Filter");
    ap_remove_input_filter_byhandle(c->input_filters, "reqtimeout");
    r->input_filters = r->proto_input_filters = c->input_filters;
    r->output_filters = r->proto_output_filters = c->output_filters;
    c->keepalive = AP_CONN_CLOSE;
    r->expecting_100 = 0; /* what is read is no body */
}

static bool enter_tunnel(void *data, unsigned pool, mj_tunnel_limit_t *limit)
{
    const mj_httpd_client_t *client = data;
    return client->r->connection->master == NULL || mj_http2_tunnel_enter(&mj_child()->http2_tunnels, pool, limit);
}

static void leave_tunnel(void *data, unsigned pool)
{
    const mj_httpd_client_t *client = data;
    if (client->r->connection->master != NULL) {
        mj_http2_tunnel_leave(&mj_child()->http2_tunnels, pool);
    }
}

static bool upgrade(void *data, const mj_fields_t *fields)
{
    mj_httpd_client_t *client = data;

    if (!mj_response_upgrade(client->r, fields)) {
        return false;
    }
    leave_http(client->r);
    client->is_before_tunnel = client->r->connection->master != NULL;
    return true;
}

/* --- the client itself --- */

/* Sets *fd to the client's socket, or to -1. An HTTP/2 stream has none of its own; mod_http2 sets
 * aborted. */
static bool is_closed(const mj_httpd_client_t *client, int *fd)
{
    conn_rec *c = client->r->connection;

    *fd = -1;
    return c->aborted || (c->master == NULL && find_fd(c, fd) && *fd < 0);
}

static bool is_aborted(void *data)
{
    int fd;

    return is_closed(data, &fd);
}

static bool is_gone(void *data)
{
    struct pollfd client = {.events = POLLRDHUP};

    return is_closed(data, &client.fd) || (client.fd >= 0 && poll(&client, 1, 0) > 0);
}

static bool logs(void *data, int level)
{
    return APLOG_R_IS_LEVEL(((mj_httpd_client_t *)data)->r, level);
}

static void __attribute__((format(printf, 6, 7)))
log_line(void *data, const char *file, int line, int level, apr_status_t rv, const char *format, ...)
{
    request_rec *r = ((mj_httpd_client_t *)data)->r;
    char text[LONGEST_LINE];
    va_list arguments;

    if (!APLOG_R_IS_LEVEL(r, level)) {
        return;
    }
    va_start(arguments, format);
    apr_vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    ap_log_rerror(file, line, APLOG_MODULE_INDEX, level, rv, r, "%s", text);
}

static const mj_exchange_client_ops_t ops = {
    .read = mj_client_read_body,
    .read_status = mj_client_read_status,
    .body_length = mj_client_body_length,
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

void mj_httpd_client_make(mj_httpd_client_t *client, request_rec *r)
{
    *client = (mj_httpd_client_t){
        .client = {.ops = &ops, .data = client, .pool = r->pool, .timeout = r->server->timeout},
        .r = r,
        .out = apr_brigade_create(r->pool, r->connection->bucket_alloc),
    };
}
