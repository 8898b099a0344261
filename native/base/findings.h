/* What is found about the paths of a pool's settings that need not be an error, because it can be
 * otherwise when the pool starts. */
#ifndef MJ_FINDINGS_H
#define MJ_FINDINGS_H

#include <apr_tables.h>

typedef struct mj_findings_t {
    /** Of const char *: what root alone can have caused, or a file system that is not mounted yet.
     * configtest refuses it; httpd starts. */
    apr_array_header_t *doubts;
    /** Of const char *: what a user can have caused at any time. Never more than a warning, or each
     * user could keep httpd from its restart. */
    apr_array_header_t *warnings;
} mj_findings_t;

mj_findings_t *mj_findings_make(apr_pool_t *pool);

/** Adds a message where it belongs.
 *  @param root, path what it is about: a path, and what it is meant in (a folder, or "") */
void mj_findings_add(mj_findings_t *findings, const char *root, const char *path, const char *message);

#endif
