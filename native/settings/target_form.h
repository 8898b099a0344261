/* The form of a path: its literal parts in their order, with a NUL between two of them, where there
 * may be anything. A folder's form is the folder with a slash, and an empty part. Made of what
 * stands in httpd's configuration; the daemon matches targets against it.
 *
 * Pure functions; memory comes from the caller's pool. */
#ifndef MJ_TARGET_FORM_H
#define MJ_TARGET_FORM_H

#include "record.h"

/** That path alone. */
mj_span_t mj_form_of_file(apr_pool_t *pool, const char *path);

/** Everything below that folder. */
mj_span_t mj_form_of_folder(apr_pool_t *pool, const char *path);

/** Everything below the folders that <Directory> with wildcards means. */
mj_span_t mj_form_of_glob(apr_pool_t *pool, const char *pattern);

/** Everything that a regular expression for folders can match. @return an empty span if that may be
 * anywhere */
mj_span_t mj_form_of_regex(apr_pool_t *pool, const char *regex);

/** What becomes of a path with `$1` or `%{...}` in it. */
mj_span_t mj_form_of_substitution(apr_pool_t *pool, const char *path);

/** Everything below the folders that a directive of mod_vhost_alias means. */
mj_span_t mj_form_of_virtual_root(apr_pool_t *pool, const char *pattern);

typedef enum mj_form_relation_t {
    MJ_FORM_APART,   /**< no path has both forms */
    MJ_FORM_COVERS,  /**< each path of the second has the first */
    MJ_FORM_COVERED, /**< each path of the first has the second, and not the other way round */
    MJ_FORM_MEETS    /**< some may have both */
} mj_form_relation_t;

/** How the first form relates to the second. */
mj_form_relation_t mj_form_compare(mj_span_t first, mj_span_t second);

#endif
