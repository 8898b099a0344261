/* Changes that several daemons tell of. */
#include "changes.h"
#include "harness.h"

#define SECOND INT64_C(1000000)

START_TEST(should_take_a_change_once)
{
    mj_changes_t changes = {0};
    ck_assert(mj_changes_take(&changes, "01 /srv/a.jar", SECOND));
    ck_assert(!mj_changes_take(&changes, "01 /srv/a.jar", 2 * SECOND));
    ck_assert(mj_changes_take(&changes, "01 /srv/b.jar", 2 * SECOND));
    ck_assert(mj_changes_take(&changes, "02 /srv/a.jar", 2 * SECOND));
    ck_assert(!mj_changes_take(&changes, "01 /srv/a.jar", MJ_CHANGES_US));
}
END_TEST

START_TEST(should_take_it_again_when_it_comes_again_one_day)
{
    mj_changes_t changes = {0};
    ck_assert(mj_changes_take(&changes, "01 /srv/a.jar", SECOND));
    ck_assert(mj_changes_take(&changes, "01 /srv/a.jar", SECOND + MJ_CHANGES_US));
    ck_assert(!mj_changes_take(&changes, "01 /srv/a.jar", SECOND + MJ_CHANGES_US));
}
END_TEST

START_TEST(should_forget_the_oldest_where_there_are_many)
{
    mj_changes_t changes = {0};
    char text[] = "A /srv/a.jar";
    int i;
    for (i = 0; i <= MJ_CHANGES_KEPT; i++) {
        text[0] = (char)('A' + i);
        ck_assert(mj_changes_take(&changes, text, SECOND));
    }
    ck_assert(!mj_changes_take(&changes, "B /srv/a.jar", SECOND));
    ck_assert(mj_changes_take(&changes, "A /srv/a.jar", SECOND));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("changes of targets");
    TCase *changes = mj_case(suite, "changes");
    tcase_add_test(changes, should_take_a_change_once);
    tcase_add_test(changes, should_take_it_again_when_it_comes_again_one_day);
    tcase_add_test(changes, should_forget_the_oldest_where_there_are_many);
    return suite;
}
