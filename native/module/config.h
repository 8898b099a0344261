/* The configuration: pools, mounts and scopes, as the directives give them and check_config
 * completes them. */
#ifndef MJ_CONFIG_H
#define MJ_CONFIG_H

#include "mod_jvm.h"
#include "pool_settings.h"
#include "settings.h"

#include <ap_regex.h>

/** A pool, as configured. Complete after check_config; index is set in post_config. */
typedef struct mj_pool_config_t {
    mj_pool_settings_t *settings;
    /** The first server that declares the pool. Its requests may use the pool; those of others only
     *  if it is the main server, or has the same name as they. */
    server_rec *server;
    apr_table_t *options; /**< as they were given */
    const char *where;    /**< file and line, for messages */
    const char *java_home;
    apr_array_header_t *definitions; /**< of mj_span_t: applications that are loaded at start */
    apr_array_header_t *warm_ups;    /**< of mj_span_t: requests that are made then */
    apr_array_header_t *forms;       /**< of mj_span_t: where targets that requests bring may be */
    apr_size_t forms_size;           /**< bytes of all forms, also of those that were too many */
    apr_array_header_t *servers;     /**< of const server_rec *: whose requests may bring targets */
    mj_span_t dynamic;               /**< what requests may bring, for the daemon; empty: nothing */
    unsigned index;                  /**< on the board; MJ_NO_PLACE: there was no place */
} mj_pool_config_t;

#define MJ_NO_PLACE ((unsigned)-1)

/** A JVMAlias or JVMAliasMatch. */
typedef struct mj_mount_t {
    const char *path;  /**< JVMAlias: without a slash at its end; "" for / */
    ap_regex_t *regex; /**< JVMAliasMatch; otherwise NULL */
    const char *pattern;
    const char *target;
    mj_scope_t *options;          /**< key=value of the directive */
    apr_array_header_t *warm_ups; /**< of const char *: URL paths below the mount */
    const char *where;
} mj_mount_t;

/** A mount of one server, resolved. */
typedef struct mj_resolved_t {
    const mj_mount_t *mount;
    /** The server's own scope: the fields below hold for a request that has this very scope. */
    const mj_scope_t *scope;
    const mj_pool_config_t *pool;
    const char *group;    /**< of the class loader, if no directive sets it; NULL for JVMAliasMatch */
    mj_span_t definition; /**< empty for JVMAliasMatch: its target depends on the request */
} mj_resolved_t;

/** A JVMProcessGroup, for its check: the pool may be declared further down. */
typedef struct mj_named_pool_t {
    const char *name;
    const char *where;
} mj_named_pool_t;

struct mj_child_t;
struct supervision_t;

/** Per server. Written while the configuration is parsed and checked, read-only afterwards. */
typedef struct mj_server_t {
    apr_array_header_t *pools;  /**< of mj_pool_config_t *, this server's own */
    apr_array_header_t *mounts; /**< of mj_mount_t *: this server's own, then the main server's */
    apr_array_header_t *named;  /**< of mj_named_pool_t, this server's own */
    const char *java_home;      /**< NULL: the newest that is found */
    const char *java_home_where;
    const char *error_log_format; /**< of messages outside requests; NULL: the main server's, or httpd's */

    /* made by check_config */
    apr_array_header_t *resolved; /**< of mj_resolved_t, in the order of mounts */
    const char *name;             /**< host:port, the prefix of default application groups */

    /* main server only */
    const char *runtime_dir;           /**< NULL: default */
    const char *state_dir;             /**< NULL: default; "": off */
    long minimum_uid;                  /**< -1: default */
    int concurrent_starts;             /**< 0: auto */
    struct supervision_t *supervision; /**< set in post_config, the parent's */
    struct mj_child_t *child;          /**< set in child_init */
} mj_server_t;

#define MJ_DEFAULT_MINIMUM_UID 100

mj_server_t *mj_server_config(const server_rec *server);
const mj_scope_t *mj_scope_of(const request_rec *r);

/* --- for the module record --- */
void *mj_create_server_config(apr_pool_t *pool, server_rec *server);
void *mj_merge_server_config(apr_pool_t *pool, void *base, void *add);
void *mj_create_scope_config(apr_pool_t *pool, char *where);
void *mj_merge_scope_config(apr_pool_t *pool, void *base, void *add);

#endif
