#include "sticky.h"

#include "route.h"

#include <string.h>
#include <strings.h>

static bool find_in(const mj_exchange_t *x, mj_span_t text, unsigned *slot)
{
    uint32_t serial;
    while (mj_route_next(&text, &serial)) {
        if (mj_board_find_ready(x->dispatcher->board, x->pool, serial, slot)) {
            return true;
        }
    }
    return false;
}

/* The target from its first path parameter on, without the query. */
static mj_span_t path_parameters(mj_span_t target)
{
    const char *query = memchr(target.data, '?', target.len);
    apr_size_t len = query != NULL ? (apr_size_t)(query - target.data) : target.len;
    const char *from = memchr(target.data, ';', len);

    return from != NULL ? (mj_span_t){from, len - (apr_size_t)(from - target.data)} : (mj_span_t){"", 0};
}

static bool is_cookie(mj_span_t name)
{
    static const char cookie[] = "Cookie";
    return name.len == sizeof(cookie) - 1 && strncasecmp(name.data, cookie, name.len) == 0;
}

/* Cookies first, as servlet containers look for a session's id. */
bool mj_sticky_find(const mj_exchange_t *x, unsigned *slot)
{
    apr_size_t i;

    if (mj_board_count_ready(x->dispatcher->board, x->pool) < 2) {
        return false;
    }
    for (i = 0; i < x->head->header_count; i++) {
        if (is_cookie(x->head->headers[i].name) && find_in(x, x->head->headers[i].value, slot)) {
            return true;
        }
    }
    return find_in(x, path_parameters(x->head->target), slot);
}
