#include "harness.h"
#include "java_home.h"
#include "temp_folder.h"

#include <apr_strings.h>

/* A folder that looks like a Java home of that version; with version NULL it has no file `release`. */
static const char *make_home(const char *folder, const char *name, const char *version)
{
    const char *home = apr_pstrcat(test_pool, folder, "/", name, NULL);

    mj_make_file(home, "lib/server/libjvm.so", "");
    if (version != NULL) {
        mj_make_file(
            home, "release",
            apr_psprintf(test_pool, "IMPLEMENTOR=\"N 1\"\nJAVA_VERSION=\"%s\"\nJAVA_VERSION_DATE=\"2025-04-15\"\n", version));
    }
    return home;
}

static void assert_says(const char *wrong, const char *path, const char *mend)
{
    ck_assert_msg(wrong != NULL, "%s was accepted", path);
    ck_assert_msg(strncmp(wrong, path, strlen(path)) == 0 && strncmp(wrong + strlen(path), ": ", 2) == 0, "%s", wrong);
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
        ck_assert_ptr_null(
            mj_java_home_check(test_pool, mj_make_link(folder, apr_pstrcat(test_pool, "to-", versions[i], NULL), home)));
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
                "`release` is missing");
    for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
        const char *home = make_home(folder, apr_itoa(test_pool, (int)i), NULL);

        mj_make_file(home, "release", releases[i]);
        assert_says(mj_java_home_check(test_pool, home), home, "names no JAVA_VERSION");
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

    ck_assert_ptr_null(mj_java_home_find(test_pool, root));
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const char *found;

        make_home(root, steps[i].home, steps[i].version);
        found = mj_java_home_find(test_pool, root);
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
    tcase = mj_case(suite, "find");
    tcase_add_test(tcase, the_newest_of_all_places_is_found);
    return suite;
}
