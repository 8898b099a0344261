#include "key.h"

#include <errno.h>
#include <sys/random.h>

apr_status_t mj_key_make(mj_key_t *key)
{
    /* Up to 256 bytes come whole or not at all; it waits only on a machine that has just been
     * switched on. */
    ssize_t n;
    do {
        n = getrandom(key->bytes, sizeof(key->bytes), 0);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(key->bytes) ? APR_SUCCESS : errno;
}
