#include "check_config.h"

#include "board.h"
#include "check_mounts.h"
#include "check_paths.h"
#include "check_sizes.h"
#include "config.h"
#include "confinement.h"
#include "dynamic.h"
#include "env_file.h"
#include "findings.h"
#include "identity.h"
#include "installation.h"
#include "java_home.h"
#include "mod_jvm.h"
#include "mounts.h"
#include "path_walk.h"
#include "paths.h"
#include "pool_paths.h"
#include "pool_settings.h"
#include "pools.h"
#include "settings.h"
#include "supervision.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <locale.h>
#include <mpm_common.h>
#include <unistd.h>
#include <unixd.h>

APLOG_USE_MODULE(jvm);

#define LOG_CHECK(server, message) ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, server, "%s", message)

/* A virtual host without a directive of ours shares the main server's object; give each one of its
 * own. */
static void own_config(apr_pool_t *pool, server_rec *server)
{
    mj_server_t *config = mj_server_config(server);
    if (server->is_virtual && config == mj_server_config(ap_server_conf)) {
        config = apr_pmemdup(pool, config, sizeof(*config));
        config->pools = apr_array_make(pool, 1, sizeof(mj_pool_config_t *));
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

/* The JVM takes a locale that is not installed for C, and says nothing: file names and output lose
 * what is not ASCII. */
static void warn_of_locale(const mj_pool_config_t *declared)
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
                 MJLOGNO(0058) "%s: JVMDaemonProcess %s: lang=%s: this locale is not installed, so the JVM uses C: install it "
                               "(locale -a lists "
                               "the installed ones), or leave lang out",
                 declared->where, settings->name, settings->lang);
}

static const char *check_pool(apr_pool_t *pool, mj_pool_config_t *declared, const server_rec *main_server)
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
        mj_pool_config_t *declared = APR_ARRAY_IDX(all, i, mj_pool_config_t *);
        mj_pool_config_t *first = apr_hash_get(by_name, declared->settings->name, APR_HASH_KEY_STRING);
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
        mj_pool_config_t *declared = APR_ARRAY_IDX(all, i, mj_pool_config_t *);
        const char *wrong = check_pool(pool, declared, main_server);
        if (wrong != NULL) {
            LOG_CHECK(declared->server, apr_psprintf(pool, MJLOGNO(0001) "%s: JVMDaemonProcess %s: %s", declared->where,
                                                     declared->settings->name, wrong));
            failures++;
        }
    }
    return failures;
}

/* Each JVMProcessGroup, also one that no mount needs: what SetHandler serves is only seen when it
 * is asked for. */
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
        return "DefaultRuntimeDir is invalid: fix it, or set JVMRuntimeDir";
    }
    for (i = 0; wrong == NULL && i < all->nelts; i++) {
        const char *name = APR_ARRAY_IDX(all, i, const mj_pool_config_t *)->settings->name;
        if (!mj_board_socket_path(path, sizeof(path), dir, name, MJ_BOARD_SLOTS - 1, UINT32_MAX)) {
            wrong = apr_psprintf(pool,
                                 "%s is too long: with the pool's name '%s' a socket's path would exceed 107 bytes; choose a "
                                 "shorter one",
                                 dir, name);
        }
    }
    return wrong;
}

/* httpd itself finds this out when it has forked its children, which then end. */
static int check_user(const server_rec *main_server)
{
    if (geteuid() != 0 || (ap_unixd_config.user_id != (uid_t)-1 && ap_unixd_config.group_id != (gid_t)-1)) {
        return 0;
    }
    LOG_CHECK(main_server, MJLOGNO(0067) "httpd was started by root and has no user to serve as: add User and Group (Debian: "
                                         "www-data); pools have users of their own");
    return 1;
}

/* httpd then makes its children dumpable (PR_SET_DUMPABLE), and whoever may dump them may read
 * them. */
static void warn_of_core_dumps(const server_rec *main_server)
{
    if (ap_coredumpdir_configured && geteuid() == 0) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, main_server,
                     MJLOGNO(0009) "CoreDumpDirectory lets every process of httpd's user (a CGI program, PHP) read the memory of "
                                   "httpd's children, and "
                                   "with it the keys of all pools: leave it out, unless only httpd runs as that user");
    }
}

/* What has changed outside of the configuration would end an httpd that restarts: post_config goes
 * on with what there is. */
static int count_failure(void)
{
    return mj_has_restarted() ? 0 : 1;
}

/* Where the default JVMStateDir cannot be made, pools go without: nothing that would keep httpd
 * from starting. */
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
            ap_log_error(APLOG_MARK, APLOG_STARTUP | (is_users ? APLOG_WARNING : APLOG_ERR), 0, server,
                         MJLOGNO(0003) "%s: JVMJavaHome %s", config->java_home_where, wrong);
            failures += !is_users;
        }
    }
    failures += check_names(pconf, main_server);
    failures += check_pools(pconf, main_server);
    for (i = 0; i < servers->nelts; i++) {
        failures += check_named_pools(ptemp, APR_ARRAY_IDX(servers, i, server_rec *));
        failures += mj_check_mounts(pconf, APR_ARRAY_IDX(servers, i, server_rec *));
        mj_mounts_warn(APR_ARRAY_IDX(servers, i, server_rec *), main_server);
    }
    if (mj_all_pools(ptemp, main_server)->nelts > 0) {
        warn_of_core_dumps(main_server);
        failures += check_user(main_server);
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
