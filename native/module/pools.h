/* Finds pools in the configuration. */
#ifndef MJ_POOLS_H
#define MJ_POOLS_H

#include "config.h"

/** The main server and all virtual hosts, of server_rec *, in the order of the configuration. */
apr_array_header_t *mj_servers(apr_pool_t *pool, server_rec *main_server);

/** Finds the pool that serves requests of server in that scope.
 *  @return NULL, and *wrong says why */
const mj_pool_config_t *mj_find_pool(apr_pool_t *pool, const server_rec *server, const mj_scope_t *scope, const char **wrong);

/** The pool that a server declares under that name, or has in common with another; NULL if there is
 *  none. */
const mj_pool_config_t *mj_pool_named(const server_rec *server, const char *name);

/** Makes one pool of two declarations of a name, if they may be one: the hosts have one ServerName,
 *  and the options are the same, as in a copy of the host for another port. @return NULL, or why
 *  they may not */
const char *mj_pool_unite(apr_pool_t *pool, mj_pool_config_t *first, const mj_pool_config_t *second);

/** Whether both are virtual hosts of the same ServerName, on whatever ports. */
bool mj_is_same_site(const server_rec *one, const server_rec *other);

/** All pools of all servers, of mj_pool_config_t *. */
apr_array_header_t *mj_all_pools(apr_pool_t *pool, server_rec *main_server);

/** Those of them that have a place on the board. */
apr_array_header_t *mj_placed_pools(apr_pool_t *pool, server_rec *main_server);

/** The class loader's group of an application that has none of its own. */
const char *mj_default_group(apr_pool_t *pool, const server_rec *server, const char *mount);

#endif
