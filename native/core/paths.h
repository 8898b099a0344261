/* Folders that others must or must not be able to touch. Looks only (but for mj_folder_make); used by root, so it follows no link
 * that anybody else could have placed. */
#ifndef MJ_PATHS_H
#define MJ_PATHS_H

#include <apr_pools.h>
#include <stdbool.h>
#include <sys/types.h>

/** Every folder on the way to path must be owned by root or owner and writable by nobody else; a root-owned sticky one (/tmp) passes as
 *  an ancestor. What does not exist yet passes. With must_be_searchable, others must be able to pass through each.
 *  @return NULL, or what is wrong and the mend */
const char *mj_folder_check(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable);

/** The caller must be able to read the file at path, or execute it. With by_others, users other than the owner must be able to: each
 *  folder on its way is searchable.
 *  @return NULL, or what is wrong and the mend */
const char *mj_file_reachable(apr_pool_t *pool, const char *path, bool must_be_executable, bool by_others);

/** Checks, makes if missing (mode 0711), and resolves a folder.
 *  @param resolved set on success: the path without links
 *  @return NULL, or what is wrong and the mend */
const char *mj_folder_make(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable, const char **resolved);

#endif
