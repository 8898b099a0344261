/* What a connection shows to a daemon (PROTOCOL.md, section 1): without it, nobody of httpd's user
 * is heard. */
#ifndef MJ_KEY_H
#define MJ_KEY_H

#include <apr_errno.h>

#define MJ_KEY_SIZE 16

typedef struct mj_key_t {
    unsigned char bytes[MJ_KEY_SIZE];
} mj_key_t;

/** Makes a key of random bits. @return APR_SUCCESS, or why the kernel has none to give */
apr_status_t mj_key_make(mj_key_t *key);

#endif
