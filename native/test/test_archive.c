/* The archives of pools: what their key is made of, and which are trusted. */
#include "archive.h"
#include "harness.h"
#include "sources.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRANGER 54330U

#if defined(__SANITIZE_ADDRESS__)
/* What the launcher allocates stays to its process's end. */
__attribute__((visibility("default"))) const char *__asan_default_options(void); /* NOLINT(bugprone-reserved-identifier) */
const char *__asan_default_options(void)                                         /* NOLINT(bugprone-reserved-identifier) */
{
    return "detect_leaks=0";
}
#endif

static const char *root, *state, *home, *jars, *said;
static mj_record_builder_t *record;
static mj_options_t options;

static void make(void)
{
    root = mj_temp_folder();
    state = mj_make_folder(root, "state", 0700);
    home = mj_make_folder(root, "jdk", 0755);
    jars = mj_make_folder(root, "jars", 0755);
    said = mj_make_file(root, "said", "");
    mj_make_file(home, "release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.3\"\n");
    mj_make_file(home, "lib/server/libjvm.so", "machine");
    mj_make_file(jars, "modjvm-api.jar", "api");
    mj_make_file(jars, "modjvm-host.jar", "host");
    record = mj_record_builder_make(test_pool);
    mj_record_add_number(record, "heap", 32 << 20);
    options = mj_options_make(mj_record_bytes(record), jars, state);
    unsetenv("JAVA_TOOL_OPTIONS");
    unsetenv("_JAVA_OPTIONS");
    ck_assert_ptr_nonnull(freopen(said, "a", stderr));
    ck_assert_ptr_nonnull(freopen(said, "a", stdout));
    (void)setvbuf(stderr, NULL, _IONBF, 0);
}

static mj_archives_t find_both(void)
{
    mj_archives_t archives = mj_archives_find(state, home, jars, mj_record_bytes(record), &options);
    mj_archive_look(&archives.plain, stderr);
    mj_archive_look(&archives.compiling, stderr);
    return archives;
}

static bool is_due(void)
{
    mj_archives_t archives = find_both();
    return mj_archives_are_due(&archives);
}

static void add_application(const char *target)
{
    mj_record_builder_t *definition = mj_record_builder_make(test_pool);
    mj_record_add(definition, "target", target);
    mj_record_add_span(record, "application", mj_record_bytes(definition));
}

static mj_archive_t find(void)
{
    return find_both().plain;
}

/* As training makes one. */
static void put(const mj_archive_t *archive)
{
    const char *file = mj_make_file(state, "archive-new", "an archive");
    ck_assert(mj_archive_seal(archive, file));
    ck_assert_int_eq(rename(file, archive->path), 0);
}

static const char *what_was_said(void)
{
    apr_size_t len;
    (void)fflush(NULL);
    return mj_read_file(said, &len);
}

static void expect_ignored(const char *why)
{
    mj_archive_t archive = find();
    const char *text = what_was_said();
    ck_assert(archive.path != NULL && !archive.is_usable);
    ck_assert_str_eq(text, apr_psprintf(test_pool, "archive: %s is ignored: %s; a new one takes its place\n", archive.path, why));
    ck_assert(is_due());
}

START_TEST(should_be_missing_at_first_and_silent_about_it)
{
    mj_archive_t archive = find();
    ck_assert_str_eq(apr_pstrmemdup(test_pool, archive.path, strlen(state) + 9), apr_pstrcat(test_pool, state, "/archive-", NULL));
    ck_assert(archive.is_aot && !archive.is_usable);
    ck_assert(is_due());
    ck_assert_str_eq(what_was_said(), "");
}
END_TEST

START_TEST(should_be_used_as_it_was_made)
{
    mj_archive_t archive = find();
    put(&archive);
    archive = find();
    ck_assert(archive.is_usable);
    ck_assert(!is_due());
    mj_archive_use(&archive, &options);
    ck_assert_str_eq(options.texts[options.count - 1], apr_pstrcat(test_pool, "-XX:AOTCache=", archive.path, NULL));
    ck_assert_str_eq(what_was_said(), "");
}
END_TEST

START_TEST(should_be_of_cds_before_java_25)
{
    mj_archive_t archive;
    mj_make_file(home, "release", "JAVA_VERSION=\"24.0.1\"\n");
    archive = find();
    put(&archive);
    archive = find();
    ck_assert(archive.is_usable && !archive.is_aot);
    mj_archive_use(&archive, &options);
    ck_assert_str_eq(options.texts[options.count - 1], apr_pstrcat(test_pool, "-XX:SharedArchiveFile=", archive.path, NULL));
}
END_TEST

/* The archive that there was is of another key. */
static void expect_other(const char *before, const char *change)
{
    mj_archive_t after = find();
    ck_assert_msg(strcmp(before, after.path) != 0, "the same key after: %s", change);
}

START_TEST(should_have_another_key_for_whatever_it_depends_on)
{
    const char *path = find().path;

    ck_assert_str_eq(find().path, path);
    mj_make_file(jars, "modjvm-api.jar", "apj");
    expect_other(path, "another api");
    mj_make_file(jars, "modjvm-api.jar", "api");
    ck_assert_str_eq(find().path, path);
    mj_make_file(jars, "modjvm-host.jar", "hosts");
    expect_other(path, "another host");
    mj_make_file(jars, "modjvm-host.jar", "host");
    mj_make_file(home, "release", "IMPLEMENTOR=\"y\"\nJAVA_VERSION=\"25.0.3\"\n");
    expect_other(path, "another build of the JDK");
    mj_make_file(home, "release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.3\"\n");
    mj_make_file(home, "lib/server/libjvm.so", "another machine");
    expect_other(path, "another JVM");
    mj_make_file(home, "lib/server/libjvm.so", "machine");
    mj_options_add(&options, "-XX:+UseCompactObjectHeaders");
    expect_other(path, "another option");
    options.count--;
}
END_TEST

START_TEST(should_be_two_where_there_is_a_source)
{
    const char *path = find().path;
    mj_archives_t archives;

    add_application("/srv/hello.jar");
    archives = find_both();
    ck_assert_str_eq(archives.plain.path, path);
    ck_assert(archives.compiling.path == NULL && !archives.plain.is_for_compiler);
    add_application("/srv/Hello.java");
    archives = find_both();
    ck_assert_str_eq(archives.plain.path, path);
    ck_assert_str_eq(archives.compiling.path, apr_pstrcat(test_pool, path, ".compiler", NULL));
    ck_assert(archives.compiling.is_for_compiler);
    put(&archives.plain);
    ck_assert(is_due());
    put(&archives.compiling);
    ck_assert(!is_due());
    ck_assert_int_eq(rename(archives.compiling.path, archives.plain.path), 0);
    expect_ignored("it is not as it was made");
}
END_TEST

START_TEST(should_need_the_compiler_for_what_is_not_kept)
{
    const char *source = mj_make_file(root, "Hello.java", ""), *kept;
    const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

    add_application("/srv/hello.jar");
    ck_assert(!mj_sources_need_compiler(mj_record_bytes(record), state));
    add_application(source);
    ck_assert(mj_sources_need_compiler(mj_record_bytes(record), state));
    record = mj_record_builder_make(test_pool);
    ck_assert_int_eq(chdir(root), 0);
    mj_make_file(root, "123456789.java", "");
    add_application("123456789.java");
    ck_assert(mj_sources_need_compiler(mj_record_bytes(record), state));
    kept = mj_make_file(state, "classes-d9282a4e", "");
    ck_assert(!mj_sources_need_compiler(mj_record_bytes(record), state));
    ck_assert_int_eq(utimensat(AT_FDCWD, kept, long_ago, 0), 0);
    ck_assert(mj_sources_need_compiler(mj_record_bytes(record), state));
}
END_TEST

START_TEST(should_be_ignored_once_it_is_changed)
{
    mj_archive_t archive = find();
    int fd;
    put(&archive);
    fd = open(archive.path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(write(fd, "a", 1), 1); /* what is there already */
    close(fd);
    expect_ignored("it is not as it was made");
}
END_TEST

START_TEST(should_be_ignored_if_it_is_cut)
{
    mj_archive_t archive = find();
    put(&archive);
    ck_assert_int_eq(truncate(archive.path, 5), 0);
    expect_ignored("it is not as it was made");
}
END_TEST

START_TEST(should_be_ignored_under_another_key)
{
    mj_archive_t archive = find(), other;
    put(&archive);
    mj_options_add(&options, "-Xint");
    other = find();
    ck_assert_int_eq(rename(archive.path, other.path), 0);
    expect_ignored("it is not as it was made");
}
END_TEST

START_TEST(should_be_ignored_if_others_can_write_to_it)
{
    mj_archive_t archive = find();
    put(&archive);
    ck_assert_int_eq(chmod(archive.path, 0620), 0);
    expect_ignored("others can write to it: its mode is 0620");
}
END_TEST

START_TEST(should_be_ignored_if_it_is_a_strangers)
{
    mj_archive_t archive = find();
    if (geteuid() != 0) {
        return;
    }
    put(&archive);
    ck_assert_int_eq(chown(archive.path, STRANGER, STRANGER), 0);
    expect_ignored("it belongs to UID 54330");
}
END_TEST

START_TEST(should_be_ignored_if_it_is_a_link)
{
    mj_archive_t archive = find();
    const char *elsewhere = apr_pstrcat(test_pool, state, "/elsewhere", NULL);
    put(&archive);
    ck_assert_int_eq(rename(archive.path, elsewhere), 0);
    ck_assert_int_eq(symlink(elsewhere, archive.path), 0);
    expect_ignored("it is no regular file");
}
END_TEST

START_TEST(should_be_removed_if_the_jvm_passes_over_it)
{
    mj_archive_t archive = find();
    put(&archive);
    archive = find();
    ck_assert(!mj_archive_is_mapped(&archive));
    mj_archive_reject(&archive);
    ck_assert_str_eq(what_was_said(), apr_psprintf(test_pool, "archive: %s is ignored: the JVM does not take it; a new one takes its place\n",
                                                   archive.path));
    ck_assert(access(archive.path, F_OK) != 0 && is_due());
}
END_TEST

START_TEST(should_not_be_tried_again_soon_after_a_failure)
{
    mj_archives_t archives = find_both();
    const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    mj_archives_note_failure(&archives);
    ck_assert(!is_due());
    ck_assert_int_eq(utimensat(AT_FDCWD, apr_pstrcat(test_pool, archives.plain.path, ".failed", NULL), long_ago, 0), 0);
    ck_assert(is_due());
    mj_archives_note_failure(&archives);
    ck_assert(!is_due());
    mj_options_add(&options, "-Xint");
    ck_assert(is_due());
}
END_TEST

START_TEST(should_tidy_up_what_is_beside_it)
{
    mj_archives_t archives;
    mj_archive_t archive;
    add_application("/srv/Hello.java");
    archives = find_both();
    archive = archives.plain;
    put(&archive);
    put(&archives.compiling);
    mj_make_file(state, "archive-0123456789abcdef", "old");
    mj_make_file(state, "archive-0123456789abcdef.new", "half");
    mj_make_file(state, "classes-1", "kept");
    mj_make_file(state, "archive.lock", "");
    mj_archives_tidy(&archives);
    ck_assert_int_eq(access(archive.path, F_OK), 0);
    ck_assert_int_eq(access(archives.compiling.path, F_OK), 0);
    ck_assert_int_eq(access(apr_pstrcat(test_pool, state, "/classes-1", NULL), F_OK), 0);
    ck_assert_int_eq(access(apr_pstrcat(test_pool, state, "/archive.lock", NULL), F_OK), 0);
    ck_assert_int_ne(access(apr_pstrcat(test_pool, state, "/archive-0123456789abcdef", NULL), F_OK), 0);
    ck_assert_int_ne(access(apr_pstrcat(test_pool, state, "/archive-0123456789abcdef.new", NULL), F_OK), 0);
}
END_TEST

static void expect_none(const char *because)
{
    mj_archive_t archive = find();
    ck_assert_msg(archive.path == NULL, "an archive in spite of %s", because);
    ck_assert(!is_due());
    ck_assert_str_eq(mj_archive_opponent(&options), because);
}

START_TEST(should_not_be_where_an_option_is_against_it)
{
    static const char *const against[] = {"-javaagent:/a.jar", "-agentlib:jdwp", "-Xshare:off", "-XX:AOTCache=/a", "-XX:AOTMode=off",
                                          "-XX:SharedArchiveFile=/a", "-XX:ArchiveClassesAtExit=/a", "--patch-module=java.base=/a"};
    size_t i;
    for (i = 0; i < sizeof(against) / sizeof(against[0]); i++) {
        mj_options_add(&options, "%s", against[i]);
        expect_none(against[i]);
        options.count--;
    }
    setenv("JAVA_TOOL_OPTIONS", "-Xint", 1);
    expect_none("JAVA_TOOL_OPTIONS");
    unsetenv("JAVA_TOOL_OPTIONS");
    ck_assert_ptr_nonnull(find().path);
}
END_TEST

START_TEST(should_leave_out_what_a_second_jvm_may_not_do)
{
    mj_options_t kept;
    mj_options_add(&options, "-Xlog:gc:file=/var/log/gc.log");
    mj_options_add(&options, "-Dcom.sun.management.jmxremote.port=9999");
    mj_options_add(&options, "-XX:StartFlightRecording");
    mj_options_add(&options, "-XX:OnError=reboot");
    mj_options_add(&options, "-XX:+UseZGC");
    kept = mj_options_copy(&options);
    ck_assert_int_eq(strncmp(kept.texts[0], "-Djava.class.path=", 18), 0);
    ck_assert_str_eq(kept.texts[kept.count - 1], "-XX:+UseZGC");
    ck_assert_int_eq(strncmp(kept.texts[kept.count - 2], "-XX:-UsePerfData", 3), 0);
    ck_assert_int_lt(kept.count, options.count - 4);
}
END_TEST

START_TEST(should_look_whose_the_folder_is)
{
    ck_assert(mj_archive_check_state(state));
    ck_assert(!mj_archive_check_state(apr_pstrcat(test_pool, state, "/missing", NULL)));
    ck_assert_str_eq(what_was_said(), "");
    ck_assert_int_eq(chmod(state, 0770), 0);
    ck_assert(!mj_archive_check_state(state));
    ck_assert_str_eq(what_was_said(), apr_psprintf(test_pool,
                                                   "state: %s is not used: others can write to it: its mode is 0770; mend that, or remove it\n",
                                                   state));
    ck_assert_int_eq(chmod(state, 0700), 0);
    ck_assert(!mj_archive_check_state(mj_make_link(root, "link", state)));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("archive");
    TCase *all = mj_case(suite, "archive");
    tcase_add_checked_fixture(all, make, NULL);
    tcase_add_test(all, should_be_missing_at_first_and_silent_about_it);
    tcase_add_test(all, should_be_used_as_it_was_made);
    tcase_add_test(all, should_be_of_cds_before_java_25);
    tcase_add_test(all, should_have_another_key_for_whatever_it_depends_on);
    tcase_add_test(all, should_be_two_where_there_is_a_source);
    tcase_add_test(all, should_need_the_compiler_for_what_is_not_kept);
    tcase_add_test(all, should_be_ignored_once_it_is_changed);
    tcase_add_test(all, should_be_ignored_if_it_is_cut);
    tcase_add_test(all, should_be_ignored_under_another_key);
    tcase_add_test(all, should_be_ignored_if_others_can_write_to_it);
    tcase_add_test(all, should_be_ignored_if_it_is_a_strangers);
    tcase_add_test(all, should_be_ignored_if_it_is_a_link);
    tcase_add_test(all, should_be_removed_if_the_jvm_passes_over_it);
    tcase_add_test(all, should_not_be_tried_again_soon_after_a_failure);
    tcase_add_test(all, should_tidy_up_what_is_beside_it);
    tcase_add_test(all, should_not_be_where_an_option_is_against_it);
    tcase_add_test(all, should_leave_out_what_a_second_jvm_may_not_do);
    tcase_add_test(all, should_look_whose_the_folder_is);
    return suite;
}
