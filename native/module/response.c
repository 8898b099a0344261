/* From the frames of a response to request_rec. The daemon is hostile: the codec has seen to it
 * that no field splits a message. */
#include "response.h"

#include <apr_date.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>
#include <util_filter.h>

/* Fields about one connection, or about framing, are httpd's alone. */
static bool is_hop_by_hop(const char *name)
{
    static const char *const names[] = {"Connection",        "Keep-Alive", "Proxy-Authenticate",
                                        "Proxy-Connection",  "TE",         "Trailer",
                                        "Transfer-Encoding", "Upgrade",    "Content-Length"};
    size_t i;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

typedef void field_fn(request_rec *r, const char *name, const char *value);

static void each_field(request_rec *r, const mj_fields_t *fields, field_fn *each)
{
    mj_span_t rest = fields->pairs;
    mj_pair_t field;

    while (mj_header_next(&rest, &field)) {
        const char *name = apr_pstrmemdup(r->pool, field.name.data, field.name.len);
        if (!is_hop_by_hop(name)) {
            each(r, name, apr_pstrmemdup(r->pool, field.value.data, field.value.len));
        }
    }
}

static void apply_header(request_rec *r, const char *name, const char *value)
{
    if (strcasecmp(name, "Content-Type") == 0) {
        ap_set_content_type(r, value);
    } else if (strcasecmp(name, "Last-Modified") == 0) {
        ap_update_mtime(r, apr_date_parse_http(value));
        ap_set_last_modified(r);
    } else if (strcasecmp(name, "Date") == 0 || strcasecmp(name, "Server") == 0) {
        apr_table_setn(r->headers_out, name, value);
    } else {
        apr_table_addn(r->headers_out, name, value);
    }
}

/* What a static file has, and the application has not set. */
static void apply_file(request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);

    if (apr_table_get(r->headers_out, "Last-Modified") == NULL) {
        ap_update_mtime(r, r->finfo.mtime);
        ap_set_last_modified(r);
    }
    if (apr_table_get(r->headers_out, "ETag") == NULL && (core->etag_bits & ETAG_DIGEST) == 0) {
        /* httpd would open r->filename for that */
        ap_set_etag(r);
    }
    if (apr_table_get(r->headers_out, "Accept-Ranges") == NULL) {
        ap_set_accept_ranges(r);
    }
}

/* Preconditions and ranges are httpd's to judge for GET and HEAD alone: whatever else was asked for
 * is done by now, and the application alone could refuse it. Those of a request that includes this
 * one are not about this one. */
int mj_response_apply(request_rec *r, const mj_response_t *response, bool is_file)
{
    int condition;

    /* The answer for an error (ErrorDocument) has that error's status unless it has one of its own,
     * as for CGI. */
    if (response->status != HTTP_OK || !ap_is_HTTP_ERROR(r->status)) {
        r->status = response->status;
    }
    /* httpd's own reason phrase: nothing of the daemon's stands in the status line. A status that
     * httpd does not know would become 500. */
    r->status_line = ap_get_status_line_ex(r->pool, r->status);
    /* What mod_mime made of the target's name: that is a type of the program, not of what it
     * answers. */
    ap_set_content_type(r, NULL);
    r->content_encoding = NULL;
    r->content_languages = NULL;
    each_field(r, &response->fields, apply_header);
    if (response->content_length != MJ_LENGTH_UNKNOWN && response->status != HTTP_NO_CONTENT) {
        ap_set_content_length(r, (apr_off_t)response->content_length);
    }
    if (r->status == HTTP_OK && is_file) {
        apply_file(r);
    }
    if (r->method_number != M_GET) { /* HEAD's number too */
        ap_remove_output_filter_byhandle(r->output_filters, "byterange");
        return OK;
    }
    if (r->status != HTTP_OK || r->main != NULL) {
        return OK;
    }
    condition = ap_meets_conditions(r);
    if (condition != OK) {
        apr_table_unset(r->headers_out, "Content-Length");
    }
    return condition;
}

static void add_header(request_rec *r, const char *name, const char *value)
{
    apr_table_addn(r->headers_out, name, value);
}

/* Sends what the fields and the headers of a table say, and leaves what is there for the final
 * response alone. */
static void send_interim(request_rec *r, int status, const mj_fields_t *fields, apr_table_t *headers)
{
    apr_table_t *kept_headers = r->headers_out;
    const char *kept_line = r->status_line;
    int kept_status = r->status;

    r->headers_out = headers;
    each_field(r, fields, add_header);
    r->status = status;
    r->status_line = ap_get_status_line_ex(r->pool, status);
    ap_send_interim_response(r, 1);
    r->status = kept_status;
    r->status_line = kept_line;
    r->headers_out = kept_headers;
}

void mj_response_inform(request_rec *r, int status, const mj_fields_t *fields)
{
    if (r->main == NULL) {
        send_interim(r, status, fields, apr_table_make(r->pool, 4));
    }
}

static void add_trailer(request_rec *r, const char *name, const char *value)
{
    apr_table_addn(r->trailers_out, name, value);
}

void mj_response_end(request_rec *r, const mj_fields_t *trailers)
{
    each_field(r, trailers, add_trailer);
}

/* The value of the only Upgrade field; NULL if there is none, or more. */
static const char *upgrade_of(request_rec *r, const mj_fields_t *fields)
{
    mj_span_t rest = fields->pairs;
    const char *protocol = NULL;
    mj_pair_t field;

    while (mj_header_next(&rest, &field)) {
        if (field.name.len == strlen("Upgrade") && strncasecmp(field.name.data, "Upgrade", field.name.len) == 0) {
            if (protocol != NULL) {
                return NULL;
            }
            protocol = apr_pstrmemdup(r->pool, field.value.data, field.value.len);
        }
    }
    return protocol;
}

bool mj_response_upgrade(request_rec *r, const mj_fields_t *fields)
{
    const char *protocol = upgrade_of(r, fields);
    apr_table_t *headers;

    if (protocol == NULL || *protocol == '\0' || r->main != NULL || r->proto_num < HTTP_VERSION(1, 1) ||
        !ap_find_list_item(r->pool, apr_table_get(r->headers_in, "Upgrade"), protocol) ||
        !ap_find_token(r->pool, apr_table_get(r->headers_in, "Connection"), "upgrade")) {
        return false;
    }
    headers = apr_table_make(r->pool, 4);
    apr_table_setn(headers, "Upgrade", protocol);
    apr_table_setn(headers, "Connection", "Upgrade");
    send_interim(r, HTTP_SWITCHING_PROTOCOLS, fields, headers);
    r->status = HTTP_SWITCHING_PROTOCOLS; /* for the access log */
    r->status_line = NULL;
    return true;
}
