/* What daemons print, cut into lines that are fit for a log. Pure. */
#ifndef MJ_LINES_H
#define MJ_LINES_H

#include <stdbool.h>
#include <stddef.h>

/** A longer line is cut into several. */
#define MJ_LINE_MAX 8192

/** Start zeroed. */
typedef struct mj_lines_t {
    size_t len;
    bool is_cut; /**< the line's beginning was given out already */
    char data[MJ_LINE_MAX];
} mj_lines_t;

typedef void mj_line_fn(void *context, const char *line, size_t len);

/** Takes bytes, and calls each for every line that they complete, without its newline. */
void mj_lines_feed(mj_lines_t *lines, const char *data, size_t len, mj_line_fn *each, void *context);

/** Gives out what came after the last newline, if anything did. */
void mj_lines_end(mj_lines_t *lines, mj_line_fn *each, void *context);

#endif
