/* check_config: what `apachectl configtest` finds out. Looks at the whole configuration, changes nothing outside it. */
#include "check_paths.h"
#include "check_sizes.h"
#include "confinement.h"
#include "env_file.h"
#include "identity.h"
#include "java_home.h"
#include "module.h"
#include "path_walk.h"
#include "paths.h"
#include "pool_paths.h"

#include <apr_fnmatch.h>
#include <apr_hash.h>
#include <apr_strings.h>
#include <dlfcn.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <libgen.h>
#include <limits.h>
#include <locale.h>
#include <mpm_common.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

APLOG_USE_MODULE(jvm);

/* The cache folder of httpd's layout lies above it. */
#ifndef DEFAULT_EXP_PROXYCACHEDIR
#define DEFAULT_EXP_PROXYCACHEDIR "/var/cache/apache2/proxy"
#endif

#define LOG_CHECK(server, message) ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, server, "%s", message)

const char *mj_installed(apr_pool_t *pool, const char *relative)
{
    Dl_info info;
    char real[PATH_MAX], *file;

    if (dladdr(&jvm_module, &info) == 0 || info.dli_fname == NULL || realpath(info.dli_fname, real) == NULL) {
        return apr_pstrcat(pool, "/usr/", relative, NULL);
    }
    /* PREFIX/lib/apache2/modules/mod_jvm.so */
    file = apr_pstrdup(pool, real);
    return apr_pstrcat(pool, dirname(dirname(dirname(dirname(file)))), "/", relative, NULL);
}

/* Tells httpds apart. */
static const char *name_of_httpd(apr_pool_t *pool)
{
    const char *at, *pid_file = ap_server_root_relative(pool, ap_pid_fname);
    uint64_t hash = 14695981039346656037ULL; /* FNV-1a: no secret */

    for (at = pid_file != NULL ? pid_file : ""; *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * 1099511628211ULL;
    }
    return apr_psprintf(pool, "jvm-%08x", (unsigned)(hash ^ (hash >> 32)));
}

const char *mj_runtime_dir(apr_pool_t *pool, const server_rec *main_server)
{
    const char *dir = mj_server_config(main_server)->runtime_dir;
    return dir != NULL ? dir : ap_runtime_dir_relative(pool, name_of_httpd(pool));
}

const char *mj_state_dir(apr_pool_t *pool, const server_rec *main_server, const char **made_below)
{
    const char *dir = mj_server_config(main_server)->state_dir, *runtime_dir;

    *made_below = NULL;
    if (dir != NULL) {
        return *dir != '\0' ? dir : NULL;
    }
    if (geteuid() == 0) { /* what users can fill is not on /run, which the whole machine needs */
        *made_below = dirname(apr_pstrdup(pool, DEFAULT_EXP_PROXYCACHEDIR));
        return apr_pstrcat(pool, *made_below, "/mod_jvm/", name_of_httpd(pool), NULL);
    }
    runtime_dir = mj_runtime_dir(pool, main_server);
    return runtime_dir != NULL ? apr_pstrcat(pool, runtime_dir, "/state", NULL) : NULL;
}

/* A virtual host without a directive of ours shares the main server's object; give each one of its own. */
static void own_config(apr_pool_t *pool, server_rec *server)
{
    mj_server_t *config = mj_server_config(server);
    if (server->is_virtual && config == mj_server_config(ap_server_conf)) {
        config = apr_pmemdup(pool, config, sizeof(*config));
        config->pools = apr_array_make(pool, 1, sizeof(mj_pool_t *));
        config->named = apr_array_make(pool, 1, sizeof(mj_named_pool_t));
        ap_set_module_config(server->module_config, &jvm_module, config);
    }
    config->name = apr_psprintf(pool, "%s:%u", server->server_hostname != NULL ? server->server_hostname : "-",
                                server->addrs != NULL ? server->addrs->host_port : 0u);
    config->resolved = apr_array_make(pool, config->mounts->nelts + 1, sizeof(mj_resolved_t));
}

static const char *read_env_file(apr_pool_t *pool, mj_pool_settings_t *settings)
{
    apr_array_header_t *variables = apr_array_make(pool, 8, sizeof(const char *));
    const char *wrong;

    if (settings->env_file == NULL) {
        return NULL;
    }
    wrong = mj_env_file_read(pool, settings->env_file, geteuid(), variables);
    settings->file_env = variables;
    return wrong != NULL ? apr_pstrcat(pool, "env-file=", wrong, NULL) : NULL;
}

/* The JVM takes a locale that is not installed for C, and says nothing: file names and output lose what is not ASCII. */
static void warn_of_locale(const mj_pool_t *declared)
{
    const mj_pool_settings_t *settings = declared->settings;
    locale_t found;

    if (settings->chroot != NULL) { /* the locales that count are below it */
        return;
    }
    found = newlocale(LC_ALL_MASK, settings->lang, (locale_t)0);
    if (found != (locale_t)0) {
        freelocale(found);
        return;
    }
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, declared->server,
                 MJLOGNO(0058) "%s: JVMDaemonProcess %s: lang=%s: this locale is not installed, the JVM takes C: install it (locale -a lists "
                               "those that are), or leave lang out",
                 declared->where, settings->name, settings->lang);
}

static const char *check_pool(apr_pool_t *pool, mj_pool_t *declared, const server_rec *main_server)
{
    long minimum = mj_server_config(main_server)->minimum_uid;
    mj_pool_settings_t *settings = declared->settings;
    bool is_home_given = settings->home != NULL;
    mj_findings_t *findings = mj_findings_make(pool);
    const char *wrong;

    wrong = mj_identity_resolve(settings, pool, geteuid(), getegid(), minimum < 0 ? MJ_DEFAULT_MINIMUM_UID : (uid_t)minimum);
    if (wrong == NULL) {
        wrong = read_env_file(pool, settings);
    }
    if (wrong == NULL) {
        wrong = mj_pool_java_home_check(pool, declared, findings);
    }
    if (wrong == NULL) {
        wrong = mj_confinement_check(settings, pool, geteuid(), is_home_given, mj_needed_by(pool, declared), findings);
    }
    if (wrong == NULL) {
        mj_pool_paths_check(settings, pool, is_home_given, findings);
        wrong = mj_report_findings(declared, findings);
    }
    if (wrong == NULL) {
        warn_of_locale(declared);
    }
    return wrong;
}

/* A name that stands more than once: one pool, or a fault. */
static int check_names(apr_pool_t *pool, server_rec *main_server)
{
    apr_array_header_t *all = mj_all_pools(pool, main_server);
    apr_hash_t *by_name = apr_hash_make(pool);
    int failures = 0, i;

    for (i = 0; i < all->nelts; i++) {
        mj_pool_t *declared = APR_ARRAY_IDX(all, i, mj_pool_t *);
        mj_pool_t *first = apr_hash_get(by_name, declared->settings->name, APR_HASH_KEY_STRING);
        const char *wrong;

        if (first == NULL) {
            apr_hash_set(by_name, declared->settings->name, APR_HASH_KEY_STRING, declared);
            continue;
        }
        wrong = mj_pool_unite(pool, first, declared);
        if (wrong != NULL) {
            LOG_CHECK(declared->server, apr_psprintf(pool, MJLOGNO(0059) "%s: JVMDaemonProcess %s: %s", declared->where,
                                                     declared->settings->name, wrong));
            failures++;
        }
    }
    return failures;
}

static int check_pools(apr_pool_t *pool, server_rec *main_server)
{
    apr_array_header_t *all = mj_all_pools(pool, main_server);
    int failures = 0, i;

    for (i = 0; i < all->nelts; i++) {
        mj_pool_t *declared = APR_ARRAY_IDX(all, i, mj_pool_t *);
        const char *wrong = check_pool(pool, declared, main_server);
        if (wrong != NULL) {
            LOG_CHECK(declared->server, apr_psprintf(pool, MJLOGNO(0001) "%s: JVMDaemonProcess %s: %s", declared->where,
                                                     declared->settings->name, wrong));
            failures++;
        }
    }
    return failures;
}

/* Each JVMProcessGroup, also one that no mount needs: what SetHandler serves is only seen when it is asked for. */
static int check_named_pools(apr_pool_t *pool, server_rec *server)
{
    const apr_array_header_t *named = mj_server_config(server)->named;
    int failures = 0, i;

    for (i = 0; i < named->nelts; i++) {
        const mj_named_pool_t *group = &APR_ARRAY_IDX(named, i, mj_named_pool_t);
        const mj_scope_t scope = {.process_group = group->name};
        const server_rec *other = !server->is_virtual ? server : NULL; /* virtual hosts inherit what the main server says */
        const char *wrong = NULL;
        while (other != NULL && mj_pool_named(other, group->name) == NULL) {
            other = other->next;
        }
        if (other == NULL && mj_find_pool(pool, server, &scope, &wrong) == NULL) {
            LOG_CHECK(server, apr_psprintf(pool, MJLOGNO(0006) "%s: JVMProcessGroup %s: %s", group->where, group->name, wrong));
            failures++;
        }
    }
    return failures;
}

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

/* The scope that requests for a mount will have as far as it can be known: the server's, and each <Location> that covers the mount, as
 * ap_location_walk would merge them. */
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
        resolved->definition = mj_application_definition(pool, mount->target, scope, resolved->group);
    }
    if (resolved->definition.len == 0 || !has_record(resolved->pool->definitions, resolved->definition)) {
        resolved->group = mj_default_group(pool, server, mount->path);
        resolved->definition = mj_application_definition(pool, mount->target, scope, resolved->group);
    }
}

static int check_mounts(apr_pool_t *pool, const server_rec *server)
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
        if (resolved->pool == NULL || wrong != NULL) {
            LOG_CHECK(server, apr_psprintf(pool, MJLOGNO(0002) "%s: %s %s: %s", mount->where,
                                           mount->regex != NULL ? "JVMAliasMatch" : "JVMAlias", mount->pattern, wrong));
            failures++;
            continue;
        }
        if (mount->regex != NULL) {
            continue;
        }
        resolve_application(pool, server, effective, resolved);
        add_record(resolved->pool->definitions, resolved->definition);
        for (k = 0; k < mount->warm_ups->nelts; k++) {
            add_record(resolved->pool->warm_ups,
                       mj_warm_up_record(pool, resolved->definition, mount->path, APR_ARRAY_IDX(mount->warm_ups, k, const char *)));
        }
    }
    return failures;
}

static const char *check_installation(apr_pool_t *pool)
{
    static const char *const programs[] = {"libexec/mod_jvm/jvm-supervisor", MJ_LAUNCHER};
    bool by_others = geteuid() == 0;
    const char *wrong = NULL;
    size_t i;

    for (i = 0; wrong == NULL && i < 2; i++) {
        wrong = mj_file_reachable(pool, mj_installed(pool, programs[i]), true, by_others);
    }
    for (i = 0; wrong == NULL && i < MJ_JARS; i++) {
        wrong = mj_file_reachable(pool, mj_installed(pool, mj_jars[i]), false, by_others);
    }
    return wrong;
}

static const char *check_socket_paths(apr_pool_t *pool, const server_rec *main_server)
{
    const char *dir = mj_runtime_dir(pool, main_server);
    apr_array_header_t *all = mj_all_pools(pool, (server_rec *)main_server);
    char path[512];
    const char *wrong = NULL;
    int i;

    if (dir == NULL) {
        return "DefaultRuntimeDir is invalid: mend it, or set JVMRuntimeDir";
    }
    for (i = 0; wrong == NULL && i < all->nelts; i++) {
        const char *name = APR_ARRAY_IDX(all, i, const mj_pool_t *)->settings->name;
        if (!mj_board_socket_path(path, sizeof(path), dir, name, MJ_BOARD_SLOTS - 1, UINT32_MAX)) {
            wrong = apr_psprintf(pool, "%s is too long: with the pool's name '%s' a socket's path would exceed 107 bytes; choose a shorter one",
                                 dir, name);
        }
    }
    return wrong;
}

/* httpd then makes its children dumpable (PR_SET_DUMPABLE), and whoever may dump them may read them. */
static void warn_of_core_dumps(const server_rec *main_server)
{
    if (ap_coredumpdir_configured && geteuid() == 0) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, main_server,
                     MJLOGNO(0009) "CoreDumpDirectory lets every process of httpd's user (a CGI program, PHP) read the memory of httpd's children, and "
                                   "with it the keys of all pools: leave it out, unless httpd alone runs as that user");
    }
}

/* What has changed outside of the configuration would end an httpd that restarts: post_config goes on with what there is. */
static int count_failure(void)
{
    return mj_has_restarted() ? 0 : 1;
}

/* Where the default JVMStateDir cannot be made, pools go without: nothing that would keep httpd from starting. */
static int check_folders(apr_pool_t *pool, const server_rec *main_server)
{
    const mj_server_t *config = mj_server_config(main_server);
    bool has_pools = mj_all_pools(pool, (server_rec *)main_server)->nelts > 0;
    const char *wrong = NULL;
    int failures = 0;

    if (has_pools || config->runtime_dir != NULL) {
        wrong = check_socket_paths(pool, main_server);
        failures += wrong != NULL;
        if (wrong == NULL) {
            wrong = mj_folder_check(pool, mj_runtime_dir(pool, main_server), geteuid(), geteuid() == 0);
            failures += wrong != NULL ? count_failure() : 0;
        }
        if (wrong != NULL) {
            LOG_CHECK(main_server, apr_psprintf(pool, MJLOGNO(0005) "JVMRuntimeDir: %s", wrong));
        }
    }
    if (config->state_dir != NULL && *config->state_dir != '\0') {
        wrong = mj_folder_check(pool, config->state_dir, geteuid(), geteuid() == 0);
        if (wrong != NULL) {
            LOG_CHECK(main_server, apr_psprintf(pool, MJLOGNO(0007) "JVMStateDir: %s", wrong));
            failures += count_failure();
        }
    }
    return failures;
}

int mj_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server)
{
    const apr_array_header_t *servers = mj_servers(ptemp, main_server);
    server_rec *server;
    const char *wrong;
    int failures = 0, i;

    (void)plog;
    for (server = main_server; server != NULL; server = server->next) {
        own_config(pconf, server);
    }
    for (server = main_server; server != NULL; server = server->next) {
        const mj_server_t *config = mj_server_config(server);
        wrong = config->java_home != NULL ? mj_java_home_check(ptemp, config->java_home) : NULL;
        if (wrong != NULL) { /* a user who could cause it could keep httpd from its restart */
            bool is_users = mj_path_is_users(ptemp, "", config->java_home);
            ap_log_error(APLOG_MARK, APLOG_STARTUP | (is_users ? APLOG_WARNING : APLOG_ERR), 0, server, MJLOGNO(0003) "%s: JVMJavaHome %s",
                         config->java_home_where, wrong);
            failures += !is_users;
        }
    }
    failures += check_names(pconf, main_server);
    failures += check_pools(pconf, main_server);
    for (i = 0; i < servers->nelts; i++) {
        failures += check_named_pools(ptemp, APR_ARRAY_IDX(servers, i, server_rec *));
        failures += check_mounts(pconf, APR_ARRAY_IDX(servers, i, server_rec *));
        mj_mounts_warn(APR_ARRAY_IDX(servers, i, server_rec *), main_server);
    }
    if (mj_all_pools(ptemp, main_server)->nelts > 0) {
        warn_of_core_dumps(main_server);
        wrong = check_installation(ptemp);
        if (wrong != NULL) {
            LOG_CHECK(main_server, apr_psprintf(ptemp, MJLOGNO(0004) "mod_jvm's installation: %s", wrong));
            failures += count_failure();
        }
    }
    failures += check_folders(ptemp, main_server);
    if (failures == 0) {
        mj_dynamic_resolve(pconf, main_server);
        failures += mj_check_sizes(ptemp, main_server);
    }
    return failures == 0 ? OK : HTTP_INTERNAL_SERVER_ERROR;
}
