/* What the name of a path alone tells: nothing is looked at, the pool's users alone may be able
 * to. */
#ifndef MJ_PATH_NAMES_H
#define MJ_PATH_NAMES_H

#include <apr_pools.h>

/** Whether an application can lie at path. What a `$` in the target of JVMAliasMatch stands for is
 * not known, and passes.
 *  @return NULL, or what is wrong and the mend, starting with the path */
const char *mj_target_name_check(apr_pool_t *pool, const char *path);

/** The same for an entry of class-path. */
const char *mj_class_path_name_check(apr_pool_t *pool, const char *path);

/** The same for a file. */
const char *mj_file_name_check(apr_pool_t *pool, const char *path);

#endif
