#include "option_line.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* Reads up to a character of stops, or a closing quote if text starts with a quote. NULL at an
 * open quote. */
static const char *take_word(apr_pool_t *pool, const char **text, const char *stops)
{
    const char *in = *text;
    const char quote = *in;
    char *word = apr_palloc(pool, strlen(in) + 1), *out = word;

    if (quote != '"' && quote != '\'') {
        size_t len = strcspn(in, stops);
        *text = in + len;
        return apr_pstrmemdup(pool, in, len);
    }
    for (in++; *in != quote; in++) {
        if (*in == '\0') {
            return NULL;
        }
        if (*in == '\\' && (in[1] == quote || in[1] == '\\')) {
            in++;
        }
        *out++ = *in;
    }
    *out = '\0';
    *text = in + 1;
    return word;
}

apr_status_t mj_option_next(apr_pool_t *pool, const char **line, const char **key, const char **value)
{
    const char *in = *line;
    const char *equals;

    while (apr_isspace(*in)) {
        in++;
    }
    if (*in == '\0') {
        *line = in;
        return APR_EOF;
    }
    *key = NULL;
    if (*in == '"' || *in == '\'') {
        const char *word = take_word(pool, &in, "");
        if (word == NULL) {
            return APR_EINVAL;
        }
        equals = strchr(word, '=');
        *key = equals == NULL ? word : apr_pstrmemdup(pool, word, (apr_size_t)(equals - word));
        *value = equals == NULL ? NULL : equals + 1;
    } else {
        *key = take_word(pool, &in, "= \t\r\n");
        *value = NULL;
        if (*in == '=') {
            in++;
            *value = take_word(pool, &in, " \t\r\n");
            if (*value == NULL) {
                *key = NULL;
                return APR_EINVAL;
            }
        }
    }
    *line = in;
    return *value == NULL ? APR_EINVAL : APR_SUCCESS;
}
