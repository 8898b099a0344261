/* The content handler: a request of httpd's on its way to a daemon and back. */
#include "handler.h"

#include "child.h"
#include "client_body.h"
#include "client_httpd.h"
#include "config.h"
#include "dispatch.h"
#include "dispatcher.h"
#include "exchange_client.h"
#include "mod_jvm.h"
#include "request.h"

#include <apr_strings.h>
#include <http_log.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

#define CLIENT_CLOSED_REQUEST 499 /* as access logs commonly have it; HTTP has no status for it */

static void note_number(request_rec *r, const char *name, apr_int64_t value)
{
    apr_table_setn(r->notes, name, apr_psprintf(r->pool, "%" APR_INT64_T_FMT, value));
}

/* For the access log: %{jvm-pid}n and so on. */
static void note(request_rec *r, const mj_dispatched_t *result)
{
    if (result->pid != 0) {
        note_number(r, "jvm-pid", result->pid);
        note_number(r, "jvm-queue-time", result->queue_time);
        note_number(r, "jvm-application-time", result->application_time);
    }
}

/* httpd undoes chunked alone: of any other coding an application would get the coded bytes
 * (mod_proxy answers the same). */
static int check_transfer_coding(request_rec *r)
{
    const char *coding = apr_table_get(r->headers_in, "Transfer-Encoding");

    if (coding == NULL || strcasecmp(coding, "chunked") == 0) {
        return OK;
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, MJLOGNO(0057) "Transfer-Encoding: %s: httpd decodes only chunked; 501", coding);
    r->connection->keepalive = AP_CONN_CLOSE; /* nobody knows where its body ends */
    return HTTP_NOT_IMPLEMENTED;
}

static void set_retry_after(request_rec *r, int seconds)
{
    apr_table_setn(r->err_headers_out, "Retry-After", apr_psprintf(r->pool, "%d", seconds));
}

/* @return what the handler returns */
static int serve(request_rec *r, mj_outgoing_t *outgoing)
{
    mj_httpd_client_t client;
    mj_dispatched_t result;

    mj_httpd_client_make(&client, r);
    mj_client_declare_body(r, &outgoing->head);
    result =
        mj_dispatch(&mj_child()->dispatcher, outgoing->pool->settings, outgoing->pool->index, &client.client, &outgoing->head);
    note(r, &result);
    if (result.retry_after > 0) {
        set_retry_after(r, result.retry_after);
    }
    if (result.is_body_unread) {
        r->connection->keepalive = AP_CONN_CLOSE; /* httpd would read the rest before it answers */
    }
    if (result.status == MJ_CLIENT_IS_GONE) { /* for the access log: nobody will see it */
        r->status = CLIENT_CLOSED_REQUEST;
        return DONE;
    }
    return result.status;
}

int mj_handler(request_rec *r)
{
    mj_outgoing_t outgoing;
    int status;

    if (r->handler == NULL || strcmp(r->handler, MJ_HANDLER) != 0) {
        return DECLINED;
    }
    status = mj_request_fill(r, &outgoing);
    if (status == OK) {
        status = check_transfer_coding(r);
    }
    if (status != OK) {
        return status;
    }
    if (mj_child() == NULL || outgoing.pool->index == MJ_NO_PLACE) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      MJLOGNO(0034) "this child of httpd cannot reach any pool, for a reason that httpd's parent has logged; "
                                    "503");
        if (mj_child() != NULL) {
            mj_dispatcher_doubt(&mj_child()->dispatcher);
        }
        set_retry_after(r, 1);
        return HTTP_SERVICE_UNAVAILABLE;
    }
    apr_table_setn(r->notes, "jvm-pool", outgoing.pool->settings->name);
    return serve(r, &outgoing);
}
