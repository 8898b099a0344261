/* The directives of a scope, which are options of JVMAlias too. */
#include "config.h"
#include "directives_parts.h"
#include "pool_name.h"
#include "settings.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

const char *mj_option_param(const cmd_parms *cmd, mj_scope_t *scope, const char *name, const char *value)
{
    const char *wrong =
        *name == '\0' ? "the parameter has no name: give one (param.NAME=VALUE)" : mj_directive_check_word(cmd, name);
    if (wrong == NULL && strchr(name, '=') != NULL) {
        wrong = apr_psprintf(cmd->pool, "the name '%s' contains a '=': give name and value separately", name);
    }
    if (wrong == NULL) {
        mj_scope_set_param(scope, cmd->pool, name, value);
    }
    return wrong;
}

/* Whether a text is not empty and has letters, digits and these characters alone; Java's letters
 * are more than ASCII's. */
static bool has_only(const char *at, const char *end, const char *others)
{
    bool is_allowed = at != end;

    for (; is_allowed && at != end; at++) {
        is_allowed = (unsigned char)*at >= 0x80 || apr_isalnum(*at) || strchr(others, *at) != NULL;
    }
    return is_allowed;
}

/* "member", "Class", "Class::member" or "pkg.Class::member". */
static bool is_java_name(const char *value, const char *end)
{
    const char *colons = strstr(value, "::");

    return colons == NULL ? has_only(value, end, "_$.") : has_only(value, colons, "_$.") && has_only(colons + 2, end, "_$");
}

/* "namespace/function", of Clojure. */
static bool is_clojure_name(const char *value, const char *slash, const char *end)
{
    return has_only(value, slash, "_$.-") && has_only(slash + 1, end, "_$.-*+!?<>=&'");
}

const char *mj_option_entry_point(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    const char *end = value + strlen(value);
    const char *slash = strchr(value, '/');

    if (slash != NULL ? !is_clojure_name(value, slash, end) : !is_java_name(value, end)) {
        return apr_psprintf(cmd->pool,
                            "'%s' is not an entry point: give a member, a Class, Class::member, pkg.Class::member, main, or "
                            "namespace/function",
                            value);
    }
    scope->entry_point = value;
    return NULL;
}

const char *mj_option_process_group(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    const char *wrong = mj_pool_name_check(cmd->pool, value);
    scope->process_group = value;
    return wrong;
}

const char *mj_option_application_group(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    const char *wrong = mj_directive_check_word(cmd, value);
    scope->application_group = value;
    return wrong;
}

const char *mj_option_reload(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    if (strcasecmp(value, "on") != 0 && strcasecmp(value, "off") != 0) {
        return apr_psprintf(cmd->pool, "'%s': give On or Off", value);
    }
    scope->reload = strcasecmp(value, "on") == 0 ? "on" : "off";
    return NULL;
}

const char *mj_set_process_group(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = mj_option_process_group(cmd, scope, value);
    if (wrong != NULL) {
        return mj_directive_error(cmd, NULL, wrong);
    }
    APR_ARRAY_PUSH(mj_server_config(cmd->server)->named, mj_named_pool_t) = (mj_named_pool_t){value, mj_directive_where(cmd)};
    return NULL;
}

const char *mj_set_application_group(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = mj_option_application_group(cmd, scope, value);
    return wrong != NULL ? mj_directive_error(cmd, NULL, wrong) : NULL;
}

const char *mj_set_entry_point(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = mj_option_entry_point(cmd, scope, value);
    return wrong != NULL ? mj_directive_error(cmd, NULL, wrong) : NULL;
}

const char *mj_set_param(cmd_parms *cmd, void *scope, const char *name, const char *value)
{
    const char *wrong = mj_option_param(cmd, scope, name, value);
    return wrong != NULL ? mj_directive_error(cmd, NULL, wrong) : NULL;
}

const char *mj_set_reload(cmd_parms *cmd, void *scope, const char *value)
{
    const char *wrong = mj_option_reload(cmd, scope, value);
    return wrong != NULL ? mj_directive_error(cmd, NULL, wrong) : NULL;
}
