/* Settings on their way: collected between begin and commit, checked whole, then taken over or
 * thrown away. */
#ifndef MJ_PENDING_CONFIG_H
#define MJ_PENDING_CONFIG_H

#include "board.h"
#include "log.h"
#include "process_spec.h"

#include <apr_tables.h>

typedef struct mj_pending_pool_t {
    apr_pool_t *mem; /**< of spec; whoever takes the pool over sets it to NULL */
    mj_span_t record;
    mj_process_spec_t *spec;
    mj_log_t *log; /**< held; whoever takes it over sets it to NULL */
    int listener;  /**< that its daemons are to inherit; -1: none came, or somebody has taken it over */
} mj_pending_pool_t;

typedef struct mj_pending_config_t {
    apr_pool_t *mem;
    apr_pool_t *config_mem; /**< of config; whoever takes the config over sets it to NULL */
    mj_span_t server_record;
    mj_supervisor_config_t *config;
    mj_log_t *main_log;        /**< held; NULL: none was told of; whoever takes it over sets it to NULL */
    mj_log_t *log;             /**< held: of the pools that come next; NULL: none was told of */
    apr_array_header_t *pools; /**< of mj_pending_pool_t */
    const char *wrong;         /**< the first fault; NULL: none yet */
} mj_pending_config_t;

/** Begins. Records are those of tests/protocol/CONTROL.md, and are copied.
 *  @param server the server record */
mj_pending_config_t *mj_pending_config_begin(mj_span_t server, apr_pool_t *parent);

/** The main error log where it is the first, and the log of the pools that come after it.
 *  @param fd of it; -1: it has none. Is taken over */
void mj_pending_config_log(mj_pending_config_t *pending, mj_span_t log, int fd);

/** Adds a pool.
 *  @param listener the socket that its daemons are to inherit; -1: none. Is taken over */
void mj_pending_config_add(mj_pending_config_t *pending, mj_span_t record, int listener);

/** Sets config and each pool's spec.
 *  @param start what the supervisor was started with
 *  @return NULL, or what is wrong: then nothing of it may be used */
const char *mj_pending_config_check(mj_pending_config_t *pending, const mj_supervisor_config_t *start, unsigned max_pools);

/** Frees it and what nobody took over. */
void mj_pending_config_free(mj_pending_config_t *pending);

#endif
