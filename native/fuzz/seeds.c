/* seeds FROM DIR VECTOR...: writes the bytes of those vectors that are FROM (httpd or daemon) to
 * files in DIR, as seeds for a fuzzer. With `record` as FROM, the record of a vector's first
 * request. */
#include "vector.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 65536

static const char *read_text(const char *path, apr_pool_t *pool)
{
    char *text = apr_palloc(pool, MAX_TEXT);
    FILE *file = fopen(path, "r");
    size_t len;

    if (!file) {
        return NULL;
    }
    len = fread(text, 1, MAX_TEXT - 1, file);
    text[len] = '\0';
    return fclose(file) == 0 && len < MAX_TEXT - 1 ? text : NULL;
}

static bool write_seed(const char *path, mj_span_t bytes)
{
    FILE *file = fopen(path, "w");
    bool is_written;

    if (!file) {
        return false;
    }
    is_written = fwrite(bytes.data, 1, bytes.len, file) == bytes.len;
    return fclose(file) == 0 && is_written;
}

static mj_span_t record_of(const vector_t *vector, apr_pool_t *pool)
{
    mj_record_builder_t *builder = mj_record_builder_make(pool);

    for (int i = 0; i < vector->line_count; i++) {
        const vector_line_t *line = &vector->lines[i];

        if (strcmp(line->key, "record") == 0) {
            mj_record_add_span(builder, apr_pstrmemdup(pool, line->name.data, line->name.len), line->value);
        }
    }
    return mj_record_bytes(builder);
}

static bool convert(const char *from, const char *dir, const char *path, apr_pool_t *pool)
{
    bool is_record = strcmp(from, "record") == 0;
    const char *fault = "cannot be read";
    const char *text = read_text(path, pool);
    const vector_t *vector = text ? vector_parse(text, pool, &fault) : NULL;
    mj_span_t bytes;

    if (!vector) {
        (void)fprintf(stderr, "%s: %s\n", path, fault);
        return false;
    }
    if (!is_record && strcmp(vector->from, from) != 0) {
        return true;
    }
    bytes = is_record ? record_of(vector, pool) : vector->wire;
    if (bytes.len > 0 && !write_seed(apr_pstrcat(pool, dir, "/", vector->name, NULL), bytes)) {
        (void)fprintf(stderr, "%s/%s cannot be written\n", dir, vector->name);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    apr_pool_t *pool;
    int status = EXIT_SUCCESS;

    if (argc < 4) {
        (void)fputs("usage: seeds httpd|daemon|record DIR VECTOR...\n", stderr);
        return EXIT_FAILURE;
    }
    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (int i = 3; i < argc; i++) {
        if (!convert(argv[1], argv[2], argv[i], pool)) {
            status = EXIT_FAILURE;
        }
    }
    apr_terminate();
    return status;
}
