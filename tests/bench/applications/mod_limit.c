/*
 * The limit: what a handler inside httpd serves, with no process behind it. The handler limit-flush
 * sends before it returns, so that httpd finds the next request of a fast client waiting.
 */
#include <httpd.h> /* before the others of httpd, which need it */

#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>
#include <string.h>

#define PIECE 65536
#define PIECES 160

static char filling[102400];

static int answer(request_rec *r, const char *body, apr_off_t length)
{
    ap_set_content_length(r, length);
    ap_rwrite(body, (int)length, r);
    if (!strcmp(r->handler, "limit-flush")) {
        ap_rflush(r);
    }
    return OK;
}

static int stream(request_rec *r)
{
    for (int i = 0; i < PIECES; i++) {
        ap_rwrite(filling, PIECE, r);
    }
    return OK;
}

static int body_length(request_rec *r)
{
    char buffer[PIECE];
    long got, total = 0;

    if (ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK) != OK) {
        return HTTP_BAD_REQUEST;
    }
    while (ap_should_client_block(r) && (got = ap_get_client_block(r, buffer, sizeof(buffer))) > 0) {
        total += got;
    }
    const char *text = apr_psprintf(r->pool, "%ld\n", total);
    return answer(r, text, (apr_off_t)strlen(text));
}

static int limit_handler(request_rec *r)
{
    if (!r->handler || strncmp(r->handler, "limit", 5) != 0) {
        return DECLINED;
    }
    ap_set_content_type(r, "text/plain; charset=utf-8");
    if (!strcmp(r->uri, "/memory")) {
        return answer(r, filling, sizeof(filling));
    }
    if (!strcmp(r->uri, "/stream")) {
        return stream(r);
    }
    if (!strcmp(r->uri, "/length")) {
        return body_length(r);
    }
    if (!strcmp(r->uri, "/headers") && apr_table_get(r->headers_in, "X-Request-19")) {
        for (int i = 1; i <= 15; i++) {
            apr_table_set(r->headers_out, apr_psprintf(r->pool, "X-Response-%d", i), "a value of some twenty bytes");
        }
    }
    return answer(r, "Hello, world\n", 13);
}

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    memset(filling, 'x', sizeof(filling));
    ap_hook_handler(limit_handler, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(limit) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks};
