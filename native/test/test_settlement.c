/* What follows from each way in which an exchange ends, the first time and later. */
#include "harness.h"
#include "settlement.h"

#define NOTHING MJ_COUNTER_COUNT

static const mj_settlement_t expected[MJ_ENDING_COUNT][2] = {
    [MJ_ENDED_ANSWERED] = {{true, NOTHING, false, false, 0, MJ_NO_PAUSE}, {true, NOTHING, false, false, 0, MJ_NO_PAUSE}},
    [MJ_ENDED_BROKEN] = {{true, NOTHING, false, false, 0, MJ_NO_PAUSE}, {true, NOTHING, false, false, 0, MJ_NO_PAUSE}},
    [MJ_ENDED_LOST] = {{true, MJ_COUNTER_LOST, false, false, 0, MJ_NO_PAUSE},
                       {true, MJ_COUNTER_LOST, false, false, 0, MJ_NO_PAUSE}},
    [MJ_ENDED_ABANDONED] = {{true, MJ_COUNTER_ABANDONED, false, false, 0, MJ_NO_PAUSE},
                            {true, MJ_COUNTER_ABANDONED, false, false, 0, MJ_NO_PAUSE}},
    [MJ_ENDED_UPGRADED] = {{true, MJ_COUNTER_UPGRADED, false, false, 0, MJ_NO_PAUSE},
                           {true, MJ_COUNTER_UPGRADED, false, false, 0, MJ_NO_PAUSE}},
    [MJ_ENDED_REFUSED] = {{false, NOTHING, true, false, 0, MJ_NO_PAUSE}, {false, NOTHING, true, false, 0, MJ_NO_PAUSE}},
    [MJ_ENDED_UNCONFIGURED] = {{false, NOTHING, true, true, 0, MJ_NO_PAUSE}, {false, NOTHING, true, true, 0, MJ_NO_PAUSE}},
    [MJ_ENDED_UNSEEN] = {{false, MJ_COUNTER_MOVED, true, false, 20, MJ_NO_PAUSE},
                         {false, MJ_COUNTER_MOVED, true, false, 20, MJ_PAUSE_AFTER}},
    [MJ_ENDED_UNREACHED] = {{false, MJ_COUNTER_MOVED, true, false, 0, MJ_NO_PAUSE},
                            {false, NOTHING, true, false, 0, MJ_PAUSE_IN_PLACE}},
};

START_TEST(every_ending_is_settled)
{
    for (int later = 0; later < 2; later++) {
        const mj_settlement_t *settled = mj_settle((mj_ending_t)_i, later == 0), *wanted = &expected[_i][later];

        ck_assert(settled->is_served == wanted->is_served);
        ck_assert_int_eq(settled->counter, wanted->counter);
        ck_assert(settled->is_retried == wanted->is_retried);
        ck_assert(settled->needs_settings == wanted->needs_settings);
        ck_assert_uint_eq(settled->most, wanted->most);
        ck_assert_int_eq(settled->pause, wanted->pause);
    }
}
END_TEST

/* Exactly what no application has seen is sent again, and has been no work of the daemon's. */
START_TEST(what_is_retried_was_not_served)
{
    const mj_settlement_t *settled = mj_settle((mj_ending_t)_i, true);
    ck_assert(settled->is_retried == !settled->is_served);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("settlement");
    TCase *table = mj_case(suite, "table");

    tcase_add_loop_test(table, every_ending_is_settled, MJ_GOES_ON + 1, MJ_ENDING_COUNT);
    tcase_add_loop_test(table, what_is_retried_was_not_served, MJ_GOES_ON + 1, MJ_ENDING_COUNT);
    return suite;
}
