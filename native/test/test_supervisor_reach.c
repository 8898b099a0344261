/* Daemons that nobody can connect to any more, with a stand-in for jvm-daemon. */
#include "harness.h"
#include "supervisor_driver.h"

#include <apr_strings.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The only socket of a daemon. */
static const char *find_socket(driver_t *driver)
{
    DIR *dir = opendir(driver->runtime_dir);
    const struct dirent *entry;
    const char *found = NULL;
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (strstr(entry->d_name, ".sock") != NULL) {
            ck_assert_ptr_null(found);
            found = apr_pstrcat(test_pool, driver->runtime_dir, "/", entry->d_name, NULL);
        }
    }
    closedir(dir);
    ck_assert_ptr_nonnull(found);
    return found;
}

static void expect_replacement(driver_t *driver, pid_t pid, const char *why)
{
    mj_ticket_t ticket;
    driver_await(driver, apr_psprintf(test_pool, "pool shop pid %d is replaced: not-reachable: %s", (int)pid, why), 1);
    driver_await(driver, " ready in ", 2);
    driver_await(driver, apr_psprintf(test_pool, "pool shop pid %d ended: not-reachable: ", (int)pid), 1);
    ck_assert_int_ne(driver_last_ready(driver), pid);
    ck_assert_int_eq(mj_board_admit(driver->board, 0, UINT32_MAX, NULL, &ticket), MJ_ADMITTED);
    ck_assert_int_eq((pid_t)ticket.pid, driver_last_ready(driver));
    mj_board_release(driver->board, &ticket);
    ck_assert_uint_eq(driver_count(driver, " is replaced: "), 1);
}

START_TEST(should_replace_a_daemon_whose_socket_is_gone)
{
    driver_t *driver = driver_start();
    pid_t pid;

    driver_start_pool(driver, "beat");
    driver_await(driver, " ready in ", 1);
    pid = driver_last_ready(driver);
    ck_assert_int_eq(unlink(find_socket(driver)), 0);
    expect_replacement(driver, pid, "its socket ");
    driver_finish(driver);
}
END_TEST

/* As a child of httpd rings that could not connect; the daemon says nothing. */
START_TEST(should_look_at_once_when_it_is_called)
{
    driver_t *driver = driver_start();
    pid_t pid;

    driver_start_pool(driver, "");
    driver_await(driver, " ready in ", 1);
    pid = driver_last_ready(driver);
    ck_assert_int_eq(unlink(find_socket(driver)), 0);
    driver_wake(driver, 0);
    expect_replacement(driver, pid, "its socket ");
    driver_finish(driver);
}
END_TEST

START_TEST(should_replace_a_daemon_in_whose_place_another_socket_is)
{
    driver_t *driver = driver_start();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path;
    pid_t pid;
    int fd;

    driver_start_pool(driver, "");
    driver_await(driver, " ready in ", 1);
    pid = driver_last_ready(driver);
    path = find_socket(driver);
    ck_assert_int_eq(unlink(path), 0);
    apr_cpystrn(address.sun_path, path, sizeof(address.sun_path));
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    driver_wake(driver, 0);
    expect_replacement(driver, pid, "its socket ");
    close(fd);
    driver_finish(driver);
}
END_TEST

START_TEST(should_replace_a_daemon_that_does_not_listen_any_more)
{
    driver_t *driver = driver_start();
    pid_t pid;

    ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "shop", "unlistening"), NULL), "");
    driver_await(driver, " ready in ", 1);
    pid = driver_last_ready(driver);
    driver_wake(driver, 0);
    driver_await(driver,
                 apr_psprintf(test_pool, "pool shop pid %d is replaced: not-reachable: it no longer listens at its socket",
                              (int)pid),
                 1);
    driver_finish(driver);
}
END_TEST

/* Who calls without need changes nothing. */
START_TEST(should_keep_a_daemon_that_can_be_reached)
{
    driver_t *driver = driver_start();
    int i;

    driver_start_pool(driver, "beat");
    driver_await(driver, " ready in ", 1);
    for (i = 0; i < 20; i++) {
        driver_wake(driver, 0);
        usleep(20000);
    }
    ck_assert_uint_eq(driver_count(driver, " is replaced: "), 0);
    driver_finish(driver);
}
END_TEST

static void remove_runtime_dir(driver_t *driver)
{
    DIR *dir = opendir(driver->runtime_dir);
    const struct dirent *entry;
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    ck_assert_int_eq(rmdir(driver->runtime_dir), 0);
}

static void expect_folder(driver_t *driver)
{
    struct stat st;
    ck_assert_int_eq(lstat(driver->runtime_dir, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFDIR | 0711);
    ck_assert_uint_eq(st.st_uid, geteuid());
}

/* Nobody asks for anything, and the daemon says nothing. */
START_TEST(should_make_the_runtime_directory_again)
{
    driver_t *driver = driver_start();
    pid_t pid;

    driver_start_pool(driver, "");
    driver_await(driver, " ready in ", 1);
    pid = driver_last_ready(driver);
    remove_runtime_dir(driver);
    driver_await(driver, "MJ0124: ", 1);
    expect_folder(driver);
    expect_replacement(driver, pid, "its socket ");
    driver_await(driver, "MJ0126: ", 1); /* modjvm's */
    ck_assert_uint_eq(driver_sockets(driver), 1);
    driver_start_pool(driver, ""); /* it takes settings */
    driver_finish(driver);
}
END_TEST

START_TEST(should_say_once_that_the_runtime_directory_cannot_be_made_again)
{
    driver_t *driver = driver_start();
    int file;

    driver_start_pool(driver, "");
    driver_await(driver, " ready in ", 1);
    remove_runtime_dir(driver);
    file = open(driver->runtime_dir, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    close(file);
    driver_await(driver, "MJ0125: ", 1);
    driver_await(driver, " is replaced: not-reachable: ", 1);
    driver_await(driver, " could not start a daemon: ", 1);
    driver_start_pool(driver, "");
    ck_assert_int_eq(unlink(driver->runtime_dir), 0);
    driver_await(driver, "MJ0124: ", 1);
    driver_await(driver, " ready in ", 2);
    ck_assert_uint_eq(driver_count(driver, "MJ0125: "), 1);
    driver_finish(driver);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor reach");
    TCase *reach = mj_case(suite, "reach");
    tcase_set_timeout(reach, 2 * DEADLINE_S);
    tcase_add_test(reach, should_replace_a_daemon_whose_socket_is_gone);
    tcase_add_test(reach, should_make_the_runtime_directory_again);
    tcase_add_test(reach, should_say_once_that_the_runtime_directory_cannot_be_made_again);
    tcase_add_test(reach, should_look_at_once_when_it_is_called);
    tcase_add_test(reach, should_replace_a_daemon_in_whose_place_another_socket_is);
    tcase_add_test(reach, should_replace_a_daemon_that_does_not_listen_any_more);
    tcase_add_test(reach, should_keep_a_daemon_that_can_be_reached);
    return suite;
}
