/* The files of archives: what they are made from, and which of them a launcher trusts. */
#include "archive.h"
#include "archive_file.h"
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
#define NAME "archive-0123456789abcdef"

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
    mj_make_file(jars, "modjvm-spi.jar", "spi");
    mj_make_file(jars, "modjvm-host.jar", "host");
    record = mj_record_builder_make(test_pool);
    mj_record_add_number(record, "heap", 32 << 20);
    options = mj_options_make(mj_record_bytes(record), jars, state);
    ck_assert_ptr_nonnull(freopen(said, "a", stderr));
    ck_assert_ptr_nonnull(freopen(said, "a", stdout));
    (void)setvbuf(stderr, NULL, _IONBF, 0);
}

static void add_application(const char *target)
{
    mj_record_builder_t *definition = mj_record_builder_make(test_pool);
    mj_record_add(definition, "target", target);
    mj_record_add_span(record, "application", mj_record_bytes(definition));
}

static mj_archive_t find(void)
{
    mj_archive_t archive = mj_archive_at(apr_pstrcat(test_pool, state, "/" NAME, NULL), "", home);
    mj_archive_look(&archive, stderr);
    return archive;
}

/* As the supervisor does. */
static void put(const mj_archive_t *archive)
{
    int fd = open(mj_make_file(state, "new", "an archive"), O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert(mj_archive_seal(fd, strrchr(archive->path, '/') + 1));
    close(fd);
    ck_assert_int_eq(rename(apr_pstrcat(test_pool, state, "/new", NULL), archive->path), 0);
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
    ck_assert_str_eq(text, apr_psprintf(test_pool, "archive: %s is ignored: %s; a new one replaces it\n", archive.path, why));
}

START_TEST(should_be_missing_at_first_and_silent_about_it)
{
    mj_archive_t archive = find();
    ck_assert(archive.is_aot && !archive.is_usable);
    ck_assert_str_eq(what_was_said(), "");
}
END_TEST

START_TEST(should_be_used_as_it_was_made)
{
    mj_archive_t archive = find();
    put(&archive);
    ck_assert_int_eq(access(archive.path, W_OK), geteuid() == 0 ? 0 : -1);
    archive = find();
    ck_assert(archive.is_usable);
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

static uint64_t installation(void)
{
    uint64_t hash;
    ck_assert_ptr_null(mj_archive_installation(home, jars, said, &hash, test_pool));
    return hash;
}

START_TEST(should_be_of_the_jdk_and_the_jars)
{
    uint64_t hash = installation();

    ck_assert(installation() == hash);
    mj_make_file(jars, "modjvm-api.jar", "apj");
    ck_assert(installation() != hash);
    mj_make_file(jars, "modjvm-api.jar", "api");
    ck_assert(installation() == hash);
    mj_make_file(jars, "modjvm-spi.jar", "psi");
    ck_assert(installation() != hash);
    mj_make_file(jars, "modjvm-spi.jar", "spi");
    ck_assert(installation() == hash);
    mj_make_file(jars, "modjvm-host.jar", "hosts");
    ck_assert(installation() != hash);
    mj_make_file(jars, "modjvm-host.jar", "host");
    mj_make_file(home, "release", "IMPLEMENTOR=\"y\"\nJAVA_VERSION=\"25.0.3\"\n");
    ck_assert(installation() != hash);
    mj_make_file(home, "release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.3\"\n");
    mj_make_file(home, "lib/server/libjvm.so", "another machine");
    ck_assert(installation() != hash);
    mj_make_file(home, "lib/server/libjvm.so", "machine");
    mj_make_file(root, "said", "another launcher");
    ck_assert(installation() != hash);
    ck_assert_int_eq(unlink(apr_pstrcat(test_pool, jars, "/modjvm-host.jar", NULL)), 0);
    ck_assert_str_eq(mj_archive_installation(home, jars, said, &hash, test_pool),
                     apr_pstrcat(test_pool, jars, "/modjvm-host.jar", NULL));
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
    expect_ignored("it was changed after it was made");
}
END_TEST

START_TEST(should_be_ignored_if_it_is_cut)
{
    mj_archive_t archive = find();
    put(&archive);
    ck_assert_int_eq(truncate(archive.path, 5), 0);
    expect_ignored("it was changed after it was made");
}
END_TEST

START_TEST(should_be_ignored_under_another_key)
{
    mj_archive_t archive = find(), other = archive;
    other.path = apr_pstrcat(test_pool, archive.path, MJ_ARCHIVE_COMPILER, NULL);
    put(&other);
    ck_assert_int_eq(rename(other.path, archive.path), 0);
    expect_ignored("it was changed after it was made");
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
    expect_ignored("it is not a regular file");
}
END_TEST

START_TEST(should_say_so_if_the_jvm_passes_over_it)
{
    mj_archive_t archive = find();
    put(&archive);
    archive = find();
    ck_assert(!mj_archive_is_mapped(&archive));
    mj_archive_reject(&archive);
    ck_assert_str_eq(what_was_said(),
                     apr_psprintf(test_pool,
                                  "archive: %s is ignored: the JVM does not accept it; a new one replaces it within an hour\n",
                                  archive.path));
    ck_assert(!archive.is_usable);
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
    ck_assert_str_eq(what_was_said(),
                     apr_psprintf(test_pool,
                                  "state: %s is not used: others can write to it: its mode is 0770; fix that, or remove it\n",
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
    tcase_add_test(all, should_be_of_the_jdk_and_the_jars);
    tcase_add_test(all, should_need_the_compiler_for_what_is_not_kept);
    tcase_add_test(all, should_be_ignored_once_it_is_changed);
    tcase_add_test(all, should_be_ignored_if_it_is_cut);
    tcase_add_test(all, should_be_ignored_under_another_key);
    tcase_add_test(all, should_be_ignored_if_others_can_write_to_it);
    tcase_add_test(all, should_be_ignored_if_it_is_a_strangers);
    tcase_add_test(all, should_be_ignored_if_it_is_a_link);
    tcase_add_test(all, should_say_so_if_the_jvm_passes_over_it);
    tcase_add_test(all, should_leave_out_what_a_second_jvm_may_not_do);
    tcase_add_test(all, should_look_whose_the_folder_is);
    return suite;
}
