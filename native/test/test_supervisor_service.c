/* The control socket of jvm-supervisor, with a stand-in for jvm-daemon: what each verb does, who
 * may use it, and that no client holds anybody up. */
#include "harness.h"
#include "supervisor_driver.h"
#include "wakeup.h"

#include <apr_strings.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POOL_UID 54321
#define OTHER_UID 54330
#define STRANGER_UID 54340
#define MAX_ANSWER 1048576

/* What the stand-in prints, as it is logged. */
#define FAKE_DUMP "Full thread dump\n\"main\" \\x1b[1m\nJNI global refs: 9\n\nHeap\n space 7K\n"

static const char *socket_path(const driver_t *driver)
{
    return apr_pstrcat(test_pool, driver->runtime_dir, "/control", NULL);
}

/* The socket appears with the first settings. */
static int join(const driver_t *driver)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = DEADLINE_S};
    int64_t since = 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(address.sun_path, socket_path(driver));
    while (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        ck_assert_msg((errno == ENOENT || errno == ECONNREFUSED) && driver_waits(&since), "%s", strerror(errno));
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return fd;
}

/* Everything until the supervisor closes. One that was refused without being heard has it reset,
 * behind the answer. */
static const char *answer(int fd)
{
    char *text = apr_palloc(test_pool, MAX_ANSWER);
    size_t len = 0;
    ssize_t n;
    while ((n = recv(fd, text + len, MAX_ANSWER - 1 - len, 0)) > 0) {
        len += (size_t)n;
    }
    ck_assert_msg(n == 0 || errno == ECONNRESET, "%s", strerror(errno));
    text[len] = '\0';
    close(fd);
    return text;
}

static const char *ask_bytes(const driver_t *driver, const char *bytes, size_t len)
{
    int fd = join(driver);
    ck_assert(send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len || errno == EPIPE);
    return answer(fd);
}

static const char *ask(const driver_t *driver, const char *line)
{
    const char *bytes = apr_pstrcat(test_pool, line, "\n", NULL);
    return ask_bytes(driver, bytes, strlen(bytes));
}

/* The same as another user. */
static const char *ask_as(const driver_t *driver, uid_t uid, const char *line)
{
    char *text = apr_palloc(test_pool, MAX_ANSWER);
    size_t len = 0;
    int ends[2], status;
    ssize_t n;
    pid_t pid;

    ck_assert_int_eq(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        const char *told;
        if (setgid(uid) != 0 || setuid(uid) != 0) {
            _exit(1);
        }
        told = ask(driver, line);
        _exit(write(ends[1], told, strlen(told)) == (ssize_t)strlen(told) ? 0 : 1);
    }
    close(ends[1]);
    while ((n = read(ends[0], text + len, MAX_ANSWER - 1 - len)) > 0) {
        len += (size_t)n;
    }
    text[len] = '\0';
    close(ends[0]);
    ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
    return text;
}

static void expect_within(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "%s\nis not in\n%s", part, text);
}

static void expect_start(const char *text, const char *start)
{
    ck_assert_msg(strncmp(text, start, strlen(start)) == 0, "%s\ndoes not begin with\n%s", text, start);
}

static driver_t *start_ready(const char *fake)
{
    driver_t *driver = driver_start();
    driver_start_pool(driver, fake);
    driver_await(driver, " ready in ", 1);
    return driver;
}

static bool is_closed(int fd)
{
    struct pollfd other_end = {.fd = fd};
    return poll(&other_end, 1, 0) == 1 && (other_end.revents & POLLHUP) != 0;
}

/* --- the verbs --- */

START_TEST(should_tell_of_pools_and_daemons)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *shop = driver_pool(driver, "shop", "");
    const char *told, *of_one;

    mj_record_add(shop, "user", "al\"i\tce\\\n");
    ck_assert_str_eq(driver_configure(driver, shop, driver_pool(driver, "other", "hang")), "");
    driver_await(driver, " ready in ", 1);
    driver_await(driver, "pool other pid ", 1);
    told = ask(driver, "status");
    expect_start(told, apr_psprintf(test_pool, "ok\n{\"supervisor\":{\"pid\":%d},\"pools\":[\n", (int)driver->pid));
    expect_within(told, apr_psprintf(test_pool,
                                     "{\"name\":\"shop\",\"user\":\"al\\\"i\\tce\\\\\\\\x0a\",\"uid\":%d,\"state\":\"ready\","
                                     "\"generation\":1,\"waiting\":0,\"failedMounts\":[],\"lastError\":null,\"lastErrorAt\":null,"
                                     "\"retryAt\":null,"
                                     "\"daemons\":[\n    "
                                     "{\"pid\":%d,\"slot\":0,\"state\":\"ready\",\"generation\":1,\"startedAt\":\"20",
                                     geteuid() == 0 ? POOL_UID : (int)geteuid(), (int)driver_last_ready(driver)));
    expect_within(told, "]},\n  {\"name\":\"other\",");
    expect_within(told, "\"state\":\"starting\",\"generation\":1,\"startedAt\":\"20");
    expect_within(told, "\"readyAt\":null,\"uptimeMs\":");
    expect_within(told, ",\"served\":0,\"inFlight\":0,\"why\":null}");
    ck_assert_str_eq(told + strlen(told) - 6, "]}\n]}\n");

    of_one = ask(driver, "status other");
    expect_within(of_one, "\"name\":\"other\"");
    ck_assert_ptr_null(strstr(of_one, "\"name\":\"shop\""));
    ck_assert_str_eq(ask(driver, "status nowhere"), "error there is no pool 'nowhere'\n");
    driver_finish(driver);
}
END_TEST

START_TEST(should_tell_when_a_pool_is_tried_again)
{
    driver_t *driver = driver_start();
    const char *told;
    driver_start_pool(driver, "fail");
    driver_await_state(driver, 0, MJ_POOL_DOWN);
    told = ask(driver, "status");
    expect_within(told, "\"state\":\"down\",\"generation\":1,");
    expect_within(told, "\"retryAt\":\"20");
    driver_finish(driver);
}
END_TEST

#define MANY (MJ_BOARD_SLOTS / 2) /* as many as a pool may have */

/* Together they say more than a client may leave unread, as long as each is shown whole. */
START_TEST(should_tell_of_a_pool_whatever_its_daemons_say)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "wordy");
    const char *told;

    mj_record_add_number(pool, "processes", MANY);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " ready in ", MANY);
    told = ask(driver, "status");
    expect_start(told, "ok\n");
    ck_assert_str_eq(told + strlen(told) - 6, "]}\n]}\n");
    expect_within(told, "\\\\x01...\"}");
    driver_finish(driver);
}
END_TEST

START_TEST(should_restart_a_pool_and_answer_when_it_serves)
{
    driver_t *driver = start_ready("");
    pid_t first = driver_last_ready(driver);

    ck_assert_str_eq(ask(driver, "restart shop"), "ok\npool shop: generation 2 serves\n");
    ck_assert_uint_eq(driver_count(driver, " ready in "), 2);
    ck_assert_int_ne(driver_last_ready(driver), first);
    driver_await(driver, apr_psprintf(test_pool, "pid %d ended: exit code 0: replaced", (int)first), 1);
    driver_await(driver, apr_psprintf(test_pool, "MJ0111: pool shop rolls: restart, requested by UID %d\n", (int)geteuid()), 1);
    driver_finish(driver);
}
END_TEST

START_TEST(should_tell_that_a_restart_failed)
{
    driver_t *driver = start_ready("");
    ck_assert_int_eq(unlink(driver->launcher), 0);
    expect_start(ask(driver, "restart shop"), "error pool shop pid ");
    ck_assert_int_eq(mj_board_pool_state(driver->board, 0), MJ_POOL_READY); /* the old one stays */
    driver_finish(driver);
}
END_TEST

START_TEST(should_answer_with_nothing_that_a_terminal_would_act_on)
{
    driver_t *driver = start_ready("");
    mj_record_builder_t *pool = driver_pool(driver, "shop", "fail");
    const char *answer;

    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " ended: exit code 7", 1);
    answer = ask(driver, "restart shop");
    expect_start(answer, "error pool shop pid ");
    expect_within(answer, "NoSuchFieldException: \\x07application");
    driver_finish(driver);
}
END_TEST

START_TEST(should_not_wait_where_that_is_not_wanted)
{
    driver_t *driver = start_ready("");
    ck_assert_str_eq(ask(driver, "roll shop"), "ok\npool shop: generation 2 starts\n");
    driver_await(driver, " ready in ", 2);
    driver_await(driver, " ended: exit code 0", 1);
    driver_finish(driver);
}
END_TEST

/* A request that finds no daemon, as httpd's children call for one. */
static void call(driver_t *driver, unsigned pool)
{
    int writer = mj_wakeup_writer(driver->client->wakeup);
    ck_assert(mj_board_request_wakeup(driver->board, pool));
    mj_wakeup_send(writer);
    close(writer);
}

START_TEST(should_drain_a_pool_until_a_request_comes)
{
    driver_t *driver = start_ready("");
    pid_t first = driver_last_ready(driver);

    ck_assert_str_eq(ask(driver, "drain shop"), "ok\npool shop: its processes have ended; the next request starts it\n");
    ck_assert_uint_eq(driver_count(driver, apr_psprintf(test_pool, "pid %d ended: exit code 0: drained", (int)first)), 1);
    driver_await_state(driver, 0, MJ_POOL_IDLE);
    expect_within(ask(driver, "status"), "\"state\":\"idle\",");
    ck_assert_uint_eq(driver_count(driver, " ready in "), 1);
    ck_assert_str_eq(ask(driver, "drain shop"), "ok\npool shop: its processes have ended; the next request starts it\n");

    call(driver, 0);
    driver_await(driver, " ready in ", 2);
    driver_await_state(driver, 0, MJ_POOL_READY);
    expect_start(ask(driver, "drain shop"), "ok\n");
    ck_assert_str_eq(ask(driver, "restart shop"), "ok\npool shop: generation 2 serves\n");
    ck_assert_uint_eq(driver_count(driver, " ready in "), 3);
    driver_finish(driver);
}
END_TEST

/* Those are served by new processes as soon as there are some. */
START_TEST(should_drain_a_pool_that_requests_wait_for)
{
    driver_t *driver = start_ready("");
    ck_assert_int_eq(mj_board_queue_enter(driver->board, 0, UINT32_MAX, 10), MJ_QUEUED);
    expect_start(ask(driver, "drain shop"), "ok\n");
    driver_await(driver, " ended: exit code 0: drained", 1);
    driver_await(driver, " ready in ", 2);
    driver_finish(driver);
}
END_TEST

START_TEST(should_tell_why_a_daemon_is_to_go)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "stubborn");
    const char *told;

    mj_record_add_number(pool, "shutdown-timeout", 50);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " ready in ", 1);
    ck_assert_str_eq(ask(driver, "roll shop"), "ok\npool shop: generation 2 starts\n");
    driver_await(driver, " ready in ", 2);
    told = ask(driver, "status");
    expect_within(told, "\"state\":\"draining\",\"generation\":1,");
    expect_within(told, "\"why\":\"replaced\"}");
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await(driver, " ended: signal 9", 1);
    told = ask(driver, "status");
    expect_within(told, "\"lastError\":\"pool shop pid ");
    expect_within(told, "ended: signal 9");
    expect_within(told, "\"lastErrorAt\":\"20");
    driver_finish(driver);
}
END_TEST

START_TEST(should_answer_a_restart_when_its_pool_is_taken_away)
{
    driver_t *driver = driver_start();
    int fd;
    driver_start_pool(driver, "hang");
    fd = join(driver);
    ck_assert_int_eq(send(fd, "restart shop\n", 13, MSG_NOSIGNAL), 13);
    driver_await(driver, "MJ0111", 1);
    ck_assert_str_eq(driver_configure(driver, NULL, NULL), "");
    expect_start(answer(fd), "error pool shop ends: ");
    ck_assert_int_eq(driver_stop(driver), 0);
    driver_clean(driver);
}
END_TEST

START_TEST(should_pass_on_what_daemons_print_of_their_threads)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "threads");
    const char *told;
    pid_t last;

    mj_record_add_number(pool, "processes", 2);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " ready in ", 2);
    last = driver_last_ready(driver);

    told = ask(driver, "dump shop");
    expect_start(told, "ok\npid ");
    expect_within(told, apr_psprintf(test_pool, "pid %d:\n%s", (int)last, FAKE_DUMP));
    ck_assert_uint_eq(driver_count(driver, "[jvm:notice]"), 12);

    ck_assert_str_eq(ask(driver, apr_psprintf(test_pool, "dump shop %d", (int)last)),
                     apr_psprintf(test_pool, "ok\npid %d:\n%s", (int)last, FAKE_DUMP));
    ck_assert_uint_eq(driver_count(driver, "[jvm:notice]"), 18);
    expect_start(ask(driver, "dump shop 1"), "error pid 1 is not a daemon of pool shop");
    driver_finish(driver);
}
END_TEST

START_TEST(should_end_a_dump_that_does_not_end)
{
    driver_t *driver = start_ready("");
    pid_t pid = driver_last_ready(driver);
    ck_assert_str_eq(ask(driver, "dump shop"),
                     apr_psprintf(test_pool, "ok\npid %d:\ndump\npid %d: nothing more came within 5 s\n", (int)pid, (int)pid));
    driver_finish(driver);
}
END_TEST

START_TEST(should_end_a_dump_with_the_daemon)
{
    driver_t *driver = start_ready("");
    pid_t pid = driver_last_ready(driver);
    int fd = join(driver);
    ck_assert_int_eq(send(fd, "dump shop\n", 10, MSG_NOSIGNAL), 10);
    driver_await(driver, "] dump\n", 1);
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_str_eq(answer(fd), apr_psprintf(test_pool, "ok\npid %d:\ndump\npid %d: it has ended\n", (int)pid, (int)pid));
    driver_await(driver, " ready in ", 2);
    driver_finish(driver);
}
END_TEST

START_TEST(should_not_end_a_daemon_by_a_dump)
{
    driver_t *driver = start_ready("deaf");
    pid_t pid = driver_last_ready(driver);
    expect_start(ask(driver, "dump shop"), apr_psprintf(test_pool, "ok\npid %d: it does not handle SIGQUIT", (int)pid));
    ck_assert_int_eq(kill(pid, 0), 0);
    ck_assert_uint_eq(driver_count(driver, " ended: "), 0);

    ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "other", "hang"), NULL), "");
    driver_await(driver, "pool other pid ", 1);
    ck_assert_str_eq(ask(driver, "dump other"), "error pool other has no ready daemon\n");
    ck_assert_int_eq(driver_stop(driver), 0);
    driver_clean(driver);
}
END_TEST

/* --- who may --- */

START_TEST(should_let_users_see_and_steer_their_own_pools_alone)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *other = driver_pool(driver, "other", "threads");
    const char *told;
    mj_span_t bytes = mj_record_bytes(other);
    mj_record_builder_t *changed = mj_record_builder_make(test_pool);
    mj_record_iter_t iter = {.rest = bytes};

    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "uid")) {
            mj_record_add_number(changed, "uid", OTHER_UID);
        } else {
            mj_record_add_span(changed, apr_pstrmemdup(test_pool, iter.name.data, iter.name.len), iter.value);
        }
    }
    ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "shop", "threads"), changed), "");
    driver_await(driver, " ready in ", 2);

    told = ask_as(driver, POOL_UID, "status");
    expect_start(told, "ok\n");
    expect_within(told, "\"name\":\"shop\"");
    ck_assert_ptr_null(strstr(told, "\"name\":\"other\""));
    expect_start(ask_as(driver, OTHER_UID, "status other"), "ok\n");
    expect_start(ask_as(driver, POOL_UID, "dump shop"), "ok\n");
    ck_assert_str_eq(ask_as(driver, POOL_UID, "restart shop"), "ok\npool shop: generation 2 serves\n");

    expect_start(ask_as(driver, POOL_UID, "status other"), "error permission denied");
    expect_start(ask_as(driver, POOL_UID, "restart other"), "error permission denied");
    expect_start(ask_as(driver, POOL_UID, "roll other"), "error permission denied");
    expect_start(ask_as(driver, POOL_UID, "dump other"), "error permission denied");
    ck_assert_str_eq(ask_as(driver, POOL_UID, "status nowhere"), ask_as(driver, POOL_UID, "status other"));
    expect_start(ask_as(driver, STRANGER_UID, "status"), "error permission denied");
    expect_start(ask_as(driver, STRANGER_UID, "restart shop"), "error permission denied");
    driver_await(driver, " ended: exit code 0", 1);
    ck_assert_uint_eq(driver_count(driver, " ready in "), 3);
    ck_assert_uint_eq(driver_count(driver, "Full thread dump"), 1);
    driver_finish(driver);
}
END_TEST

START_TEST(should_leave_room_when_one_user_takes_what_he_gets)
{
    driver_t *driver = start_ready("");
    int ready[2], done[2], status;
    char byte;
    pid_t pid;

    ck_assert(pipe(ready) == 0 && pipe(done) == 0);
    pid = fork();
    if (pid == 0) {
        int i;
        close(done[1]);
        if (setgid(POOL_UID) != 0 || setuid(POOL_UID) != 0) {
            _exit(1);
        }
        for (i = 0; i < 4; i++) {
            join(driver); /* and stay there */
        }
        expect_start(ask(driver, "status"), "error too many clients");
        _exit(write(ready[1], "x", 1) == 1 && read(done[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    expect_start(ask(driver, "status"), "ok\n");
    close(done[1]);
    ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
    driver_finish(driver);
}
END_TEST

/* --- clients that do not behave --- */

START_TEST(should_refuse_lines_that_are_none)
{
    static const char *const lines[] = {
        "",        " ",          "status shop 1", "restart",       "restart shop x", "dump",         "dump shop ", "dump shop 0",
        "statusx", "dump  shop", "dump shop 12x", "status shop\r", "dump shop 1 2",  "dump shop -1", "STATUS",     " status"};
    driver_t *driver = start_ready("dump");
    char line[MJ_BOARD_SLOTS * 4];
    size_t i;

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const char *told = ask(driver, lines[i]);
        ck_assert_msg(strncmp(told, "error ", 6) == 0 && strchr(told, '\n') == told + strlen(told) - 1, "%s: %s", lines[i], told);
    }
    expect_start(ask_bytes(driver, "status\0\n", 8), "error there are: ");
    memset(line, 'x', sizeof(line));
    expect_start(ask_bytes(driver, line, sizeof(line)), "error the line is longer than 255 bytes\n");
    expect_start(ask_bytes(driver, line, 255), "error the line is longer than 255 bytes\n");
    line[254] = '\n';
    expect_start(ask_bytes(driver, line, 255), "error there are: ");
    ck_assert_uint_eq(driver_count(driver, "Full thread dump"), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_take_a_line_in_pieces)
{
    driver_t *driver = start_ready("");
    const char *line = "status shop\n";
    int fd = join(driver);
    for (; *line != '\0'; line++) {
        ck_assert_int_eq(send(fd, line, 1, MSG_NOSIGNAL), 1);
    }
    expect_start(answer(fd), "ok\n");
    driver_finish(driver);
}
END_TEST

START_TEST(should_not_wait_for_a_client_that_says_nothing)
{
    driver_t *driver = start_ready("");
    struct timespec began, ended;
    int fd = join(driver), half = join(driver);

    clock_gettime(CLOCK_MONOTONIC, &began);
    ck_assert_int_eq(send(half, "status", 6, MSG_NOSIGNAL), 6);
    expect_start(ask(driver, "status"), "ok\n");
    ck_assert_str_eq(answer(fd), "");
    ck_assert_str_eq(answer(half), "");
    clock_gettime(CLOCK_MONOTONIC, &ended);
    ck_assert_int_ge(ended.tv_sec - began.tv_sec, 8);
    driver_finish(driver);
}
END_TEST

START_TEST(should_not_wait_for_a_client_that_does_not_read)
{
    driver_t *driver = start_ready("flood,threads");
    int64_t since = 0;
    int fd = join(driver);

    ck_assert_int_eq(send(fd, "dump shop\n", 10, MSG_NOSIGNAL), 10);
    expect_start(ask(driver, "status"), "ok\n");
    while (!is_closed(fd)) {
        ck_assert_msg(driver_waits(&since), "it is not cut off");
    }
    close(fd);
    expect_start(ask(driver, "status"), "ok\n");
    ck_assert_int_eq(driver_stop(driver), 0);
    driver_clean(driver);
}
END_TEST

START_TEST(should_send_a_long_answer_as_it_is_read)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pools[2];
    char *user = apr_palloc(test_pool, 60001);
    const char *told;
    int fd, i;

    memset(user, '"', 60000); /* twice as long in the answer */
    user[60000] = '\0';
    for (i = 0; i < 2; i++) {
        pools[i] = driver_pool(driver, i == 0 ? "shop" : "other", "");
        mj_record_add(pools[i], "user", user);
    }
    ck_assert_str_eq(driver_configure(driver, pools[0], pools[1]), "");
    driver_await(driver, " ready in ", 2);
    fd = join(driver);
    ck_assert_int_eq(send(fd, "status\n", 7, MSG_NOSIGNAL), 7);
    expect_start(ask(driver, "status shop"), "ok\n"); /* while that one does not read */
    told = answer(fd);
    ck_assert_uint_gt(strlen(told), 240000);
    expect_within(told, "\"name\":\"other\"");
    ck_assert_str_eq(told + strlen(told) - 4, "\n]}\n");
    driver_finish(driver);
}
END_TEST

START_TEST(should_forget_clients_that_leave)
{
    driver_t *driver = driver_start();
    int fd, i;

    driver_start_pool(driver, "hang");
    driver_await(driver, "pool shop pid ", 1);
    expect_start(ask(driver, "status"), "ok\n");
    for (i = 0; i < 40; i++) { /* more than there are places */
        fd = join(driver);
        ck_assert_int_eq(send(fd, "restart shop\n", 13, MSG_NOSIGNAL), 13);
        driver_await(driver, "MJ0111", (unsigned)i + 1);
        close(fd);
        close(join(driver));
    }
    expect_start(ask(driver, "status"), "ok\n");
    ck_assert_int_eq(driver_stop(driver), 0);
    driver_clean(driver);
}
END_TEST

START_TEST(should_bound_how_many_ask_at_once)
{
    driver_t *driver = start_ready("");
    int fds[16], i;

    expect_start(ask(driver, "status"), "ok\n");
    for (i = 0; i < 16; i++) {
        fds[i] = join(driver);
    }
    expect_start(ask(driver, "status"), "error too many clients");
    ck_assert_int_eq(send(fds[7], "status\n", 7, MSG_NOSIGNAL), 7);
    expect_start(answer(fds[7]), "ok\n");
    expect_start(ask(driver, "status"), "ok\n");
    for (i = 0; i < 16; i++) {
        if (i != 7) {
            close(fds[i]);
        }
    }
    driver_finish(driver);
}
END_TEST

/* --- the socket --- */

START_TEST(should_make_the_socket_and_take_it_away)
{
    driver_t *driver = driver_start();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;
    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    /* what an earlier supervisor has left */
    strcpy(address.sun_path, socket_path(driver));
    ck_assert_int_eq(bind(stale, (struct sockaddr *)&address, sizeof(address)), 0);
    close(stale);
    driver_start_pool(driver, "");
    expect_start(ask(driver, "status"), "ok\n");
    ck_assert_int_eq(lstat(socket_path(driver), &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFSOCK | 0666);
    ck_assert_uint_eq(st.st_uid, geteuid());
    ck_assert_int_eq(driver_stop(driver), 0);
    ck_assert_int_ne(lstat(socket_path(driver), &st), 0);
    driver_clean(driver);
}
END_TEST

START_TEST(should_leave_the_socket_of_its_successor)
{
    driver_t *driver = start_ready("");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;
    int next = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    expect_start(ask(driver, "status"), "ok\n");
    strcpy(address.sun_path, socket_path(driver));
    ck_assert_int_eq(unlink(address.sun_path), 0);
    ck_assert_int_eq(bind(next, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(driver_stop(driver), 0);
    ck_assert_int_eq(lstat(socket_path(driver), &st), 0);
    close(next);
    driver_clean(driver);
}
END_TEST

START_TEST(should_serve_pools_where_the_socket_cannot_be_made)
{
    driver_t *driver = driver_start();
    ck_assert_int_eq(mkdir(socket_path(driver), 0700), 0);
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_await(driver, "MJ0140: modjvm cannot reach this server: ", 1);
    ck_assert_int_eq(driver_stop(driver), 0);
    ck_assert_int_eq(rmdir(socket_path(driver)), 0);
    driver_clean(driver);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor service");
    TCase *verbs = mj_case(suite, "verbs"), *clients = mj_case(suite, "clients"), *socket_file = mj_case(suite, "socket");
    tcase_set_timeout(verbs, 2 * DEADLINE_S);
    tcase_set_timeout(clients, 2 * DEADLINE_S);
    tcase_set_timeout(socket_file, 2 * DEADLINE_S);
    tcase_add_test(verbs, should_tell_of_pools_and_daemons);
    tcase_add_test(verbs, should_tell_when_a_pool_is_tried_again);
    tcase_add_test(verbs, should_restart_a_pool_and_answer_when_it_serves);
    tcase_add_test(verbs, should_tell_of_a_pool_whatever_its_daemons_say);
    tcase_add_test(verbs, should_tell_that_a_restart_failed);
    tcase_add_test(verbs, should_answer_with_nothing_that_a_terminal_would_act_on);
    tcase_add_test(verbs, should_not_wait_where_that_is_not_wanted);
    tcase_add_test(verbs, should_drain_a_pool_until_a_request_comes);
    tcase_add_test(verbs, should_drain_a_pool_that_requests_wait_for);
    tcase_add_test(verbs, should_tell_why_a_daemon_is_to_go);
    tcase_add_test(verbs, should_answer_a_restart_when_its_pool_is_taken_away);
    tcase_add_test(verbs, should_pass_on_what_daemons_print_of_their_threads);
    tcase_add_test(verbs, should_end_a_dump_that_does_not_end);
    tcase_add_test(verbs, should_end_a_dump_with_the_daemon);
    tcase_add_test(verbs, should_not_end_a_daemon_by_a_dump);
    if (geteuid() == 0) {
        tcase_add_test(clients, should_let_users_see_and_steer_their_own_pools_alone);
        tcase_add_test(clients, should_leave_room_when_one_user_takes_what_he_gets);
    }
    tcase_add_test(clients, should_refuse_lines_that_are_none);
    tcase_add_test(clients, should_take_a_line_in_pieces);
    tcase_add_test(clients, should_not_wait_for_a_client_that_says_nothing);
    tcase_add_test(clients, should_not_wait_for_a_client_that_does_not_read);
    tcase_add_test(clients, should_send_a_long_answer_as_it_is_read);
    tcase_add_test(clients, should_forget_clients_that_leave);
    tcase_add_test(clients, should_bound_how_many_ask_at_once);
    tcase_add_test(socket_file, should_make_the_socket_and_take_it_away);
    tcase_add_test(socket_file, should_leave_the_socket_of_its_successor);
    tcase_add_test(socket_file, should_serve_pools_where_the_socket_cannot_be_made);
    return suite;
}
