#include "lines.h"

#include <string.h>

void mj_lines_feed(mj_lines_t *lines, const char *data, size_t len, mj_line_fn *each, void *context)
{
    while (len > 0) {
        const char *newline = memchr(data, '\n', len);
        size_t part = newline != NULL ? (size_t)(newline - data) : len;
        size_t room = sizeof(lines->data) - lines->len;
        bool is_whole = newline != NULL && part <= room;

        if (part > room) {
            part = room;
        }
        memcpy(lines->data + lines->len, data, part);
        lines->len += part;
        data += part + (is_whole ? 1 : 0);
        len -= part + (is_whole ? 1 : 0);

        if (is_whole) {
            /* The newline right behind a cut ends what was given out; it is no empty line. */
            if (lines->len > 0 || !lines->is_cut) {
                each(context, lines->data, lines->len);
            }
            lines->len = 0;
            lines->is_cut = false;
        } else if (lines->len == sizeof(lines->data)) {
            each(context, lines->data, lines->len);
            lines->len = 0;
            lines->is_cut = true;
        }
    }
}

void mj_lines_end(mj_lines_t *lines, mj_line_fn *each, void *context)
{
    if (lines->len > 0) {
        each(context, lines->data, lines->len);
    }
    lines->len = 0;
    lines->is_cut = false;
}
