#include "harness.h"
#include "route.h"

#include <stdio.h>
#include <string.h>

static mj_span_t span(const char *text)
{
    return (mj_span_t){text, strlen(text)};
}

START_TEST(a_route_is_found_by_its_serial)
{
    static const uint32_t serials[] = {0, 1, 0x12345678, 0xdeadbeef, UINT32_MAX};
    char route[MJ_ROUTE_SIZE], text[64];
    mj_span_t rest;
    uint32_t serial = 7;

    mj_route_format(route, serials[_i]);
    ck_assert_uint_eq(strlen(route), MJ_ROUTE_SIZE - 1);
    (void)snprintf(text, sizeof(text), "JSESSIONID=0123.%s; a=b", route);
    rest = span(text);
    ck_assert(mj_route_next(&rest, &serial));
    ck_assert_uint_eq(serial, serials[_i]);
    ck_assert_uint_eq(rest.len, 5);
    ck_assert(!mj_route_next(&rest, &serial));
}
END_TEST

START_TEST(all_routes_are_found_in_their_order)
{
    mj_span_t rest = span("a=1.j00000001;b=..j00000002, c=\"3.j00000003\"&.j0000000a");
    uint32_t serial;

    for (uint32_t i = 1; i <= 3; i++) {
        ck_assert(mj_route_next(&rest, &serial));
        ck_assert_uint_eq(serial, i);
    }
    ck_assert(mj_route_next(&rest, &serial));
    ck_assert_uint_eq(serial, 10);
    ck_assert(!mj_route_next(&rest, &serial));
}
END_TEST

START_TEST(what_only_looks_like_a_route_is_none)
{
    static const char *const texts[] = {
        "",           ".",          "j00000001",  ".j0000000",    ".j000000001", ".j0000000g",
        ".j0000000A", ".J00000001", ".k00000001", ".j00000001.x", ".j00000001z", "a.j0000 0001",
    };
    mj_span_t rest = span(texts[_i]);
    uint32_t serial;

    ck_assert_msg(!mj_route_next(&rest, &serial), "%s", texts[_i]);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("route");
    TCase *tcase = mj_case(suite, "route");

    tcase_add_loop_test(tcase, a_route_is_found_by_its_serial, 0, 5);
    tcase_add_test(tcase, all_routes_are_found_in_their_order);
    tcase_add_loop_test(tcase, what_only_looks_like_a_route_is_none, 0, 12);
    return suite;
}
