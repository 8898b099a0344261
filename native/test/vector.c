#include "vector.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <string.h>

typedef struct parser_t {
    apr_pool_t *pool;
    vector_t *vector;
    apr_array_header_t *lines; /* of vector_line_t */
} parser_t;

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* Appends the bytes of a line of hex, two digits and a space each, to *bytes. */
static bool append_hex(apr_pool_t *pool, const char *text, mj_span_t *bytes)
{
    char *joined = apr_palloc(pool, bytes->len + strlen(text) / 2 + 1);
    apr_size_t len = bytes->len;

    if (len > 0) {
        memcpy(joined, bytes->data, len);
    }
    for (;;) {
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);

        if (low < 0) {
            return false;
        }
        joined[len++] = (char)(high << 4 | low);
        text += 2;
        if (*text == '\0') {
            break;
        }
        if (*text++ != ' ') {
            return false;
        }
    }
    *bytes = (mj_span_t){joined, len};
    return true;
}

static bool unescape(apr_pool_t *pool, const char *text, apr_size_t text_len, mj_span_t *bytes)
{
    char *out = apr_palloc(pool, text_len + 1);
    apr_size_t len = 0;

    for (apr_size_t i = 0; i < text_len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x20 || c >= 0x7f) {
            return false;
        }
        if (c == '\\') {
            int high = text_len - i >= 4 && text[i + 1] == 'x' ? hex_digit(text[i + 2]) : -1;
            int low = high < 0 ? -1 : hex_digit(text[i + 3]);

            if (low < 0) {
                return false;
            }
            c = (unsigned char)(high << 4 | low);
            i += 3;
        }
        out[len++] = (char)c;
    }
    *bytes = (mj_span_t){out, len};
    return true;
}

static bool add_line(parser_t *parser, const char *key, const char *text)
{
    vector_line_t *last =
        parser->lines->nelts > 0 ? &APR_ARRAY_IDX(parser->lines, parser->lines->nelts - 1, vector_line_t) : NULL;
    vector_line_t line = {.key = key, .name = {"", 0}, .value = {"", 0}};
    apr_size_t name_len = strcspn(text, " ");

    if (!last && strcmp(key, "frame") != 0) {
        return false;
    }
    if (strcmp(key, "data") == 0) {
        if (strcmp(last->key, "data") == 0) {
            return append_hex(parser->pool, text, &last->value);
        }
        if (!append_hex(parser->pool, text, &line.value)) {
            return false;
        }
    } else {
        const char *value = text + name_len + (text[name_len] == ' ' ? 1 : 0);

        if (!unescape(parser->pool, text, name_len, &line.name) || !unescape(parser->pool, value, strlen(value), &line.value)) {
            return false;
        }
    }
    APR_ARRAY_PUSH(parser->lines, vector_line_t) = line;
    return true;
}

static bool parse_line(parser_t *parser, char *line)
{
    static const char *const frame_keys[] = {"frame", "field", "record", "header", "variable", "data"};
    vector_t *vector = parser->vector;
    char *text = strstr(line, ": ");

    if (!text) {
        return false;
    }
    *text = '\0';
    text += 2;
    if (strcmp(line, "name") == 0) {
        vector->name = text;
        return true;
    }
    if (strcmp(line, "from") == 0) {
        vector->from = text;
        return strcmp(text, "httpd") == 0 || strcmp(text, "daemon") == 0;
    }
    if (strcmp(line, "canonical") == 0) {
        vector->is_canonical = false;
        return strcmp(text, "no") == 0;
    }
    if (strcmp(line, "error") == 0) {
        vector->error = text;
        return true;
    }
    if (strcmp(line, "wire") == 0) {
        return append_hex(parser->pool, text, &vector->wire);
    }
    for (apr_size_t i = 0; i < sizeof(frame_keys) / sizeof(frame_keys[0]); i++) {
        if (strcmp(line, frame_keys[i]) == 0) {
            return add_line(parser, frame_keys[i], text);
        }
    }
    return false;
}

const vector_t *vector_parse(const char *text, apr_pool_t *pool, const char **fault)
{
    vector_t *vector = apr_pcalloc(pool, sizeof(*vector));
    parser_t parser = {pool, vector, apr_array_make(pool, 32, sizeof(vector_line_t))};
    char *state = NULL;

    vector->is_canonical = true;
    for (char *line = apr_strtok(apr_pstrdup(pool, text), "\n", &state); line; line = apr_strtok(NULL, "\n", &state)) {
        const char *whole = apr_pstrdup(pool, line);

        if (!parse_line(&parser, line)) {
            *fault = whole;
            return NULL;
        }
    }
    vector->lines = (const vector_line_t *)parser.lines->elts;
    vector->line_count = parser.lines->nelts;
    if (!vector->name || !vector->from || vector->wire.len == 0 || (vector->error != NULL) == (vector->line_count > 0)) {
        *fault = "a vector has name, from, wire, and either frames or an error";
        return NULL;
    }
    return vector;
}
