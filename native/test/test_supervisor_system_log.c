/* What a syslogd gets, and what happens where there is none. */
#include "harness.h"
#include "system_log.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static const char *path;

static int listen_at(const char *where)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strncpy(address.sun_path, where, sizeof(address.sun_path) - 1);
    unlink(where);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static const char *receive(int fd)
{
    static char text[65536];
    ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
    text[n < 0 ? 0 : n] = '\0';
    return text;
}

static void say(mj_system_log_t *log, const char *text)
{
    mj_system_log_send(log, LOG_LOCAL3 | LOG_WARNING, "web", 17, time(NULL), text, strlen(text));
}

static void setup(void)
{
    path = apr_pstrcat(test_pool, mj_temp_folder(), "/log", NULL);
}

START_TEST(should_send_priority_date_tag_and_text)
{
    mj_system_log_t log = {.path = path, .fd = -1};
    int fd = listen_at(path);
    const char *line;

    say(&log, "a line");
    line = receive(fd);
    ck_assert_int_eq(strncmp(line, "<156>", 5), 0);
    ck_assert_str_eq(line + 5 + strlen("Nov 30 09:08:07 "), "web[17]: a line");
    close(fd);
}
END_TEST

START_TEST(should_find_the_next_daemon)
{
    mj_system_log_t log = {.path = path, .fd = -1};
    int fd = listen_at(path);

    say(&log, "one");
    close(fd);
    say(&log, "lost");
    fd = listen_at(path);
    say(&log, "two");
    ck_assert_ptr_nonnull(strstr(receive(fd), "two"));
    close(fd);
    fd = listen_at(path);
    say(&log, "three"); /* at once, though the socket that it was connected to has gone */
    ck_assert_ptr_nonnull(strstr(receive(fd), "three"));
    close(fd);
}
END_TEST

START_TEST(should_not_wait)
{
    mj_system_log_t log = {.path = path, .fd = -1};
    int fd = listen_at(path), i;
    for (i = 0; i < 20000; i++) {
        say(&log, "nobody reads this");
    }
    close(fd);
}
END_TEST

START_TEST(should_lose_what_no_daemon_takes)
{
    mj_system_log_t log = {.path = path, .fd = -1};
    char longer[200];
    unlink(path);
    say(&log, "nobody");
    ck_assert_int_eq(log.fd, -1);
    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    log.path = longer;
    say(&log, "nobody");
    ck_assert_int_eq(log.fd, -1);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("system_log");
    TCase *log = mj_case(suite, "log");
    tcase_add_checked_fixture(log, setup, NULL);
    tcase_add_test(log, should_send_priority_date_tag_and_text);
    tcase_add_test(log, should_find_the_next_daemon);
    tcase_add_test(log, should_not_wait);
    tcase_add_test(log, should_lose_what_no_daemon_takes);
    return suite;
}
