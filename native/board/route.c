#include "route.h"

#include <apr_lib.h>
#include <stdio.h>
#include <string.h>

#define MARK 'j'
#define DIGITS (MJ_ROUTE_SIZE - 2)

void mj_route_format(char route[MJ_ROUTE_SIZE], uint32_t serial)
{
    (void)snprintf(route, MJ_ROUTE_SIZE, "%c%08x", MARK, (unsigned)serial);
}

/* @return the value of a digit as mj_route_format writes it, or -1 */
static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* @return whether a route begins there and ends */
static bool parse(const char *at, const char *end, uint32_t *serial)
{
    uint32_t number = 0;
    int i;

    if (end - at < MJ_ROUTE_SIZE - 1 || at[0] != MARK) {
        return false;
    }
    for (i = 1; i <= DIGITS; i++) {
        int value = digit(at[i]);
        if (value < 0) {
            return false;
        }
        number = number << 4 | (uint32_t)value;
    }
    if (at + i < end && (apr_isalnum(at[i]) || at[i] == '.')) {
        return false;
    }
    *serial = number;
    return true;
}

bool mj_route_next(mj_span_t *rest, uint32_t *serial)
{
    const char *end = rest->data + rest->len;
    const char *at = rest->data;

    while (at < end && (at = memchr(at, '.', (size_t)(end - at))) != NULL) {
        at++;
        if (parse(at, end, serial)) {
            at += MJ_ROUTE_SIZE - 1;
            *rest = (mj_span_t){at, (apr_size_t)(end - at)};
            return true;
        }
    }
    return false;
}
