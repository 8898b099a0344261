#include "pool_name.h"

#include <apr_strings.h>
#include <string.h>

#define CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

bool mj_is_pool_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= MJ_POOL_NAME_MAX && strspn(name, CHARACTERS) == len && name[0] != '.';
}

const char *mj_pool_name_check(apr_pool_t *pool, const char *name)
{
    if (mj_is_pool_name(name)) {
        return NULL;
    }
    return apr_psprintf(pool,
                        "'%s' is not a valid pool name: use 1 to %d letters, digits, '.', '_' or '-', not starting with '.'",
                        name, MJ_POOL_NAME_MAX);
}
