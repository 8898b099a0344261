/* Which applications requests can bring to a pool that no JVMAlias names: what handlers and
 * JVMAliasMatch can lead to, as far as the configuration tells. The daemon holds every child of
 * httpd to that: one that somebody has captured could ask for anything else. */
#include "dynamic.h"

#include "config.h"
#include "dynamic_find.h"
#include "mod_jvm.h"
#include "pools.h"
#include "record.h"
#include "settings.h"
#include "target_form.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <string.h>
#include <unixd.h>

APLOG_USE_MODULE(jvm);

/* Of a record, which has to go through one message to the supervisor together with the rest of the
 * pool's. */
#define MAX_FORMS_SIZE 65536

static void add_form(mj_pool_config_t *pool, mj_span_t form, const server_rec *server)
{
    int i;
    for (i = 0; i < pool->servers->nelts && APR_ARRAY_IDX(pool->servers, i, const server_rec *) != server; i++) {
    }
    if (i == pool->servers->nelts) {
        APR_ARRAY_PUSH(pool->servers, const server_rec *) = server;
    }
    for (i = 0; i < pool->forms->nelts; i++) {
        mj_span_t other = APR_ARRAY_IDX(pool->forms, i, mj_span_t);
        if (mj_span_equal(other, form) || mj_form_compare(other, form) == MJ_FORM_COVERS) {
            return;
        }
    }
    pool->forms_size += form.len;
    if (pool->forms_size <= MAX_FORMS_SIZE) {
        APR_ARRAY_PUSH(pool->forms, mj_span_t) = form;
    }
}

/* The pool of that name, as requests of the server find it; NULL for the one that they find without
 * a name in a section. */
static mj_pool_config_t *pool_of(const mj_dynamic_t *all, const server_rec *server, const char *name)
{
    const mj_scope_t *outer = ap_get_module_config(server->lookup_defaults, &jvm_module);
    const mj_scope_t named = {.process_group = name, .params = outer->params};
    const char *wrong;
    return (mj_pool_config_t *)(uintptr_t)mj_find_pool(all->pool, server, name != NULL ? &named : outer, &wrong);
}

static void lead(const mj_dynamic_t *all, const server_rec *server, const char *name, mj_span_t form)
{
    mj_pool_config_t *pool = pool_of(all, server, name);
    if (pool != NULL) {
        add_form(pool, form, server);
    }
}

/* A handler in that place of the file system leads to the pool that the innermost <Directory>
 * around it names, or else the server; and to those that sections within it name, or sections of
 * another kind, which say nothing about folders. */
static void lead_handler(const mj_dynamic_t *all, const server_rec *server, mj_span_t form)
{
    apr_size_t innermost = 0;
    int i;

    for (i = 0; i < all->names->nelts; i++) {
        const mj_found_t *named = &APR_ARRAY_IDX(all->names, i, mj_found_t);
        mj_form_relation_t relation;
        if (!mj_place_holds_for(&named->place, server) || !named->place.is_section) {
            continue;
        }
        if (named->place.folder.len == 0) {
            lead(all, server, named->value, form);
            continue;
        }
        relation = mj_form_compare(named->place.folder, form);
        if (relation == MJ_FORM_COVERS && !named->place.is_conditional) {
            innermost = named->place.folder.len > innermost ? named->place.folder.len : innermost;
        } else if (relation != MJ_FORM_APART) {
            lead(all, server, named->value, relation == MJ_FORM_COVERED ? named->place.folder : form);
        }
    }
    for (i = 0; i < all->names->nelts; i++) {
        const mj_found_t *named = &APR_ARRAY_IDX(all->names, i, mj_found_t);
        if (innermost > 0 && mj_place_holds_for(&named->place, server) && !named->place.is_conditional &&
            named->place.folder.len == innermost && mj_form_compare(named->place.folder, form) == MJ_FORM_COVERS) {
            lead(all, server, named->value, form);
        }
    }
    if (innermost == 0) {
        lead(all, server, NULL, form);
    }
}

/* A handler that stands in no <Directory>: files come from anywhere that the server serves. */
static void lead_from_roots(const mj_dynamic_t *all, const server_rec *server)
{
    const core_server_config *core = ap_get_core_module_config(server->module_config);
    int i;

    if (core->ap_document_root != NULL) {
        lead_handler(all, server, mj_form_of_folder(all->pool, core->ap_document_root));
    }
    for (i = 0; i < all->roots->nelts; i++) {
        const mj_found_t *root = &APR_ARRAY_IDX(all->roots, i, mj_found_t);
        if (mj_place_holds_for(&root->place, server)) {
            lead_handler(all, server, root->form);
        }
    }
}

static bool has_scopes(const mj_dynamic_t *all, const server_rec *server)
{
    int i;
    for (i = 0; i < all->scopes->nelts; i++) {
        const mj_place_t *place = &APR_ARRAY_IDX(all->scopes, i, mj_found_t).place;
        if (mj_place_holds_for(place, server) && place->folder.len == 0) { /* <Directory> does not govern mounts */
            return true;
        }
    }
    return false;
}

/* JVMAliasMatch; and JVMAlias, where a section may change its definition for some requests. */
static void lead_mounts(const mj_dynamic_t *all, const server_rec *server)
{
    const apr_array_header_t *resolved = mj_server_config(server)->resolved;
    bool is_varied = has_scopes(all, server);
    int i, k;

    for (i = 0; i < resolved->nelts; i++) {
        const mj_resolved_t *mounted = &APR_ARRAY_IDX(resolved, i, mj_resolved_t);
        const mj_mount_t *mount = mounted->mount;
        mj_span_t form;
        if (mounted->pool == NULL || (mount->regex == NULL && !is_varied)) {
            continue;
        }
        form =
            mount->regex != NULL ? mj_form_of_substitution(all->pool, mount->target) : mj_form_of_file(all->pool, mount->target);
        add_form((mj_pool_config_t *)(uintptr_t)mounted->pool, form, server);
        for (k = 0; mount->options->process_group == NULL && k < all->names->nelts; k++) {
            const mj_found_t *named = &APR_ARRAY_IDX(all->names, k, mj_found_t);
            if (mj_place_holds_for(&named->place, server) && named->place.is_section && named->place.folder.len == 0) {
                lead(all, server, named->value, form);
            }
        }
    }
}

static void add_values(mj_record_builder_t *record, const char *name, const apr_array_header_t *found, const server_rec *server)
{
    int i;
    for (i = 0; i < found->nelts; i++) {
        const mj_found_t *value = &APR_ARRAY_IDX(found, i, mj_found_t);
        if (mj_place_holds_for(&value->place, server)) {
            mj_record_add(record, name, value->value);
        }
    }
}

/* A record of its own: a request brings all of them as they are, or none. */
static void add_options(const mj_dynamic_t *all, mj_record_builder_t *record, const mj_scope_t *scope)
{
    mj_record_builder_t *options = mj_record_builder_make(all->pool);
    mj_span_t bytes;

    mj_scope_add_options(scope, options);
    bytes = mj_record_bytes(options);
    if (bytes.len > 0) {
        mj_record_add_span(record, "options", bytes);
    }
}

/* What the definitions of a server may hold beside their target. */
static void add_server(const mj_dynamic_t *all, mj_record_builder_t *record, const server_rec *server)
{
    const mj_server_t *config = mj_server_config(server);
    int i, k;

    mj_record_add(record, "server", config->name);
    add_values(record, "entry-point", all->entry_points, server);
    add_values(record, "group", all->groups, server);
    add_values(record, "param", all->params, server);
    for (i = 0; i < config->mounts->nelts; i++) {
        const mj_scope_t *options = APR_ARRAY_IDX(config->mounts, i, const mj_mount_t *)->options;
        if (options->entry_point != NULL) {
            mj_record_add(record, "entry-point", options->entry_point);
        }
        if (options->application_group != NULL) {
            mj_record_add(record, "group", options->application_group);
        }
        for (k = 0; k < options->params->nelts; k++) {
            const mj_param_t *param = &APR_ARRAY_IDX(options->params, k, mj_param_t);
            mj_record_add(record, "param", apr_pstrcat(all->pool, param->name, "=", param->value, NULL));
        }
        add_options(all, record, options);
    }
}

static mj_span_t describe(const mj_dynamic_t *all, const mj_pool_config_t *pool)
{
    mj_record_builder_t *record = mj_record_builder_make(all->pool);
    int i;

    if (pool->forms->nelts == 0) {
        return (mj_span_t){NULL, 0};
    }
    if (pool->settings->has_identity) {
        mj_record_add_number(record, "uid", ap_unixd_config.user_id);
        mj_record_add_number(record, "gid", ap_unixd_config.group_id);
    }
    for (i = 0; i < pool->forms->nelts; i++) {
        mj_record_add_span(record, "target", APR_ARRAY_IDX(pool->forms, i, mj_span_t));
    }
    mj_record_add(record, "entry-point", MJ_DEFAULT_ENTRY_POINT);
    for (i = 0; i < pool->servers->nelts; i++) {
        add_server(all, record, APR_ARRAY_IDX(pool->servers, i, const server_rec *));
    }
    return mj_record_bytes(record);
}

static void begin(mj_pool_config_t *pool, apr_pool_t *pconf)
{
    const apr_array_header_t *folders = pool->settings->target_folders;
    int i;

    pool->forms = apr_array_make(pconf, 4, sizeof(mj_span_t));
    pool->servers = apr_array_make(pconf, 2, sizeof(const server_rec *));
    pool->forms_size = 0;
    for (i = 0; i < folders->nelts; i++) {
        add_form(pool, mj_form_of_folder(pconf, APR_ARRAY_IDX(folders, i, const char *)), pool->server);
    }
}

void mj_dynamic_resolve(apr_pool_t *pconf, server_rec *main_server)
{
    apr_array_header_t *pools = mj_all_pools(pconf, main_server);
    mj_dynamic_t all;
    server_rec *server;
    int i;

    if (pools->nelts == 0) {
        return;
    }
    all = mj_dynamic_find(pconf, main_server);
    for (i = 0; i < pools->nelts; i++) {
        begin(APR_ARRAY_IDX(pools, i, mj_pool_config_t *), pconf);
    }
    for (server = main_server; server != NULL; server = server->next) {
        bool is_anywhere = false;
        for (i = 0; i < all.handlers->nelts; i++) {
            const mj_place_t *place = &APR_ARRAY_IDX(all.handlers, i, mj_found_t).place;
            if (mj_place_holds_for(place, server) && place->folder.len > 0) {
                lead_handler(&all, server, place->folder);
            } else if (mj_place_holds_for(place, server)) {
                is_anywhere = true;
            }
        }
        if (is_anywhere) {
            lead_from_roots(&all, server);
        }
        lead_mounts(&all, server);
    }
    for (i = 0; i < pools->nelts; i++) {
        mj_pool_config_t *pool = APR_ARRAY_IDX(pools, i, mj_pool_config_t *);
        pool->dynamic = describe(&all, pool);
        if (pool->forms_size > MAX_FORMS_SIZE) {
            ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, pool->server,
                         MJLOGNO(0023) "%s: JVMDaemonProcess %s: handlers lead to it from more folders than its settings can "
                                       "hold: name one above them with "
                                       "target-folder=; targets in the other folders are 404",
                         pool->where, pool->settings->name);
        }
    }
}
