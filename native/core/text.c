#include "text.h"

#include <string.h>

/* Length of the well-formed UTF-8 sequence at in (Unicode, table 3-7); 0 if there is none, or it is a control character. */
static size_t printable(const unsigned char *in, size_t len)
{
    unsigned char lead = in[0], low = 0x80, high = 0xbf;
    size_t size, i;

    if (lead < 0x80) {
        return (lead >= 0x20 && lead != 0x7f) || lead == '\t' ? 1 : 0;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        size = 2;
        low = lead == 0xc2 ? 0xa0 : 0x80; /* U+0080 to U+009F are controls */
    } else if (lead >= 0xe0 && lead <= 0xef) {
        size = 3;
        low = lead == 0xe0 ? 0xa0 : 0x80;
        high = lead == 0xed ? 0x9f : 0xbf;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        size = 4;
        low = lead == 0xf0 ? 0x90 : 0x80;
        high = lead == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (size > len || in[1] < low || in[1] > high) {
        return 0;
    }
    for (i = 2; i < size; i++) {
        if (in[i] < 0x80 || in[i] > 0xbf) {
            return 0;
        }
    }
    return size;
}

size_t mj_text_escape(char *out, const char *in, size_t len)
{
    static const char hex[] = "0123456789abcdef";
    char *end = out;

    while (len > 0) {
        size_t size = printable((const unsigned char *)in, len);
        if (size > 0) {
            memcpy(end, in, size);
            end += size;
        } else {
            unsigned char byte = (unsigned char)*in;
            *end++ = '\\';
            *end++ = 'x';
            *end++ = hex[byte >> 4];
            *end++ = hex[byte & 15];
            size = 1;
        }
        in += size;
        len -= size;
    }
    *end = '\0';
    return (size_t)(end - out);
}
