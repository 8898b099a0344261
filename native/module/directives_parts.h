/* What the files of directives share. A setter returns NULL, or what is wrong. */
#ifndef MJ_DIRECTIVES_PARTS_H
#define MJ_DIRECTIVES_PARTS_H

#include "settings.h"

#include <httpd.h>

#include <http_config.h>

/* --- directives.c --- */

/** @return FILE:LINE of the directive */
const char *mj_directive_where(const cmd_parms *cmd);

/** @return an error message that begins with the directive's name
 *  @param what the value or the name that is wrong; NULL: none */
const char *mj_directive_error(const cmd_parms *cmd, const char *what, const char *wrong);

/** @return NULL, or why a word cannot be the name of anything */
const char *mj_directive_check_word(const cmd_parms *cmd, const char *value);

/* --- directives_scope.c: an option of a scope, and the directive of it --- */

const char *mj_option_param(const cmd_parms *cmd, mj_scope_t *scope, const char *name, const char *value);
const char *mj_option_entry_point(const cmd_parms *cmd, mj_scope_t *scope, const char *value);
const char *mj_option_process_group(const cmd_parms *cmd, mj_scope_t *scope, const char *value);
const char *mj_option_application_group(const cmd_parms *cmd, mj_scope_t *scope, const char *value);
const char *mj_option_reload(const cmd_parms *cmd, mj_scope_t *scope, const char *value);

const char *mj_set_process_group(cmd_parms *cmd, void *scope, const char *value);
const char *mj_set_application_group(cmd_parms *cmd, void *scope, const char *value);
const char *mj_set_entry_point(cmd_parms *cmd, void *scope, const char *value);
const char *mj_set_param(cmd_parms *cmd, void *scope, const char *name, const char *value);
const char *mj_set_reload(cmd_parms *cmd, void *scope, const char *value);

/* --- directives_mount.c --- */

const char *mj_add_alias(cmd_parms *cmd, void *scope, const char *args);
const char *mj_add_alias_match(cmd_parms *cmd, void *scope, const char *args);

#endif
