/* What the client gets of an exchange, as it gathers and where it ends without success; and what the log says then. */
#include "exchange_steps.h"
#include "module.h"

#include <http_log.h>
#include <http_protocol.h>
#include <util_filter.h>

APLOG_USE_MODULE(jvm);

#define MJ_CLIENT_CLOSED_REQUEST 499 /* as access logs commonly have it; HTTP has no status for it */

bool mj_exchange_pass(mj_exchange_t *x)
{
    apr_status_t rv;
    if (APR_BRIGADE_EMPTY(x->out)) {
        return true;
    }
    rv = ap_pass_brigade(x->r->output_filters, x->out);
    apr_brigade_cleanup(x->out);
    return rv == APR_SUCCESS && !x->r->connection->aborted;
}

mj_step_t mj_exchange_client_gone(mj_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, x->r, MJLOGNO(0045) "the client left before the response was whole");
    x->is_broken = true; /* closing the channel tells the daemon, which interrupts the application */
    x->is_abandoned = true;
    x->status = OK;
    if (!x->is_begun) { /* for the access log: nobody will see it */
        x->r->status = MJ_CLIENT_CLOSED_REQUEST;
        x->status = DONE;
    }
    return MJ_FINISHED;
}

int mj_exchange_give_up(mj_exchange_t *x)
{
    mj_exchange_client_gone(x);
    return x->status;
}

void mj_exchange_add_flush(mj_exchange_t *x)
{
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_flush_create(x->r->connection->bucket_alloc));
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

/* What was flushed is the client's, though it may not have left yet; so is all that came through a tunnel. */
static void pass_flushed(mj_exchange_t *x)
{
    if (x->is_tunnel) {
        mj_exchange_add_flush(x);
    }
    while (!APR_BRIGADE_EMPTY(x->out) && !APR_BUCKET_IS_FLUSH(APR_BRIGADE_LAST(x->out))) {
        apr_bucket_delete(APR_BRIGADE_LAST(x->out));
    }
    mj_exchange_pass(x);
}

bool mj_exchange_is_head_sent(const mj_exchange_t *x)
{
    const request_rec *r = x->r;
    while (r->main != NULL) { /* what is included in another response leaves with that one */
        r = r->main;
    }
    return r->sent_bodyct != 0;
}

mj_step_t mj_exchange_fail(mj_exchange_t *x, int status)
{
    request_rec *r = x->r;
    x->is_broken = true;
    if (!x->is_begun) {
        x->status = status;
        return MJ_FINISHED;
    }
    x->status = OK;
    pass_flushed(x);
    r->connection->keepalive = AP_CONN_CLOSE; /* not before: without a head, the end of the connection would be the end of the body */
    /* Once the headers have left, it is 502 that makes httpd's filters break the response off. */
    APR_BRIGADE_INSERT_TAIL(
        x->out, ap_bucket_error_create(mj_exchange_is_head_sent(x) ? HTTP_BAD_GATEWAY : status, NULL, r->pool, r->connection->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(x->out, apr_bucket_eos_create(r->connection->bucket_alloc));
    ap_pass_brigade(r->output_filters, x->out);
    apr_brigade_cleanup(x->out);
    return MJ_FINISHED;
}

mj_step_t mj_exchange_violation(mj_exchange_t *x, const char *what)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r, MJLOGNO(0041) "pool %s pid %u: the daemon breaks the protocol: %s; 502", x->settings->name,
                  x->pid, what);
    return mj_exchange_fail(x, HTTP_BAD_GATEWAY);
}

mj_step_t mj_exchange_timed_out(mj_exchange_t *x)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, x->r, MJLOGNO(0042) "pool %s pid %u: request-timeout: no end within %" APR_INT64_T_FMT " ms; 504",
                  x->settings->name, x->pid, x->settings->request_timeout / 1000);
    return mj_exchange_fail(x, HTTP_GATEWAY_TIME_OUT);
}

mj_step_t mj_exchange_lost(mj_exchange_t *x, apr_status_t rv)
{
    const char *name = rv == MJ_ENOWELCOME ? "no WELCOME in its own version: are its jars and the module of one installation?" : mj_status_name(rv);
    if (name != NULL) {
        return mj_exchange_violation(x, name);
    }
    x->is_lost = true;
    ap_log_rerror(APLOG_MARK, APLOG_ERR, rv, x->r, MJLOGNO(0043) "pool %s pid %u: the daemon was lost while it handled the request; %s",
                  x->settings->name, x->pid, x->is_begun ? "the response is broken off" : "502");
    return mj_exchange_fail(x, HTTP_BAD_GATEWAY);
}
