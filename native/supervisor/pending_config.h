/* Settings on their way: collected between begin and commit, checked whole, then taken over or thrown away. */
#ifndef MJ_PENDING_CONFIG_H
#define MJ_PENDING_CONFIG_H

#include "board.h"
#include "control.h"
#include "log.h"
#include "process_spec.h"

#include <apr_tables.h>

typedef struct mj_pending_pool_t {
    apr_pool_t *mem; /**< of spec; whoever takes the pool over sets it to NULL */
    mj_span_t record;
    mj_process_spec_t *spec;
    mj_log_t *log; /**< held; whoever takes it over sets it to NULL */
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

/** Begins with the message `B`. */
mj_pending_config_t *mj_pending_config_begin(mj_message_t *message, apr_pool_t *parent);

/** Takes the message `L`: the main error log where it is the first, and the log of the pools that come after it. */
void mj_pending_config_log(mj_pending_config_t *pending, mj_message_t *message);

/** Adds the message `P`, a pool. */
void mj_pending_config_add(mj_pending_config_t *pending, mj_message_t *message);

/** Sets config and each pool's spec.
 *  @param start what the supervisor was started with
 *  @return NULL, or what is wrong: then nothing of it may be used */
const char *mj_pending_config_check(mj_pending_config_t *pending, const mj_supervisor_config_t *start, unsigned max_pools);

/** Frees it and what nobody took over. */
void mj_pending_config_free(mj_pending_config_t *pending);

#endif
