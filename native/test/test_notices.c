/* Notices of changed files. */
#include "harness.h"
#include "notices.h"
#include "temp_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LONG_MS 60000

static char file[256], other[256];

static void make(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

START_TEST(should_notice_each_kind_of_event_that_was_asked_for)
{
    ck_assert_int_eq(mj_notices_watch(file, IN_MODIFY), ENOENT);
    make(file);
    ck_assert_int_eq(mj_notices_watch(file, IN_MODIFY), 0);
    make(other);
    ck_assert(!mj_notices_await(0));
    ck_assert_int_eq(truncate(file, 1), 0);
    ck_assert(mj_notices_await(LONG_MS));
    ck_assert(!mj_notices_await(0));
    ck_assert_int_eq(mj_notices_watch(file, IN_DELETE_SELF), 0);
    ck_assert_int_eq(truncate(file, 2), 0); /* still asked for */
    ck_assert(mj_notices_await(LONG_MS));
    ck_assert_int_eq(rename(other, file), 0);
    ck_assert(mj_notices_await(LONG_MS));
}
END_TEST

static void *wake(void *unused)
{
    (void)unused;
    mj_notices_wake();
    return NULL;
}

START_TEST(should_be_woken)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, wake, NULL), 0);
    ck_assert(!mj_notices_await(-1)); /* whether it comes before or after */
    pthread_join(thread, NULL);
    ck_assert(!mj_notices_await(0));
}
END_TEST

static void set_up(void)
{
    const char *folder = mj_temp_folder();
    (void)snprintf(file, sizeof(file), "%s/file", folder);
    (void)snprintf(other, sizeof(other), "%s/other", folder);
    ck_assert(mj_notices_open());
}

Suite *mj_suite(void)
{
    Suite *suite = suite_create("notices");
    TCase *notices = mj_case(suite, "notices");
    tcase_add_checked_fixture(notices, set_up, NULL);
    tcase_add_test(notices, should_notice_each_kind_of_event_that_was_asked_for);
    tcase_add_test(notices, should_be_woken);
    return suite;
}
