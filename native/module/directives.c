#include "directives.h"

#include "config.h"
#include "directives_parts.h"
#include "option_line.h"
#include "pool_name.h"
#include "pool_settings.h"
#include "record.h"
#include "settings.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>
#include <stdlib.h>
#include <string.h>

const char *mj_directive_where(const cmd_parms *cmd)
{
    return apr_psprintf(cmd->pool, "%s:%u", cmd->directive->filename, (unsigned)cmd->directive->line_num);
}

const char *mj_directive_error(const cmd_parms *cmd, const char *what, const char *wrong)
{
    return apr_pstrcat(cmd->pool, cmd->cmd->name, what != NULL ? " " : "", what != NULL ? what : "", ": ", wrong, NULL);
}

/* Returns NULL, or why a word is no good as a name of something. */
const char *mj_directive_check_word(const cmd_parms *cmd, const char *value)
{
    const char *at;
    if (*value == '\0') {
        return "the value is empty: give one";
    }
    for (at = value; *at != '\0'; at++) {
        if (apr_iscntrl(*at)) {
            return apr_psprintf(cmd->pool, "'%s' contains a control character", value);
        }
    }
    return NULL;
}

static const char *add_daemon_process(cmd_parms *cmd, void *scope, const char *args)
{
    mj_server_t *config = mj_server_config(cmd->server);
    mj_pool_config_t *pool = apr_pcalloc(cmd->pool, sizeof(*pool));
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
        return mj_directive_error(cmd, NULL, wrong);
    }
    pool->settings = mj_pool_settings_make(cmd->pool, name);
    pool->options = apr_table_make(cmd->pool, 8);
    pool->server = cmd->server;
    pool->where = mj_directive_where(cmd);
    pool->definitions = apr_array_make(cmd->pool, 2, sizeof(mj_span_t));
    pool->warm_ups = apr_array_make(cmd->pool, 1, sizeof(mj_span_t));
    while ((rv = mj_option_next(cmd->pool, &args, &key, &value)) == APR_SUCCESS) {
        apr_table_addn(pool->options, key, value);
        wrong = mj_pool_settings_set(pool->settings, cmd->pool, key, value);
        if (wrong != NULL) {
            return mj_directive_error(cmd, name, wrong);
        }
    }
    if (rv == APR_EINVAL) {
        return mj_directive_error(cmd, name,
                                  key == NULL ? "a quote is not closed"
                                              : apr_psprintf(cmd->pool, "'%s': give options as key=value", key));
    }
    APR_ARRAY_PUSH(config->pools, mj_pool_config_t *) = pool;
    return NULL;
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
        return mj_directive_error(cmd, value, "give an absolute path (/usr/lib/jvm/...)");
    }
    config->java_home = value;
    config->java_home_where = mj_directive_where(cmd);
    return NULL;
}

/* @param advice what to give in place of a value that is wrong */
static const char *set_folder(const cmd_parms *cmd, const char **folder, const char *value, const char *advice)
{
    const char *wrong = mj_directive_check_word(cmd, value);

    if (wrong == NULL && *value != '/') {
        wrong = apr_psprintf(cmd->pool, "'%s' is not an absolute path: give %s", value, advice);
    }
    if (wrong != NULL) {
        return mj_directive_error(cmd, NULL, wrong);
    }
    *folder = value;
    return NULL;
}

static const char *set_runtime_dir(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    (void)scope;
    return wrong != NULL ? wrong : set_folder(cmd, &mj_server_config(cmd->server)->runtime_dir, value, "one");
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
    return set_folder(cmd, &mj_server_config(cmd->server)->state_dir, value, "one, or Off");
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
        return mj_directive_error(cmd, value, "give a number from 1 to 2000000000");
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
        return mj_directive_error(cmd, NULL,
                                  apr_psprintf(cmd->pool,
                                               "'%s': give a number from 1 to %d, or auto (as many as there are processors)",
                                               value, MJ_CONCURRENT_STARTS_MAX));
    }
    mj_server_config(cmd->server)->concurrent_starts = (int)starts;
    return NULL;
}

/* What chooses a pool or code is refused in .htaccess by its context (never an OR_* flag).
 * docs/directives.md has the same table; a test compares them. */
const command_rec mj_commands[] = {
    AP_INIT_TAKE12("ErrorLogFormat", note_error_log_format, NULL, RSRC_CONF,
                   "see the directive of httpd's core, which mod_jvm follows"),
    AP_INIT_RAW_ARGS("JVMAlias", mj_add_alias, NULL, RSRC_CONF, "URL path, target and key=value options: mounts an application"),
    AP_INIT_RAW_ARGS("JVMAliasMatch", mj_add_alias_match, NULL, RSRC_CONF,
                     "regular expression, target (may hold $1 ...) and key=value options: mounts applications"),
    AP_INIT_TAKE1("JVMApplicationGroup", mj_set_application_group, NULL, RSRC_CONF | ACCESS_CONF,
                  "name; applications of one group share a class loader (default: each has one of its own)"),
    AP_INIT_TAKE1("JVMConcurrentStarts", set_concurrent_starts, NULL, RSRC_CONF,
                  "how many JVMs may start at once, of all pools, or auto (default: auto, as many as there are processors)"),
    AP_INIT_RAW_ARGS("JVMDaemonProcess", add_daemon_process, NULL, RSRC_CONF,
                     "name and key=value options: declares a pool of JVMs"),
    AP_INIT_TAKE1("JVMEntryPoint", mj_set_entry_point, NULL, RSRC_CONF | ACCESS_CONF,
                  "member, Class, Class::member or pkg.Class::member (default: application)"),
    AP_INIT_TAKE1("JVMJavaHome", set_java_home, NULL, RSRC_CONF, "folder of the JDK (default: the newest found of 17 or later)"),
    AP_INIT_TAKE1("JVMMinimumUID", set_minimum_uid, NULL, RSRC_CONF, "lowest UID that a pool may run as (default: 100)"),
    AP_INIT_TAKE2("JVMParameter", mj_set_param, NULL, RSRC_CONF | ACCESS_CONF,
                  "name and value, handed to the application's factory"),
    AP_INIT_TAKE1("JVMProcessGroup", mj_set_process_group, NULL, RSRC_CONF | ACCESS_CONF,
                  "name of the pool that serves (default: the virtual host's only pool)"),
    AP_INIT_TAKE1("JVMReload", mj_set_reload, NULL, RSRC_CONF | ACCESS_CONF,
                  "On or Off: whether a changed target rolls the pool (default: On)"),
    AP_INIT_TAKE1("JVMRuntimeDir", set_runtime_dir, NULL, RSRC_CONF,
                  "folder of the sockets (default: jvm-HASH below DefaultRuntimeDir)"),
    AP_INIT_TAKE1("JVMStateDir", set_state_dir, NULL, RSRC_CONF,
                  "folder of what pools keep, or Off (default: mod_jvm/jvm-HASH below httpd's cache folder)"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL},
};
