/* jvm-daemon with a stand-in for the Java host, on each JDK of this machine. */
#include "harness.h"
#include "record.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_S 120
#define MAX_HOMES 16

/* Written once, before the first test: the Java homes found. */
static char homes[MAX_HOMES][PATH_MAX];
static int home_count;

typedef struct launched_t {
    pid_t pid;
    int lifecycle;
    const char *output_path; /* what it prints */
} launched_t;

static mj_record_builder_t *settings(int home)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    mj_record_add(record, "name", "shop");
    mj_record_add(record, "java-home", homes[home]);
    mj_record_add_number(record, "heap", 32 * 1024 * 1024);
    mj_record_add_number(record, "stack-size", 512 * 1024);
    return record;
}

/* state: NULL: none */
static launched_t launch_at(const char *home, const char *state, mj_record_builder_t *settings_record)
{
    char *argv[] = {apr_pstrdup(test_pool, "jvm:shop"), apr_pstrdup(test_pool, MJ_FAKE_HOST_DIR), apr_pstrdup(test_pool, state),
                    NULL};
    char *envp[] = {apr_pstrcat(test_pool, "HOME=", home, NULL), apr_pstrdup(test_pool, "PATH=/usr/bin:/bin"),
                    apr_pstrdup(test_pool, "LC_ALL=C.UTF-8"), NULL};
    mj_span_t bytes = mj_record_bytes(settings_record);
    int memory = memfd_create("settings", MFD_CLOEXEC), ends[2], output, listener;
    char *path = apr_pstrdup(test_pool, "/tmp/mj-launcher-XXXXXX");
    struct timeval limit = {.tv_sec = DEADLINE_S};
    launched_t launched = {.output_path = path};

    ck_assert(write(memory, bytes.data, bytes.len) == (ssize_t)bytes.len);
    ck_assert(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    output = mkostemp(path, O_CLOEXEC);
    ck_assert(output >= 0 && listener >= 0);
    launched.pid = fork();
    ck_assert(launched.pid >= 0);
    if (launched.pid == 0) {
        /* all of these are above 4 once moved there */
        int given[] = {fcntl(listener, F_DUPFD, 10), fcntl(output, F_DUPFD, 10), fcntl(output, F_DUPFD, 10),
                       fcntl(ends[1], F_DUPFD, 10), fcntl(memory, F_DUPFD, 10)};
        int i;
        for (i = 0; i < 5; i++) {
            dup2(given[i], i);
            close(given[i]);
        }
        execve(MJ_LAUNCHER, argv, envp);
        _exit(1);
    }
    close(ends[1]);
    close(memory);
    close(listener);
    close(output);
    launched.lifecycle = ends[0];
    setsockopt(launched.lifecycle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return launched;
}

static launched_t launch(mj_record_builder_t *settings_record)
{
    return launch_at("/nowhere", NULL, settings_record);
}

static const char *output_of(const launched_t *launched)
{
    apr_size_t len;
    return mj_read_file(launched->output_path, &len);
}

/* The next lifecycle message; "" at the end. */
static const char *next_message(const launched_t *launched)
{
    char message[2048];
    ssize_t n = recv(launched->lifecycle, message, sizeof(message), 0);
    /* What it said last is read before the end shows; a message of ours that it left unread shows
     * as a reset. */
    ck_assert_msg(n >= 0 || errno == ECONNRESET, "%s\n%s", strerror(errno), output_of(launched));
    return n > 0 ? apr_pstrmemdup(test_pool, message, (apr_size_t)n) : "";
}

static void expect(const launched_t *launched, const char *message)
{
    const char *next = next_message(launched);
    ck_assert_msg(strcmp(next, message) == 0, "got %s instead of %s\n%s", next, message, output_of(launched));
}

/* Waits for its end, which the end of the lifecycle socket announces. @return its exit code */
static int exit_code(const launched_t *launched)
{
    int status;
    while (*next_message(launched) != '\0') {
    }
    ck_assert_int_eq(waitpid(launched->pid, &status, 0), launched->pid);
    ck_assert_msg(WIFEXITED(status), "status %#x\n%s", (unsigned)status, output_of(launched));
    close(launched->lifecycle);
    unlink(launched->output_path);
    return WEXITSTATUS(status);
}

static launched_t act(int home, const char *name)
{
    mj_record_builder_t *record = settings(home);
    mj_record_add(record, "java-option", apr_pstrcat(test_pool, "-Dact=", name, NULL));
    return launch(record);
}

START_TEST(should_not_start_for_an_httpd_that_speaks_another_protocol)
{
    mj_record_builder_t *record = settings(0);
    launched_t launched;
    const char *message;

    mj_record_add_number(record, "wire-version", 1);
    launched = launch(record);
    message = next_message(&launched);
    ck_assert_msg(strstr(message, "Fmod_jvm was upgraded: ") == message && strstr(message, "restart httpd gracefully") != NULL,
                  "%s", message);
    ck_assert_int_eq(exit_code(&launched), 1);
}
END_TEST

START_TEST(should_be_ready_and_end_when_told_to)
{
    launched_t launched = launch(settings(_i));
    expect(&launched, "R");
    ck_assert_int_eq(send(launched.lifecycle, "Q", 1, 0), 1);
    expect(&launched, "c81");
    ck_assert_int_eq(send(launched.lifecycle, "D", 1, 0), 1);
    expect(&launched, "c68");
    ck_assert_str_eq(output_of(&launched), ""); /* no warning of the JVM */
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_tell_when_the_supervisor_is_gone)
{
    launched_t launched = launch(settings(_i));
    expect(&launched, "R");
    shutdown(launched.lifecycle, SHUT_WR);
    expect(&launched, "c-1");
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_make_the_jvm_as_the_pool_wants_it)
{
    mj_record_builder_t *record = settings(_i);
    launched_t launched;
    const char *message, *heap;
    mj_record_add(record, "java-option", "-Dact=facts");
    launched = launch(record);
    message = next_message(&launched);
    ck_assert_ptr_nonnull(strstr(message, apr_psprintf(test_pool, "1settings %d ", (int)mj_record_bytes(record).len)));
    ck_assert_ptr_nonnull(strstr(message, " class-path " MJ_FAKE_HOST_DIR "/modjvm-api.jar:" MJ_FAKE_HOST_DIR
                                          "/modjvm-spi.jar:" MJ_FAKE_HOST_DIR "/modjvm-host.jar "));
    ck_assert_ptr_nonnull(strstr(message, " nio 131072 perf false thread main"));
    heap = strstr(message, " heap ");
    ck_assert(strtol(heap + 6, NULL, 10) > 28 * 1024 * 1024 && strtol(heap + 6, NULL, 10) <= 32 * 1024 * 1024);
    expect(&launched, "R");
    kill(launched.pid, SIGTERM);
    ck_assert_int_eq(exit_code(&launched), 128 + SIGTERM);
}
END_TEST

START_TEST(should_let_the_pool_choose_another_collector)
{
    mj_record_builder_t *record = settings(_i);
    launched_t launched;
    mj_record_add(record, "java-option", "-XX:+UseParallelGC");
    launched = launch(record);
    expect(&launched, "R");
    kill(launched.pid, SIGKILL);
    ck_assert_int_eq(waitpid(launched.pid, NULL, 0), launched.pid);
    unlink(launched.output_path);
}
END_TEST

/* What is ours would be too large for it. */
START_TEST(should_let_the_pool_choose_sizes)
{
    static const char *const options[] = {
        "-Xmx8m", "-Xms8m", "-Xmn2m", "-XX:MaxNewSize=2m", "-XX:MaxHeapSize=8m", "-XX:NewRatio=4", "-XX:MaxRAMPercentage=1"};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        mj_record_builder_t *record = settings(_i);
        launched_t launched;
        mj_record_add(record, "java-option", options[i]);
        launched = launch(record);
        expect(&launched, "R");
        ck_assert_str_eq(output_of(&launched), "");
        shutdown(launched.lifecycle, SHUT_WR);
        ck_assert_int_eq(exit_code(&launched), 0);
    }
}
END_TEST

START_TEST(should_give_memory_back)
{
    launched_t launched = act(_i, "hollow");
    expect(&launched, "1true 0");
    expect(&launched, "R");
    shutdown(launched.lifecycle, SHUT_WR);
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_survive_a_stack_overflow_in_main)
{
    launched_t launched = act(_i, "overflow");
    expect(&launched, "1caught");
    expect(&launched, "R");
    shutdown(launched.lifecycle, SHUT_WR);
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_tell_which_connection_was_closed)
{
    launched_t launched = act(_i, "hangup");
    expect(&launched, "1true true");
    expect(&launched, "242");
    expect(&launched, "R");
    shutdown(launched.lifecycle, SHUT_WR);
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

/* Takes up to len bytes, and the descriptor that came with them. @return how many */
static ssize_t take(int connection, char *bytes, size_t len, int *file)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = len};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    ssize_t n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    *file = -1;
    if (n > 0 && CMSG_FIRSTHDR(&message) != NULL) {
        memcpy(file, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(*file));
    }
    return n;
}

START_TEST(should_send_bytes_with_a_descriptor_and_bytes_without_waiting)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = DEADLINE_S};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), connection, file;
    mj_record_builder_t *record = settings(_i);
    launched_t launched;
    char bytes[16], much[65536];
    long left;

    snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/mj-launcher-%d.sock", (int)getpid());
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    mj_record_add(record, "java-option", "-Dact=descriptors");
    mj_record_add(record, "java-option", apr_pstrcat(test_pool, "-Dsocket=", address.sun_path, NULL));
    launched = launch(record);
    connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_msg(connection >= 0, "%s", output_of(&launched));
    unlink(address.sun_path);

    expect(&launched, apr_psprintf(test_pool, "1%d true false", (int)getuid()));
    expect(&launched, "29");
    ck_assert_int_eq(take(connection, bytes, sizeof(bytes), &file), 9);
    ck_assert_int_eq(memcmp(bytes, "with file", 9), 0);
    ck_assert_int_eq(pread(file, bytes, sizeof(bytes), 0), 7);
    ck_assert_int_eq(memcmp(bytes, "content", 7), 0);
    close(file);
    ck_assert_int_eq(write(connection, "", 1), 1);
    expect(&launched, "34");
    ck_assert_int_eq(take(connection, bytes, sizeof(bytes), &file), 4);
    ck_assert_int_eq(memcmp(bytes, "hout", 4), 0);
    ck_assert_int_eq(file, -1);
    ck_assert_int_eq(write(connection, "", 1), 1);
    left = strtol(next_message(&launched) + 1, NULL, 10);
    ck_assert(left > 0); /* and it did not wait for more room */
    /* The next one does, although the socket is non-blocking. */
    while (left > 0) {
        ssize_t n = take(connection, much, left < (long)sizeof(much) ? (size_t)left : sizeof(much), &file);
        ck_assert(n > 0 && file < 0);
        left -= n;
    }
    ck_assert_int_eq(take(connection, bytes, sizeof(bytes), &file), 7);
    ck_assert_int_eq(memcmp(bytes, "at last", 7), 0);
    ck_assert(file >= 0);
    close(file);
    expect(&launched, "57");
    ck_assert_int_eq(shutdown(connection, SHUT_RD), 0);
    ck_assert_int_eq(write(connection, "", 1), 1);
    expect(&launched, "6Broken pipe");
    expect(&launched, "7Bad file descriptor");
    expect(&launched, "R");
    close(connection);
    close(listener);
    shutdown(launched.lifecycle, SHUT_WR);
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_drop_a_message_rather_than_wait)
{
    launched_t launched = act(_i, "reports");
    time_t deadline = time(NULL) + DEADLINE_S;
    const char *message;
    int taken = 0;

    while (strstr(output_of(&launched), "full\n") == NULL) {
        ck_assert_msg(time(NULL) < deadline, "it waits");
        apr_sleep(APR_USEC_PER_SEC / 100);
    }
    for (message = next_message(&launched); strcmp(message, "t") == 0; message = next_message(&launched)) {
        taken++;
    }
    ck_assert_int_gt(taken, 0);
    ck_assert_str_eq(message, apr_psprintf(test_pool, "1%d", taken));
    expect(&launched, "R");
    shutdown(launched.lifecycle, SHUT_WR);
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_put_dev_null_in_place_of_the_listener)
{
    launched_t launched = act(_i, "listener");
    ck_assert_ptr_nonnull(strstr(next_message(&launched), "socket:"));
    expect(&launched, "2/dev/null");
    expect(&launched, "R");
    shutdown(launched.lifecycle, SHUT_WR);
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_cut_a_message_that_is_too_long)
{
    launched_t launched = act(_i, "long");
    ck_assert_uint_eq(strlen(next_message(&launched)), 1024);
    shutdown(launched.lifecycle, SHUT_WR);
    ck_assert_int_eq(exit_code(&launched), 0);
}
END_TEST

START_TEST(should_tell_that_exit_was_called)
{
    launched_t launched = act(_i, "exit");
    expect(&launched, "X7");
    ck_assert_int_eq(exit_code(&launched), 7);
}
END_TEST

START_TEST(should_tell_the_exception_that_main_threw)
{
    launched_t launched = act(_i, "throw");
    expect(&launched, "Fjava.lang.IllegalStateException: nothing \xc3\xa4 to serve");
    ck_assert_ptr_nonnull(strstr(output_of(&launched), "at modjvm.launch.Main.main(Main.java:"));
    ck_assert_int_eq(exit_code(&launched), 1);
}
END_TEST

START_TEST(should_tell_that_memory_ran_out)
{
    launched_t launched = act(_i, "memory");
    expect(&launched, "FTerminating due to java.lang.OutOfMemoryError: Java heap space");
    ck_assert_int_eq(exit_code(&launched), 3);
}
END_TEST

/* Crashes a JVM, and looks that its report lies in that folder, which it then removes. */
static void expect_report(launched_t launched, const char *folder)
{
    const char *report, *message;
    int status;

    expect(&launched, "R");
    ck_assert_int_eq(kill(launched.pid, SIGSEGV), 0);
    message = next_message(&launched);
    ck_assert_msg(*message == '\0', "%s", message);
    ck_assert_int_eq(waitpid(launched.pid, &status, 0), launched.pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    report = apr_psprintf(test_pool, "%s/hs_err_pid%d.log", folder, (int)launched.pid);
    ck_assert_ptr_nonnull(strstr(output_of(&launched), apr_pstrcat(test_pool, "# ", report, "\n", NULL)));
    ck_assert_int_eq(unlink(report), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    unlink(launched.output_path);
}

static const char *temporary_home(void)
{
    char *home = apr_pstrdup(test_pool, "/tmp/mj-home%-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(home));
    return home;
}

START_TEST(should_leave_a_crash_report_in_the_home)
{
    const char *home = temporary_home();
    expect_report(launch_at(home, NULL, settings(_i)), home);
}
END_TEST

START_TEST(should_leave_a_crash_report_in_the_state_folder)
{
    const char *home = temporary_home(), *state = temporary_home();
    expect_report(launch_at(home, state, settings(_i)), state);
    /* one that is not there, in a chroot for instance */
    expect_report(launch_at(home, state, settings(_i)), home);
}
END_TEST

static void expect_refusal(int home, const char *option, const char *part)
{
    mj_record_builder_t *record = settings(home);
    launched_t launched;
    const char *message;
    mj_record_add(record, "java-option", option);
    launched = launch(record);
    message = next_message(&launched);
    ck_assert_msg(message[0] == 'F' && strstr(message, part) != NULL, "%s: %s\n%s", option, message, output_of(&launched));
    ck_assert_int_eq(exit_code(&launched), 1);
}

START_TEST(should_tell_what_the_jvm_has_against_an_option)
{
    expect_refusal(_i, "-XX:+NoSuchOption", "Unrecognized VM option 'NoSuchOption'");
    expect_refusal(_i, "-Xmx1x", "Invalid maximum heap size: -Xmx1x");
    expect_refusal(_i, "-javaagent:/nowhere.jar", "Error occurred during initialization of VM; agent library failed");
    expect_refusal(_i, "nonsense", "nonsense");
}
END_TEST

START_TEST(should_name_a_java_home_without_a_jvm)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    launched_t launched;
    mj_record_add(record, "java-home", "/nowhere");
    launched = launch(record);
    ck_assert_ptr_nonnull(strstr(next_message(&launched), "Fjava-home=/nowhere: no JVM can be loaded from there: "));
    ck_assert_int_eq(exit_code(&launched), 1);
}
END_TEST

START_TEST(should_refuse_settings_that_are_malformed)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    launched_t launched = launch(record);
    expect(&launched, "Fthe pool's settings on descriptor 4 are malformed");
    ck_assert_int_eq(exit_code(&launched), 1);
}
END_TEST

static void find_homes(void)
{
    glob_t found;
    size_t i;
    int j;
    char *end;
    if (glob("/usr/lib/jvm/*/lib/server/libjvm.so", 0, NULL, &found) == 0) {
        for (i = 0; i < found.gl_pathc && home_count < MAX_HOMES; i++) {
            if (realpath(found.gl_pathv[i], homes[home_count]) != NULL &&
                (end = strstr(homes[home_count], "/lib/server/libjvm.so")) != NULL) {
                *end = '\0';
                for (j = 0; strcmp(homes[j], homes[home_count]) != 0; j++) {
                }
                home_count += j == home_count;
            }
        }
        globfree(&found);
    }
    if (home_count == 0) {
        snprintf(homes[home_count++], PATH_MAX, "%s", MJ_JAVA_HOME);
    }
}

Suite *mj_suite(void)
{
    Suite *suite = suite_create("launcher");
    TCase *each = mj_case(suite, "each JDK"), *any = mj_case(suite, "any JDK");
    find_homes();
    tcase_set_timeout(each, 2 * DEADLINE_S);
    tcase_add_test(each, should_not_start_for_an_httpd_that_speaks_another_protocol);
    tcase_add_loop_test(each, should_be_ready_and_end_when_told_to, 0, home_count);
    tcase_add_loop_test(each, should_tell_when_the_supervisor_is_gone, 0, home_count);
    tcase_add_loop_test(each, should_make_the_jvm_as_the_pool_wants_it, 0, home_count);
    tcase_add_loop_test(each, should_let_the_pool_choose_another_collector, 0, home_count);
    tcase_add_loop_test(each, should_let_the_pool_choose_sizes, 0, home_count);
    tcase_add_loop_test(each, should_give_memory_back, 0, home_count);
    tcase_add_loop_test(each, should_survive_a_stack_overflow_in_main, 0, home_count);
    tcase_add_loop_test(each, should_tell_which_connection_was_closed, 0, home_count);
    tcase_add_loop_test(each, should_send_bytes_with_a_descriptor_and_bytes_without_waiting, 0, home_count);
    tcase_add_loop_test(each, should_drop_a_message_rather_than_wait, 0, home_count);
    tcase_add_loop_test(each, should_put_dev_null_in_place_of_the_listener, 0, home_count);
    tcase_add_loop_test(each, should_cut_a_message_that_is_too_long, 0, home_count);
    tcase_add_loop_test(each, should_tell_that_exit_was_called, 0, home_count);
    tcase_add_loop_test(each, should_tell_the_exception_that_main_threw, 0, home_count);
    tcase_add_loop_test(each, should_tell_that_memory_ran_out, 0, home_count);
    tcase_add_loop_test(each, should_tell_what_the_jvm_has_against_an_option, 0, home_count);
    tcase_add_loop_test(each, should_leave_a_crash_report_in_the_home, 0, home_count);
    tcase_add_loop_test(each, should_leave_a_crash_report_in_the_state_folder, 0, home_count);
    tcase_add_test(any, should_name_a_java_home_without_a_jvm);
    tcase_add_test(any, should_refuse_settings_that_are_malformed);
    return suite;
}
