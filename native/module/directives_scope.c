/* The directives of a scope, which are options of JVMAlias too. */
#include "config.h"
#include "directives_parts.h"
#include "pool_name.h"
#include "settings.h"

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

/* Letters, digits, '_', '$', '.', with at most one "::" between class and member. */
const char *mj_option_entry_point(const cmd_parms *cmd, mj_scope_t *scope, const char *value)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$.";
    const unsigned char *at;
    const char *colons = strstr(value, "::");
    bool is_name =
        *value != '\0' && (colons == NULL || (colons != value && colons[2] != '\0' && strchr(colons + 2, '.') == NULL));

    for (at = (const unsigned char *)value; is_name && *at != '\0'; at++) {
        if ((const char *)at == colons) {
            at++;
        } else {
            is_name = *at >= 0x80 || strchr(allowed, *at) != NULL; /* Java's letters are more than ASCII's */
        }
    }
    if (!is_name) {
        return apr_psprintf(cmd->pool, "'%s' is not an entry point: give a member, a Class, Class::member or pkg.Class::member",
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
