/* How much may be logged, with a clock of the test's own. */
#include "allowance.h"
#include "harness.h"

#define SECOND INT64_C(1000000)

/* Writes as much as is let through within so many seconds. @return bytes, prefixes included */
static int64_t flood(mj_allowance_t *allowance, size_t len, int64_t from, int64_t seconds)
{
    int64_t written = 0, now;
    for (now = from; now < from + seconds * SECOND; now += 1000) {
        int i;
        for (i = 0; i < 1000; i++) {
            written += mj_allowance_take(allowance, len, now) ? (int64_t)len + MJ_ALLOWANCE_PREFIX : 0;
        }
    }
    return written;
}

START_TEST(should_let_a_burst_through_and_then_the_rate)
{
    static const size_t lens[] = {0, 80, 8192};
    mj_allowance_t allowance = {0};
    int64_t written = flood(&allowance, lens[_i], 5 * SECOND, 30);

    ck_assert_int_ge(written, MJ_ALLOWANCE_BURST + 25 * MJ_ALLOWANCE_RATE);
    ck_assert_int_le(written, MJ_ALLOWANCE_BURST + 31 * MJ_ALLOWANCE_RATE);
    ck_assert_uint_gt(allowance.lines_left_out, 1000000);
}
END_TEST

START_TEST(should_count_what_is_left_out_and_tell_it_once_a_second)
{
    mj_allowance_t allowance = {.used = MJ_ALLOWANCE_BURST, .at = SECOND};

    ck_assert(!mj_allowance_has_news(&allowance, SECOND));
    ck_assert(!mj_allowance_take(&allowance, 99, SECOND));
    ck_assert(!mj_allowance_take(&allowance, 99, SECOND + SECOND / 2)); /* although there is room */
    ck_assert(mj_allowance_is_closed(&allowance, 2 * SECOND - 1));
    ck_assert(!mj_allowance_has_news(&allowance, 2 * SECOND - 1));
    ck_assert(mj_allowance_has_news(&allowance, 2 * SECOND));
    ck_assert_uint_eq(allowance.lines_left_out, 2);
    ck_assert_uint_eq(allowance.bytes_left_out, 200);
    ck_assert(mj_allowance_take(&allowance, 99, 2 * SECOND));
}
END_TEST

START_TEST(should_have_all_of_its_room_again_after_a_while)
{
    mj_allowance_t allowance = {.used = MJ_ALLOWANCE_BURST, .at = SECOND};
    int64_t written = flood(&allowance, 80, INT64_C(1000000) * 86400 * 365, 1);
    ck_assert_int_ge(written, MJ_ALLOWANCE_BURST - 300);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("allowance");
    TCase *allowance = mj_case(suite, "allowance");
    tcase_add_loop_test(allowance, should_let_a_burst_through_and_then_the_rate, 0, 3);
    tcase_add_test(allowance, should_count_what_is_left_out_and_tell_it_once_a_second);
    tcase_add_test(allowance, should_have_all_of_its_room_again_after_a_while);
    return suite;
}
