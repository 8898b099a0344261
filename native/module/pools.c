/* Which pools there are, and which virtual hosts may use them. */
#include "pools.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>
#include <string.h>
#include <strings.h>

static const char *describe_server(apr_pool_t *pool, const server_rec *server)
{
    return !server->is_virtual ? "the main server"
                               : apr_psprintf(pool, "the virtual host at %s:%u", server->defn_name, server->defn_line_number);
}

bool mj_is_same_site(const server_rec *one, const server_rec *other)
{
    return one->is_virtual && other->is_virtual && one->server_hostname != NULL && other->server_hostname != NULL &&
           strcasecmp(one->server_hostname, other->server_hostname) == 0;
}

const char *mj_default_group(apr_pool_t *pool, const server_rec *server, const char *mount)
{
    return apr_pstrcat(pool, mj_server_config(server)->name, "|", *mount == '\0' ? "/" : mount, NULL);
}

apr_array_header_t *mj_servers(apr_pool_t *pool, server_rec *main_server)
{
    apr_array_header_t *servers = apr_array_make(pool, 4, sizeof(server_rec *));
    server_rec *server;
    int i, k;

    for (server = main_server; server != NULL; server = server->next) {
        APR_ARRAY_PUSH(servers, server_rec *) = server;
    }
    for (i = 1, k = servers->nelts - 1; i < k; i++, k--) { /* httpd lists its virtual hosts from the last to the first */
        server = APR_ARRAY_IDX(servers, i, server_rec *);
        APR_ARRAY_IDX(servers, i, server_rec *) = APR_ARRAY_IDX(servers, k, server_rec *);
        APR_ARRAY_IDX(servers, k, server_rec *) = server;
    }
    return servers;
}

apr_array_header_t *mj_all_pools(apr_pool_t *pool, server_rec *main_server)
{
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(mj_pool_config_t *));
    const apr_array_header_t *servers = mj_servers(pool, main_server);
    int i, k;

    for (k = 0; k < servers->nelts; k++) {
        const server_rec *server = APR_ARRAY_IDX(servers, k, const server_rec *);
        const apr_array_header_t *pools = mj_server_config(server)->pools;
        for (i = 0; i < pools->nelts; i++) {
            mj_pool_config_t *declared = APR_ARRAY_IDX(pools, i, mj_pool_config_t *);
            if (declared->server == server) { /* else it is another's, united */
                APR_ARRAY_PUSH(all, mj_pool_config_t *) = declared;
            }
        }
    }
    return all;
}

apr_array_header_t *mj_placed_pools(apr_pool_t *pool, server_rec *main_server)
{
    const apr_array_header_t *all = mj_all_pools(pool, main_server);
    apr_array_header_t *placed = apr_array_make(pool, all->nelts, sizeof(mj_pool_config_t *));
    int i;
    for (i = 0; i < all->nelts; i++) {
        mj_pool_config_t *declared = APR_ARRAY_IDX(all, i, mj_pool_config_t *);
        if (declared->index != MJ_NO_PLACE) {
            APR_ARRAY_PUSH(placed, mj_pool_config_t *) = declared;
        }
    }
    return placed;
}

const mj_pool_config_t *mj_pool_named(const server_rec *server, const char *name)
{
    const apr_array_header_t *pools = mj_server_config(server)->pools;
    int i;

    for (i = 0; i < pools->nelts; i++) {
        const mj_pool_config_t *found = APR_ARRAY_IDX(pools, i, const mj_pool_config_t *);
        if (strcmp(found->settings->name, name) == 0) {
            return found;
        }
    }
    return NULL;
}

/* Why a virtual host without a pool of its own, or with several, finds none. */
static const char *none_chosen(apr_pool_t *pool, const server_rec *server)
{
    const server_rec *other;

    if (mj_server_config(server)->pools->nelts > 0) {
        return apr_psprintf(pool, "no pool is chosen: %s declares more than one; name one with JVMProcessGroup or process-group=",
                            describe_server(pool, server));
    }
    for (other = ap_server_conf; other != NULL; other = other->next) {
        const apr_array_header_t *pools = mj_server_config(other)->pools;
        if (mj_is_same_site(server, other) && pools->nelts > 0) {
            return apr_psprintf(pool,
                                "no pool serves this: %s declares none; JVMProcessGroup %s uses that of %s, which has the same "
                                "ServerName",
                                describe_server(pool, server), APR_ARRAY_IDX(pools, 0, const mj_pool_config_t *)->settings->name,
                                describe_server(pool, other));
        }
    }
    return apr_psprintf(pool,
                        "no pool serves this: %s declares none; add JVMDaemonProcess to it, or name a pool of the main server "
                        "with "
                        "JVMProcessGroup",
                        describe_server(pool, server));
}

/* httpd lists the main server first. A virtual host may use its own pools, those of the main
 * server, and those of a host of its ServerName. */
const mj_pool_config_t *mj_find_pool(apr_pool_t *pool, const server_rec *server, const mj_scope_t *scope, const char **wrong)
{
    const apr_array_header_t *own = mj_server_config(server)->pools;
    const char *name = scope->process_group;
    const mj_pool_config_t *found, *elsewhere = NULL;
    const server_rec *other;

    if (name == NULL) {
        if (own->nelts == 1) {
            return APR_ARRAY_IDX(own, 0, const mj_pool_config_t *);
        }
        *wrong = none_chosen(pool, server);
        return NULL;
    }
    found = mj_pool_named(server, name);
    for (other = ap_server_conf; found == NULL && other != NULL; other = other->next) {
        const mj_pool_config_t *theirs = mj_pool_named(other, name);
        if (theirs != NULL && (!other->is_virtual || mj_is_same_site(server, other))) {
            found = theirs;
        } else if (theirs != NULL) {
            elsewhere = theirs;
        }
    }
    if (found == NULL) {
        *wrong = elsewhere == NULL
                     ? apr_psprintf(pool, "there is no pool '%s': declare it with JVMDaemonProcess, or name another", name)
                     : apr_psprintf(pool,
                                    "the pool '%s' belongs to %s, and only virtual hosts of the same ServerName can use it: "
                                    "declare it in the "
                                    "main server to share it",
                                    name, describe_server(pool, elsewhere->server));
    }
    return found;
}

/* The values that were given for an option, one a line. */
static const char *values_of(apr_pool_t *pool, const apr_table_t *options, const char *key)
{
    const apr_array_header_t *given = apr_table_elts(options);
    const char *values = "";
    int i;

    for (i = 0; i < given->nelts; i++) {
        const apr_table_entry_t *option = &APR_ARRAY_IDX(given, i, apr_table_entry_t);
        if (strcmp(option->key, key) == 0) {
            values = apr_pstrcat(pool, values, option->val, "\n", NULL);
        }
    }
    return values;
}

/* The first option of one that the other has not got, or otherwise; NULL if there is none. */
static const char *differing_option(apr_pool_t *pool, const mj_pool_config_t *one, const mj_pool_config_t *other)
{
    const apr_array_header_t *given = apr_table_elts(one->options);
    int i;

    for (i = 0; i < given->nelts; i++) {
        const char *key = APR_ARRAY_IDX(given, i, apr_table_entry_t).key;
        if (strcmp(values_of(pool, one->options, key), values_of(pool, other->options, key)) != 0) {
            return key;
        }
    }
    return NULL;
}

static const char *difference(apr_pool_t *pool, const mj_pool_config_t *one, const mj_pool_config_t *other)
{
    const char *one_home = mj_server_config(one->server)->java_home;
    const char *other_home = mj_server_config(other->server)->java_home;
    const char *option = differing_option(pool, one, other);

    if (option == NULL) {
        option = differing_option(pool, other, one);
    }
    if (option == NULL && strcmp(one_home != NULL ? one_home : "", other_home != NULL ? other_home : "") != 0) {
        option = "JVMJavaHome";
    }
    return option;
}

const char *mj_pool_unite(apr_pool_t *pool, mj_pool_config_t *first, const mj_pool_config_t *second)
{
    apr_array_header_t *pools = mj_server_config(second->server)->pools;
    const char *option;
    int i;

    if (first->server == second->server) {
        return apr_psprintf(pool, "this name is taken at %s: leave one of the two out, or choose another name", first->where);
    }
    if (!first->server->is_virtual) {
        return apr_psprintf(pool,
                            "this name is taken at %s, by a pool that every virtual host may use: leave this line out and write "
                            "JVMProcessGroup %s, or choose another name",
                            first->where, first->settings->name);
    }
    if (!mj_is_same_site(first->server, second->server)) {
        return apr_psprintf(pool,
                            "this name is taken at %s, by a virtual host of another ServerName (%s): choose another name; or, "
                            "for one pool that "
                            "both use, declare it outside all virtual hosts and write JVMProcessGroup %s in both",
                            first->where, first->server->server_hostname, first->settings->name);
    }
    option = difference(pool, first, second);
    if (option != NULL) {
        return apr_psprintf(pool,
                            "this name is taken at %s, by a virtual host of the same ServerName (%s), and %s differs: make both "
                            "lines equal for "
                            "one pool; or leave this one out and write JVMProcessGroup %s; or choose another name",
                            first->where, first->server->server_hostname, option, first->settings->name);
    }
    for (i = 0; i < pools->nelts; i++) {
        if (APR_ARRAY_IDX(pools, i, const mj_pool_config_t *) == second) {
            APR_ARRAY_IDX(pools, i, mj_pool_config_t *) = first;
        }
    }
    return NULL;
}
