#include "vault.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct vault_t {
    char *data;
    apr_size_t size;
    pid_t owner;
} vault_t;

static apr_status_t wipe(void *context)
{
    const vault_t *vault = context;
    if (getpid() == vault->owner) { /* whoever was forked may have something else at this place */
        explicit_bzero(vault->data, vault->size);
        munmap(vault->data, vault->size);
    }
    return APR_SUCCESS;
}

char *mj_vault_make(apr_pool_t *pool, apr_size_t size)
{
    vault_t *vault = apr_palloc(pool, sizeof(*vault));
    vault->size = size;
    vault->owner = getpid();
    vault->data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vault->data == MAP_FAILED) {
        return NULL;
    }
    if (madvise(vault->data, size, MADV_DONTFORK) != 0 || madvise(vault->data, size, MADV_DONTDUMP) != 0) {
        munmap(vault->data, size);
        return NULL;
    }
    apr_pool_cleanup_register(pool, vault, wipe, apr_pool_cleanup_null);
    return vault->data;
}
