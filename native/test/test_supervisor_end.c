/* The ends of daemons and of jvm-supervisor itself, with a stand-in for jvm-daemon: nothing is left
 * behind. */
#include "harness.h"
#include "supervisor_driver.h"

#include <apr_strings.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(should_end_what_a_daemon_had_started)
{
    driver_t *driver = driver_start();
    pid_t child;

    driver_start_pool(driver, "child");
    driver_await(driver, " ready in ", 1);
    driver_await(driver, "[pool shop] child ", 1);
    child = (pid_t)driver_number_after(driver, "[pool shop] child ");
    ck_assert_int_eq(kill(child, 0), 0);
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await_gone(child);
    driver_finish(driver);
}
END_TEST

START_TEST(should_name_the_crash_report)
{
    driver_t *driver = driver_start();
    pid_t pid;
    driver_start_pool(driver, "crash");
    driver_await(driver, " ended: ", 1);
    pid = (pid_t)driver_number_after(driver, "hs_err_pid");
    driver_await(driver,
                 apr_psprintf(test_pool, "pid %d ended: signal 6: see /var/crash dir/hs_err_pid%d.log (up ", (int)pid, (int)pid),
                 1);
    driver_finish(driver);
}
END_TEST

START_TEST(should_tell_a_signal_from_system_exit)
{
    driver_t *driver = driver_start();
    driver_start_pool(driver, "hangup");
    driver_await(driver, " ended: signal 1 (SIGHUP) from outside (up ", 1);
    driver_start_pool(driver, "like-hangup");
    driver_await(driver, " ended: exit code 129: System.exit at shop.Shop.leave(Shop.java:7) (up ", 1);
    ck_assert_uint_eq(driver_count(driver, "exit code 129: signal"), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_end_a_stubborn_daemon_by_force)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "stubborn");
    mj_record_add_number(pool, "graceful-timeout", 50);
    mj_record_add_number(pool, "shutdown-timeout", 50);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_str_eq(driver_configure(driver, NULL, NULL), "");
    driver_await_state(driver, 0, MJ_POOL_FREE);
    ck_assert_uint_eq(driver_count(driver, " ended: shutdown-timeout"), 1);
    driver_finish(driver);
}
END_TEST

/* Waits until all that this process would inherit has ended. */
static void await_no_children(void)
{
    int64_t since = 0;
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 || errno != ECHILD) {
        ck_assert_msg(pid > 0 || driver_waits(&since), "something is left");
    }
}

START_TEST(should_end_with_httpd_however_that_ends)
{
    driver_t *driver;
    int tell[2];
    pid_t parent;
    char *dir = apr_pcalloc(test_pool, 64);

    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    ck_assert_int_eq(pipe(tell), 0);
    parent = fork();
    ck_assert_int_ge(parent, 0);
    if (parent == 0) {
        driver = driver_start();
        driver_start_pool(driver, "child");
        driver_await_state(driver, 0, MJ_POOL_READY);
        ck_assert(write(tell[1], driver->dir, strlen(driver->dir)) > 0);
        for (;;) {
            pause();
        }
    }
    close(tell[1]);
    ck_assert(read(tell[0], dir, 63) > 0);
    ck_assert_int_eq(kill(parent, SIGKILL), 0);
    await_no_children();

    driver = apr_pcalloc(test_pool, sizeof(*driver));
    driver->dir = dir;
    driver->runtime_dir = apr_pstrcat(test_pool, dir, "/run", NULL);
    driver->launcher = apr_pstrcat(test_pool, dir, "/fake-daemon", NULL);
    driver->log_path = apr_pstrcat(test_pool, dir, "/log", NULL);
    ck_assert_uint_eq(driver_sockets(driver), 0);
    ck_assert_uint_eq(driver_count(driver, "ending all daemons: httpd has died"), 1);
    driver_clean(driver);
}
END_TEST

START_TEST(should_take_its_daemons_along_when_it_is_killed)
{
    driver_t *driver;
    pid_t child;

    driver = driver_start();
    driver_start_pool(driver, "stubborn");
    driver_await_state(driver, 0, MJ_POOL_READY);
    child = driver_last_ready(driver);
    ck_assert_int_eq(kill(child, 0), 0);
    ck_assert_int_eq(kill(driver->pid, SIGKILL), 0);
    await_no_children();
    ck_assert(kill(child, 0) != 0);
    /* Its socket is left, and the next supervisor removes it:
     * should_remove_sockets_that_were_left_behind. */
    ck_assert_uint_eq(driver_sockets(driver), 1);
    driver_clean(driver);
}
END_TEST

/* Other tools than httpd send signals: requests wait for the next supervisor, and what daemons have
 * is completed. */
static void expect_a_hand_over(int number)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *shop = driver_pool(driver, "shop", "");
    mj_board_view_t view;
    unsigned i;
    int status;

    ck_assert_str_eq(driver_configure(driver, shop, driver_pool(driver, "down", "fail")), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_await_state(driver, 1, MJ_POOL_DOWN);
    ck_assert_int_eq(kill(driver->pid, number), 0);
    ck_assert_int_eq(waitpid(driver->pid, &status, 0), driver->pid);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == number, "status %#x\n%s", (unsigned)status, driver_log(driver));
    driver_await(driver,
                 apr_psprintf(test_pool, "MJ0123: the supervisor ends: signal %d (SIG%s), sent by pid %d of UID %d: ", number,
                              sigabbrev_np(number), (int)getpid(), (int)geteuid()),
                 1);
    ck_assert_uint_eq(driver_count(driver, " ended: exit code 0: handed over (up "), 1);
    for (i = 0; i < 2; i++) {
        mj_board_look(driver->board, i, &view);
        ck_assert_int_eq(view.state, MJ_POOL_STARTING);
        ck_assert(view.slot_count == 0 || view.slots[0].state == MJ_SLOT_FREE);
    }
    ck_assert_uint_eq(driver_sockets(driver), 0);
    driver_clean(driver);
}

START_TEST(should_hand_over_on_sigterm_and_sigquit)
{
    expect_a_hand_over(SIGTERM);
    expect_a_hand_over(SIGQUIT);
}
END_TEST

START_TEST(should_not_heed_other_signals)
{
    driver_t *driver = driver_start();
    int number;
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    for (number = 1; number <= SIGRTMAX; number++) {
        switch (number < 32 || number >= SIGRTMIN ? number : SIGKILL) { /* those between are the C library's */
        case SIGILL:
        case SIGTRAP:
        case SIGABRT:
        case SIGBUS:
        case SIGFPE:
        case SIGSEGV:
        case SIGSYS: /* its own faults */
        case SIGKILL:
        case SIGSTOP:
        case SIGTERM:
        case SIGQUIT:
            break;
        default:
            ck_assert_int_eq(kill(driver->pid, number), 0);
            break;
        }
    }
    driver_start_pool(driver, ""); /* still answers */
    ck_assert_uint_eq(driver_count(driver, " started\n"), 1);
    driver_finish(driver);
}
END_TEST

/* A daemon that does not end, and a removed pool. */
START_TEST(should_hand_over_no_longer_than_shutdown_permits)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *shop = driver_pool(driver, "shop", "stubborn");
    int status;

    mj_record_add_number(shop, "graceful-timeout", 0);
    mj_record_add_number(shop, "shutdown-timeout", 200);
    ck_assert_str_eq(driver_configure(driver, shop, driver_pool(driver, "other", "stubborn")), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_await_state(driver, 1, MJ_POOL_READY);
    ck_assert_str_eq(driver_configure(driver, shop, NULL), ""); /* the other one drains */
    driver_await_state(driver, 1, MJ_POOL_ENDING);
    ck_assert_int_eq(kill(driver->pid, SIGTERM), 0);
    driver_await(driver, "MJ0123", 1);
    ck_assert_int_eq(kill(driver->pid, SIGTERM), 0); /* once more changes nothing */
    ck_assert_int_eq(waitpid(driver->pid, &status, 0), driver->pid);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(mj_board_pool_state(driver->board, 0), MJ_POOL_STARTING);
    ck_assert_int_eq(mj_board_pool_state(driver->board, 1), MJ_POOL_FREE);
    ck_assert_uint_eq(driver_sockets(driver), 0);
    driver_clean(driver);
}
END_TEST

/* httpd's stop overtakes it. */
START_TEST(should_stop_while_it_hands_over)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *shop = driver_pool(driver, "shop", "stubborn");
    int status;

    mj_record_add_number(shop, "shutdown-timeout", 3600000);
    ck_assert_str_eq(driver_configure(driver, shop, NULL), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_int_eq(kill(driver->pid, SIGTERM), 0);
    driver_await(driver, "MJ0123", 1);
    ck_assert_str_eq(driver_configure(driver, shop, NULL), "it is ending");
    driver_tell(driver, MJ_CONTROL_STOP); /* before its last daemon has gone, and with that the supervisor */
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    ck_assert_int_eq(waitpid(driver->pid, &status, 0), driver->pid);
    ck_assert_int_eq(WTERMSIG(status), SIGTERM);
    driver_clean(driver);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor end");
    TCase *ends = mj_case(suite, "ends");
    tcase_set_timeout(ends, 2 * DEADLINE_S);
    tcase_add_test(ends, should_name_the_crash_report);
    tcase_add_test(ends, should_end_what_a_daemon_had_started);
    tcase_add_test(ends, should_tell_a_signal_from_system_exit);
    tcase_add_test(ends, should_end_a_stubborn_daemon_by_force);
    tcase_add_test(ends, should_hand_over_on_sigterm_and_sigquit);
    tcase_add_test(ends, should_not_heed_other_signals);
    tcase_add_test(ends, should_hand_over_no_longer_than_shutdown_permits);
    tcase_add_test(ends, should_stop_while_it_hands_over);
    tcase_add_test(ends, should_end_with_httpd_however_that_ends);
    tcase_add_test(ends, should_take_its_daemons_along_when_it_is_killed);
    return suite;
}
