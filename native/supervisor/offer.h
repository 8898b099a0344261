/* Settings on their way: collected between begin and commit, checked whole, then taken over or thrown away. */
#ifndef MJ_OFFER_H
#define MJ_OFFER_H

#include "board.h"
#include "control.h"
#include "log.h"
#include "program.h"

#include <apr_tables.h>

typedef struct mj_offered_pool_t {
    apr_pool_t *mem; /**< of program; whoever takes the pool over sets it to NULL */
    mj_span_t record;
    mj_program_t *program;
    mj_log_t *log; /**< held; whoever takes it over sets it to NULL */
} mj_offered_pool_t;

typedef struct mj_offer_t {
    apr_pool_t *mem;
    apr_pool_t *site_mem; /**< of site; whoever takes the site over sets it to NULL */
    mj_span_t server_record;
    mj_site_t *site;
    mj_log_t *main_log;        /**< held; NULL: none was told of; whoever takes it over sets it to NULL */
    mj_log_t *log;             /**< held: of the pools that come next; NULL: none was told of */
    apr_array_header_t *pools; /**< of mj_offered_pool_t */
    const char *wrong;         /**< the first fault; NULL: none yet */
} mj_offer_t;

/** Begins with the message `B`. */
mj_offer_t *mj_offer_begin(mj_message_t *message, apr_pool_t *parent);

/** Takes the message `L`: the main error log where it is the first, and the log of the pools that come after it. */
void mj_offer_log(mj_offer_t *offer, mj_message_t *message);

/** Adds the message `P`, a pool. */
void mj_offer_add(mj_offer_t *offer, mj_message_t *message);

/** Sets site and each pool's program.
 *  @param start what the supervisor was started with
 *  @return NULL, or what is wrong: then nothing of it may be used */
const char *mj_offer_check(mj_offer_t *offer, const mj_site_t *start, unsigned max_pools);

/** Frees it and what nobody took over. */
void mj_offer_free(mj_offer_t *offer);

#endif
