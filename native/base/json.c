#include "json.h"

#include <apr_strings.h>
#include <string.h>

const char *mj_json_escape(const char *text, apr_pool_t *pool)
{
    char *escaped = apr_palloc(pool, 2 * strlen(text) + 1), *end = escaped;
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\' || *text == '\t') {
            *end++ = '\\';
        }
        *end++ = *text;
        if (*text == '\t') {
            end[-1] = 't';
        }
    }
    *end = '\0';
    return escaped;
}

const char *mj_iso_time(apr_time_t at, bool has_milliseconds, apr_pool_t *pool)
{
    apr_time_exp_t parts;
    const char *fraction = "";
    if (at <= 0 || apr_time_exp_gmt(&parts, at) != APR_SUCCESS) {
        return NULL;
    }
    if (has_milliseconds) {
        fraction = apr_psprintf(pool, ".%03d", (int)(parts.tm_usec / 1000));
    }
    return apr_psprintf(pool, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                        parts.tm_hour, parts.tm_min, parts.tm_sec, fraction);
}
