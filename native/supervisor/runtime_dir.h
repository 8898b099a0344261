/* The runtime directory while the supervisor runs: what cleaners of /run and /tmp remove is made
 * again. */
#ifndef MJ_RUNTIME_DIR_H
#define MJ_RUNTIME_DIR_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

/** It is looked at this often, and a second after the last look if anything else happens. */
#define MJ_RUNTIME_DIR_PERIOD_US (10 * INT64_C(1000000))

typedef struct mj_runtime_dir_t {
    const char *path;
    int64_t looked_at;
    bool is_wrong; /**< it could not be made again, which was logged */
} mj_runtime_dir_t;

/** Looks whether it is there, if a look is due, and makes it again if it is not: with one line in
 * the log, or one that says why it cannot be.
 *  @return when to call again at the latest */
int64_t mj_runtime_dir_keep(mj_runtime_dir_t *dir, int64_t now, apr_pool_t *parent);

#endif
