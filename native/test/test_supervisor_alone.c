/* The supervisor in this process, without httpd: no parent, no board, and sockets that daemons
 * share. */
#include "control.h"
#include "harness.h"
#include "load_source.h"
#include "log.h"
#include "supervisor.h"
#include "supervisor_driver.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

static mj_supervisor_t *supervisor;
static mj_supervisor_config_t config;
static char *folder;
static char *log_path;

/* Descriptors below 5 are a daemon's: none of ours may be among them. */
static void reserve_descriptors(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
    } while (fd < 5);
    close(fd);
}

static void make(void)
{
    reserve_descriptors();
    ck_assert(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    folder = apr_pstrdup(test_pool, "/tmp/mj-alone-XXXXXX");
    ck_assert(mkdtemp(folder) != NULL && chmod(folder, 0755) == 0);
    config = (mj_supervisor_config_t){.runtime_dir = apr_pstrcat(test_pool, folder, "/run", NULL),
                                      .launcher = apr_pstrcat(test_pool, folder, "/fake-daemon", NULL),
                                      .jars = "/nowhere/jars",
                                      .httpd_uid = geteuid(),
                                      .httpd_gid = getegid(),
                                      .minimum_uid = 100};
    ck_assert_int_eq(mkdir(config.runtime_dir, 0711), 0);
    driver_copy_program(MJ_FAKE_DAEMON, config.launcher);
    log_path = apr_pstrcat(test_pool, folder, "/log", NULL);
    supervisor = mj_supervisor_make(&config, NULL, mj_poller_make(), 1, test_pool);
}

static const char *read_log(void)
{
    apr_size_t len;
    return mj_read_file(log_path, &len);
}

static void turn(void)
{
    int64_t now = mj_monotonic_us();
    int64_t wake_at = mj_supervisor_tick(supervisor, now);
    mj_poller_wait(mj_supervisor_context(supervisor)->poller, mj_earlier(wake_at, now + SECOND / 20));
}

#define TURN_UNTIL(condition)                                                                                                    \
    do {                                                                                                                         \
        int64_t since = 0;                                                                                                       \
        while (!(condition)) {                                                                                                   \
            ck_assert_msg(driver_waits(&since), "not in time: %s\n%s", #condition, read_log());                                  \
            turn();                                                                                                              \
        }                                                                                                                        \
    } while (0)

static void unmake(void)
{
    mj_supervisor_stop(supervisor, "the test ends", MJ_CONTROL_ENDLESS_S * SECOND, mj_monotonic_us());
    TURN_UNTIL(mj_supervisor_has_ended(supervisor));
    mj_supervisor_free(supervisor);
    unlink(log_path);
    unlink(config.launcher);
    ck_assert_msg(rmdir(config.runtime_dir) == 0, "sockets are left: %s", strerror(errno)); /* what was made there has gone */
    ck_assert_int_eq(rmdir(folder), 0);
}

/* A pool `shop`; entries are NAME, VALUE, …, NULL. @return what is wrong, or NULL */
static const char *configure(const char *fake, int listener, const char *const *entries)
{
    mj_record_builder_t *server = mj_record_builder_make(test_pool), *pool = mj_record_builder_make(test_pool);
    mj_pending_config_t *pending;
    const char *wrong;

    mj_record_add_number(server, "version", MJ_CONTROL_VERSION);
    mj_record_add_number(server, "concurrent-starts", 100);
    for (; entries[0] != NULL; entries += 2) {
        mj_record_add(pool, entries[0], entries[1]);
    }
    mj_record_add(pool, "name", "shop");
    mj_record_add_number(pool, "index", 0);
    mj_record_add_number(pool, "processes", 1);
    mj_record_add_number(pool, "threads", 5);
    mj_record_add(pool, "env", apr_pstrcat(test_pool, "FAKE=", fake, NULL));
    if (geteuid() == 0) {
        mj_record_add_number(pool, "uid", 54321);
        mj_record_add_number(pool, "gid", 54322);
        mj_record_add(pool, "groups", "");
    }
    pending = mj_pending_config_begin(mj_record_bytes(server), test_pool);
    mj_pending_config_log(pending, (mj_span_t){NULL, 0}, open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    mj_pending_config_add(pending, mj_record_bytes(pool), listener);
    wrong = mj_supervisor_configure(supervisor, pending, mj_monotonic_us());
    mj_pending_config_free(pending);
    return wrong;
}

#define CONFIGURE(fake, listener, ...) configure(fake, listener, (const char *const[]){__VA_ARGS__, NULL})

static mj_pool_t *shop(void)
{
    return mj_supervisor_find(supervisor, "shop");
}

static bool serves(unsigned generation)
{
    return mj_pool_outcome(shop(), generation) == MJ_OUTCOME_SERVES && !shop()->plan.is_idle;
}

static char *socket_path(void)
{
    return apr_pstrcat(test_pool, config.runtime_dir, "/shop.sock", NULL);
}

static int open_socket(const char *path, bool listens)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    apr_cpystrn(address.sun_path, path, sizeof(address.sun_path));
    ck_assert_msg((listens ? bind : connect)(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "%s: %s", path,
                  strerror(errno));
    ck_assert(!listens || listen(fd, 5) == 0);
    return fd;
}

/* The pid of the daemon that answers; the connection may wait for one. */
static pid_t ask(int fd)
{
    char text[16] = "";
    struct pollfd answer = {.fd = fd, .events = POLLIN};
    TURN_UNTIL(poll(&answer, 1, 0) > 0);
    ck_assert_int_gt(recv(fd, text, sizeof(text) - 1, 0), 0);
    close(fd);
    return (pid_t)strtol(text, NULL, 10);
}

START_TEST(should_run_a_pool_whose_daemons_share_a_socket)
{
    struct stat before, after;
    pid_t first;

    ck_assert_ptr_null(CONFIGURE("serve", -1, "listen", "shared", "processes", "2"));
    TURN_UNTIL(serves(1));
    ck_assert_uint_eq(shop()->daemons != NULL && shop()->daemons->next != NULL, 1);
    ck_assert_int_eq(lstat(socket_path(), &before), 0);
    first = ask(open_socket(socket_path(), false));
    ck_assert(first == shop()->daemons->pid || first == shop()->daemons->next->pid);

    mj_pool_roll(shop(), "the test wants it", mj_monotonic_us());
    TURN_UNTIL(serves(2) && strstr(read_log(), "generation 2 has taken over") != NULL);
    ck_assert_int_ne(ask(open_socket(socket_path(), false)), first);
    ck_assert_int_eq(lstat(socket_path(), &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(should_keep_a_connection_until_the_next_daemon_serves)
{
    int waiting;
    pid_t first;

    ck_assert_ptr_null(CONFIGURE("serve", -1, "listen", "shared"));
    TURN_UNTIL(serves(1));
    first = shop()->daemons->pid;
    ck_assert_int_eq(kill(first, SIGSTOP), 0);
    waiting = open_socket(socket_path(), false);
    ck_assert_int_eq(kill(first, SIGKILL), 0);
    ck_assert_int_ne(ask(waiting), first);
}
END_TEST

START_TEST(should_make_a_socket_again_that_was_removed)
{
    pid_t first;
    ck_assert_ptr_null(CONFIGURE("serve,beat", -1, "listen", "shared"));
    TURN_UNTIL(serves(1));
    first = shop()->daemons->pid;
    ck_assert_int_eq(unlink(socket_path()), 0);
    TURN_UNTIL(strstr(read_log(), "is replaced: not-reachable: its socket ") != NULL && serves(1) &&
               shop()->daemons->pid != first);
    ck_assert_int_eq(ask(open_socket(socket_path(), false)), shop()->daemons->pid);
}
END_TEST

START_TEST(should_hand_down_a_socket_that_it_was_given)
{
    char *path = apr_pstrcat(test_pool, folder, "/given", NULL);
    int given = open_socket(path, true);

    ck_assert_ptr_null(CONFIGURE("serve", fcntl(given, F_DUPFD_CLOEXEC, 5), "listen", "inherited"));
    TURN_UNTIL(serves(1));
    ck_assert_int_eq(ask(open_socket(path, false)), shop()->daemons->pid);
    ck_assert_int_ne(access(socket_path(), F_OK), 0);
    /* Other settings, and the same socket once more. */
    ck_assert_ptr_null(CONFIGURE("serve", fcntl(given, F_DUPFD_CLOEXEC, 5), "listen", "inherited", "heap", "7"));
    TURN_UNTIL(serves(2));
    ck_assert_int_eq(ask(open_socket(path, false)), shop()->daemons->pid);
    close(given);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(should_give_each_daemon_a_socket_of_its_own)
{
    ck_assert_ptr_null(CONFIGURE("serve", -1, "heap", "7"));
    TURN_UNTIL(serves(1));
    ck_assert_int_ne(access(socket_path(), F_OK), 0);
    ck_assert_int_eq(ask(open_socket(shop()->daemons->path, false)), shop()->daemons->pid);
    /* From now on they share one. */
    ck_assert_ptr_null(CONFIGURE("serve", -1, "listen", "shared"));
    TURN_UNTIL(serves(2));
    ck_assert_int_eq(ask(open_socket(socket_path(), false)), shop()->daemons->pid);
    /* And no more. */
    ck_assert_ptr_null(CONFIGURE("serve", -1, "listen", "each"));
    TURN_UNTIL(serves(3) && access(socket_path(), F_OK) != 0);
    ck_assert_ptr_null(strstr(read_log(), "not-reachable"));
}
END_TEST

START_TEST(should_start_an_idle_pool_at_a_connection)
{
    int fd;
    ck_assert_ptr_null(CONFIGURE("serve,idle", -1, "listen", "shared", "idle-timeout", "1000"));
    TURN_UNTIL(strstr(read_log(), "pool shop stops: idle-timeout") != NULL && shop()->daemons == NULL);
    turn();
    ck_assert_ptr_null(shop()->daemons);
    fd = open_socket(socket_path(), false);
    ck_assert_int_gt(ask(fd), 0);
}
END_TEST

START_TEST(should_know_from_its_daemons_what_they_have_to_do)
{
    ck_assert_ptr_null(CONFIGURE("load=4 3 17", -1, "listen", "shared", "processes-max", "2"));
    TURN_UNTIL(shop()->daemons != NULL && shop()->daemons->next != NULL); /* for requests wait */
    TURN_UNTIL(serves(1) && shop()->load->waiting(shop()) == 6);
    ck_assert_uint_eq(shop()->load->in_flight(shop(), shop()->daemons), 4);
    mj_supervisor_stop(supervisor, "the test looks at the log", MJ_CONTROL_ENDLESS_S * SECOND, mj_monotonic_us());
    TURN_UNTIL(mj_supervisor_has_ended(supervisor));
    ck_assert_ptr_nonnull(strstr(read_log(), ", 17 requests)"));
}
END_TEST

START_TEST(should_take_no_load_that_is_none)
{
    static const char *const fakes[] = {"load=", "load=x", "load=1 2", "load=1 -2 3", "load=1  2 3"};
    ck_assert_ptr_null(CONFIGURE(fakes[_i], -1, "listen", "shared"));
    TURN_UNTIL(serves(1));
    turn();
    ck_assert_uint_eq(shop()->load->waiting(shop()), 0);
    ck_assert_uint_eq(shop()->load->in_flight(shop(), shop()->daemons), 0);
}
END_TEST

START_TEST(should_refuse_what_cannot_be)
{
    int ends[2];
    ck_assert_ptr_nonnull(strstr(CONFIGURE("", -1, "load", "board"), "there is no board"));
    ck_assert_ptr_nonnull(strstr(CONFIGURE("", -1, "load", "guess"), "load: "));
    ck_assert_ptr_nonnull(strstr(CONFIGURE("", -1, "listen", "nowhere"), "listen: "));
    ck_assert_ptr_nonnull(strstr(CONFIGURE("", -1, "listen", "inherited"), "no listening socket"));
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_ptr_nonnull(strstr(CONFIGURE("", ends[0], "listen", "inherited"), "no listening socket"));
    ck_assert_int_lt(fcntl(ends[0], F_GETFD), 0); /* it was closed */
    close(ends[1]);
    ck_assert_ptr_null(shop());
    (void)open(log_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}
END_TEST

START_TEST(should_wait_for_settings_as_long_as_it_takes)
{
    int64_t now = mj_monotonic_us();
    ck_assert_int_eq(mj_supervisor_tick(supervisor, now), MJ_NEVER);
    (void)mj_supervisor_tick(supervisor, now + 3600 * SECOND);
    ck_assert(!mj_supervisor_has_ended(supervisor));
    (void)open(log_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor alone");
    TCase *alone = mj_case(suite, "alone");
    tcase_add_checked_fixture(alone, make, unmake);
    tcase_set_timeout(alone, 2 * DEADLINE_S);
    tcase_add_test(alone, should_run_a_pool_whose_daemons_share_a_socket);
    tcase_add_test(alone, should_keep_a_connection_until_the_next_daemon_serves);
    tcase_add_test(alone, should_make_a_socket_again_that_was_removed);
    tcase_add_test(alone, should_hand_down_a_socket_that_it_was_given);
    tcase_add_test(alone, should_give_each_daemon_a_socket_of_its_own);
    tcase_add_test(alone, should_start_an_idle_pool_at_a_connection);
    tcase_add_test(alone, should_know_from_its_daemons_what_they_have_to_do);
    tcase_add_loop_test(alone, should_take_no_load_that_is_none, 0, 5);
    tcase_add_test(alone, should_refuse_what_cannot_be);
    tcase_add_test(alone, should_wait_for_settings_as_long_as_it_takes);
    return suite;
}
