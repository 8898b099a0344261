/* The directives that decide which applications requests can bring to a pool. */
#ifndef MJ_DYNAMIC_FIND_H
#define MJ_DYNAMIC_FIND_H

#include "record.h"

#include <httpd.h>

#include <apr_tables.h>
#include <stdbool.h>

/** Where a directive stands. */
typedef struct mj_place_t {
    const server_rec *server; /**< NULL: outside all virtual hosts, which inherit it */
    mj_span_t folder;         /**< <Directory>'s; empty: none */
    bool is_section;          /**< within <Directory>, <Location> … */
    bool is_conditional;      /**< within <Files>, <If> … too: it may hold for a part of the folder */
} mj_place_t;

/** A directive of interest. */
typedef struct mj_found_t {
    mj_place_t place;
    const char *value; /**< JVMProcessGroup: a pool; JVMEntryPoint …: a value for a definition */
    mj_span_t form;    /**< Alias …: where files may come from */
} mj_found_t;

typedef struct mj_dynamic_t {
    apr_pool_t *pool;
    server_rec *main_server;
    apr_array_header_t *handlers; /**< what sets ours, or lets .htaccess do so */
    apr_array_header_t *names;    /**< JVMProcessGroup */
    apr_array_header_t *roots;    /**< of files, beside DocumentRoot */
    apr_array_header_t *entry_points;
    apr_array_header_t *groups;
    apr_array_header_t *params;
    apr_array_header_t *scopes; /**< what makes definitions differ from the mounts': JVM… in sections */
} mj_dynamic_t;

/** Reads the whole configuration. */
mj_dynamic_t mj_dynamic_find(apr_pool_t *pool, server_rec *main_server);

/** @return whether a directive in that place holds for requests of the server */
bool mj_place_holds_for(const mj_place_t *place, const server_rec *server);

#endif
