/* Goes along a path as the kernel would, one name after the other, so that root can look at each
 * folder and link before it goes on. */
#ifndef MJ_PATH_WALK_H
#define MJ_PATH_WALK_H

#include <apr_pools.h>
#include <stdbool.h>
#include <sys/stat.h>

typedef struct mj_walk_t mj_walk_t;

/** Looks at a folder, at a link before it is followed, or at whatever lies at the end. is_last:
 * nothing is left of the path then.
 *  @return NULL to go on; else what ends the walk */
typedef const char *mj_walk_check_fn(mj_walk_t *walk, const char *path, const struct stat *st, bool is_last);

struct mj_walk_t {
    apr_pool_t *pool;
    const char *root; /**< what the path is meant in: a folder, or "" for the machine's own root directory */
    mj_walk_check_fn *check;
    void *context;

    /* set by the walk */
    const char *real; /**< on success: the path without links, in root; names that do not exist are kept at its end */
    bool is_there;
    bool is_users; /**< what has been passed so far could be changed by a user who is neither root nor the caller's */
};

/** @param path absolute
 *  @return NULL, what check has said, or why there is no going on */
const char *mj_walk(mj_walk_t *walk, const char *path);

/** Whether a user who is neither root nor the caller's can change what lies at path, or whether it
 * is there at all. Follows no link of theirs. */
bool mj_path_is_users(apr_pool_t *pool, const char *root, const char *path);

#endif
