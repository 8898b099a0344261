/* What the processes of a pool do to be overlooked, with a stand-in for jvm-daemon: they run away
 * from their daemon, hide its death, or hide how much memory it has. */
#include "harness.h"
#include "supervisor_driver.h"

#include <apr_strings.h>
#include <errno.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pid_t await_number(driver_t *driver, const char *text, unsigned times)
{
    driver_await(driver, text, times);
    return (pid_t)driver_number_after(driver, text);
}

static bool is_there(pid_t pid)
{
    return kill(pid, 0) == 0;
}

START_TEST(should_end_what_has_run_away_from_a_daemon_that_died)
{
    driver_t *driver = driver_start();
    pid_t escaped;

    driver_start_pool(driver, "escape");
    driver_await_state(driver, 0, MJ_POOL_READY);
    escaped = await_number(driver, "[pool shop] escaped ", 1);
    ck_assert(is_there(escaped));
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await_gone(escaped);
    driver_await(driver, " ready in ", 2);
    driver_finish(driver);
}
END_TEST

START_TEST(should_end_what_has_run_away_when_the_pool_goes)
{
    driver_t *driver = driver_start();
    pid_t escaped;

    driver_start_pool(driver, "escape");
    driver_await_state(driver, 0, MJ_POOL_READY);
    escaped = await_number(driver, "[pool shop] escaped ", 1);
    ck_assert_str_eq(driver_configure(driver, NULL, NULL), "");
    driver_await_gone(escaped);
    driver_finish(driver);
}
END_TEST

START_TEST(should_end_what_has_run_away_before_it_ends_itself)
{
    driver_t *driver = driver_start();
    pid_t escaped;

    driver_start_pool(driver, "escape");
    driver_await_state(driver, 0, MJ_POOL_READY);
    escaped = await_number(driver, "[pool shop] escaped ", 1);
    driver_finish(driver);
    ck_assert(!is_there(escaped));
}
END_TEST

/* Both have the same user. What has run away from one does not go with the other, unless it could
 * be the other's. */
START_TEST(should_leave_alone_what_another_pool_has_started)
{
    driver_t *driver = driver_start();
    pid_t escaped;

    ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "shop", ""), NULL), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "shop", ""), driver_pool(driver, "blog", "escape")), "");
    driver_await_state(driver, 1, MJ_POOL_READY);
    escaped = await_number(driver, "[pool blog] escaped ", 1);

    ck_assert_str_eq(driver_configure(driver, NULL, driver_pool(driver, "blog", "escape")), "");
    driver_await_state(driver, 0, MJ_POOL_FREE);
    ck_assert(is_there(escaped));
    ck_assert_str_eq(driver_configure(driver, NULL, NULL), "");
    driver_await_gone(escaped);
    driver_finish(driver);
}
END_TEST

/* Each generation leaves one behind; none of them is the new daemon's. */
START_TEST(should_end_what_the_generation_before_has_left)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "escape");
    const struct timespec tick = {.tv_nsec = 20000000};
    pid_t escaped;

    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    escaped = await_number(driver, "[pool shop] escaped ", 1);
    nanosleep(&tick, NULL); /* what is as old as the new daemon, on the kernel's clock of 10 ms, could be its child */
    pool = driver_pool(driver, "shop", "");
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await_gone(escaped);
    driver_await(driver, " ready in ", 2);
    driver_finish(driver);
}
END_TEST

/* Whoever traces a process is told of its death first, and its parent only when the tracer has
 * been. */
START_TEST(should_replace_a_daemon_whose_death_a_tracer_hides)
{
    driver_t *driver = driver_start();
    pid_t pid, traced;

    driver_start_pool(driver, "thread");
    driver_await(driver, " ready in ", 1);
    traced = await_number(driver, "[pool shop] thread ", 1);
    pid = driver_last_ready(driver);
    ck_assert_int_eq(ptrace(PTRACE_SEIZE, _i == 0 ? pid : traced, 0, 0), 0);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    driver_await(driver, " ready in ", 2);
    driver_await(driver, apr_psprintf(test_pool, "pool shop pid %d ended: it is dead, but ", (int)pid), 1);
    ck_assert(is_there(pid));
    driver_finish(driver);
}
END_TEST

START_TEST(should_end_a_daemon_that_shuts_its_lifecycle_socket)
{
    driver_t *driver = driver_start();
    pid_t pid;

    driver_start_pool(driver, "shut");
    driver_await(driver, " ready in ", 1);
    pid = driver_last_ready(driver);
    driver_await(driver,
                 apr_psprintf(test_pool, "pool shop pid %d ended: signal 9: it had closed its lifecycle socket", (int)pid), 1);
    driver_finish(driver);
}
END_TEST

START_TEST(should_see_the_memory_of_a_process_whose_first_thread_has_ended)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "grow,headless");

    mj_record_add_number(pool, "memory-limit", 33554432);
    mj_record_add_number(pool, "graceful-timeout", 50);
    mj_record_add_number(pool, "shutdown-timeout", 50);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " is replaced: memory-limit: ", 1);
    driver_finish(driver);
}
END_TEST

/* root's may hold what nobody else is to have, kernel keys of file systems and of Kerberos for
 * instance. */
START_TEST(should_not_share_the_keyring_of_the_session_that_started_httpd)
{
    driver_t *driver;

    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0) {
        ck_assert_int_eq(errno, ENOSYS); /* a kernel without keys */
        return;
    }
    ck_assert_int_gt(syscall(SYS_add_key, "user", "mj-secret", "payload", 7, KEY_SPEC_SESSION_KEYRING), 0);
    ck_assert_int_gt(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "mj-secret", 0), 0);
    driver = driver_start();
    driver_start_pool(driver, "keyring");
    driver_await(driver, "[pool shop] key ", 1);
    ck_assert_uint_eq(driver_count(driver, "[pool shop] key none\n"), 1);
    driver_finish(driver);
}
END_TEST

static off_t size_of_log(const driver_t *driver)
{
    struct stat st;
    ck_assert_int_eq(stat(driver->log_path, &st), 0);
    return st.st_size;
}

/* The stand-in prints as fast as it can. */
START_TEST(should_leave_out_what_a_daemon_prints_too_much)
{
    const struct timespec second = {.tv_sec = 1};
    driver_t *driver = driver_start();
    off_t before;

    driver_start_pool(driver, "flood");
    driver_await(driver, "it prints more than 256 KB a second: ", 1);
    before = size_of_log(driver);
    ck_assert_int_gt(before, 1 << 20); /* a burst may be large */
    nanosleep(&second, NULL);
    nanosleep(&second, NULL);
    nanosleep(&second, NULL);
    ck_assert_int_lt(size_of_log(driver) - before, 4 << 20);
    driver_await(driver, "it prints more than 256 KB a second: ", 3);
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await(driver, " ended: ", 1);
    driver_stop(driver);
    driver_clean(driver);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor strays");
    TCase *strays = mj_case(suite, "strays");
    tcase_set_timeout(strays, 2 * DEADLINE_S);
    tcase_add_test(strays, should_end_what_has_run_away_from_a_daemon_that_died);
    tcase_add_test(strays, should_end_what_has_run_away_when_the_pool_goes);
    tcase_add_test(strays, should_end_what_has_run_away_before_it_ends_itself);
    tcase_add_test(strays, should_leave_alone_what_another_pool_has_started);
    tcase_add_test(strays, should_end_what_the_generation_before_has_left);
    tcase_add_loop_test(strays, should_replace_a_daemon_whose_death_a_tracer_hides, 0, 2);
    tcase_add_test(strays, should_end_a_daemon_that_shuts_its_lifecycle_socket);
    tcase_add_test(strays, should_see_the_memory_of_a_process_whose_first_thread_has_ended);
    tcase_add_test(strays, should_leave_out_what_a_daemon_prints_too_much);
    tcase_add_test(strays, should_not_share_the_keyring_of_the_session_that_started_httpd);
    return suite;
}
