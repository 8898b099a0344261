/* jvm-supervisor as a process, with a stand-in for jvm-daemon: what starts, what is replaced, what
 * is logged, and what new settings change. How it all ends: test_supervisor_end.c. */
#include "control_socket.h"
#include "harness.h"
#include "supervisor_driver.h"
#include "wakeup.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_admitted(driver_t *driver, unsigned pool)
{
    mj_ticket_t ticket;
    if (mj_board_admit(driver->board, pool, UINT32_MAX, NULL, &ticket) != MJ_ADMITTED) {
        return false;
    }
    mj_board_release(driver->board, &ticket);
    return true;
}

START_TEST(should_start_as_many_daemons_as_the_pool_wants)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "");
    mj_ticket_t ticket;
    char path[128];
    struct stat st;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    mj_record_add_number(pool, "processes", 3);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " ready in ", 3);
    ck_assert_uint_eq(driver_count(driver, "pool shop pid "), 6);
    ck_assert_int_eq(mj_board_pool_state(driver->board, 0), MJ_POOL_READY);

    /* The socket of a daemon that the board names: httpd's alone, and one can connect to it. */
    ck_assert_int_eq(mj_board_admit(driver->board, 0, UINT32_MAX, NULL, &ticket), MJ_ADMITTED);
    ck_assert(mj_board_socket_path(path, sizeof(path), driver->runtime_dir, "shop", ticket.slot, ticket.serial));
    ck_assert_msg(lstat(path, &st) == 0, "%s", path);
    ck_assert_uint_eq(st.st_mode, S_IFSOCK | 0600);
    ck_assert_uint_eq(st.st_uid, geteuid() == 0 ? 54999 : geteuid());
    ck_assert_uint_eq(st.st_gid, geteuid() == 0 ? 54998 : getegid());
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    driver_finish(driver);
}
END_TEST

static void expect_fact(driver_t *driver, const char *fact)
{
    ck_assert_msg(driver_count(driver, apr_pstrcat(test_pool, "[pool shop] ", fact, "\n", NULL)) == 1, "not once: %s\n%s", fact,
                  driver_log(driver));
}

START_TEST(should_give_a_daemon_what_is_its_own_and_nothing_else)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "facts");

    mj_record_add(pool, "user", "alice");
    mj_record_add(pool, "umask", "0027");
    mj_record_add(pool, "lang", "C.UTF-8");
    mj_record_add(pool, "display-name", "jvm:shop");
    mj_record_add_number(pool, "cpu-priority", geteuid() == 0 ? -7 : 7);
    mj_record_add(pool, "env", "COLOUR=blue=green");
    mj_record_add(pool, "env", "LANG=fr_FR.UTF-8");
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, "[pool shop] leader", 1);

    expect_fact(driver, "argv jvm:shop /nowhere/jars");
    expect_fact(driver, "env HOME=/");
    expect_fact(driver, "env USER=alice");
    expect_fact(driver, "env LOGNAME=alice");
    expect_fact(driver, "env PATH=/usr/local/bin:/usr/bin:/bin");
    expect_fact(driver, "env LANG=fr_FR.UTF-8"); /* the pool's own wins */
    expect_fact(driver, "env LC_ALL=C.UTF-8");
    expect_fact(driver, "env MALLOC_ARENA_MAX=2");
    expect_fact(driver, "env FAKE=facts");
    expect_fact(driver, "env COLOUR=blue=green");
    ck_assert_uint_eq(driver_count(driver, "[pool shop] env "), 9);
    expect_fact(driver, "cwd /");
    expect_fact(driver, "status Umask:\t0027");
    expect_fact(driver, "status NoNewPrivs:\t1");
    expect_fact(driver, "status SigBlk:\t0000000000000000");
    expect_fact(driver, "status SigIgn:\t0000000000000000");
    expect_fact(driver, "fds 0 1 2 3 4");
    expect_fact(driver, "record shop");
    expect_fact(driver, "record-writable 0");
    expect_fact(driver, "death-signal 9");
    expect_fact(driver, "listening 1");
    expect_fact(driver, "leader 1 1");
    expect_fact(driver, geteuid() == 0 ? "priority -7" : "priority 7");
    if (geteuid() == 0) {
        expect_fact(driver, "status Uid:\t54321\t54321\t54321\t54321");
        expect_fact(driver, "status Gid:\t54322\t54322\t54322\t54322");
        expect_fact(driver, "status Groups:\t54322 54400 ");
        expect_fact(driver, "status CapPrm:\t0000000000000000");
        expect_fact(driver, "status CapEff:\t0000000000000000");
    }
    driver_finish(driver);
}
END_TEST

/* The stand-in accepts nothing. */
START_TEST(should_let_as_many_connections_wait_as_the_pool_says)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mj_ticket_t ticket;
    int fds[6];

    mj_record_add_number(pool, "listen-backlog", 4);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_int_eq(mj_board_admit(driver->board, 0, UINT32_MAX, NULL, &ticket), MJ_ADMITTED);
    ck_assert(mj_board_socket_path(address.sun_path, sizeof(address.sun_path), driver->runtime_dir, "shop", ticket.slot,
                                   ticket.serial));
    for (int i = 0; i < 6; i++) {
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        /* Linux lets one more in than it is told */
        ck_assert_int_eq(connect(fds[i], (struct sockaddr *)&address, sizeof(address)), i < 5 ? 0 : -1);
    }
    ck_assert_int_eq(errno, EAGAIN);
    for (int i = 0; i < 6; i++) {
        close(fds[i]);
    }
    driver_finish(driver);
}
END_TEST

START_TEST(should_replace_a_daemon_that_is_killed)
{
    driver_t *driver = driver_start();
    pid_t first;

    driver_start_pool(driver, "child");
    driver_await(driver, " ready in ", 1);
    first = driver_last_ready(driver);
    ck_assert_int_eq(kill(first, SIGKILL), 0);
    driver_await(driver, " ready in ", 2);
    ck_assert_int_ne(driver_last_ready(driver), first);
    ck_assert_uint_eq(driver_count(driver, apr_psprintf(test_pool, "MJ0101: pool shop pid %d ended: signal 9 (up ", (int)first)),
                      1);
    ck_assert_uint_eq(driver_count(driver, "[jvm:error]"), 1);
    ck_assert_uint_eq(driver_sockets(driver), 1);
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_finish(driver);
}
END_TEST

START_TEST(should_say_why_a_pool_does_not_start_and_try_again)
{
    driver_t *driver = driver_start();
    apr_time_t retry_at;

    driver_start_pool(driver, "fail");
    driver_await_state(driver, 0, MJ_POOL_DOWN);
    retry_at = mj_board_retry_at(driver->board, 0);
    ck_assert_int_gt(retry_at, apr_time_now());
    ck_assert_int_le(retry_at, apr_time_now() + apr_time_from_sec(2));
    ck_assert_uint_eq(driver_count(driver, "ended: exit code 7: java.lang.NoSuchFieldException: \\x07application (up "), 2);
    ck_assert_uint_eq(driver_count(driver, "pool shop failed to start 2 times in a row; the next attempt is in 2 s\n"), 1);
    driver_await(driver, "failed to start 3 times in a row; the next attempt is in 4 s", 1);
    ck_assert_int_eq(mj_board_pool_state(driver->board, 0), MJ_POOL_DOWN);

    driver_start_pool(driver, ""); /* new settings do not wait */
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_uint_eq(driver_count(driver, " started\n"), 4);
    driver_finish(driver);
}
END_TEST

START_TEST(should_say_what_prevented_the_exec)
{
    driver_t *driver = driver_start_as(0, "launcher", "/nowhere/jvm-daemon");
    driver_start_pool(driver, "");
    driver_await(driver, "ended: exit code 111: /nowhere/jvm-daemon: No such file or directory (up ", 1);
    driver_finish(driver);
}
END_TEST

/* Where the kernel lets capabilities survive the change of UID, no daemon runs. */
START_TEST(should_refuse_to_run_what_could_regain_root)
{
    driver_t *driver;
    ck_assert_int_eq(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP), 0);
    driver = driver_start();
    driver_start_pool(driver, "");
    driver_await(driver, "ended: exit code 111: root could be regained (up ", 1);
    ck_assert_uint_eq(driver_count(driver, " ready in "), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_say_what_prevented_the_fork)
{
    driver_t *driver = driver_start_as(15, NULL, NULL); /* enough for itself, not for a daemon */
    driver_start_pool(driver, "");
    driver_await(driver, "MJ0104: pool shop could not start a daemon: ", 2);
    ck_assert_uint_eq(driver_count(driver, ": Too many open files\n"), 2);
    driver_await_state(driver, 0, MJ_POOL_DOWN);
    ck_assert_uint_eq(driver_sockets(driver), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_not_wait_for_a_log_that_takes_nothing)
{
    driver_t *driver = driver_start();
    char byte[4096] = {0};
    int log[2];
    ck_assert_int_eq(pipe2(log, O_CLOEXEC | O_NONBLOCK), 0);
    while (write(log[1], byte, sizeof(byte)) > 0) {
    }
    ck_assert_int_eq(fcntl(log[1], F_SETFL, 0), 0); /* blocking, as httpd's is */
    driver->pool_log_fd = log[1];
    driver_start_pool(driver, "talk");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_int_eq(fcntl(log[1], F_GETFL) & O_NONBLOCK, 0); /* httpd's own stays as it was */
    ck_assert_int_eq(driver_stop(driver), 0);
    driver_clean(driver);
}
END_TEST

START_TEST(should_kill_a_daemon_that_is_not_ready_in_time)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "hang");
    mj_record_add_number(pool, "startup-timeout", 100);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await(driver, " ended: startup-timeout (up ", 2);
    driver_await_state(driver, 0, MJ_POOL_DOWN);
    driver_finish(driver);
}
END_TEST

START_TEST(should_slow_down_when_ready_daemons_end_at_once)
{
    driver_t *driver = driver_start();
    driver_start_pool(driver, "brief");
    driver_await(driver, " ended: exit code 3: System.exit (up ", 3);
    ck_assert_int_ne(mj_board_pool_state(driver->board, 0), MJ_POOL_DOWN);
    ck_assert_uint_eq(driver_count(driver, " started\n"), 3);
    driver_finish(driver);
}
END_TEST

START_TEST(should_log_what_daemons_print)
{
    driver_t *driver = driver_start();
    const char *log;
    pid_t pid;

    driver_start_pool(driver, "talk");
    driver_await(driver, " ready in ", 1);
    driver_await(driver, "mmmm\n", 2); /* 9000 of them make two lines */
    pid = driver_last_ready(driver);
    ck_assert_int_eq(WEXITSTATUS(driver_stop(driver)), 0);
    log = driver_log(driver);
    ck_assert_msg(strstr(log, apr_psprintf(test_pool, "[jvm:notice] [pid %d] [pool shop] out \\x1b[31m\tred \xc3\xa4 \\xff\n",
                                           (int)pid)) != NULL,
                  "%s", log);
    ck_assert_ptr_nonnull(strstr(log, apr_psprintf(test_pool, "[jvm:error] [pid %d] [pool shop] err line\n", (int)pid)));
    ck_assert_ptr_nonnull(strstr(log, apr_psprintf(test_pool, "[jvm:error] [pid %d] [pool shop] no newline\n", (int)pid)));
    ck_assert_ptr_nonnull(strstr(log, apr_psprintf(test_pool, "[jvm:warn] [pid %d] [pool shop] of level 4\n", (int)pid)));
    /* what was printed stands before the end */
    ck_assert(strstr(log, "no newline\n") < strstr(log, " ended: "));
    driver_clean(driver);
}
END_TEST

START_TEST(should_serve_others_while_one_floods)
{
    driver_t *driver = driver_start();
    int i;
    driver_start_pool(driver, "flood");
    driver_await(driver, "flood", 10);
    for (i = 0; i < 3; i++) { /* another pool starts, and the flooding one is rolled */
        ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "shop", apr_psprintf(test_pool, "flood %d", i)),
                                          driver_pool(driver, "other", apr_psprintf(test_pool, "%d", i))),
                         "");
        driver_await_state(driver, 1, MJ_POOL_READY);
    }
    ck_assert_int_eq(driver_stop(driver), 0);
    ck_assert_uint_eq(driver_sockets(driver), 0);
    driver_clean(driver);
}
END_TEST

START_TEST(should_keep_daemons_whose_settings_did_not_change)
{
    driver_t *driver = driver_start();
    int i;
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    for (i = 0; i < 10; i++) {
        driver_tell(driver, MJ_CONTROL_VOID);
        driver_start_pool(driver, "");
        ck_assert(is_admitted(driver, 0));
    }
    ck_assert_uint_eq(driver_count(driver, " started\n"), 1);
    ck_assert_uint_eq(driver_count(driver, " ended: "), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_roll_a_changed_pool_without_a_gap)
{
    driver_t *driver = driver_start();
    int64_t since = 0;
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_start_pool(driver, "new");
    while (driver_count(driver, " ended: exit code 0: replaced (up ") == 0) {
        ck_assert(is_admitted(driver, 0));
        ck_assert_msg(driver_waits(&since), "%s", driver_log(driver));
    }
    ck_assert_uint_eq(driver_count(driver, " ready in "), 2);
    ck_assert_uint_eq(driver_count(driver, "[jvm:error]"), 0);
    ck_assert_uint_eq(driver_sockets(driver), 1);

    /* A generation that does not start leaves the old one in service. */
    driver_start_pool(driver, "fail");
    driver_await(driver, "MJ0112: pool shop: the new generation cannot start, the old one goes on", 1);
    ck_assert_uint_eq(driver_count(driver, " ended: exit code 7"), 1);
    ck_assert(is_admitted(driver, 0));
    ck_assert_int_eq(mj_board_pool_state(driver->board, 0), MJ_POOL_READY);
    driver_finish(driver);
}
END_TEST

START_TEST(should_drain_a_pool_that_is_no_longer_named)
{
    driver_t *driver = driver_start();
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_str_eq(driver_configure(driver, NULL, NULL), "");
    driver_await_state(driver, 0, MJ_POOL_FREE);
    ck_assert_uint_eq(driver_count(driver, "[jvm:info]"), 3);
    ck_assert_uint_eq(driver_count(driver, " ended: exit code 0: removed (up "), 1);
    ck_assert_uint_eq(driver_sockets(driver), 0);
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_finish(driver);
}
END_TEST

START_TEST(should_refuse_settings_that_are_wrong)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", ""), *same_place = driver_pool(driver, "shop", "");

    ck_assert_ptr_nonnull(strstr(driver_configure_as(driver, pool, "version", "1"), "restart httpd"));
    ck_assert_ptr_nonnull(strstr(driver_configure(driver, pool, same_place), "its place on the board"));
    if (geteuid() == 0) {
        mj_record_builder_t *without = mj_record_builder_make(test_pool);
        mj_record_add(without, "name", "shop");
        mj_record_add_number(without, "index", 0);
        mj_record_add_number(without, "threads", 1);
        ck_assert_ptr_nonnull(strstr(driver_configure(driver, without, NULL), "pools never run as root"));
    }
    driver_send(driver, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, -1);
    ck_assert_str_eq(driver_answer(driver), "commit without begin");
    driver_send(driver, MJ_CONTROL_POOL, (mj_span_t){"\x05malformed", 10}, -1);
    driver_send(driver, 'Z', (mj_span_t){NULL, 0}, -1);
    driver_await(driver, "MJ0107: ", 2);
    ck_assert_uint_eq(driver_count(driver, " started\n"), 0);
    ck_assert_str_eq(driver_configure(driver, pool, NULL), "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_finish(driver);
}
END_TEST

START_TEST(should_forget_what_was_not_committed)
{
    driver_t *driver = driver_start();
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    driver_send(driver, MJ_CONTROL_BEGIN, (mj_span_t){NULL, 0}, -1); /* httpd's parent is gone from here on */
    driver_hang_up(driver);
    driver_send(driver, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, -1);
    ck_assert_str_eq(driver_answer(driver), "commit without begin");
    driver_start_pool(driver, "");
    ck_assert_uint_eq(driver_count(driver, " started\n"), 1);
    driver_finish(driver);
}
END_TEST

/* What it is started with bounds what messages can bring. */
START_TEST(should_keep_what_it_was_started_with)
{
    driver_t *driver = driver_start_as(0, "minimum-uid", "60000");
    mj_record_builder_t *pool = driver_pool(driver, "shop", "");
    ck_assert_ptr_nonnull(strstr(driver_configure_as(driver, pool, "minimum-uid", "1"), "below JVMMinimumUID"));
    driver_finish(driver);
}
END_TEST

static void expect_no_start(const char *entry, const char *value, const char *line)
{
    driver_t *driver = driver_start_as(0, entry, value);
    int status;
    ck_assert_int_eq(waitpid(driver->pid, &status, 0), driver->pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) != 0, "%s=%s: status %#x", entry, value, (unsigned)status);
    driver_await(driver, line, 1);
    driver_clean(driver);
}

START_TEST(should_not_start_with_wrong_arguments)
{
    char open_to_all[] = "/tmp/mj-open-XXXXXX";
    ck_assert(mkdtemp(open_to_all) != NULL && chmod(open_to_all, 0770) == 0);
    expect_no_start("runtime-dir", open_to_all, "users other than its owner can write");
    expect_no_start("runtime-dir", "/nowhere", "No such file");
    expect_no_start("runtime-dir", "here", "MJ0122: the supervisor cannot start: an argument is missing, or malformed");
    expect_no_start("httpd-uid", "-1", "an argument is missing, or malformed");
    expect_no_start("max-children", "8000", "the board does not have the announced sizes");
    ck_assert_int_eq(rmdir(open_to_all), 0);
}
END_TEST

static void say_much(int connection)
{
    static const char types[] = {MJ_CONTROL_BEGIN,  MJ_CONTROL_POOL,   MJ_CONTROL_VOID,
                                 MJ_CONTROL_COMMIT, MJ_CONTROL_RETIRE, MJ_CONTROL_STOP};
    size_t i;
    for (i = 0; i < sizeof(types); i++) {
        (void)mj_control_send(connection, types[i], (mj_span_t){NULL, 0}, STDERR_FILENO);
    }
}

/* @return what went otherwise than it should; NULL */
static const char *speak_as_stranger(const driver_t *driver, uid_t user)
{
    int own;
    char answer;

    if (user != 0 && setuid(user) != 0) {
        return "setuid";
    }
    say_much(driver->connection);
    own = mj_control_connect(driver->client->mark);
    if (own < 0) {
        return user != 0 && errno == EACCES ? NULL : "it cannot connect";
    }
    say_much(own);
    return user == 0 && recv(own, &answer, 1, 0) <= 0 ? NULL : "it is heard";
}

/* Whoever is forked from httpd's parent has the mark; a connection that is open just then, too. As
 * another user, once it has changed. */
START_TEST(should_not_hear_what_a_stranger_says)
{
    driver_t *driver = driver_start();
    uid_t users[] = {0, 54997};
    pid_t first;

    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    first = driver_last_ready(driver);
    for (size_t i = 0; i < (geteuid() == 0 ? 2 : 1); i++) {
        pid_t stranger;
        int status;
        driver_send(driver, MJ_CONTROL_VOID, (mj_span_t){NULL, 0}, -1);
        stranger = fork();
        ck_assert_int_ge(stranger, 0);
        if (stranger == 0) {
            const char *wrong = speak_as_stranger(driver, users[i]);
            if (wrong != NULL) {
                (void)!write(STDERR_FILENO, wrong, strlen(wrong));
            }
            _exit(wrong != NULL);
        }
        driver_hang_up(driver);
        ck_assert_int_eq(waitpid(stranger, &status, 0), stranger);
        ck_assert_int_eq(status, 0);
    }
    driver_start_pool(driver, ""); /* it answers this, not the stranger's commit, and does not end */
    driver_start_pool(driver, "");
    ck_assert_int_eq(driver_last_ready(driver), first);
    ck_assert_uint_eq(driver_count(driver, "MJ0120: "), 1);
    ck_assert_uint_eq(driver_count(driver, "ending all daemons"), 0);
    driver_finish(driver);
}
END_TEST

/* Another supervisor has its place, but httpd's children of before have requests. */
START_TEST(should_serve_until_the_last_child_has_gone_when_it_is_retired)
{
    driver_t *driver = driver_start();
    uint32_t row;
    int status;

    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_int_eq(mj_board_child_init(driver->board, (uint32_t)getpid(), &row), APR_SUCCESS);
    /* one that nobody has heard the end of */
    ck_assert_int_eq(mj_board_child_init(driver->board, UINT32_MAX / 2, &row), APR_SUCCESS);
    driver_tell(driver, MJ_CONTROL_RETIRE);
    ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "shop", ""), NULL), "it is ending");
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await(driver, " ready in ", 2);
    ck_assert_uint_eq(driver_count(driver, "MJ0121: "), 0);

    mj_board_child_died(driver->board, (uint32_t)getpid());
    ck_assert_int_eq(waitpid(driver->pid, &status, 0), driver->pid);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(driver_count(driver, "MJ0121: "), 1);
    ck_assert_uint_eq(driver_count(driver, " ended: exit code 0: removed (up "), 1);
    ck_assert_uint_eq(driver_sockets(driver), 0);
    driver_clean(driver);
}
END_TEST

static void wake(int wakeup)
{
    int writer = mj_wakeup_writer(wakeup);
    ck_assert_int_ge(writer, 0);
    mj_wakeup_send(writer);
    close(writer);
}

/* A call that was taken can be made again. */
static void await_call_taken(driver_t *driver)
{
    int64_t since = 0;
    while (!mj_board_request_wakeup(driver->board, 0)) {
        ck_assert_msg(driver_waits(&since), "the call is not heard\n%s", driver_log(driver));
    }
}

START_TEST(should_be_woken)
{
    driver_t *driver = driver_start();
    int i;
    driver_start_pool(driver, "");
    ck_assert(mj_board_request_wakeup(driver->board, 0));
    for (i = 0; i < 3; i++) {
        wake(driver->client->wakeup);
        await_call_taken(driver);
    }
    driver_finish(driver);
}
END_TEST

START_TEST(should_not_be_stopped_by_a_wakeup_that_blocks)
{
    driver_t *driver = driver_start();
    int writer = mj_wakeup_writer(driver->client->wakeup);
    driver_start_pool(driver, "");
    ck_assert_int_eq(fcntl(writer, F_SETFL, 0), 0); /* as a hostile child may: these flags are its own descriptor's alone */
    for (int i = 0; i < 200000; i++) {
        mj_wakeup_send(writer);
    }
    driver_start_pool(driver, ""); /* it answers */
    close(writer);
    driver_finish(driver);
}
END_TEST

START_TEST(should_give_a_pool_its_state_folder)
{
    driver_t *driver = driver_start();
    const char *state = apr_pstrcat(test_pool, driver->dir, "/state", NULL),
               *folder = apr_pstrcat(test_pool, state, "/shop", NULL);
    struct stat st;
    int file;

    ck_assert(mkdir(state, 0711) == 0 && chmod(state, 0711) == 0);
    ck_assert_str_eq(driver_configure_as(driver, driver_pool(driver, "shop", "facts"), "state-dir", state), "");
    driver_await(driver, " ready in ", 1);
    driver_await(driver, apr_pstrcat(test_pool, "argv jvm:shop /nowhere/jars ", folder, "\n", NULL), 1);
    ck_assert_int_eq(lstat(folder, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
    ck_assert_uint_eq(st.st_uid, geteuid() == 0 ? 54321 : geteuid());

    /* Without one it starts too, and says so once. */
    ck_assert_int_eq(rmdir(folder), 0);
    file = open(folder, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    close(file);
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await(driver, "argv jvm:shop /nowhere/jars\n", 1);
    driver_await(driver, " ready in ", 2);
    ck_assert_uint_eq(driver_count(driver, apr_pstrcat(test_pool, "MJ0143: pool shop runs without its state folder ", folder,
                                                       ": mkdir: Not a directory\n", NULL)),
                      1);
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await(driver, "argv jvm:shop /nowhere/jars\n", 2);
    driver_await(driver, " ready in ", 3);
    ck_assert_uint_eq(driver_count(driver, "MJ0143"), 1);

    ck_assert_int_eq(unlink(folder), 0);
    ck_assert_int_eq(kill(driver_last_ready(driver), SIGKILL), 0);
    driver_await(driver, apr_pstrcat(test_pool, "argv jvm:shop /nowhere/jars ", folder, "\n", NULL), 2);
    driver_await(driver, " ready in ", 4);
    ck_assert_int_eq(driver_stop(driver), 0);
    ck_assert(rmdir(folder) == 0 && rmdir(state) == 0);
    driver_clean(driver);
}
END_TEST

static int bind_in_runtime_dir(const driver_t *driver, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(address.sun_path, apr_pstrcat(test_pool, driver->runtime_dir, "/", name, NULL));
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static bool is_in_runtime_dir(const driver_t *driver, const char *name)
{
    return access(apr_pstrcat(test_pool, driver->runtime_dir, "/", name, NULL), F_OK) == 0;
}

START_TEST(should_look_again_for_sockets_that_are_being_left_behind)
{
    driver_t *driver = driver_start();
    int fd = bind_in_runtime_dir(driver, "old.0.1.sock");
    int64_t since = 0;
    ck_assert_int_eq(listen(fd, 1), 0);
    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert(is_in_runtime_dir(driver, "old.0.1.sock"));
    close(fd); /* whoever listened has died */
    while (is_in_runtime_dir(driver, "old.0.1.sock")) {
        ck_assert(driver_waits(&since));
    }
    ck_assert_uint_eq(driver_count(driver, " ended: "), 0);
    driver_finish(driver);
}
END_TEST

START_TEST(should_remove_sockets_that_were_left_behind)
{
    driver_t *driver = driver_start();
    int fd = bind_in_runtime_dir(driver, "old.0.1.sock"), dotted = bind_in_runtime_dir(driver, "a.sock.0.17.sock");
    ck_assert_str_eq(driver_configure(driver, NULL, NULL), "");
    ck_assert_uint_eq(driver_sockets(driver), 0);
    driver_finish(driver);
    close(fd);
    close(dotted);
}
END_TEST

START_TEST(should_leave_the_sockets_of_others_alone)
{
    static const char *const names[] = {"mysqld.sock", ".0.1.sock",    "a.1.sock",
                                        "a.0x.1.sock", "a.0.1.socket", "another.0.1.sock"};
    driver_t *driver = driver_start();
    size_t i;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int fd = bind_in_runtime_dir(driver, names[i]);
        ck_assert(strcmp(names[i], "another.0.1.sock") != 0 || listen(fd, 1) == 0); /* a daemon of another httpd */
    }
    ck_assert_str_eq(driver_configure(driver, NULL, NULL), "");
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ck_assert_msg(is_in_runtime_dir(driver, names[i]), "%s", names[i]);
    }
    ck_assert_int_eq(driver_stop(driver), 0);
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ck_assert_int_eq(unlink(apr_pstrcat(test_pool, driver->runtime_dir, "/", names[i], NULL)), 0);
    }
    driver_clean(driver);
}
END_TEST

/* The pool is ready, without a folder to keep anything in; ends the driver. */
static void expect_nothing_kept(driver_t *driver, mj_record_builder_t *pool)
{
    const char *state = apr_pstrcat(test_pool, driver->dir, "/state", NULL),
               *folder = apr_pstrcat(test_pool, state, "/shop", NULL);

    ck_assert(mkdir(state, 0711) == 0 && chmod(state, 0711) == 0);
    ck_assert_str_eq(driver_configure_as(driver, pool, "state-dir", state), "");
    driver_await(driver, "argv jvm:shop /nowhere/jars\n", 1);
    driver_await(driver, " ready in ", 1);
    ck_assert_int_ne(access(folder, F_OK), 0);
    ck_assert_int_eq(driver_stop(driver), 0);
    ck_assert_int_eq(rmdir(state), 0);
    driver_clean(driver);
}

/* What the pool's user could write there would be run at the next start, although another user's
 * files alone may be. */
START_TEST(should_keep_nothing_where_another_user_decides_what_runs)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "facts");

    mj_record_add_number(pool, "script-uid", 54399);
    expect_nothing_kept(driver, pool);
}
END_TEST

/* What its processes may not write is what they may not change for the next start: what they keep
 * would be a way around. */
START_TEST(should_keep_nothing_where_something_is_read_only)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *pool = driver_pool(driver, "shop", "facts");

    if (geteuid() != 0) { /* read-only is refused then, as test_supervisor_program has it */
        ck_assert_int_eq(driver_stop(driver), 0);
        driver_clean(driver);
        return;
    }
    mj_record_add(pool, "read-only", "/etc");
    expect_nothing_kept(driver, pool);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor process");
    TCase *starts = mj_case(suite, "starts"), *settings = mj_case(suite, "settings");
    tcase_set_timeout(starts, 2 * DEADLINE_S);
    tcase_set_timeout(settings, 2 * DEADLINE_S);
    tcase_add_test(starts, should_start_as_many_daemons_as_the_pool_wants);
    tcase_add_test(starts, should_give_a_daemon_what_is_its_own_and_nothing_else);
    tcase_add_test(starts, should_let_as_many_connections_wait_as_the_pool_says);
    tcase_add_test(starts, should_replace_a_daemon_that_is_killed);
    tcase_add_test(starts, should_say_why_a_pool_does_not_start_and_try_again);
    tcase_add_test(starts, should_say_what_prevented_the_exec);
    if (geteuid() == 0) {
        tcase_add_test(starts, should_refuse_to_run_what_could_regain_root);
    }
    tcase_add_test(starts, should_say_what_prevented_the_fork);
    tcase_add_test(starts, should_not_wait_for_a_log_that_takes_nothing);
    tcase_add_test(starts, should_kill_a_daemon_that_is_not_ready_in_time);
    tcase_add_test(starts, should_slow_down_when_ready_daemons_end_at_once);
    tcase_add_test(starts, should_log_what_daemons_print);
    tcase_add_test(starts, should_serve_others_while_one_floods);
    tcase_add_test(settings, should_keep_daemons_whose_settings_did_not_change);
    tcase_add_test(settings, should_roll_a_changed_pool_without_a_gap);
    tcase_add_test(settings, should_drain_a_pool_that_is_no_longer_named);
    tcase_add_test(settings, should_refuse_settings_that_are_wrong);
    tcase_add_test(settings, should_not_hear_what_a_stranger_says);
    tcase_add_test(settings, should_forget_what_was_not_committed);
    tcase_add_test(settings, should_keep_what_it_was_started_with);
    tcase_add_test(settings, should_not_start_with_wrong_arguments);
    tcase_add_test(settings, should_serve_until_the_last_child_has_gone_when_it_is_retired);
    tcase_add_test(settings, should_be_woken);
    tcase_add_test(settings, should_not_be_stopped_by_a_wakeup_that_blocks);
    tcase_add_test(settings, should_give_a_pool_its_state_folder);
    tcase_add_test(settings, should_keep_nothing_where_another_user_decides_what_runs);
    tcase_add_test(settings, should_keep_nothing_where_something_is_read_only);
    tcase_add_test(settings, should_remove_sockets_that_were_left_behind);
    tcase_add_test(settings, should_look_again_for_sockets_that_are_being_left_behind);
    tcase_add_test(settings, should_leave_the_sockets_of_others_alone);
    return suite;
}
