/* Reads the vectors of the protocol (PROTOCOL.md, section 6). */
#ifndef MJ_TEST_VECTOR_H
#define MJ_TEST_VECTOR_H

#include "record.h"

/** A line that describes a frame: its key, then name and value with all escapes resolved. A
 * `frame:` line's name is the type, its value the rest. Of `data:`, the name is empty, the value is
 * the payload; the lines of one frame are joined into one. */
typedef struct vector_line_t {
    const char *key;
    mj_span_t name;
    mj_span_t value;
} vector_line_t;

typedef struct vector_t {
    const char *name;
    const char *from; /**< "httpd" or "daemon" */
    bool is_canonical;
    const char *error; /**< NULL in a valid vector */
    mj_span_t wire;
    const vector_line_t *lines;
    int line_count;
} vector_t;

/** Reads one vector out of its file's text; all that it holds is in the pool.
 *  @return NULL, and *fault set to the line at fault, where the text is not of the form that
 *    section 6 describes */
const vector_t *vector_parse(const char *text, apr_pool_t *pool, const char **fault);

#endif
