#include "config.h"

#include <apr_strings.h>

mj_server_t *mj_server_config(const server_rec *server)
{
    return ap_get_module_config(server->module_config, &jvm_module);
}

const mj_scope_t *mj_scope_of(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &jvm_module);
}

void *mj_create_server_config(apr_pool_t *pool, server_rec *server)
{
    mj_server_t *config = apr_pcalloc(pool, sizeof(*config));
    (void)server;
    config->pools = apr_array_make(pool, 2, sizeof(mj_pool_config_t *));
    config->mounts = apr_array_make(pool, 4, sizeof(mj_mount_t *));
    config->named = apr_array_make(pool, 2, sizeof(mj_named_pool_t));
    config->minimum_uid = -1;
    return config;
}

void *mj_merge_server_config(apr_pool_t *pool, void *base, void *add)
{
    const mj_server_t *outer = base;
    const mj_server_t *inner = add;
    mj_server_t *merged = apr_pmemdup(pool, outer, sizeof(*outer));

    merged->pools = inner->pools; /* whose a pool is must stay visible: the main server's are found through the main server */
    merged->named = inner->named;
    merged->mounts = apr_array_append(pool, inner->mounts, outer->mounts);
    if (inner->java_home != NULL) {
        merged->java_home = inner->java_home;
        merged->java_home_where = inner->java_home_where;
    }
    if (inner->error_log_format != NULL) {
        merged->error_log_format = inner->error_log_format;
    }
    return merged;
}

void *mj_create_scope_config(apr_pool_t *pool, char *where)
{
    (void)where;
    return mj_scope_make(pool);
}

void *mj_merge_scope_config(apr_pool_t *pool, void *base, void *add)
{
    return mj_scope_merge(pool, base, add);
}
