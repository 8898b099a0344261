/* What may be set in any scope: the server, a virtual host, a Location or Directory, and as options
 * of one JVMAlias; and what JVMAlias alone may set.
 *
 * Written while the configuration is parsed, read-only afterwards. NULL is unset; the inner scope
 * wins. */
#ifndef MJ_SETTINGS_H
#define MJ_SETTINGS_H

#include "record.h"

#include <apr_tables.h>

#define MJ_DEFAULT_ENTRY_POINT "application"
#define MJ_CONCURRENT_STARTS_MAX 1000

typedef struct mj_param_t {
    const char *name;
    const char *value;
} mj_param_t;

typedef struct mj_scope_t {
    const char *process_group;
    const char *entry_point;
    const char *application_group;
    const char *reload;                  /**< "off": a changed target does not roll the pool; else "on" */
    const apr_array_header_t *params;    /**< of mj_param_t; never NULL */
    const char *context;                 /**< JVMAlias: a context.xml outside the WAR */
    const apr_array_header_t *arguments; /**< JVMAlias: of const char *, for main, in their order; NULL: none */
} mj_scope_t;

mj_scope_t *mj_scope_make(apr_pool_t *pool);

/** A scope that holds add's settings, and base's where add has none. Parameters are merged by
 * name. */
mj_scope_t *mj_scope_merge(apr_pool_t *pool, const mj_scope_t *base, const mj_scope_t *add);

/** Sets a parameter, replacing one of that name. */
void mj_scope_set_param(mj_scope_t *scope, apr_pool_t *pool, const char *name, const char *value);

/** A request that an application is warmed up with (CONTROL.md, section 1).
 *  @param url its path below the mount, which may have a query */
mj_span_t mj_warm_up_record(apr_pool_t *pool, mj_span_t definition, const char *script_name, const char *url);

/** Adds the entries `context` and `argument` of a definition, if the scope has any. */
void mj_scope_add_options(const mj_scope_t *scope, mj_record_builder_t *record);

/** The definition of an application (PROTOCOL.md, section 5).
 *  @param mount the URL path it is mounted at, empty at the root; part of it where the target may
 *    be a web application
 *  @param default_group the class loader's group where the scope names none */
mj_span_t mj_application_definition(apr_pool_t *pool, const char *target, const char *mount, const mj_scope_t *scope,
                                    const char *default_group);

#endif
