/* Directives: their setters, and how scopes merge. */
#include "module.h"
#include "option_line.h"
#include "path_names.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

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
    config->pools = apr_array_make(pool, 2, sizeof(mj_pool_t *));
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

static const char *where_of(const cmd_parms *cmd)
{
    return apr_psprintf(cmd->pool, "%s:%u", cmd->directive->filename, (unsigned)cmd->directive->line_num);
}

static const char *error_in(const cmd_parms *cmd, const char *what, const char *wrong)
{
    return apr_pstrcat(cmd->pool, cmd->cmd->name, what != NULL ? " " : "", what != NULL ? what : "", ": ", wrong, NULL);
}

/* Returns NULL, or why a word is no good as a name of something. */
static const char *check_word(const cmd_parms *cmd, const char *value)
{
    const char *at;
    if (*value == '\0') {
        return "the value is empty: give one";
    }
    for (at = value; *at != '\0'; at++) {
        if (apr_iscntrl(*at)) {
            return apr_psprintf(cmd->pool, "'%s' holds a control character", value);
        }
    }
    return NULL;
}

static const char *add_daemon_process(cmd_parms *cmd, void *scope, const char *args)
{
    mj_server_t *config = mj_server_config(cmd->server);
    mj_pool_t *pool = apr_pcalloc(cmd->pool, sizeof(*pool));
    const char *name = ap_getword_conf(cmd->pool, &args);
    const char *key, *value, *wrong;
    apr_status_t rv;

    (void)scope;
    wrong = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE | NOT_IN_HTACCESS);
    if (wrong != NULL) {
        return wrong;
    }
    wrong = strchr(name, '=') != NULL ? apr_psprintf(cmd->pool, "the pool's name must come first, '%s' is an option", name)
                                      : mj_pool_name_check(cmd->pool, name);
    if (wrong != NULL) {
        return error_in(cmd, NULL, wrong);
    }
    pool->settings = mj_pool_settings_make(cmd->pool, name);
    pool->options = apr_table_make(cmd->pool, 8);
    pool->server = cmd->server;
    pool->where = where_of(cmd);
    pool->definitions = apr_array_make(cmd->pool, 2, sizeof(mj_span_t));
    pool->warm_ups = apr_array_make(cmd->pool, 1, sizeof(mj_span_t));
    while ((rv = mj_option_next(cmd->pool, &args, &key, &value)) == APR_SUCCESS) {
        apr_table_addn(pool->options, key, value);
        wrong = mj_pool_settings_set(pool->settings, cmd->pool, key, value);
        if (wrong != NULL) {
            return error_in(cmd, name, wrong);
        }
    }
    if (rv == APR_EINVAL) {
        return error_in(cmd, name, key == NULL ? "a quote is not closed" : apr_psprintf(cmd->pool, "'%s': give options as key=value", key));
    }
    APR_ARRAY_PUSH(config->pools, mj_pool_t *) = pool;
    return NULL;
}

static const char *set_param(const cmd_parms *cmd, mj_scope_t *scope, const char *name, const char *value)
{
    const char *wrong = *name == '\0' ? "the parameter has no name: give one (param.NAME=VALUE)" : check_word(cmd, name);
    if (wrong == NULL && strchr(name, '=') != NULL) {
        wrong = apr_psprintf(cmd->pool, "the name '%s' holds a '=': give the name and the value apart", name);
    }
    if (wrong == NULL) {
        mj_scope_set_param(scope, cmd->pool, name, value);
    }
    return wrong;
}

/* Letters, digits, '_', '$', '.', with at most one "::" between class and member. */
static const char *set_entry_point(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$.";
    const unsigned char *at;
    const char *colons = strstr(value, "::");
    bool is_name = *value != '\0' && (colons == NULL || (colons != value && colons[2] != '\0' && strchr(colons + 2, '.') == NULL));

    for (at = (const unsigned char *)value; is_name && *at != '\0'; at++) {
        if ((const char *)at == colons) {
            at++;
        }
        else {
            is_name = *at >= 0x80 || strchr(allowed, *at) != NULL; /* Java's letters are more than ASCII's */
        }
    }
    if (!is_name) {
        return apr_psprintf(cmd->pool, "'%s' is no entry point: give a member, a Class, Class::member or pkg.Class::member", value);
    }
    scope->entry_point = value;
    return NULL;
}

static const char *set_process_group(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    const char *wrong = mj_pool_name_check(cmd->pool, value);
    scope->process_group = value;
    return wrong;
}

static const char *set_application_group(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    const char *wrong = check_word(cmd, value);
    scope->application_group = value;
    return wrong;
}

static const char *set_reload(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    if (strcasecmp(value, "on") != 0 && strcasecmp(value, "off") != 0) {
        return apr_psprintf(cmd->pool, "'%s': give On or Off", value);
    }
    scope->reload = strcasecmp(value, "on") == 0 ? "on" : "off";
    return NULL;
}

static const char *add_warm_up(const cmd_parms *cmd, const mj_mount_t *mount, const char *value)
{
    const char *wrong = check_word(cmd, value);
    if (wrong == NULL && *value != '/') {
        wrong = apr_psprintf(cmd->pool, "'%s': give a path below the mount, starting with a slash (warm-up=/ready)", value);
    }
    if (wrong == NULL) {
        APR_ARRAY_PUSH(mount->warm_ups, const char *) = value;
    }
    return wrong;
}

/* The directives of a scope have the same names and checks as the options of JVMAlias. */
static const char *set_mount_option(const cmd_parms *cmd, const mj_mount_t *mount, const char *key, const char *value)
{
    mj_scope_t *scope = mount->options;
    if (strcmp(key, "process-group") == 0) {
        return set_process_group(cmd, scope, value);
    }
    if (strcmp(key, "application-group") == 0) {
        return set_application_group(cmd, scope, value);
    }
    if (strcmp(key, "entry-point") == 0) {
        return set_entry_point(cmd, scope, value);
    }
    if (strncmp(key, "param.", 6) == 0) {
        return set_param(cmd, scope, key + 6, value);
    }
    if (strcmp(key, "reload") == 0) {
        return set_reload(cmd, scope, value);
    }
    if (strcmp(key, "warm-up") == 0) {
        return add_warm_up(cmd, mount, value);
    }
    return apr_psprintf(cmd->pool, "there is no option '%s'; there are application-group, entry-point, param.NAME, process-group, reload, warm-up",
                        key);
}

/* NULL, and *wrong says why, if the arguments are no good. */
static mj_mount_t *parse_mount(cmd_parms *cmd, const char *args, const char **wrong)
{
    mj_mount_t *mount = apr_pcalloc(cmd->pool, sizeof(*mount));
    const char *key, *value;
    apr_status_t rv;

    *wrong = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE | NOT_IN_HTACCESS);
    if (*wrong != NULL) {
        return NULL;
    }
    mount->pattern = ap_getword_conf(cmd->pool, &args);
    mount->target = ap_getword_conf(cmd->pool, &args);
    mount->options = mj_scope_make(cmd->pool);
    mount->warm_ups = apr_array_make(cmd->pool, 1, sizeof(const char *));
    mount->where = where_of(cmd);
    if (*mount->pattern == '\0' || *mount->target == '\0') {
        *wrong = error_in(cmd, NULL, "give a URL path and a target (JVMAlias /shop /srv/shop/Shop.java)");
        return NULL;
    }
    *wrong = check_word(cmd, mount->target);
    if (*wrong == NULL && *mount->target != '/') {
        *wrong = apr_psprintf(cmd->pool, "the target '%s' is no absolute path: give one", mount->target);
    }
    if (*wrong == NULL) {
        *wrong = mj_target_name_check(cmd->pool, mount->target);
    }
    rv = APR_SUCCESS;
    while (*wrong == NULL && (rv = mj_option_next(cmd->pool, &args, &key, &value)) == APR_SUCCESS) {
        *wrong = set_mount_option(cmd, mount, key, value);
    }
    if (rv == APR_EINVAL) {
        *wrong = key == NULL ? "a quote is not closed" : apr_psprintf(cmd->pool, "'%s': give options as key=value", key);
    }
    if (*wrong != NULL) {
        *wrong = error_in(cmd, mount->pattern, *wrong);
        return NULL;
    }
    APR_ARRAY_PUSH(mj_server_config(cmd->server)->mounts, mj_mount_t *) = mount;
    return mount;
}

static const char *add_alias(cmd_parms *cmd, void *scope, const char *args)
{
    const char *wrong;
    mj_mount_t *mount = parse_mount(cmd, args, &wrong);
    char *path;
    size_t len;

    (void)scope;
    if (mount == NULL) {
        return wrong;
    }
    if (*mount->pattern != '/') {
        return error_in(cmd, mount->pattern, "the URL path must start with a slash");
    }
    path = apr_pstrdup(cmd->pool, mount->pattern);
    ap_no2slash(path);
    if (strstr(path, "/./") != NULL || strstr(path, "/../") != NULL) {
        return error_in(cmd, mount->pattern, "the URL path holds '.' or '..', which no request ever has: leave them out");
    }
    len = strlen(path);
    if (path[len - 1] == '/') {
        path[len - 1] = '\0';
    }
    mount->path = path;
    return NULL;
}

static const char *add_alias_match(cmd_parms *cmd, void *scope, const char *args)
{
    const char *wrong;
    mj_mount_t *mount = parse_mount(cmd, args, &wrong);

    (void)scope;
    if (mount == NULL) {
        return wrong;
    }
    mount->path = "";
    mount->regex = ap_pregcomp(cmd->pool, mount->pattern, AP_REG_EXTENDED);
    if (mount->regex == NULL) {
        return error_in(cmd, mount->pattern, "this is no regular expression that can be compiled");
    }
    if (mount->warm_ups->nelts > 0) {
        return error_in(cmd, mount->pattern, "warm-up= is for JVMAlias: these applications are loaded at their first request");
    }
    return NULL;
}

static const char *scope_process_group(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = set_process_group(cmd, scope, value);
    if (wrong != NULL) {
        return error_in(cmd, NULL, wrong);
    }
    APR_ARRAY_PUSH(mj_server_config(cmd->server)->named, mj_named_pool_t) = (mj_named_pool_t){value, where_of(cmd)};
    return NULL;
}

static const char *scope_application_group(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = set_application_group(cmd, scope, value);
    return wrong != NULL ? error_in(cmd, NULL, wrong) : NULL;
}

static const char *scope_entry_point(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = set_entry_point(cmd, scope, value);
    return wrong != NULL ? error_in(cmd, NULL, wrong) : NULL;
}

static const char *scope_param(cmd_parms *cmd, void *scope, const char *name, const char *value)
{
    const char *wrong = set_param(cmd, scope, name, value);
    return wrong != NULL ? error_in(cmd, NULL, wrong) : NULL;
}

static const char *scope_reload(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = set_reload(cmd, scope, value);
    return wrong != NULL ? error_in(cmd, NULL, wrong) : NULL;
}

static const char *set_java_home(cmd_parms *cmd, void *scope, const char *value)
{
    mj_server_t *config = mj_server_config(cmd->server);
    const char *wrong = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE | NOT_IN_HTACCESS);

    (void)scope;
    if (wrong != NULL) {
        return wrong;
    }
    if (*value != '/') {
        return error_in(cmd, value, "give an absolute path (/usr/lib/jvm/...)");
    }
    config->java_home = value;
    config->java_home_where = where_of(cmd);
    return NULL;
}

static const char *set_runtime_dir(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    (void)scope;
    if (wrong != NULL) {
        return wrong;
    }
    wrong = check_word(cmd, value);
    if (wrong == NULL && *value != '/') {
        wrong = apr_psprintf(cmd->pool, "'%s' is no absolute path: give one", value);
    }
    if (wrong != NULL) {
        return error_in(cmd, NULL, wrong);
    }
    mj_server_config(cmd->server)->runtime_dir = value;
    return NULL;
}

static const char *set_state_dir(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    (void)scope;
    if (wrong != NULL) {
        return wrong;
    }
    if (strcasecmp(value, "off") == 0) {
        mj_server_config(cmd->server)->state_dir = "";
        return NULL;
    }
    wrong = check_word(cmd, value);
    if (wrong == NULL && *value != '/') {
        wrong = apr_psprintf(cmd->pool, "'%s' is no absolute path: give one, or Off", value);
    }
    if (wrong != NULL) {
        return error_in(cmd, NULL, wrong);
    }
    mj_server_config(cmd->server)->state_dir = value;
    return NULL;
}

static const char *set_minimum_uid(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    char *end;
    long uid = strtol(value, &end, 10);

    (void)scope;
    if (wrong != NULL) {
        return wrong;
    }
    if (!apr_isdigit(*value) || *end != '\0' || uid < 1 || uid > 2000000000L) {
        return error_in(cmd, value, "give a number from 1 to 2000000000");
    }
    mj_server_config(cmd->server)->minimum_uid = uid;
    return NULL;
}

/* httpd's core sets it; its text is for the supervisor, whose lines look like httpd's. */
static const char *note_error_log_format(cmd_parms *cmd, void *scope, const char *format, const char *of_request)
{
    (void)scope;
    if (of_request == NULL) {
        mj_server_config(cmd->server)->error_log_format = format;
    }
    return NULL;
}

static const char *set_concurrent_starts(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    bool is_auto = strcasecmp(value, "auto") == 0;
    char *end;
    long starts = is_auto ? 0 : strtol(value, &end, 10);

    (void)scope;
    if (wrong != NULL) {
        return wrong;
    }
    if (!is_auto && (!apr_isdigit(*value) || *end != '\0' || starts < 1 || starts > MJ_CONCURRENT_STARTS_MAX)) {
        return error_in(cmd, NULL, apr_psprintf(cmd->pool, "'%s': give a number from 1 to %d, or auto (as many as there are processors)",
                                                value, MJ_CONCURRENT_STARTS_MAX));
    }
    mj_server_config(cmd->server)->concurrent_starts = (int)starts;
    return NULL;
}

/* What chooses a pool or code is refused in .htaccess by its context (never an OR_* flag). docs/directives.md has the same table; a
 * test compares them. */
const command_rec mj_commands[] = {
    AP_INIT_TAKE12("ErrorLogFormat", note_error_log_format, NULL, RSRC_CONF, "see the directive of httpd's core, which mod_jvm follows"),
    AP_INIT_RAW_ARGS("JVMAlias", add_alias, NULL, RSRC_CONF, "URL path, target and key=value options: mounts an application"),
    AP_INIT_RAW_ARGS("JVMAliasMatch", add_alias_match, NULL, RSRC_CONF,
                     "regular expression, target (may hold $1 ...) and key=value options: mounts applications"),
    AP_INIT_TAKE1("JVMApplicationGroup", scope_application_group, NULL, RSRC_CONF | ACCESS_CONF,
                  "name; applications of one group share a class loader (default: each has one of its own)"),
    AP_INIT_TAKE1("JVMConcurrentStarts", set_concurrent_starts, NULL, RSRC_CONF,
                  "how many JVMs may start at once, of all pools, or auto (default: auto, as many as there are processors)"),
    AP_INIT_RAW_ARGS("JVMDaemonProcess", add_daemon_process, NULL, RSRC_CONF, "name and key=value options: declares a pool of JVMs"),
    AP_INIT_TAKE1("JVMEntryPoint", scope_entry_point, NULL, RSRC_CONF | ACCESS_CONF,
                  "member, Class, Class::member or pkg.Class::member (default: application)"),
    AP_INIT_TAKE1("JVMJavaHome", set_java_home, NULL, RSRC_CONF, "folder of the JDK (default: the newest found of 17 or later)"),
    AP_INIT_TAKE1("JVMMinimumUID", set_minimum_uid, NULL, RSRC_CONF, "lowest UID that a pool may run as (default: 100)"),
    AP_INIT_TAKE2("JVMParameter", scope_param, NULL, RSRC_CONF | ACCESS_CONF, "name and value, handed to the application's factory"),
    AP_INIT_TAKE1("JVMProcessGroup", scope_process_group, NULL, RSRC_CONF | ACCESS_CONF,
                  "name of the pool that serves (default: the virtual host's only pool)"),
    AP_INIT_TAKE1("JVMReload", scope_reload, NULL, RSRC_CONF | ACCESS_CONF, "On or Off: whether a changed target rolls the pool (default: On)"),
    AP_INIT_TAKE1("JVMRuntimeDir", set_runtime_dir, NULL, RSRC_CONF,
                  "folder of the sockets (default: jvm-HASH below DefaultRuntimeDir)"),
    AP_INIT_TAKE1("JVMStateDir", set_state_dir, NULL, RSRC_CONF,
                  "folder of what pools keep, or Off (default: mod_jvm/jvm-HASH below httpd's cache folder)"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL},
};
