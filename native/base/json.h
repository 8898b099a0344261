/* Values as JSON has them. */
#ifndef MJ_JSON_H
#define MJ_JSON_H

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>

/** What stands between the quotes of a string.
 *  @param text printable UTF-8, but for tabs (mj_text_escape) */
const char *mj_json_escape(const char *text, apr_pool_t *pool);

/** A time in UTC as ISO 8601 has it, `2026-11-27T17:31:40Z`, or with milliseconds, `…:40.123Z`.
 *  @return NULL if it is none, or not after 1970 */
const char *mj_iso_time(apr_time_t at, bool has_milliseconds, apr_pool_t *pool);

#endif
