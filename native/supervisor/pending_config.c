#include "pending_config.h"

#include "descriptors.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than any board has; here it only bounds memory. */
#define MAX_POOLS 65536

static mj_span_t copy(mj_span_t record, apr_pool_t *mem)
{
    return (mj_span_t){apr_pmemdup(mem, record.data, record.len), record.len};
}

mj_pending_config_t *mj_pending_config_begin(mj_span_t server, apr_pool_t *parent)
{
    apr_pool_t *mem;
    mj_pending_config_t *pending;

    apr_pool_create(&mem, parent);
    pending = apr_pcalloc(mem, sizeof(*pending));
    pending->mem = mem;
    apr_pool_create(&pending->config_mem, parent);
    pending->server_record = copy(server, mem);
    pending->pools = apr_array_make(mem, 16, sizeof(mj_pending_pool_t));
    return pending;
}

void mj_pending_config_log(mj_pending_config_t *pending, mj_span_t log, int fd)
{
    mj_log_release(pending->log);
    pending->log = mj_log_make(log, fd);
    if (pending->main_log == NULL) {
        pending->main_log = mj_log_hold(pending->log);
    }
}

void mj_pending_config_add(mj_pending_config_t *pending, mj_span_t record, int listener)
{
    mj_pending_pool_t *pool;
    if (pending->pools->nelts == MAX_POOLS) {
        pending->wrong = "too many pools";
        mj_close(&listener);
        return;
    }
    pool = &APR_ARRAY_PUSH(pending->pools, mj_pending_pool_t);
    apr_pool_create(&pool->mem, apr_pool_parent_get(pending->mem));
    pool->record = copy(record, pending->mem);
    pool->spec = NULL;
    pool->listener = listener;
    pool->log = mj_log_hold(pending->log != NULL ? pending->log : mj_log_main());
}

static const char *check_listener(const mj_pending_pool_t *pool)
{
    int is_listening = 0;
    socklen_t size = sizeof(is_listening);
    if (pool->spec->listen == MJ_LISTEN_INHERITED) {
        (void)getsockopt(pool->listener, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size);
        return is_listening != 0 ? NULL : "listen: no listening socket came with it";
    }
    return NULL; /* what may have come is closed with the rest */
}

const char *mj_pending_config_check(mj_pending_config_t *pending, const mj_supervisor_config_t *start, unsigned max_pools)
{
    apr_hash_t *taken = apr_hash_make(pending->mem);
    int i;

    if (pending->wrong != NULL) {
        return pending->wrong;
    }
    pending->wrong = mj_supervisor_config_complete(&pending->config, start, pending->server_record, pending->config_mem);
    for (i = 0; pending->wrong == NULL && i < pending->pools->nelts; i++) {
        mj_pending_pool_t *pool = &APR_ARRAY_IDX(pending->pools, i, mj_pending_pool_t);
        const char *wrong = mj_process_spec_read(&pool->spec, pool->record, pending->config, max_pools, pool->mem);
        if (wrong == NULL) {
            wrong = check_listener(pool);
        }
        if (wrong == NULL) {
            if (apr_hash_get(taken, pool->spec->name, APR_HASH_KEY_STRING) != NULL ||
                apr_hash_get(taken, &pool->spec->index, sizeof(unsigned)) != NULL) {
                wrong = "another pool has its name or its place on the board";
            }
            apr_hash_set(taken, pool->spec->name, APR_HASH_KEY_STRING, pool);
            apr_hash_set(taken, &pool->spec->index, sizeof(unsigned), pool);
        }
        if (wrong != NULL) {
            pending->wrong = apr_psprintf(pending->mem, "pool %s: %s",
                                          mj_record_text(pool->record, "name", "without a name", pending->mem), wrong);
        }
    }
    return pending->wrong;
}

void mj_pending_config_free(mj_pending_config_t *pending)
{
    int i;
    for (i = 0; i < pending->pools->nelts; i++) {
        mj_pending_pool_t *pool = &APR_ARRAY_IDX(pending->pools, i, mj_pending_pool_t);
        mj_log_release(pool->log);
        mj_close(&pool->listener);
        if (pool->mem != NULL) {
            apr_pool_destroy(pool->mem);
        }
    }
    mj_log_release(pending->main_log);
    mj_log_release(pending->log);
    if (pending->config_mem != NULL) {
        apr_pool_destroy(pending->config_mem);
    }
    apr_pool_destroy(pending->mem);
}
