#include "argument_line.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdbool.h>
#include <string.h>

#define OPTION "argument="

/* The end of a word as mj_option_next takes it: quotes are around the whole or around the value. */
static const char *end_of_word(const char *at)
{
    char quote = '\0';
    bool is_begin = true;

    for (; *at != '\0' && (quote != '\0' || !apr_isspace(*at)); at++) {
        if (quote != '\0' && *at == '\\' && (at[1] == quote || at[1] == '\\')) {
            at++;
        } else if (quote != '\0' && *at == quote) {
            return at + 1;
        } else if (quote == '\0' && is_begin && (*at == '"' || *at == '\'')) {
            quote = *at;
        }
        is_begin = quote == '\0' && *at == '=';
    }
    return at;
}

static bool is_ours(const char *at)
{
    return strncmp(at, "${port}", sizeof("${port}") - 1) == 0 || strncmp(at, "${socket}", sizeof("${socket}") - 1) == 0;
}

const char *mj_argument_protect(apr_pool_t *pool, const char *line)
{
    char *copy, *out;
    const char *at = line;

    if (strstr(line, OPTION) == NULL) {
        return line;
    }
    out = copy = apr_palloc(pool, 2 * strlen(line) + 1);
    while (*at != '\0') {
        const char *end = apr_isspace(*at) ? at + 1 : end_of_word(at);
        const char *name = *at == '"' || *at == '\'' ? at + 1 : at;
        bool is_argument = strncmp(name, OPTION, sizeof(OPTION) - 1) == 0;
        for (; at < end; at++) {
            *out++ = *at;
            if (is_argument && is_ours(at)) {
                *out++ = '\\';
            }
        }
    }
    *out = '\0';
    return copy;
}

const char *mj_argument_plain(apr_pool_t *pool, const char *value)
{
    char *copy, *out;

    if (strstr(value, "$\\{") == NULL) {
        return value;
    }
    out = copy = apr_pstrdup(pool, value);
    for (; *value != '\0'; value++) {
        *out++ = *value;
        if (value[0] == '$' && value[1] == '\\' && value[2] == '{') {
            value++;
        }
    }
    *out = '\0';
    return copy;
}
