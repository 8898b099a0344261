/* What encoding (wire_encode.c) and decoding (wire_decode.c) share. */
#ifndef MJ_WIRE_PARTS_H
#define MJ_WIRE_PARTS_H

#include "wire.h"

#include <string.h>

#define MJ_U16_SIZE 2

static inline bool mj_has_byte(mj_span_t text, char byte)
{
    return text.len > 0 && memchr(text.data, byte, text.len) != NULL;
}

#endif
