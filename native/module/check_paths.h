/* The part of check_config that concerns the paths of pools: whose Java runs in them, what their
 * daemons open, and what is no error. */
#ifndef MJ_CHECK_PATHS_H
#define MJ_CHECK_PATHS_H

#include "config.h"
#include "findings.h"

#define MJ_LAUNCHER "libexec/mod_jvm/jvm-daemon"
#define MJ_JARS 3
extern const char *const mj_jars[MJ_JARS];

/** Chooses the Java home of a pool. One that a user can change is for pools of that user alone.
 *  @return NULL, or what is wrong and the mend */
const char *mj_pool_java_home_check(apr_pool_t *pool, mj_pool_config_t *declared, mj_findings_t *findings);

/** What each daemon of the pool opens before it looks at an application: of mj_needed_t. */
apr_array_header_t *mj_needed_by(apr_pool_t *pool, const mj_pool_config_t *declared);

/** Logs the findings about a pool as warnings.
 *  @return where httpd only tests its configuration, the first doubt, which is then an error; else
 *  NULL */
const char *mj_report_findings(const mj_pool_config_t *declared, const mj_findings_t *findings);

#endif
