#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Characters that are not seen but change how others are: direction, joining, where a line ends,
 * tags (Unicode's category Cf, the two separators of lines and paragraphs, and the plane of tags
 * and variation selectors). A terminal or a page would show another text. */
static const struct {
    uint32_t first;
    uint32_t last;
} invisible[] = {
    {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x0600, 0x0605},   {0x061c, 0x061c},   {0x06dd, 0x06dd},   {0x070f, 0x070f},
    {0x0890, 0x0891},   {0x08e2, 0x08e2},   {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},
    {0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

/* in: a well-formed sequence of that size */
static bool is_invisible(const unsigned char *in, size_t size)
{
    uint32_t character = size == 1 ? in[0] : in[0] & (0x7fU >> size);
    size_t i;

    for (i = 1; i < size; i++) {
        character = character << 6 | (in[i] & 0x3fU);
    }
    for (i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++) {
        if (character >= invisible[i].first && character <= invisible[i].last) {
            return true;
        }
    }
    return false;
}

/* Length of the well-formed UTF-8 sequence at in (Unicode, table 3-7); 0 if there is none, or it is
 * no printable character. */
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
    return is_invisible(in, size) ? 0 : size;
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
