/* Text of unknown origin, made fit for a line of a log or of a page. Pure. */
#ifndef MJ_TEXT_H
#define MJ_TEXT_H

#include <stddef.h>

/** Space that mj_text_escape needs for len bytes, terminator included. */
#define MJ_ESCAPED_SIZE(len) ((len)*4 + 1)

/** Copies text as printable UTF-8, NUL-terminated: control characters but the tab, characters that
 * are not seen but change how others are shown (directions, joiners, tags), and bytes that are no
 * UTF-8, become \xHH. out has at least MJ_ESCAPED_SIZE(len) bytes. @return length without the
 * terminator */
size_t mj_text_escape(char *out, const char *in, size_t len);

#endif
