/* Which archives there are to be, for whom, and when they are made. */
#include "archive_file.h"
#include "archives.h"
#include "harness.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define NOW (1000 * HOUR)

static const char *root, *home, *why;
static mj_supervisor_config_t config;
static mj_archives_t *archives;

static void make(void)
{
    root = mj_temp_folder();
    home = mj_make_folder(root, "jdk", 0755);
    config = (mj_supervisor_config_t){.state_dir = mj_make_folder(root, "state", 0711),
                                      .jars = mj_make_folder(root, "jars", 0755),
                                      .launcher = mj_make_file(root, "jvm-daemon", "")};
    mj_make_file(home, "release", "JAVA_VERSION=\"25.0.3\"\n");
    mj_make_file(home, "lib/server/libjvm.so", "machine");
    mj_make_file(home, "lib/modules", "modules");
    mj_make_file(config.jars, "modjvm-api.jar", "api");
    mj_make_file(config.jars, "modjvm-spi.jar", "spi");
    mj_make_file(config.jars, "modjvm-host.jar", "host");
    mj_make_file(config.jars, "TrainingApplication.java", "source");
    mj_make_folder(config.state_dir, MJ_ARCHIVES_FOLDER, 0755);
    archives = mj_archives_make(test_pool);
}

static mj_process_spec_t spec_of(const char *name, const char *option, const char *target)
{
    static char text[] = "x";
    static char *const argv[] = {text, text, text, NULL};
    mj_record_builder_t *record = mj_record_builder_make(test_pool), *definition = mj_record_builder_make(test_pool);
    mj_record_add(record, "name", name);
    mj_record_add(record, "home", apr_pstrcat(test_pool, "/home/", name, NULL));
    mj_record_add(record, "java-home", home);
    if (option != NULL) {
        mj_record_add(record, "java-option", option);
    }
    mj_record_add(definition, "target", target);
    mj_record_add_span(record, "application", mj_record_bytes(definition));
    return (mj_process_spec_t){.name = name, .record = mj_record_bytes(record), .argv = argv, .argv_with_state = argv};
}

static mj_archive_set_t *find(const char *name, const char *option, const char *target)
{
    mj_process_spec_t spec = spec_of(name, option, target);
    return mj_archives_find(archives, &config, &spec, &why);
}

/* As a training has made it, so long ago. */
static void put(const mj_archive_set_t *set, int64_t age_us)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
    struct stat st;
    int fd = open(set->path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    ck_assert(fd >= 0 && write(fd, "archive", 7) == 7);
    ck_assert(mj_archive_seal(fd, set->files[MJ_ARCHIVE_OF_DAEMONS].name) && fstat(fd, &st) == 0);
    times[1] = st.st_mtim;
    times[1].tv_sec -= age_us / SECOND;
    ck_assert_int_eq(futimens(fd, times), 0);
    close(fd);
}

START_TEST(should_be_one_for_pools_that_differ_in_names)
{
    mj_archive_set_t *set = find("shop", "-Xmx1g", "/srv/shop.jar");
    ck_assert_ptr_nonnull(set);
    ck_assert(set->files[MJ_ARCHIVE_OF_DAEMONS].is_wanted && !set->files[MJ_ARCHIVE_OF_COMPILERS].is_wanted);
    ck_assert_ptr_eq(find("blog", "-Dx=y", "/srv/Blog.java"), set);
    ck_assert(set->files[MJ_ARCHIVE_OF_COMPILERS].is_wanted);
    ck_assert_ptr_ne(find("blog", "-XX:+UseZGC", "/srv/Blog.java"), set);
    mj_make_file(config.jars, "modjvm-host.jar", "another host");
    mj_archives_look_anew(archives);
    ck_assert_ptr_ne(find("shop", NULL, "/srv/shop.jar"), set);
}
END_TEST

START_TEST(should_say_why_there_is_none)
{
    mj_process_spec_t spec = spec_of("shop", NULL, "/srv/shop.jar");

    ck_assert_ptr_null(find("shop", "-Xshare:off", "/srv/shop.jar"));
    ck_assert_str_eq(why, "because of -Xshare:off");
    spec.chroot = "/srv/chroot";
    ck_assert_ptr_null(mj_archives_find(archives, &config, &spec, &why));
    ck_assert_str_eq(why, "its chroot has another JDK");
    config.state_dir = NULL;
    ck_assert_ptr_null(find("shop", NULL, "/srv/shop.jar"));
    ck_assert_str_eq(why, "JVMStateDir is Off");
}
END_TEST

static void expect_stranger(const char *path)
{
    struct stat st;
    ck_assert(stat(path, &st) == 0 && chmod(path, st.st_mode | S_IWOTH) == 0);
    mj_archives_look_anew(archives);
    ck_assert_msg(find("shop", NULL, "/srv/shop.jar") == NULL, "an archive although others can write %s", path);
    ck_assert_ptr_nonnull(strstr(why, path));
    ck_assert_int_eq(chmod(path, st.st_mode & 07777), 0);
    mj_archives_look_anew(archives);
    ck_assert_ptr_nonnull(find("shop", NULL, "/srv/shop.jar"));
}

START_TEST(should_not_be_made_from_what_others_can_change)
{
    expect_stranger(home);
    expect_stranger(apr_pstrcat(test_pool, home, "/lib/modules", NULL));
    expect_stranger(config.jars);
    expect_stranger(apr_pstrcat(test_pool, config.jars, "/TrainingApplication.java", NULL));
    expect_stranger(config.launcher);
}
END_TEST

START_TEST(should_be_sixteen_at_most)
{
    int i;
    for (i = 0; i < 16; i++) {
        ck_assert_ptr_nonnull(find("shop", apr_psprintf(test_pool, "-XX:ObjectAlignmentInBytes=%d", i), "/srv/shop.jar"));
    }
    ck_assert_ptr_null(find("shop", "-XX:ObjectAlignmentInBytes=99", "/srv/shop.jar"));
    ck_assert_ptr_nonnull(strstr(why, "already use 16"));
    ck_assert_ptr_nonnull(find("shop", "-XX:ObjectAlignmentInBytes=3", "/srv/shop.jar"));
    mj_archives_tidy(archives, &config, NULL); /* nobody uses them */
    ck_assert_ptr_nonnull(find("shop", "-XX:ObjectAlignmentInBytes=99", "/srv/shop.jar"));
}
END_TEST

/* A pool's user may have his daemon say it as often as he likes. */
START_TEST(should_be_made_anew_once_an_hour_when_a_daemon_says_so)
{
    mj_archive_set_t *set = find("shop", NULL, "/srv/shop.jar");

    ck_assert(!mj_archives_are_settled(archives, NOW));
    put(set, 0);
    mj_archives_look(set);
    ck_assert(mj_archives_are_settled(archives, NOW));
    mj_archives_doubt(set, NOW);
    mj_archives_doubt(set, NOW + SECOND);
    ck_assert(mj_archives_are_settled(archives, NOW + HOUR - 5 * SECOND));
    ck_assert(!mj_archives_are_settled(archives, NOW + HOUR + 5 * SECOND));
}
END_TEST

START_TEST(should_be_made_anew_at_once_when_it_is_old_or_broken)
{
    mj_archive_set_t *set = find("shop", NULL, "/srv/shop.jar");

    put(set, 2 * HOUR);
    mj_archives_look(set);
    ck_assert(mj_archives_are_settled(archives, NOW));
    mj_archives_doubt(set, NOW);
    ck_assert(!mj_archives_are_settled(archives, NOW));
    set->files[MJ_ARCHIVE_OF_DAEMONS].is_doubted = false;
    ck_assert(mj_archives_are_settled(archives, NOW));
    ck_assert_int_eq(truncate(set->path, 3), 0);
    mj_archives_look(set);
    ck_assert(!mj_archives_are_settled(archives, NOW));
}
END_TEST

START_TEST(should_wait_until_it_has_been_quiet)
{
    mj_archive_set_t *set = find("shop", NULL, "/srv/shop.jar");

    ck_assert_ptr_nonnull(set);
    ck_assert_int_eq(mj_archives_tick(archives, &config, NULL, false, NOW), MJ_NEVER);
    ck_assert_int_eq(mj_archives_tick(archives, &config, NULL, true, NOW), NOW + 3 * SECOND);
    ck_assert_int_eq(mj_archives_tick(archives, &config, NULL, true, NOW + SECOND), NOW + 3 * SECOND);
    ck_assert_int_eq(mj_archives_tick(archives, &config, NULL, false, NOW + 2 * SECOND), MJ_NEVER);
    ck_assert_int_eq(mj_archives_tick(archives, &config, NULL, true, NOW + 4 * SECOND), NOW + 7 * SECOND);
    ck_assert_int_eq(mj_archives_process(archives), 0);
}
END_TEST

START_TEST(should_remove_what_nobody_knows_after_an_hour)
{
    mj_archive_set_t *old = find("shop", NULL, "/srv/shop.jar");
    const char *path = apr_pstrdup(test_pool, old->path);

    put(old, HOUR / 2);
    mj_archives_tidy(archives, &config, NULL);
    ck_assert_int_eq(access(path, F_OK), 0);
    old = find("shop", NULL, "/srv/shop.jar");
    put(old, 2 * HOUR);
    mj_archives_tidy(archives, &config, NULL);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("archives");
    TCase *all = mj_case(suite, "archives");
    tcase_add_checked_fixture(all, make, NULL);
    tcase_add_test(all, should_be_one_for_pools_that_differ_in_names);
    tcase_add_test(all, should_say_why_there_is_none);
    tcase_add_test(all, should_not_be_made_from_what_others_can_change);
    tcase_add_test(all, should_be_sixteen_at_most);
    tcase_add_test(all, should_be_made_anew_once_an_hour_when_a_daemon_says_so);
    tcase_add_test(all, should_be_made_anew_at_once_when_it_is_old_or_broken);
    tcase_add_test(all, should_wait_until_it_has_been_quiet);
    tcase_add_test(all, should_remove_what_nobody_knows_after_an_hour);
    return suite;
}
