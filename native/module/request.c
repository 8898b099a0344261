/* From request_rec to the head of a REQUEST frame. */
#include "request.h"

#include "mounts.h"
#include "pools.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <string.h>
#include <util_script.h>

APLOG_USE_MODULE(jvm);

static mj_span_t span(const char *text)
{
    return text != NULL ? (mj_span_t){text, strlen(text)} : (mj_span_t){"", 0};
}

static void add_pair(apr_array_header_t *pairs, const char *name, const char *value)
{
    if (value != NULL) {
        mj_pair_t *pair = &APR_ARRAY_PUSH(pairs, mj_pair_t);
        pair->name = span(name);
        pair->value = span(value);
    }
}

/* Credentials stay with httpd, as for CGI, unless CGIPassAuth says otherwise. Proxy would become
 * HTTP_PROXY (httpoxy). */
static bool is_withheld(const request_rec *r, const char *name)
{
    const core_dir_config *core;
    if (strcasecmp(name, "Authorization") == 0) {
        core = ap_get_core_module_config(r->per_dir_config);
        return core->cgi_pass_auth != AP_CGI_PASS_AUTH_ON;
    }
    return strcasecmp(name, "Proxy-Authorization") == 0 || strcasecmp(name, "Proxy") == 0;
}

/* Header or trailer fields, as pairs. */
static const mj_pair_t *fields_of(request_rec *r, const apr_table_t *table, apr_size_t *count)
{
    const apr_array_header_t *in = apr_table_elts(table);
    apr_array_header_t *out = apr_array_make(r->pool, in->nelts + 1, sizeof(mj_pair_t));
    int i;

    for (i = 0; i < in->nelts; i++) {
        const apr_table_entry_t *entry = &APR_ARRAY_IDX(in, i, apr_table_entry_t);
        if (entry->key != NULL && mj_is_token(span(entry->key)) && !is_withheld(r, entry->key)) {
            add_pair(out, entry->key, entry->val);
        }
    }
    *count = (apr_size_t)out->nelts;
    return (const mj_pair_t *)(const void *)out->elts;
}

const mj_pair_t *mj_request_trailers(request_rec *r, apr_size_t *count)
{
    if (apr_is_empty_table(r->trailers_in)) {
        *count = 0;
        return NULL;
    }
    return fields_of(r, r->trailers_in, count);
}

/* The target as the client sent it, whatever internal redirects have made of it: r->unparsed_uri is
 * the last redirect's. They all, and what a page includes, have the request line of the first. */
static mj_span_t received_target(const request_rec *r)
{
    const char *from = r->the_request != NULL ? r->the_request : "";
    const char *to;

    while (*from != '\0' && !apr_isspace(*from)) { /* the method */
        from++;
    }
    while (apr_isspace(*from)) {
        from++;
    }
    for (to = from; *to != '\0' && !apr_isspace(*to); to++) {
    }
    return (mj_span_t){from, (apr_size_t)(to - from)};
}

/* Where httpd redirected from by itself. */
static const char *redirect_url(request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    return core->qualify_redirect_url == AP_CORE_CONFIG_ON ? ap_construct_url(r->pool, r->prev->uri, r->prev) : r->prev->uri;
}

/* What the daemon cannot derive from the head: facts about the server, and what modules and SetEnv
 * have set. */
static void add_variables(request_rec *r, const char *target, const mj_pool_settings_t *settings, mj_request_t *head)
{
    const apr_array_header_t *env = apr_table_elts(r->subprocess_env);
    apr_array_header_t *out = apr_array_make(r->pool, env->nelts + 13, sizeof(mj_pair_t));
    int i;

    for (i = 0; i < env->nelts; i++) {
        const apr_table_entry_t *entry = &APR_ARRAY_IDX(env, i, apr_table_entry_t);
        if (entry->key != NULL && *entry->key != '\0' && strcmp(entry->key, "HTTP_PROXY") != 0) {
            add_pair(out, entry->key, entry->val != NULL ? entry->val : "");
        }
    }
    add_pair(out, "SERVER_SOFTWARE", ap_get_server_banner());
    add_pair(out, "SERVER_ADMIN", r->server->server_admin);
    add_pair(out, "SERVER_SIGNATURE", ap_psignature("", r));
    add_pair(out, "DOCUMENT_ROOT", ap_document_root(r));
    add_pair(out, "CONTEXT_PREFIX", ap_context_prefix(r));
    add_pair(out, "CONTEXT_DOCUMENT_ROOT", ap_context_document_root(r));
    add_pair(out, "SCRIPT_FILENAME", target);
    add_pair(out, "REMOTE_HOST", ap_get_useragent_host(r, REMOTE_HOST, NULL)); /* NULL unless HostnameLookups has found it */
    if (apr_table_get(r->headers_in, "Upgrade") != NULL) {
        add_pair(out, "JVM_TUNNEL_TIMEOUT", apr_psprintf(r->pool, "%" APR_INT64_T_FMT, settings->tunnel_timeout / 1000));
    }
    if (r->prev != NULL) {
        add_pair(out, "REDIRECT_URL", redirect_url(r));
        add_pair(out, "REDIRECT_QUERY_STRING", r->prev->args);
    }
    head->variables = (const mj_pair_t *)(const void *)out->elts;
    head->variable_count = (apr_size_t)out->nelts;
}

/* A file of the document tree as the application: AddHandler or SetHandler. */
static int match_file(request_rec *r, mj_match_t *match)
{
    int split;

    if (r->finfo.filetype == APR_NOFILE) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, MJLOGNO(0020) "target does not exist: %s", r->filename);
        return HTTP_NOT_FOUND;
    }
    if (r->finfo.filetype == APR_DIR) { /* SetHandler, and a URL that ends with a slash; CGI answers the same */
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, MJLOGNO(0022) "a folder of the document tree is not an application: %s",
                      r->filename);
        return HTTP_FORBIDDEN;
    }
    match->resolved = NULL;
    match->target = r->filename;
    match->path_info = r->path_info != NULL ? r->path_info : "";
    split = *match->path_info != '\0' ? ap_find_path_info(r->uri, match->path_info) : (int)strlen(r->uri);
    match->script_name = apr_pstrmemdup(r->pool, r->uri, (apr_size_t)split);
    return OK;
}

/* Which pool, and which application. */
static int find_application(request_rec *r, const mj_match_t *match, mj_outgoing_t *out)
{
    const mj_resolved_t *resolved = match->resolved;
    const mj_scope_t *scope = mj_scope_of(r);
    const server_rec *site; /* the same for what one file is on several ports */
    const char *wrong, *group;

    if (resolved != NULL && resolved->scope == scope && resolved->definition.len > 0) {
        out->pool = resolved->pool;
        out->head.application = resolved->definition;
        return OK;
    }
    if (resolved != NULL) {
        scope = mj_scope_merge(r->pool, scope, resolved->mount->options);
    }
    out->pool = mj_find_pool(r->pool, r->server, scope, &wrong);
    if (out->pool == NULL) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, MJLOGNO(0021) "%s: %s", r->uri, wrong);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (resolved != NULL && resolved->group != NULL) {
        group = resolved->group;
    } else {
        site = mj_is_same_site(r->server, out->pool->server) ? out->pool->server : r->server;
        group = mj_default_group(r->pool, site, resolved == NULL ? match->target : match->script_name);
    }
    out->head.application = mj_application_definition(r->pool, match->target, match->script_name, scope, group);
    return OK;
}

int mj_request_fill(request_rec *r, mj_outgoing_t *out)
{
    const mj_match_t *match = ap_get_module_config(r->request_config, &jvm_module);
    mj_match_t file_match;
    mj_request_t *head = &out->head;
    int status;

    if (match == NULL) {
        status = match_file(r, &file_match);
        if (status != OK) {
            return status;
        }
        match = &file_match;
    }
    memset(out, 0, sizeof(*out));
    /* A WebSocket over HTTP/2 (RFC 8441): what mod_http2 calls its body is the tunnel to be.
     * Upgrade cannot come from the client there. */
    if (r->connection->master != NULL && apr_table_get(r->headers_in, "Upgrade") != NULL) {
        apr_table_unset(r->headers_in, "Transfer-Encoding");
    }
    status = find_application(r, match, out);
    if (status != OK) {
        return status;
    }
    head->server_port = (uint16_t)ap_get_server_port(r);
    head->remote_port = r->useragent_addr->port;
    head->method = span(r->method);
    head->target = received_target(r);
    head->script_name = span(match->script_name);
    head->path_info = span(match->path_info);
    head->query = span(r->args);
    head->protocol = span(r->protocol);
    head->scheme = span(ap_http_scheme(r));
    head->server_name = span(ap_escape_html(r->pool, ap_get_server_name_for_url(r)));
    head->server_addr = span(r->connection->local_ip);
    head->remote_addr = span(r->useragent_ip);
    head->remote_user = span(r->user);
    head->auth_type = span(r->ap_auth_type);
    if (r->log_id == NULL) { /* else made when httpd first logs something of the request */
        ap_run_generate_log_id(r->connection, r, &r->log_id);
    }
    head->log_id = span(r->log_id);
    head->headers = fields_of(r, r->headers_in, &head->header_count);
    add_variables(r, match->target, out->pool->settings, head);
    return OK;
}
