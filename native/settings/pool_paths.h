/* Whether a pool's daemons will find what its options name, as far as root can tell without
 * following a user's links. Looks only. */
#ifndef MJ_POOL_PATHS_H
#define MJ_POOL_PATHS_H

#include "findings.h"
#include "pool_settings.h"

/** Looks at home, class-path and reload-marker.
 *  @param settings with their identity resolved. Its home becomes `/` where the pool names none and
 *    its user cannot reach his own
 *  @param findings get what is wrong, and the mend */
void mj_pool_paths_check(mj_pool_settings_t *settings, apr_pool_t *pool, bool is_home_given, mj_findings_t *findings);

/** The paths of a colon-separated list, which may be NULL: an array of const char *. */
apr_array_header_t *mj_split_paths(apr_pool_t *pool, const char *paths);

#endif
