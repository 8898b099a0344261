/* From a URL to a mount, and to its script name and path info. */
#include "mounts.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

static bool takes_the_same(const mj_mount_t *a, const mj_mount_t *b)
{
    return (a->regex != NULL) == (b->regex != NULL) && strcmp(a->path, b->path) == 0 &&
           (a->regex == NULL || strcmp(a->pattern, b->pattern) == 0);
}

void mj_mounts_warn(const server_rec *server, const server_rec *main_server)
{
    const apr_array_header_t *mounts = mj_server_config(server)->mounts;
    /* What a virtual host inherits stands behind its own, and may well be replaced by that. */
    int own = mounts->nelts - (server != main_server ? mj_server_config(main_server)->mounts->nelts : 0);
    int i, k;

    for (i = 1; i < own; i++) {
        const mj_mount_t *mount = APR_ARRAY_IDX(mounts, i, const mj_mount_t *), *other = NULL;
        for (k = 0; k < i && other == NULL; k++) {
            const mj_mount_t *earlier = APR_ARRAY_IDX(mounts, k, const mj_mount_t *);
            other = takes_the_same(earlier, mount) ? earlier : NULL;
        }
        if (other != NULL) {
            ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, server,
                         MJLOGNO(0027) "%s: %s %s is never used: the one at %s takes the same requests; remove one of the two",
                         mount->where, mount->regex != NULL ? "JVMAliasMatch" : "JVMAlias", mount->pattern, other->where);
        }
    }
}

/* How many bytes of the URI a JVMAlias takes, 0 if it does not match or is mounted at /; *matches
 * tells the two apart. */
static apr_size_t match_path(const mj_mount_t *mount, const char *uri, bool *matches)
{
    apr_size_t len = strlen(mount->path);
    *matches = strncmp(uri, mount->path, len) == 0 && (uri[len] == '/' || uri[len] == '\0');
    return len;
}

/* The same for a JVMAliasMatch: it must match from the start, and end where a path segment ends. */
static apr_size_t match_regex(const mj_mount_t *mount, const char *uri, ap_regmatch_t *groups, bool *matches)
{
    apr_size_t len;
    *matches = ap_regexec(mount->regex, uri, AP_MAX_REG_MATCH, groups, 0) == 0 && groups[0].rm_so == 0;
    if (!*matches) {
        return 0;
    }
    len = (apr_size_t)groups[0].rm_eo;
    while (len > 0 && uri[len - 1] == '/') {
        len--;
    }
    *matches = uri[len] == '/' || uri[len] == '\0';
    return len;
}

int mj_translate_name(request_rec *r)
{
    const apr_array_header_t *resolved = mj_server_config(r->server)->resolved;
    ap_regmatch_t groups[AP_MAX_REG_MATCH];
    const mj_resolved_t *best = NULL;
    apr_size_t best_len = 0;
    mj_match_t *match;
    int i;

    if (r->uri == NULL || r->uri[0] != '/' || r->proxyreq) {
        return DECLINED;
    }
    for (i = 0; i < resolved->nelts; i++) {
        const mj_resolved_t *candidate = &APR_ARRAY_IDX(resolved, i, mj_resolved_t);
        bool matches;
        apr_size_t len = candidate->mount->regex == NULL ? match_path(candidate->mount, r->uri, &matches)
                                                         : match_regex(candidate->mount, r->uri, groups, &matches);
        if (matches && (best == NULL || len > best_len)) { /* the longest; of equals the first */
            best = candidate;
            best_len = len;
        }
    }
    if (best == NULL) {
        return DECLINED;
    }
    match = apr_pcalloc(r->pool, sizeof(*match));
    match->resolved = best;
    match->target = best->mount->target;
    if (best->mount->regex != NULL) {
        ap_regexec(best->mount->regex, r->uri, AP_MAX_REG_MATCH, groups, 0);
        match->target = ap_pregsub(r->pool, best->mount->target, r->uri, AP_MAX_REG_MATCH, groups);
        if (match->target == NULL) {
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    match->script_name = apr_pstrmemdup(r->pool, r->uri, best_len);
    match->path_info = r->uri + best_len;
    ap_set_module_config(r->request_config, &jvm_module, match);
    /* No file: nobody stats it, and <Directory> does not govern it. */
    r->filename = apr_pstrcat(r->pool, "jvm:", match->target, NULL);
    return OK;
}

static mj_match_t *match_of(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &jvm_module);
}

int mj_map_to_storage(request_rec *r)
{
    /* TRACE is answered by http_core's own hook, further down. */
    return match_of(r) != NULL && r->method_number != M_TRACE ? OK : DECLINED;
}

int mj_type_checker(request_rec *r)
{
    if (match_of(r) != NULL) {
        r->handler = MJ_HANDLER;
        return OK;
    }
    return DECLINED;
}
