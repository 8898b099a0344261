#include "check_mounts.h"

#include "config.h"
#include "confinement.h"
#include "mod_jvm.h"
#include "pools.h"
#include "record.h"
#include "settings.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <http_log.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

bool mj_section_covers(const core_dir_config *section, const char *uri)
{
    size_t len = strlen(section->d);
    if (section->r != NULL) {
        return ap_regexec(section->r, uri, 0, NULL, 0) == 0;
    }
    if (section->d_is_fnmatch != 0) {
        return apr_fnmatch(section->d, uri, APR_FNM_PATHNAME) == APR_SUCCESS;
    }
    return strncmp(section->d, uri, len) == 0 && (len == 0 || section->d[len - 1] == '/' || uri[len] == '/' || uri[len] == '\0');
}

/* The scope that requests for a mount will have as far as it can be known: the server's, and each
 * <Location> that covers the mount, as ap_location_walk would merge them. */
static const mj_scope_t *scope_of_mount(apr_pool_t *pool, const server_rec *server, const mj_mount_t *mount)
{
    const mj_scope_t *scope = ap_get_module_config(server->lookup_defaults, &jvm_module);
    const core_server_config *core = ap_get_core_module_config(server->module_config);
    const char *uri = *mount->path == '\0' ? "/" : mount->path;
    int i;

    for (i = 0; mount->regex == NULL && core->sec_url != NULL && i < core->sec_url->nelts; i++) {
        ap_conf_vector_t *section = APR_ARRAY_IDX(core->sec_url, i, ap_conf_vector_t *);
        const mj_scope_t *inner = ap_get_module_config(section, &jvm_module);
        if (inner != NULL && mj_section_covers(ap_get_core_module_config(section), uri)) {
            scope = mj_scope_merge(pool, scope, inner);
        }
    }
    return scope;
}

static bool has_record(const apr_array_header_t *records, mj_span_t record)
{
    int i;
    for (i = 0; i < records->nelts; i++) {
        if (mj_span_equal(APR_ARRAY_IDX(records, i, mj_span_t), record)) {
            return true;
        }
    }
    return false;
}

static void add_record(apr_array_header_t *records, mj_span_t record)
{
    if (!has_record(records, record)) {
        APR_ARRAY_PUSH(records, mj_span_t) = record;
    }
}

/* What virtual hosts that share a pool mount alike is one application. */
static void resolve_application(apr_pool_t *pool, const server_rec *server, const mj_scope_t *scope, mj_resolved_t *resolved)
{
    const mj_mount_t *mount = resolved->mount;

    resolved->group = mj_default_group(pool, resolved->pool->server, mount->path);
    if (mj_is_same_site(server, resolved->pool->server)) {
        resolved->definition = mj_application_definition(pool, mount->target, mount->path, scope, resolved->group);
    }
    if (resolved->definition.len == 0 || !has_record(resolved->pool->definitions, resolved->definition)) {
        resolved->group = mj_default_group(pool, server, mount->path);
        resolved->definition = mj_application_definition(pool, mount->target, mount->path, scope, resolved->group);
    }
}

int mj_check_mounts(apr_pool_t *pool, const server_rec *server)
{
    mj_server_t *config = mj_server_config(server);
    int failures = 0, i, k;

    for (i = 0; i < config->mounts->nelts; i++) {
        const mj_mount_t *mount = APR_ARRAY_IDX(config->mounts, i, const mj_mount_t *);
        mj_resolved_t *resolved = &APR_ARRAY_PUSH(config->resolved, mj_resolved_t);
        const mj_scope_t *effective;
        const char *wrong = NULL;

        resolved->mount = mount;
        resolved->scope = scope_of_mount(pool, server, mount);
        effective = mj_scope_merge(pool, resolved->scope, mount->options);
        resolved->pool = mj_find_pool(pool, server, effective, &wrong);
        resolved->definition = (mj_span_t){NULL, 0};
        if (resolved->pool != NULL) {
            wrong = mj_confinement_hides(resolved->pool->settings, pool, "the target", mount->target);
        }
        if (resolved->pool != NULL && wrong == NULL && mount->options->context != NULL) {
            wrong = mj_confinement_hides(resolved->pool->settings, pool, "context", mount->options->context);
        }
        if (resolved->pool == NULL || wrong != NULL) {
            ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, server, MJLOGNO(0002) "%s: %s %s: %s", mount->where,
                         mount->regex != NULL ? "JVMAliasMatch" : "JVMAlias", mount->pattern, wrong);
            failures++;
            continue;
        }
        if (mount->regex != NULL) {
            continue;
        }
        resolve_application(pool, server, effective, resolved);
        add_record(resolved->pool->definitions, resolved->definition);
        for (k = 0; k < mount->warm_ups->nelts; k++) {
            add_record(resolved->pool->warm_ups, mj_warm_up_record(pool, resolved->definition, mount->path,
                                                                   APR_ARRAY_IDX(mount->warm_ups, k, const char *)));
        }
    }
    return failures;
}
