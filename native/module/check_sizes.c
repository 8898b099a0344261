#include "check_sizes.h"

#include "config.h"
#include "control.h"
#include "mod_jvm.h"
#include "pool_settings.h"
#include "pools.h"
#include "record.h"
#include "settings.h"
#include "wire.h"

#include <apr_strings.h>
#include <http_log.h>

APLOG_USE_MODULE(jvm);

/* As long as they can be in a record; which they are, is found after the check. */
#define ANY_INDEX 9999999
#define ANY_UID 4294967295

static int check_pool(apr_pool_t *pool, const mj_pool_config_t *declared)
{
    mj_span_t record = mj_pool_settings_record(declared->settings, pool, ANY_INDEX, ANY_UID, declared->java_home,
                                               declared->definitions, declared->dynamic, declared->warm_ups);
    apr_size_t size = record.len + 1; /* and the letter of the message */

    mj_span_wipe(record); /* env-file's secrets */
    if (size <= MJ_CONTROL_MAX) {
        return 0;
    }
    ap_log_error(
        APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, declared->server,
        MJLOGNO(0064) "%s: JVMDaemonProcess %s: its settings, with env, env-file and what is mounted in it, take %" APR_SIZE_T_FMT
                      " bytes; the limit is %d: put long values into a file that the application reads, or mount some of its "
                      "applications in another pool",
        declared->where, declared->settings->name, size, MJ_CONTROL_MAX);
    return 1;
}

static int check_mount(apr_pool_t *pool, const server_rec *server, const mj_resolved_t *resolved)
{
    const mj_mount_t *mount = resolved->mount;
    mj_span_t definition = resolved->definition;

    if (definition.len == 0) { /* JVMAliasMatch: its target depends on the request, but hardly its length */
        definition = mj_application_definition(pool, mount->target, mount->path,
                                               mj_scope_merge(pool, resolved->scope, mount->options), "");
    }
    if (definition.len <= MJ_MAX_APPLICATION) {
        return 0;
    }
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, server,
                 MJLOGNO(0065) "%s: %s %s: target, entry point, group, parameters and arguments take %" APR_SIZE_T_FMT
                               " bytes; the limit is %d, because each request carries them: put long values of JVMParameter or "
                               "param. into a file "
                               "that the application reads",
                 mount->where, mount->regex != NULL ? "JVMAliasMatch" : "JVMAlias",
                 mount->regex != NULL ? mount->pattern : mount->path, definition.len, MJ_MAX_APPLICATION);
    return 1;
}

int mj_check_sizes(apr_pool_t *pool, server_rec *main_server)
{
    apr_array_header_t *pools = mj_all_pools(pool, main_server);
    const server_rec *server;
    int failures = 0, i;

    for (server = main_server; server != NULL; server = server->next) {
        const apr_array_header_t *resolved = mj_server_config(server)->resolved;
        for (i = 0; resolved != NULL && i < resolved->nelts; i++) {
            failures += check_mount(pool, server, &APR_ARRAY_IDX(resolved, i, const mj_resolved_t));
        }
    }
    for (i = 0; i < pools->nelts; i++) {
        failures += check_pool(pool, APR_ARRAY_IDX(pools, i, const mj_pool_config_t *));
    }
    return failures;
}
