/* JVMAlias and JVMAliasMatch. */
#include "argument_line.h"
#include "config.h"
#include "directives.h"
#include "directives_parts.h"
#include "option_line.h"
#include "path_names.h"
#include "settings.h"

#include <apr_strings.h>
#include <string.h>

static const char *add_warm_up(const cmd_parms *cmd, const mj_mount_t *mount, const char *value)
{
    const char *wrong = mj_directive_check_word(cmd, value);
    if (wrong == NULL && *value != '/') {
        wrong = apr_psprintf(cmd->pool, "'%s': give a path below the mount, starting with a slash (warm-up=/ready)", value);
    }
    if (wrong == NULL) {
        APR_ARRAY_PUSH(mount->warm_ups, const char *) = value;
    }
    return wrong;
}

/* The file is the pool's user's to read: httpd does not look at it. */
static const char *set_context(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    const char *wrong = mj_directive_check_word(cmd, value);
    if (wrong == NULL && *value != '/') {
        wrong = apr_psprintf(cmd->pool, "context='%s' is not an absolute path: give that of a context.xml", value);
    }
    if (wrong == NULL && scope->context != NULL) {
        wrong = "context= is given twice: an application has one context.xml";
    }
    if (wrong == NULL) {
        wrong = mj_file_name_check(cmd->pool, value);
    }
    scope->context = value;
    return wrong;
}

/* Any text, the empty one too: main gets it as it is. */
static const char *add_argument(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    apr_array_header_t *arguments = scope->arguments == NULL ? apr_array_make(cmd->pool, 4, sizeof(const char *))
                                                             : apr_array_copy(cmd->pool, scope->arguments);
    const char *wrong = *value == '\0' ? NULL : mj_directive_check_word(cmd, value);
    if (wrong == NULL) {
        APR_ARRAY_PUSH(arguments, const char *) = mj_argument_plain(cmd->pool, value);
        scope->arguments = arguments;
    }
    return wrong;
}

/* The directives of a scope have the same names and checks as the options of JVMAlias. */
static const char *set_mount_option(const cmd_parms *cmd, const mj_mount_t *mount, const char *key, const char *value)
{
    mj_scope_t *scope = mount->options;
    if (strcmp(key, "process-group") == 0) {
        return mj_option_process_group(cmd, scope, value);
    }
    if (strcmp(key, "application-group") == 0) {
        return mj_option_application_group(cmd, scope, value);
    }
    if (strcmp(key, "entry-point") == 0) {
        return mj_option_entry_point(cmd, scope, value);
    }
    if (strncmp(key, "param.", 6) == 0) {
        return mj_option_param(cmd, scope, key + 6, value);
    }
    if (strcmp(key, "reload") == 0) {
        return mj_option_reload(cmd, scope, value);
    }
    if (strcmp(key, "warm-up") == 0) {
        return add_warm_up(cmd, mount, value);
    }
    if (strcmp(key, "context") == 0) {
        return set_context(cmd, scope, value);
    }
    if (strcmp(key, "argument") == 0) {
        return add_argument(cmd, scope, value);
    }
    return apr_psprintf(cmd->pool,
                        "unknown option '%s'; the options are application-group, argument, context, entry-point, param.NAME, "
                        "process-group, reload, warm-up",
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
    mount->where = mj_directive_where(cmd);
    if (*mount->pattern == '\0' || *mount->target == '\0') {
        *wrong = mj_directive_error(cmd, NULL, "give a URL path and a target (JVMAlias /shop /srv/shop/Shop.java)");
        return NULL;
    }
    *wrong = mj_directive_check_word(cmd, mount->target);
    if (*wrong == NULL && *mount->target != '/') {
        *wrong = apr_psprintf(cmd->pool, "the target '%s' is not an absolute path: give one", mount->target);
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
        *wrong = mj_directive_error(cmd, mount->pattern, *wrong);
        return NULL;
    }
    APR_ARRAY_PUSH(mj_server_config(cmd->server)->mounts, mj_mount_t *) = mount;
    return mount;
}

static void protect_arguments(apr_pool_t *pool, ap_directive_t *directive)
{
    for (; directive != NULL; directive = directive->next) {
        if (strcasecmp(directive->directive, "JVMAlias") == 0 || strcasecmp(directive->directive, "JVMAliasMatch") == 0) {
            directive->args = mj_argument_protect(pool, directive->args);
        }
        protect_arguments(pool, directive->first_child);
    }
}

int mj_protect_arguments(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    protect_arguments(pconf, ap_conftree);
    return OK;
}

const char *mj_add_alias(cmd_parms *cmd, void *scope, const char *args)
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
        return mj_directive_error(cmd, mount->pattern, "the URL path must start with a slash");
    }
    path = apr_pstrdup(cmd->pool, mount->pattern);
    ap_no2slash(path);
    if (strstr(path, "/./") != NULL || strstr(path, "/../") != NULL) {
        return mj_directive_error(cmd, mount->pattern,
                                  "the URL path contains '.' or '..', which no request ever has: leave them out");
    }
    len = strlen(path);
    if (path[len - 1] == '/') {
        path[len - 1] = '\0';
    }
    mount->path = path;
    return NULL;
}

const char *mj_add_alias_match(cmd_parms *cmd, void *scope, const char *args)
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
        return mj_directive_error(cmd, mount->pattern, "this is not a valid regular expression");
    }
    if (mount->options->context != NULL && strchr(mount->options->context, '$') != NULL) {
        return mj_directive_error(cmd, mount->pattern,
                                  "context= is one file for all applications of a JVMAliasMatch: give it without a $");
    }
    if (mount->warm_ups->nelts > 0) {
        return mj_directive_error(cmd, mount->pattern,
                                  "warm-up= is for JVMAlias: these applications are loaded at their first request");
    }
    return NULL;
}
