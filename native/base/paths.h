/* Folders that others must or must not be able to touch. Looks only (but for mj_folder_make); used
 * by root, so it follows no link that anybody else could have placed. */
#ifndef MJ_PATHS_H
#define MJ_PATHS_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <sys/types.h>

/** Every folder on the way to path must be owned by root or owner and writable by nobody else; a
 * root-owned sticky one (/tmp) passes as an ancestor. What does not exist yet passes. With
 * must_be_searchable, others must be able to pass through each.
 *  @return NULL, or what is wrong and the mend */
const char *mj_folder_check(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable);

/** What runs from path: the file and each folder on its way must be owned by root or owner, and
 * writable by nobody else but root's group and group. What does not exist yet passes, and a
 * root-owned sticky folder as an ancestor.
 *  @param root what the path is meant in: a folder, or ""
 *  @param group one that owner alone is in, or (gid_t)-1
 *  @param is_owners whether owner can have caused what is wrong
 *  @return NULL, or what is wrong and the mend */
const char *mj_code_check(apr_pool_t *pool, const char *root, const char *path, uid_t owner, gid_t group, bool *is_owners);

/** The path without links, for one that is used later and must lead to the same place then. Refuses
 * links that anybody but root and the caller could have placed. What does not exist yet passes.
 *  @return NULL, or what is wrong and the mend */
const char *mj_path_resolve(apr_pool_t *pool, const char *root, const char *path, const char **resolved);

/** Whether a user can pass through each folder on the way to path, and through path, as far as
 * modes tell: nothing is said of what lies behind a link that is a user's.
 *  @param groups of gid_t
 *  @return NULL, or what is wrong and the mend */
const char *mj_folder_reachable(apr_pool_t *pool, const char *root, const char *path, uid_t uid, gid_t gid,
                                const apr_array_header_t *groups);

/** The caller must be able to read the file at path, or execute it. With by_others, users other
 * than the owner must be able to: each folder on its way is searchable.
 *  @return NULL, or what is wrong and the mend */
const char *mj_file_reachable(apr_pool_t *pool, const char *path, bool must_be_executable, bool by_others);

/** Checks, makes if missing (mode 0711), and resolves a folder.
 *  @param resolved set on success: the path without links
 *  @return NULL, or what is wrong and the mend */
const char *mj_folder_make(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable, const char **resolved);

#endif
