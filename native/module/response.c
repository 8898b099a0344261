/* From the head of a RESPONSE frame to request_rec. */
#include "module.h"

#include <apr_date.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>

/* Fields about one connection, or about framing, are httpd's alone. */
static bool is_hop_by_hop(const char *name)
{
    static const char *const names[] = {"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer",
                                        "Transfer-Encoding", "Upgrade", "Content-Length"};
    size_t i;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void apply_header(request_rec *r, const char *name, const char *value)
{
    if (is_hop_by_hop(name)) {
        return;
    }
    if (strcasecmp(name, "Content-Type") == 0) {
        ap_set_content_type(r, value);
    }
    else if (strcasecmp(name, "Last-Modified") == 0) {
        ap_update_mtime(r, apr_date_parse_http(value));
        ap_set_last_modified(r);
    }
    else if (strcasecmp(name, "Date") == 0 || strcasecmp(name, "Server") == 0) {
        apr_table_set(r->headers_out, name, value);
    }
    else {
        apr_table_add(r->headers_out, name, value);
    }
}

int mj_response_apply(request_rec *r, const mj_response_t *response)
{
    mj_span_t rest = response->fields.pairs;
    mj_pair_t header;
    int condition;

    r->status = response->status;
    /* httpd's own reason phrase: nothing of the daemon's stands in the status line. A status that httpd does not know would become 500. */
    r->status_line = ap_get_status_line_ex(r->pool, r->status);
    /* What mod_mime made of the target's name: that is a type of the program, not of what it answers. */
    ap_set_content_type(r, NULL);
    r->content_encoding = NULL;
    r->content_languages = NULL;
    while (mj_header_next(&rest, &header)) {
        apply_header(r, apr_pstrmemdup(r->pool, header.name.data, header.name.len),
                     apr_pstrmemdup(r->pool, header.value.data, header.value.len));
    }
    if (response->content_length != MJ_LENGTH_UNKNOWN && response->status != HTTP_NO_CONTENT) {
        ap_set_content_length(r, (apr_off_t)response->content_length);
    }
    if (r->status == HTTP_OK) {
        condition = ap_meets_conditions(r);
        if (condition != OK) {
            r->status = condition;
            apr_table_unset(r->headers_out, "Content-Length");
            return condition;
        }
    }
    return OK;
}
