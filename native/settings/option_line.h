/* Options as they stand in a line of the configuration: `key=value`, one after another. */
#ifndef MJ_OPTION_LINE_H
#define MJ_OPTION_LINE_H

#include <apr_errno.h>
#include <apr_pools.h>

/** Takes the next `key=value` off line; the value, or the whole word, may be in double or single
 *  quotes, in which a backslash keeps the next quote or backslash from its meaning.
 *  @return APR_SUCCESS; APR_EOF at the end of the line; APR_EINVAL for a word without `=` (key
 *  is then the word) or an open quote (key is then NULL) */
apr_status_t mj_option_next(apr_pool_t *pool, const char **line, const char **key, const char **value);

#endif
