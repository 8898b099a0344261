#include "client_body.h"

#include "client_httpd.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <string.h>
#include <util_filter.h>

void mj_client_declare_body(request_rec *r, mj_request_t *head)
{
    const char *length;

    if (!ap_request_has_body(r)) {
        return;
    }
    length = apr_table_get(r->headers_in, "Content-Length");
    head->flags = MJ_FLAG_REQUEST_BODY;
    if (r->expecting_100) {
        head->flags |= MJ_FLAG_REQUEST_EXPECT;
    }
    head->content_length = length != NULL ? (uint64_t)apr_atoi64(length) : MJ_LENGTH_UNKNOWN;
}

/* Tells a client that waits for it that the body is wanted. A read that does not block leaves that
 * to us. */
static void send_continue(request_rec *r)
{
    int status = r->status;
    r->status = HTTP_CONTINUE;
    ap_send_interim_response(r, 0);
    r->status = status;
    r->expecting_100 = 0;
}

/* Copies what the filters have given. */
static apr_status_t take(apr_bucket_brigade *in, unsigned char *out, apr_size_t max, apr_size_t *len, bool *is_end)
{
    apr_status_t rv = APR_SUCCESS;

    for (apr_bucket *bucket = APR_BRIGADE_FIRST(in); rv == APR_SUCCESS && bucket != APR_BRIGADE_SENTINEL(in);
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *bytes;
        apr_size_t count;
        if (APR_BUCKET_IS_EOS(bucket)) {
            *is_end = true;
            break;
        }
        if (APR_BUCKET_IS_METADATA(bucket)) {
            continue;
        }
        rv = apr_bucket_read(bucket, &bytes, &count, APR_BLOCK_READ);
        if (rv == APR_SUCCESS && count > max - *len) {
            rv = APR_EGENERAL; /* a filter that gives more than was asked for */
        }
        if (rv == APR_SUCCESS) {
            memcpy(out + *len, bytes, count);
            *len += count;
        }
    }
    return rv;
}

apr_status_t mj_client_read_body(void *data, unsigned char *out, apr_size_t max, bool may_wait, apr_size_t *len, bool *is_end)
{
    mj_httpd_client_t *client = data;
    request_rec *r = client->r;
    apr_status_t rv;

    *len = 0;
    *is_end = false;
    if (client->in == NULL) {
        client->in = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    }
    rv = ap_get_brigade(r->input_filters, client->in, AP_MODE_READBYTES, may_wait ? APR_BLOCK_READ : APR_NONBLOCK_READ,
                        (apr_off_t)max);
    if (rv == APR_SUCCESS && APR_BRIGADE_EMPTY(client->in)) {
        rv = APR_EAGAIN;
    }
    if (rv == APR_SUCCESS) {
        rv = take(client->in, out, max, len, is_end);
    }
    apr_brigade_cleanup(client->in);
    if (client->is_before_tunnel) { /* mod_http2 ends the request before the bytes of the tunnel */
        *is_end = false;
        client->is_before_tunnel = false;
    }
    if (APR_STATUS_IS_EAGAIN(rv) && r->expecting_100) {
        send_continue(r);
    }
    return rv;
}

int mj_client_read_status(void *data, apr_status_t rv)
{
    (void)data;
    return APR_STATUS_IS_TIMEUP(rv) ? HTTP_REQUEST_TIME_OUT : ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
}

uint64_t mj_client_body_length(void *data)
{
    const request_rec *r = ((const mj_httpd_client_t *)data)->r;

    if (r->input_filters != r->proto_input_filters) { /* something may change the body */
        return MJ_LENGTH_UNKNOWN;
    }
    return (uint64_t)apr_atoi64(apr_table_get(r->headers_in, "Content-Length"));
}
