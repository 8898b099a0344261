#include "harness.h"
#include "json.h"

START_TEST(what_would_end_a_string_is_escaped)
{
    ck_assert_str_eq(mj_json_escape("", test_pool), "");
    ck_assert_str_eq(mj_json_escape("a pool", test_pool), "a pool");
    ck_assert_str_eq(mj_json_escape("\"a\\b\"\tc", test_pool), "\\\"a\\\\b\\\"\\tc");
}
END_TEST

START_TEST(times_are_in_utc)
{
    apr_time_t at = apr_time_make(1795800700, 123456);
    ck_assert_str_eq(mj_iso_time(at, false, test_pool), "2026-11-27T17:31:40Z");
    ck_assert_str_eq(mj_iso_time(at, true, test_pool), "2026-11-27T17:31:40.123Z");
    ck_assert_ptr_null(mj_iso_time(0, true, test_pool));
    ck_assert_ptr_null(mj_iso_time(-1, false, test_pool));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("json");
    TCase *tcase = mj_case(suite, "json");
    tcase_add_test(tcase, what_would_end_a_string_is_escaped);
    tcase_add_test(tcase, times_are_in_utc);
    return suite;
}
