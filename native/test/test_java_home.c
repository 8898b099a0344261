#include "harness.h"
#include "java_home.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A folder that looks like a Java home of that version; with version NULL it has no file
 * `release`. */
static const char *make_home(const char *folder, const char *name, const char *version)
{
    const char *home = apr_pstrcat(test_pool, folder, "/", name, NULL);

    mj_make_file(home, "lib/server/libjvm.so", "");
    if (version != NULL) {
        mj_make_file(home, "release",
                     apr_psprintf(test_pool, "IMPLEMENTOR=\"N 1\"\nJAVA_VERSION=\"%s\"\nJAVA_VERSION_DATE=\"2025-04-15\"\n",
                                  version));
    }
    return home;
}

static void assert_says(const char *wrong, const char *path, const char *mend)
{
    ck_assert_msg(wrong != NULL, "%s was accepted", path);
    ck_assert_msg(strncmp(wrong, path, strlen(path)) == 0 && strchr(": ,", wrong[strlen(path)]) != NULL,
                  "\"%s\" does not start with %s", wrong, path);
    ck_assert_msg(strstr(wrong, mend) != NULL, "\"%s\" does not say \"%s\"", wrong, mend);
}

START_TEST(homes_of_17_or_later_are_accepted)
{
    static const char *const versions[] = {"17", "17.0.15", "21.0.2", "25", "26-ea", "100.0.1"};
    const char *folder = mj_temp_folder();

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const char *home = make_home(folder, versions[i], versions[i]);

        ck_assert_msg(mj_java_home_check(test_pool, home) == NULL, "%s", versions[i]);
        ck_assert_ptr_null(mj_java_home_check(test_pool, apr_pstrcat(test_pool, home, "/", NULL)));
        ck_assert_ptr_null(mj_java_home_check(test_pool,
                                              mj_make_link(folder, apr_pstrcat(test_pool, "to-", versions[i], NULL), home)));
    }
}
END_TEST

START_TEST(older_homes_are_refused)
{
    static const char *const versions[] = {"11.0.20", "16.0.2", "9"};
    const char *folder = mj_temp_folder();

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const char *said = apr_psprintf(test_pool, "Java %d, mod_jvm needs 17 or later", (int)apr_atoi64(versions[i]));

        assert_says(mj_java_home_check(test_pool, make_home(folder, versions[i], versions[i])),
                    apr_pstrcat(test_pool, folder, "/", versions[i], NULL), said);
    }
}
END_TEST

START_TEST(a_path_must_be_absolute)
{
    assert_says(mj_java_home_check(test_pool, "jdk-17"), "jdk-17", "give an absolute path");
    assert_says(mj_java_home_check(test_pool, ""), "", "give an absolute path");
}
END_TEST

START_TEST(what_is_no_java_home_is_refused)
{
    const char *folder = mj_temp_folder();
    const char *const paths[] = {
        apr_pstrcat(test_pool, folder, "/missing", NULL),
        mj_make_folder(folder, "empty", 0755),
        mj_make_file(folder, "file", "JAVA_VERSION=\"17\""),
        apr_pstrcat(test_pool, make_home(folder, "jdk", "17"), "/lib", NULL),
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_says(mj_java_home_check(test_pool, paths[i]), paths[i], "give the folder of a JDK or JRE");
    }
}
END_TEST

START_TEST(a_home_must_say_its_version)
{
    static const char *const releases[] = {
        "",
        "JAVA_VERSION=\n",
        "JAVA_VERSION=\"\"\n",
        "JAVA_VERSION_DATE=\"2025-04-15\"\n",
        "IMPLEMENTOR_VERSION=\"JAVA_VERSION=17\"\n",
        "JAVA_VERSION=\"next\"\n",
    };
    const char *folder = mj_temp_folder();

    assert_says(mj_java_home_check(test_pool, make_home(folder, "bare", NULL)), apr_pstrcat(test_pool, folder, "/bare", NULL),
                "`release` does not say its version: No such file");
    for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
        const char *home = make_home(folder, apr_itoa(test_pool, (int)i), NULL);

        mj_make_file(home, "release", releases[i]);
        assert_says(mj_java_home_check(test_pool, home), home, "has no JAVA_VERSION");
    }
}
END_TEST

START_TEST(long_lines_before_the_version_are_passed_over)
{
    const char *home = make_home(mj_temp_folder(), "jdk", NULL);

    for (int length = 230; length < 280; length++) {
        char *line =
            apr_pstrcat(test_pool, apr_psprintf(test_pool, "%*s", length, "JAVA_VERSION=\"1\""), "\nJAVA_VERSION=\"21\"\n", NULL);

        mj_make_file(home, "release", line);
        ck_assert_msg(mj_java_home_check(test_pool, home) == NULL, "%d: %s", length, mj_java_home_check(test_pool, home));
    }
}
END_TEST

/* --- what a user can put in the place of `release` --- */

static const char *make_bare_home(void)
{
    return make_home(mj_temp_folder(), "jdk", NULL);
}

static const char *release_in(const char *home)
{
    return apr_pstrcat(test_pool, home, "/release", NULL);
}

static void assert_unknown(const char *home, const char *why)
{
    alarm(5); /* it comes back at once */
    assert_says(mj_java_home_check(test_pool, home), home, why);
    ck_assert_int_eq(mj_java_home_release(home), 0);
    alarm(0);
}

START_TEST(a_release_that_is_no_file_is_not_read)
{
    static const char *const devices[] = {"/dev/zero", "/dev/tty", "/dev/null", "/dev/random"};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *home = make_bare_home();
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    size_t i;

    ck_assert_int_eq(mkfifo(release_in(home), 0666), 0);
    assert_unknown(home, "not a regular file");
    ck_assert_int_eq(unlink(release_in(home)), 0);

    for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        mj_make_link(home, "release", devices[i]);
        assert_unknown(home, "not a regular file");
        ck_assert_int_eq(unlink(release_in(home)), 0);
    }
    strcpy(address.sun_path, release_in(home));
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_unknown(home, "not a regular file");
    close(listener);
    ck_assert_int_eq(unlink(release_in(home)), 0);

    mj_make_folder(home, "release", 0755);
    assert_unknown(home, "not a regular file");
    ck_assert_int_eq(rmdir(release_in(home)), 0);
    mj_make_link(home, "release", "release");
    assert_unknown(home, strerror(ELOOP));
}
END_TEST

START_TEST(a_release_without_end_is_not_read)
{
    const char *home = make_bare_home();
    char *text = apr_palloc(test_pool, MJ_JAVA_RELEASE_MAX + 2);

    memset(text, '\n', MJ_JAVA_RELEASE_MAX + 1);
    memcpy(text, "JAVA_VERSION=\"21\"", 17);
    text[MJ_JAVA_RELEASE_MAX + 1] = '\0';
    mj_make_file(home, "release", text);
    assert_unknown(home, "too long");
    text[MJ_JAVA_RELEASE_MAX] = '\0';
    mj_make_file(home, "release", text);
    ck_assert_int_eq(mj_java_home_release(home), 21);
    ck_assert_int_eq(truncate(release_in(home), INT64_C(1) << 40), 0);
    assert_unknown(home, "too long");
}
END_TEST

/* The owner of a file may hold a lease on it: an open waits until he lets go, or for 45 s. */
START_TEST(a_release_under_a_lease_keeps_nobody_waiting)
{
    const char *home = make_home(mj_temp_folder(), "jdk", "21");
    int fd = open(release_in(home), O_RDWR);

    (void)signal(SIGIO, SIG_IGN);
    ck_assert_msg(fcntl(fd, F_SETLEASE, F_WRLCK) == 0, "no lease: %s", strerror(errno));
    assert_unknown(home, strerror(EAGAIN));
    close(fd);
    ck_assert_int_eq(mj_java_home_release(home), 21);
}
END_TEST

/* --- whose it is --- */

#define POOL_UID 54321U
#define STRANGER 54330U

static const char *guard(const char *home, bool *is_owners)
{
    return mj_java_home_guard(test_pool, "", home, POOL_UID, POOL_UID, is_owners);
}

static void give(const char *path, uid_t uid)
{
    ck_assert_msg(lchown(path, uid, uid) == 0, "chown %s: %s", path, strerror(errno));
}

static const char *const parts[] = {"", "/lib", "/lib/server", "/lib/server/libjvm.so", "/lib/modules", "/release"};

START_TEST(nobody_but_root_and_the_pools_user_may_change_a_home)
{
    const char *home = make_home(mj_temp_folder(), "jdk", "21");
    const char *part;
    bool is_owners;

    mj_make_file(home, "lib/modules", "");
    ck_assert_ptr_null(guard(home, &is_owners));
    part = apr_pstrcat(test_pool, home, parts[_i], NULL);
    give(part, STRANGER);
    assert_says(guard(home, &is_owners), apr_pstrcat(test_pool, part, " belongs to UID 54330", NULL), "chown it");
    ck_assert(!is_owners);
    give(part, 0);
    ck_assert_int_eq(chmod(part, 0777), 0);
    assert_says(guard(home, &is_owners), apr_pstrcat(test_pool, part, " can be written by others", NULL), "chmod go-w");
    ck_assert(!is_owners);
    give(part, POOL_UID);
    assert_says(guard(home, &is_owners), apr_pstrcat(test_pool, part, " can be written by others", NULL), "chmod go-w");
    ck_assert(is_owners);
    ck_assert_int_eq(chmod(part, 0775), 0); /* as useradd and umask 002 make it: the group is his alone */
    ck_assert_ptr_null(guard(home, &is_owners));
    ck_assert_int_eq(chown(part, POOL_UID, STRANGER), 0);
    assert_says(guard(home, &is_owners), apr_pstrcat(test_pool, part, " can be written by others", NULL), "chmod go-w");
}
END_TEST

START_TEST(a_link_to_a_home_is_as_good_as_its_owner)
{
    const char *folder = mj_temp_folder();
    const char *link = mj_make_link(folder, "current", make_home(folder, "jdk", "21"));
    bool is_owners;

    ck_assert_ptr_null(guard(link, &is_owners));
    give(link, POOL_UID);
    ck_assert_ptr_null(guard(link, &is_owners));
    give(link, STRANGER);
    assert_says(guard(link, &is_owners), apr_pstrcat(test_pool, link, " is a symbolic link of UID 54330", NULL),
                "name the folder itself");
}
END_TEST

START_TEST(a_home_that_others_can_change_is_not_found)
{
    const char *root = mj_temp_folder(), *home = make_home(root, "opt/jdk-99", "99"), *part;
    mj_java_found_t found;

    make_home(root, "usr/lib/jvm/jdk-17", "17.0.1");
    mj_make_file(home, "lib/modules", "");
    ck_assert_str_eq(mj_java_home_find(test_pool, root).home, home);
    part = apr_pstrcat(test_pool, home, parts[_i], NULL);
    give(part, STRANGER);
    found = mj_java_home_find(test_pool, root);
    ck_assert_str_eq(found.home, apr_pstrcat(test_pool, root, "/usr/lib/jvm/jdk-17", NULL));
    ck_assert_ptr_nonnull(strstr(found.passed_over, apr_pstrcat(test_pool, part, " belongs to UID 54330", NULL)));
    give(part, 0);
    ck_assert_int_eq(chmod(part, 0777), 0);
    ck_assert_str_eq(mj_java_home_find(test_pool, root).home, apr_pstrcat(test_pool, root, "/usr/lib/jvm/jdk-17", NULL));
    ck_assert_int_eq(chmod(part, 0755), 0);
    give(apr_pstrcat(test_pool, root, "/opt", NULL), STRANGER);
    ck_assert_str_eq(mj_java_home_find(test_pool, root).home, apr_pstrcat(test_pool, root, "/usr/lib/jvm/jdk-17", NULL));
}
END_TEST

START_TEST(the_newest_of_all_places_is_found)
{
    static const struct {
        const char *home;
        const char *version;
        const char *expected;
    } steps[] = {
        {"usr/lib/jvm/java-11", "11.0.20", NULL},
        {"opt/unknown", NULL, NULL},
        {"usr/lib/jvm/b-17", "17.0.9", "/usr/lib/jvm/b-17"},
        {"usr/lib/jvm/c-17", "17.0.9", "/usr/lib/jvm/b-17"},
        {"usr/lib/jvm/a-17", "17.0.9", "/usr/lib/jvm/a-17"},
        {"usr/lib/jvm/.hidden", "99", "/usr/lib/jvm/a-17"},
        {"usr/java/jdk-17", "17.0.10", "/usr/java/jdk-17"},
        {"opt/java/jdk", "17.0.10.1", "/opt/java/jdk"},
        {"usr/local/lib/jvm/jdk", "21", "/usr/local/lib/jvm/jdk"},
        {"usr/local/jdk", "21.0.1", "/usr/local/jdk"},
        {"usr/lib/jvm/jdk-18", "18.0.2", "/usr/local/jdk"},
        {"opt/jdk", "25-ea", "/opt/jdk"},
        {"usr/lib/jvm/jdk-25", "25.0.1", "/usr/lib/jvm/jdk-25"},
        {"srv/jdk-30", "30", "/usr/lib/jvm/jdk-25"},
    };
    const char *root = mj_temp_folder();

    ck_assert_ptr_null(mj_java_home_find(test_pool, root).home);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const char *found;

        make_home(root, steps[i].home, steps[i].version);
        found = mj_java_home_find(test_pool, root).home;
        if (steps[i].expected == NULL) {
            ck_assert_ptr_null(found);
        } else {
            ck_assert_str_eq(found, apr_pstrcat(test_pool, root, steps[i].expected, NULL));
        }
    }
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("java_home");
    TCase *tcase = mj_case(suite, "check");

    tcase_add_test(tcase, homes_of_17_or_later_are_accepted);
    tcase_add_test(tcase, older_homes_are_refused);
    tcase_add_test(tcase, a_path_must_be_absolute);
    tcase_add_test(tcase, what_is_no_java_home_is_refused);
    tcase_add_test(tcase, a_home_must_say_its_version);
    tcase_add_test(tcase, long_lines_before_the_version_are_passed_over);
    tcase_add_test(tcase, a_release_that_is_no_file_is_not_read);
    tcase_add_test(tcase, a_release_without_end_is_not_read);
    tcase_add_test(tcase, a_release_under_a_lease_keeps_nobody_waiting);
    if (geteuid() == 0) {
        tcase_add_loop_test(tcase, nobody_but_root_and_the_pools_user_may_change_a_home, 0,
                            (int)(sizeof(parts) / sizeof(parts[0])));
        tcase_add_test(tcase, a_link_to_a_home_is_as_good_as_its_owner);
        tcase_add_loop_test(tcase, a_home_that_others_can_change_is_not_found, 0, (int)(sizeof(parts) / sizeof(parts[0])));
    }
    tcase = mj_case(suite, "find");
    tcase_add_test(tcase, the_newest_of_all_places_is_found);
    return suite;
}
