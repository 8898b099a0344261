/* Pool records as the supervisor reads them, and what it refuses; and its end when no settings
 * come. */
#include "harness.h"
#include "process_spec.h"
#include "session.h"
#include "supervisor.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

/* A record with these entries, NAME, VALUE, …, NULL, before those that every pool needs. */
static mj_span_t record_of(const char *const *entries)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    for (; entries[0] != NULL; entries += 2) {
        mj_record_add(record, entries[0], entries[1]);
    }
    mj_record_add(record, "name", "shop");
    mj_record_add(record, "index", "3");
    mj_record_add(record, "processes", "2");
    mj_record_add(record, "threads", "25");
    mj_record_add_number(record, "uid", geteuid() == 0 ? 1000 : (int64_t)geteuid());
    mj_record_add_number(record, "gid", geteuid() == 0 ? 1001 : (int64_t)getegid());
    return mj_record_bytes(record);
}

static mj_process_spec_t *spec;

static const char *read_entries(const char *const *entries)
{
    mj_supervisor_config_t config = {.runtime_dir = "/run", .launcher = "/launcher", .jars = "/jars", .minimum_uid = 100};
    return mj_process_spec_read(&spec, record_of(entries), &config, 8, test_pool);
}

#define READ(...) read_entries((const char *const[]){__VA_ARGS__, NULL})

static void expect_refused(const char *name, const char *value, const char *part)
{
    const char *wrong = READ(name, value);
    ck_assert_msg(wrong != NULL && strstr(wrong, part) != NULL, "%s=%s: %s", name, value, wrong != NULL ? wrong : "accepted");
}

START_TEST(should_read_what_a_pool_needs)
{
    ck_assert_ptr_null(READ("startup-timeout", "60000", "graceful-timeout", "0", "umask", "0077", "display-name", "my shop"));
    ck_assert_str_eq(spec->name, "shop");
    ck_assert_uint_eq(spec->index, 3);
    ck_assert_uint_eq(spec->processes, 2);
    ck_assert_uint_eq(spec->threads, 25);
    ck_assert_int_eq(spec->times.startup_us, 60 * SECOND);
    ck_assert_int_eq(spec->times.graceful_us, 0);
    ck_assert_uint_eq(spec->umask, 077);
    ck_assert_str_eq(spec->argv[0], "my shop");
    ck_assert_str_eq(spec->argv[1], "/jars");
    ck_assert_ptr_null(spec->argv[2]);
    ck_assert_str_eq(spec->home, "/");
    ck_assert_int_eq(spec->has_identity, geteuid() == 0);
    ck_assert_ptr_null(spec->chroot);
    ck_assert(!spec->has_private_tmp);
    ck_assert_ptr_null(spec->read_only[0]);
    ck_assert_int_eq(spec->priority, 0);
    ck_assert_int_eq(spec->backlog, 100);
}
END_TEST

START_TEST(should_refuse_what_no_pool_can_be)
{
    expect_refused("name", "", "name");
    expect_refused("name", "../shop", "name");
    expect_refused("name", "0123456789012345678901234567890123456789012345678901234567890123456789", "name");
    expect_refused("index", "8", "index");
    expect_refused("index", "-1", "index");
    expect_refused("processes", "0", "processes");
    expect_refused("processes", "65", "processes");
    expect_refused("threads", "0", "threads");
    expect_refused("home", "relative", "home");
    expect_refused("umask", "rw", "umask");
    expect_refused("umask", "1777", "umask");
    expect_refused("env", "NOVALUE", "env");
}
END_TEST

START_TEST(should_refuse_root_however_it_is_written)
{
    expect_refused("uid", "0", "UID 0");
    expect_refused("uid", "4294967296", "not a number"); /* 0 in 32 bits */
    expect_refused("uid", "4294967295", "not a number"); /* -1: as it is */
    expect_refused("uid", "-1", "not a number");
    expect_refused("uid", "root", "not a number");
    expect_refused("gid", "0", "GID 0");
    expect_refused("gid", "4294967296", "not a number");
    if (geteuid() != 0) {
        expect_refused("uid", "54321", "its own user");
    } else {
        expect_refused("uid", "99", "below JVMMinimumUID");
        expect_refused("groups", "5,0", "GID 0");
        expect_refused("groups", "4294967296", "not a list");
        expect_refused("groups", "1,,2", "not a list");
        expect_refused("groups", "-1", "not a list");
        expect_refused("groups", "wheel", "not a list");
        ck_assert_ptr_null(READ("groups", "30,10,20"));
        ck_assert_int_eq(spec->group_count, 3);
        ck_assert_uint_eq(spec->groups[0], 10);
        ck_assert_uint_eq(spec->groups[2], 30);
    }
}
END_TEST

START_TEST(should_read_what_confines_a_pool)
{
    expect_refused("chroot", "jail", "chroot");
    expect_refused("read-only", "/srv:etc", "read-only");
    expect_refused("cpu-priority", "-21", "cpu-priority");
    expect_refused("cpu-priority", "20", "cpu-priority");
    expect_refused("listen-backlog", "0", "listen-backlog");
    expect_refused("listen-backlog", "65536", "listen-backlog");
    ck_assert_ptr_null(READ("private-tmp", "off", "cpu-priority", "-20", "listen-backlog", "7"));
    ck_assert_int_eq(spec->priority, -20);
    ck_assert_int_eq(spec->backlog, 7);
    if (geteuid() != 0) {
        expect_refused("chroot", "/jail", "need root");
        expect_refused("private-tmp", "on", "need root");
        expect_refused("read-only", "/srv", "need root");
        return;
    }
    ck_assert_ptr_null(READ("chroot", "/jail", "private-tmp", "on", "read-only", "/srv:/home"));
    ck_assert_str_eq(spec->chroot, "/jail");
    ck_assert(spec->has_private_tmp);
    ck_assert_str_eq(spec->read_only[0], "/srv");
    ck_assert_str_eq(spec->read_only[1], "/home");
    ck_assert_ptr_null(spec->read_only[2]);
}
END_TEST

static bool has_variable(const char *assignment)
{
    char *const *variable;
    for (variable = spec->envp; *variable != NULL; variable++) {
        if (strcmp(*variable, assignment) == 0) {
            return true;
        }
    }
    return false;
}

START_TEST(should_let_env_replace_what_the_supervisor_sets)
{
    char *const *variable;
    unsigned count = 0;
    ck_assert_ptr_null(READ("env", "PATH=/opt/bin", "env", "A=1", "env", "AB=2", "env", "A=3", "user", ""));
    ck_assert(has_variable("PATH=/opt/bin") && has_variable("A=3") && has_variable("AB=2") && has_variable("MALLOC_ARENA_MAX=2"));
    for (variable = spec->envp; *variable != NULL; variable++) {
        count++;
        ck_assert(strncmp(*variable, "USER", 4) != 0 && strncmp(*variable, "LOGNAME", 7) != 0);
    }
    ck_assert_uint_eq(count, 7); /* HOME PATH LANG LC_ALL MALLOC_ARENA_MAX A AB */
}
END_TEST

static char runtime_dir[] = "/tmp/mj-run-XXXXXX";

static mj_supervisor_t *make_supervisor(int64_t now)
{
    static const mj_supervisor_config_t start = {
        .runtime_dir = runtime_dir, .launcher = "/launcher", .jars = "/jars", .minimum_uid = 100};
    mj_supervisor_t *supervisor;
    mj_board_t *board;
    int fd;
    ck_assert_ptr_nonnull(mkdtemp(runtime_dir));
    ck_assert_int_eq(mj_board_create(&board, &fd, 4, 4), APR_SUCCESS);
    close(fd);
    supervisor = mj_supervisor_make(&start, board, mj_poller_make(), 1, test_pool);
    mj_supervisor_await_settings(supervisor, now);
    return supervisor;
}

static void receive(mj_session_t *session, char type, mj_span_t record, int64_t now)
{
    mj_control_message_t *message = apr_pcalloc(test_pool, sizeof(*message));
    message->type = type;
    message->record = record;
    message->fd = -1;
    mj_session_receive(session, message, -1, now);
}

START_TEST(should_end_when_no_settings_come)
{
    int64_t now = 500 * SECOND;
    mj_supervisor_t *supervisor = make_supervisor(now);
    ck_assert_int_eq(mj_supervisor_tick(supervisor, now), now + 30 * SECOND);
    ck_assert(!mj_supervisor_has_ended(supervisor));
    mj_supervisor_tick(supervisor, now + 30 * SECOND - 1);
    ck_assert(!mj_supervisor_has_ended(supervisor));
    mj_supervisor_tick(supervisor, now + 30 * SECOND);
    ck_assert(mj_supervisor_has_ended(supervisor));
    mj_supervisor_free(supervisor);
    ck_assert_int_eq(rmdir(runtime_dir), 0);
}
END_TEST

START_TEST(should_go_on_with_the_old_settings_when_the_new_ones_are_refused)
{
    int64_t now = 500 * SECOND;
    mj_supervisor_t *supervisor = make_supervisor(now);
    mj_session_t *session = mj_session_make(supervisor, test_pool);
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    mj_record_add_number(record, "version", MJ_CONTROL_VERSION);
    receive(session, MJ_CONTROL_BEGIN, mj_record_bytes(record), now);
    receive(session, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, now);
    receive(session, MJ_CONTROL_VOID, (mj_span_t){NULL, 0}, now);
    receive(session, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, now); /* without a begin */
    mj_supervisor_tick(supervisor, now + 31 * SECOND);
    ck_assert(!mj_supervisor_has_ended(supervisor));
    receive(session, MJ_CONTROL_VOID, (mj_span_t){NULL, 0}, now + 31 * SECOND);
    mj_supervisor_tick(supervisor, now + 62 * SECOND);
    ck_assert(mj_supervisor_has_ended(supervisor));
    mj_supervisor_free(supervisor);
    ck_assert_int_eq(rmdir(runtime_dir), 0);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("process_spec");
    TCase *records = mj_case(suite, "records");
    tcase_add_test(records, should_read_what_a_pool_needs);
    tcase_add_test(records, should_refuse_what_no_pool_can_be);
    tcase_add_test(records, should_refuse_root_however_it_is_written);
    tcase_add_test(records, should_read_what_confines_a_pool);
    tcase_add_test(records, should_let_env_replace_what_the_supervisor_sets);
    tcase_add_test(records, should_end_when_no_settings_come);
    tcase_add_test(records, should_go_on_with_the_old_settings_when_the_new_ones_are_refused);
    return suite;
}
