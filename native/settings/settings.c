#include "settings.h"

#include <apr_strings.h>
#include <string.h>

mj_scope_t *mj_scope_make(apr_pool_t *pool)
{
    mj_scope_t *scope = apr_pcalloc(pool, sizeof(*scope));
    scope->params = apr_array_make(pool, 1, sizeof(mj_param_t));
    return scope;
}

void mj_scope_set_param(mj_scope_t *scope, apr_pool_t *pool, const char *name, const char *value)
{
    apr_array_header_t *params = apr_array_copy(pool, scope->params);
    mj_param_t *param;
    int i;

    scope->params = params;
    for (i = 0; i < params->nelts; i++) {
        param = &APR_ARRAY_IDX(params, i, mj_param_t);
        if (strcmp(param->name, name) == 0) {
            param->value = value;
            return;
        }
    }
    param = &APR_ARRAY_PUSH(params, mj_param_t);
    param->name = name;
    param->value = value;
}

mj_scope_t *mj_scope_merge(apr_pool_t *pool, const mj_scope_t *base, const mj_scope_t *add)
{
    mj_scope_t *merged = apr_pmemdup(pool, base, sizeof(*base));
    int i;

    if (add->process_group != NULL) {
        merged->process_group = add->process_group;
    }
    if (add->entry_point != NULL) {
        merged->entry_point = add->entry_point;
    }
    if (add->application_group != NULL) {
        merged->application_group = add->application_group;
    }
    if (add->reload != NULL) {
        merged->reload = add->reload;
    }
    if (add->context != NULL) {
        merged->context = add->context;
    }
    if (add->arguments != NULL) {
        merged->arguments = add->arguments;
    }
    for (i = 0; i < add->params->nelts; i++) {
        const mj_param_t *param = &APR_ARRAY_IDX(add->params, i, mj_param_t);
        mj_scope_set_param(merged, pool, param->name, param->value);
    }
    return merged;
}

/* A web application has to know its mount before the first request. Other applications learn it
 * from each. */
static bool can_be_web_application(const char *target)
{
    const char *dot = strrchr(target, '.');
    return dot == NULL || strcmp(dot, ".java") != 0;
}

void mj_scope_add_options(const mj_scope_t *scope, mj_record_builder_t *record)
{
    int i;
    if (scope->context != NULL) {
        mj_record_add(record, "context", scope->context);
    }
    for (i = 0; scope->arguments != NULL && i < scope->arguments->nelts; i++) {
        mj_record_add(record, "argument", APR_ARRAY_IDX(scope->arguments, i, const char *));
    }
}

mj_span_t mj_application_definition(apr_pool_t *pool, const char *target, const char *mount, const mj_scope_t *scope,
                                    const char *default_group)
{
    mj_record_builder_t *record = mj_record_builder_make(pool);
    int i;

    mj_record_add(record, "target", target);
    mj_record_add(record, "entry-point", scope->entry_point != NULL ? scope->entry_point : MJ_DEFAULT_ENTRY_POINT);
    mj_record_add(record, "group", scope->application_group != NULL ? scope->application_group : default_group);
    if (scope->reload != NULL && strcmp(scope->reload, "off") == 0) { /* the default is left out: each request bears this */
        mj_record_add(record, "reload", "off");
    }
    if (can_be_web_application(target)) {
        mj_record_add(record, "mount", mount);
    }
    mj_scope_add_options(scope, record);
    for (i = 0; i < scope->params->nelts; i++) {
        const mj_param_t *param = &APR_ARRAY_IDX(scope->params, i, mj_param_t);
        mj_record_add(record, "param", apr_pstrcat(pool, param->name, "=", param->value, NULL));
    }
    return mj_record_bytes(record);
}

mj_span_t mj_warm_up_record(apr_pool_t *pool, mj_span_t definition, const char *script_name, const char *url)
{
    mj_record_builder_t *record = mj_record_builder_make(pool);
    const char *query = strchr(url, '?');

    mj_record_add_span(record, "definition", definition);
    mj_record_add(record, "script-name", script_name);
    mj_record_add(record, "path-info", query == NULL ? url : apr_pstrmemdup(pool, url, (apr_size_t)(query - url)));
    mj_record_add(record, "query", query == NULL ? "" : query + 1);
    return mj_record_bytes(record);
}
