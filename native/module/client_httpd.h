/* A request of httpd's as the client of an exchange. */
#ifndef MJ_CLIENT_HTTPD_H
#define MJ_CLIENT_HTTPD_H

#include "exchange_client.h"

#include <httpd.h>

#include <util_filter.h>

/** Lives as long as the exchange, which is over before the handler of the request returns. */
typedef struct mj_httpd_client_t {
    mj_exchange_client_t client; /**< what the exchange knows of it */
    request_rec *r;
    apr_bucket_brigade *in; /**< NULL until something is read */
    apr_bucket_brigade *out;
    struct mj_file_t *file; /**< the body of the response; NULL: it is none */
    /** Upgraded over HTTP/2, and nothing was read since: the next EOS ends the request only. */
    bool is_before_tunnel;
} mj_httpd_client_t;

void mj_httpd_client_make(mj_httpd_client_t *client, request_rec *r);

/** What to poll for the client's next bytes: its socket, or for HTTP/2 a pipe of its stream's.
 *  @return -1 if there is nothing */
int mj_client_fd(conn_rec *c);

/** The filter that has a whole response leave at once. It stands behind all filters of the request:
 *  to those, EOS is the end. A FLUSH behind it would keep a filter that looks for EOS as the last
 *  bucket from finding it, and one ahead of it would make filters that gather send early. */
#define MJ_FLUSH_FILTER "JVM_FLUSH"
#define MJ_FLUSH_FILTER_TYPE ((ap_filter_type)(AP_FTYPE_CONNECTION - 1))
apr_status_t mj_flush_filter(ap_filter_t *f, apr_bucket_brigade *brigade);

#endif
