#include "offer.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <unistd.h>

/* More than any board has; here it only bounds memory. */
#define MAX_POOLS 65536

static int take_fd(mj_message_t *message)
{
    int fd = message->fd;
    message->fd = -1;
    return fd;
}

mj_offer_t *mj_offer_begin(mj_message_t *message, apr_pool_t *parent)
{
    apr_pool_t *mem;
    mj_offer_t *offer;

    apr_pool_create(&mem, parent);
    offer = apr_pcalloc(mem, sizeof(*offer));
    offer->mem = mem;
    apr_pool_create(&offer->site_mem, parent);
    offer->server_record.data = apr_pmemdup(mem, message->record.data, message->record.len);
    offer->server_record.len = message->record.len;
    offer->pools = apr_array_make(mem, 16, sizeof(mj_offered_pool_t));
    return offer;
}

void mj_offer_log(mj_offer_t *offer, mj_message_t *message)
{
    mj_log_release(offer->log);
    offer->log = mj_log_make(message->record, take_fd(message));
    if (offer->main_log == NULL) {
        offer->main_log = mj_log_hold(offer->log);
    }
}

void mj_offer_add(mj_offer_t *offer, mj_message_t *message)
{
    mj_offered_pool_t *pool;
    if (offer->pools->nelts == MAX_POOLS) {
        offer->wrong = "too many pools";
        return;
    }
    pool = &APR_ARRAY_PUSH(offer->pools, mj_offered_pool_t);
    apr_pool_create(&pool->mem, apr_pool_parent_get(offer->mem));
    pool->record.data = apr_pmemdup(offer->mem, message->record.data, message->record.len);
    pool->record.len = message->record.len;
    pool->program = NULL;
    pool->log = mj_log_hold(offer->log != NULL ? offer->log : mj_log_main());
}

const char *mj_offer_check(mj_offer_t *offer, const mj_site_t *start, unsigned max_pools)
{
    apr_hash_t *taken = apr_hash_make(offer->mem);
    int i;

    if (offer->wrong != NULL) {
        return offer->wrong;
    }
    offer->wrong = mj_site_configure(&offer->site, start, offer->server_record, offer->site_mem);
    for (i = 0; offer->wrong == NULL && i < offer->pools->nelts; i++) {
        mj_offered_pool_t *pool = &APR_ARRAY_IDX(offer->pools, i, mj_offered_pool_t);
        const char *wrong = mj_program_read(&pool->program, pool->record, offer->site, max_pools, pool->mem);
        if (wrong == NULL) {
            if (apr_hash_get(taken, pool->program->name, APR_HASH_KEY_STRING) != NULL ||
                apr_hash_get(taken, &pool->program->index, sizeof(unsigned)) != NULL) {
                wrong = "another pool has its name or its place on the board";
            }
            apr_hash_set(taken, pool->program->name, APR_HASH_KEY_STRING, pool);
            apr_hash_set(taken, &pool->program->index, sizeof(unsigned), pool);
        }
        if (wrong != NULL) {
            offer->wrong = apr_psprintf(offer->mem, "pool %s: %s",
                                        mj_record_text(pool->record, "name", "without a name", offer->mem), wrong);
        }
    }
    return offer->wrong;
}

void mj_offer_free(mj_offer_t *offer)
{
    int i;
    for (i = 0; i < offer->pools->nelts; i++) {
        mj_offered_pool_t *pool = &APR_ARRAY_IDX(offer->pools, i, mj_offered_pool_t);
        mj_log_release(pool->log);
        if (pool->mem != NULL) {
            apr_pool_destroy(pool->mem);
        }
    }
    mj_log_release(offer->main_log);
    mj_log_release(offer->log);
    if (offer->site_mem != NULL) {
        apr_pool_destroy(offer->site_mem);
    }
    apr_pool_destroy(offer->mem);
}
