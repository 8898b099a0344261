/* jvm-supervisor as a process, with a stand-in for jvm-daemon: what rolls, what is replaced and
 * why, what stops for idleness. */
#include "failures.h"
#include "harness.h"
#include "supervisor_driver.h"

#include <apr_strings.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void configure(driver_t *driver, const char *fake, const char *entry, const char *value)
{
    mj_record_builder_t *pool = driver_pool(driver, "shop", fake);
    if (entry != NULL) {
        mj_record_add(pool, entry, value);
    }
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
}

static bool is_admitted(driver_t *driver)
{
    mj_ticket_t ticket;
    if (mj_board_admit(driver->board, 0, UINT32_MAX, NULL, &ticket) != MJ_ADMITTED) {
        return false;
    }
    mj_board_release(driver->board, &ticket);
    return true;
}

START_TEST(should_replace_one_that_asks_for_it_and_start_the_other_first)
{
    driver_t *driver = driver_start();
    int64_t since = 0;
    pid_t first;
    configure(driver, "", NULL, NULL);
    driver_await_state(driver, 0, MJ_POOL_READY);
    first = driver_last_ready(driver);
    kill(first, SIGUSR1);
    while (driver_count(driver, " ended: ") == 0) {
        ck_assert(is_admitted(driver));
        ck_assert_msg(driver_waits(&since), "%s", driver_log(driver));
    }
    ck_assert_uint_eq(driver_count(driver, apr_psprintf(test_pool, "pid %d is replaced: request-timeout: GET /slow", (int)first)),
                      1);
    ck_assert_uint_eq(driver_count(driver, apr_psprintf(test_pool, "pid %d ended: request-timeout: GET /slow (up ", (int)first)),
                      1);
    ck_assert(is_admitted(driver));
    driver_finish(driver);
}
END_TEST

START_TEST(should_roll_when_a_target_has_changed)
{
    driver_t *driver = driver_start();
    int64_t since = 0;
    configure(driver, "", "processes", "2");
    driver_await(driver, " ready in ", 2);
    kill(driver_last_ready(driver), SIGUSR2);
    while (driver_count(driver, "MJ0116: pool shop: generation 2 has taken over") == 0) {
        ck_assert(is_admitted(driver));
        ck_assert_msg(driver_waits(&since), "%s", driver_log(driver));
    }
    ck_assert_uint_eq(driver_count(driver, "MJ0111: pool shop rolls: /srv/shop.jar has changed"), 1);
    ck_assert_uint_eq(driver_count(driver, " ready in "), 4);
    driver_await(driver, " ended: exit code 0: replaced", 2);
    driver_finish(driver);
}
END_TEST

START_TEST(should_roll_once_for_what_several_tell)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "");
    pid_t first, second;
    mj_record_add_number(pool, "processes", 2);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " ready in ", 2);
    second = driver_last_ready(driver);
    first = (pid_t)driver_number_after(driver, "pool shop pid ");
    kill(second, SIGUSR2);
    if (first != second) {
        kill(first, SIGUSR2);
    }
    driver_await(driver, "generation 2 has taken over", 1);
    driver_await(driver, " ended: exit code 0: replaced", 2);
    ck_assert_uint_eq(driver_count(driver, " rolls: "), 1);
    ck_assert_uint_eq(driver_count(driver, " started\n"), 4);
    driver_finish(driver);
}
END_TEST

/* Each daemon counts its changes from one, and the supervisor has heard of those that an earlier
 * one has reported. */
static void report_new_change(driver_t *driver, unsigned rolls)
{
    int64_t since = 0;
    while (driver_count(driver, "MJ0111: pool shop rolls: /srv/shop.jar has changed") < rolls) {
        ck_assert_msg(driver_waits(&since), "no roll\n%s", driver_log(driver));
        kill(driver_last_ready(driver), SIGUSR2);
    }
}

/* A roll is due a second after the last, and the daemons take longer than that to end. */
START_TEST(should_not_come_back_for_a_change_when_it_stops)
{
    driver_t *driver = driver_start();
    const char *stop;
    configure(driver, "stubborn", "shutdown-timeout", "1500");
    driver_await_state(driver, 0, MJ_POOL_READY);
    for (unsigned i = 1; i <= 2; i++) {
        driver_await(driver, " ready in ", i);
        report_new_change(driver, i);
    }
    ck_assert_int_eq(driver_stop(driver), 0);
    stop = strstr(driver_log(driver), "ending all daemons: httpd stops");
    ck_assert_ptr_nonnull(stop);
    ck_assert_msg(strstr(stop, " started\n") == NULL, "%s", driver_log(driver));
    driver_clean(driver);
}
END_TEST

/* A pool of one application; fake may hold `%08x` for its hash. */
__attribute__((format(printf, 2, 0))) static void configure_application(driver_t *driver, const char *fake)
{
    mj_record_builder_t *application = mj_record_builder_make(test_pool);
    mj_record_builder_t *pool;
    mj_record_add(application, "target", "/srv/shop.jar");
    pool = driver_pool(driver, "shop", apr_psprintf(test_pool, fake, (unsigned)mj_span_hash(mj_record_bytes(application))));
    mj_record_add_span(pool, "application", mj_record_bytes(application));
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
}

START_TEST(should_keep_a_generation_that_serves_more_than_the_next)
{
    driver_t *driver = driver_start();
    pid_t first;
    configure_application(driver, "beat");
    driver_await_state(driver, 0, MJ_POOL_READY);
    first = driver_last_ready(driver);
    configure_application(driver, "partial=%08x");
    driver_await(driver,
                 "MJ0117: pool shop: /srv/shop.jar worked before and now fails to load: /srv/shop.jar: Database may be already "
                 "in use\n",
                 1);
    driver_await(driver, "with restart-order=stop-first the old one ends before the new one starts\n", 1);
    driver_await(driver, " ended: ", 1);
    ck_assert(is_admitted(driver));
    ck_assert_int_eq(kill(first, 0), 0);
    /* the next change tries again */
    kill(first, SIGUSR2);
    driver_await(driver, "MJ0117: ", 2);
    ck_assert_int_eq(kill(first, 0), 0);
    configure_application(driver, "idle");
    driver_await(driver, "generation 4 has taken over", 1);
    driver_finish(driver);
}
END_TEST

START_TEST(should_try_again_by_time_what_was_killed_while_it_started)
{
    driver_t *driver = driver_start();
    configure(driver, "", NULL, NULL);
    driver_await_state(driver, 0, MJ_POOL_READY);
    configure(driver, "hang", NULL, NULL);
    driver_await(driver, " started\n", 2);
    kill((pid_t)driver_number_after(driver, "MJ0102: pool shop pid "), SIGKILL);
    driver_await(driver, " ended: signal 9", 1);
    driver_await(driver, " started\n", 3);
    ck_assert_uint_eq(driver_count(driver, "MJ0112: "), 0);
    ck_assert(is_admitted(driver));
    driver_finish(driver);
}
END_TEST

START_TEST(should_try_again_by_time_what_could_not_be_executed)
{
    driver_t *driver = driver_start();
    configure(driver, "", NULL, NULL);
    driver_await_state(driver, 0, MJ_POOL_READY);
    configure(driver, "beat", "chroot", driver->dir); /* there is no launcher in it, as if it could not be had for a while */
    driver_await(driver, " ended: exit code 111", 2);
    ck_assert_uint_eq(driver_count(driver, "MJ0112: "), 0);
    ck_assert(is_admitted(driver));
    driver_finish(driver);
}
END_TEST

static void await_prospect(driver_t *driver, uint16_t settings, mj_prospect_t wanted)
{
    int64_t since = 0;
    while (mj_board_prospect(driver->board, 0, settings) != wanted) {
        ck_assert_msg(driver_waits(&since), "settings %u\n%s", (unsigned)settings, driver_log(driver));
    }
}

START_TEST(should_show_whether_new_settings_can_be_had)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *refused = driver_pool(driver, "shop", "");
    configure(driver, "", "settings", "7");
    driver_await_state(driver, 0, MJ_POOL_READY);
    mj_record_add(refused, "settings", "8");
    ck_assert_str_ne(driver_configure_as(driver, refused, "version", "1"), "");
    ck_assert_int_eq(mj_board_prospect(driver->board, 0, 8), MJ_SETTINGS_UNKNOWN);
    configure(driver, "hang", "settings", "8");
    ck_assert_int_eq(mj_board_prospect(driver->board, 0, 8), MJ_SETTINGS_EXPECTED);
    configure(driver, "fail", "settings", "9");
    driver_await(driver, "MJ0112: ", 1);
    await_prospect(driver, 9, MJ_SETTINGS_FAIL);
    ck_assert_int_eq(mj_board_retry_at(driver->board, 0), 0); /* a change is waited for */
    ck_assert_int_eq(mj_board_prospect(driver->board, 0, 7), MJ_SETTINGS_EXPECTED);
    configure(driver, "", "settings", "10");
    ck_assert_int_eq(mj_board_prospect(driver->board, 0, 10), MJ_SETTINGS_EXPECTED);
    driver_await(driver, " has taken over", 1);
    await_prospect(driver, 7, MJ_SETTINGS_UNKNOWN);
    ck_assert_int_eq(mj_board_prospect(driver->board, 0, 10), MJ_SETTINGS_EXPECTED);
    driver_finish(driver);
}
END_TEST

START_TEST(should_show_when_failing_settings_are_tried_again)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *failing = driver_pool(driver, "shop", "beat");
    configure(driver, "", "settings", "7");
    driver_await_state(driver, 0, MJ_POOL_READY);
    mj_record_add(failing, "chroot", driver->dir); /* there is no launcher in it */
    mj_record_add(failing, "settings", "8");
    ck_assert_str_eq(driver_configure(driver, failing, NULL), "");
    await_prospect(driver, 8, MJ_SETTINGS_FAIL);
    ck_assert_uint_ge(driver_count(driver, " ended: exit code 111"), 2);
    ck_assert_int_eq(mj_board_pool_state(driver->board, 0), MJ_POOL_READY);
    ck_assert_int_gt(mj_board_retry_at(driver->board, 0), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_take_a_first_generation_that_serves_a_part)
{
    driver_t *driver = driver_start();
    configure_application(driver, "partial=%08x");
    driver_await_state(driver, 0, MJ_POOL_DEGRADED);
    configure_application(driver, "beat,partial=%08x"); /* no worse than before */
    driver_await(driver, "generation 2 has taken over", 1);
    driver_finish(driver);
}
END_TEST

START_TEST(should_stop_first_where_it_is_told_to)
{
    driver_t *driver = driver_start();
    const char *log;
    configure(driver, "", "restart-order", "stop-first");
    driver_await_state(driver, 0, MJ_POOL_READY);
    kill(driver_last_ready(driver), SIGUSR2);
    driver_await(driver, " ready in ", 2);
    log = strstr(driver_log(driver), " ended: ");
    ck_assert_ptr_nonnull(log);
    ck_assert_ptr_nonnull(strstr(log, " started\n"));
    driver_finish(driver);
}
END_TEST

START_TEST(should_stop_an_idle_pool_and_start_it_when_a_request_waits)
{
    driver_t *driver = driver_start();
    configure(driver, "idle", "idle-timeout", "1000");
    driver_await_state(driver, 0, MJ_POOL_IDLE);
    driver_await(driver, " ended: idle-timeout", 1);
    ck_assert_uint_eq(driver_count(driver, "MJ0115: pool shop stops: idle-timeout"), 1);
    ck_assert_int_eq(mj_board_queue_enter(driver->board, 0, UINT32_MAX, 100), MJ_QUEUED);
    driver_wake(driver, 0);
    driver_await_state(driver, 0, MJ_POOL_READY);
    mj_board_queue_leave(driver->board, 0, UINT32_MAX);
    driver_finish(driver);
}
END_TEST

START_TEST(should_kill_what_says_nothing_and_have_it_print_its_threads_before)
{
    driver_t *driver = driver_start();
    pid_t first;
    configure(driver, "beat", "deadlock-timeout", "400");
    driver_await_state(driver, 0, MJ_POOL_READY);
    first = driver_last_ready(driver);
    kill(first, SIGSTOP);
    driver_await(driver, apr_psprintf(test_pool, "pid %d ended: deadlock-timeout", (int)first), 1);
    driver_await(driver, " ready in ", 2);
    driver_finish(driver);
}
END_TEST

/* One that says that it rests is not taken for dead; a request asks for its words. */
START_TEST(should_ask_what_rests_when_it_is_used)
{
    driver_t *driver = driver_start();
    mj_ticket_t ticket;
    uint32_t child; /* without one, the next recount would find the request to be nobody's */
    pid_t first;

    configure(driver, "rest", "deadlock-timeout", "400");
    driver_await_state(driver, 0, MJ_POOL_READY);
    first = driver_last_ready(driver);
    ck_assert_int_eq(mj_board_child_started(driver->board, 4711), APR_SUCCESS);
    ck_assert_int_eq(mj_board_child_init(driver->board, 4711, &child), APR_SUCCESS);
    mj_board_share(driver->board, 10, 10);
    ck_assert_int_eq(mj_board_admit(driver->board, 0, child, NULL, &ticket), MJ_ADMITTED);
    driver_await(driver, "asked\n", 10); /* each time, it answers */
    ck_assert_uint_eq(driver_count(driver, " ended: "), 0);
    kill(first, SIGSTOP);
    driver_await(driver, apr_psprintf(test_pool, "pid %d ended: deadlock-timeout", (int)first), 1);
    mj_board_release(driver->board, &ticket);
    driver_finish(driver);
}
END_TEST

START_TEST(should_not_ask_what_rests_while_nobody_uses_it)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *resting = driver_pool(driver, "shop", "rest"), *other = driver_pool(driver, "other", "");

    mj_record_add(resting, "deadlock-timeout", "400");
    mj_record_add(other, "deadlock-timeout", "2000");
    ck_assert_str_eq(driver_configure(driver, resting, other), "");
    driver_await(driver, "pool other pid ", 1);
    driver_await(driver, " ended: deadlock-timeout", 1);          /* the other's, which says nothing at all */
    ck_assert_uint_eq(driver_count(driver, "pool shop pid "), 2); /* started, ready */
    ck_assert_uint_eq(driver_count(driver, "asked\n"), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_have_threads_printed_before_it_kills)
{
    driver_t *driver = driver_start();
    const char *dump;
    long pid;
    configure(driver, "hang", "startup-timeout", "300");
    /* one whose time was over before it had a handler for SIGQUIT prints nothing, and another start
     * follows */
    driver_await(driver, "[pool shop] dump\n", 1);
    pid = driver_number_after(driver, "[jvm:notice] [pid ");
    driver_await(driver, apr_psprintf(test_pool, "pid %ld ended: startup-timeout", pid), 1);
    dump = strstr(driver_log(driver), "[pool shop] dump\n");
    ck_assert_ptr_nonnull(dump);
    ck_assert_ptr_nonnull(strstr(dump, apr_psprintf(test_pool, "pid %ld ended: startup-timeout", pid)));
    driver_finish(driver);
}
END_TEST

START_TEST(should_replace_what_has_grown_too_large)
{
    driver_t *driver = driver_start();
    configure(driver, "grow", "memory-limit", "33554432");
    driver_await(driver, " ended: memory-limit: ", 1);
    ck_assert_uint_ge(driver_count(driver, " MB of 32 MB"), 1);
    driver_finish(driver);
}
END_TEST

START_TEST(should_replace_what_is_old)
{
    driver_t *driver = driver_start();
    int64_t since = 0;
    configure(driver, "", "restart-interval", "300");
    driver_await_state(driver, 0, MJ_POOL_READY);
    while (driver_count(driver, " ended: restart-interval") < 3) {
        ck_assert(is_admitted(driver));
        ck_assert_msg(driver_waits(&since), "%s", driver_log(driver));
    }
    ck_assert_uint_eq(driver_count(driver, "[jvm:error]"), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_grow_when_requests_wait_and_never_beyond_the_most)
{
    driver_t *driver = driver_start();
    configure(driver, "", "processes-max", "3");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_int_eq(mj_board_queue_enter(driver->board, 0, UINT32_MAX, 100), MJ_QUEUED);
    driver_wake(driver, 0);
    driver_await(driver, " ready in ", 3);
    mj_board_queue_leave(driver->board, 0, UINT32_MAX);
    driver_await(driver, " ended: exit code 0: surplus", 2);
    ck_assert_uint_eq(driver_count(driver, " started\n"), 3);
    driver_finish(driver);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor renewal");
    TCase *renewal = mj_case(suite, "renewal");
    tcase_set_timeout(renewal, 2 * DEADLINE_S);
    tcase_add_test(renewal, should_not_come_back_for_a_change_when_it_stops);
    tcase_add_test(renewal, should_replace_one_that_asks_for_it_and_start_the_other_first);
    tcase_add_test(renewal, should_roll_when_a_target_has_changed);
    tcase_add_test(renewal, should_roll_once_for_what_several_tell);
    tcase_add_test(renewal, should_keep_a_generation_that_serves_more_than_the_next);
    tcase_add_test(renewal, should_try_again_by_time_what_was_killed_while_it_started);
    if (geteuid() == 0) { /* chroot */
        tcase_add_test(renewal, should_try_again_by_time_what_could_not_be_executed);
        tcase_add_test(renewal, should_show_whether_new_settings_can_be_had);
        tcase_add_test(renewal, should_show_when_failing_settings_are_tried_again);
    }
    tcase_add_test(renewal, should_take_a_first_generation_that_serves_a_part);
    tcase_add_test(renewal, should_stop_first_where_it_is_told_to);
    tcase_add_test(renewal, should_stop_an_idle_pool_and_start_it_when_a_request_waits);
    tcase_add_test(renewal, should_kill_what_says_nothing_and_have_it_print_its_threads_before);
    tcase_add_test(renewal, should_ask_what_rests_when_it_is_used);
    tcase_add_test(renewal, should_not_ask_what_rests_while_nobody_uses_it);
    tcase_add_test(renewal, should_have_threads_printed_before_it_kills);
    tcase_add_test(renewal, should_replace_what_has_grown_too_large);
    tcase_add_test(renewal, should_replace_what_is_old);
    tcase_add_test(renewal, should_grow_when_requests_wait_and_never_beyond_the_most);
    return suite;
}
