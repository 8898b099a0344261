#include "harness.h"
#include "path_names.h"

#include <string.h>

static const char *const targets[] = {
    "/srv/Hello.java", "/srv/app.jar",  "/srv/classes",          "/srv/classes/", "/srv/example.org", "/srv/site-1.2",
    "/srv/.hidden",    "/srv/.txt/x",   "/srv/a.txt/Hello.java", "/srv/$1.java",  "/srv/$1",          "/srv/app.$1",
    "/srv/java",       "/.jar/classes", "/srv/shop.war",         "/srv/$1.war",
};

START_TEST(names_of_targets_pass)
{
    ck_assert_msg(mj_target_name_check(test_pool, targets[_i]) == NULL, "%s", mj_target_name_check(test_pool, targets[_i]));
}
END_TEST

static const struct {
    const char *path;
    const char *mend;
} wrong_targets[] = {
    {"/srv/notes.txt", "name a .java file, a .jar, a .war or a folder"},
    {"/srv/notes.TXT", "name a .java file"},
    {"/srv/$1.txt", "name a .java file"},
    {"/srv/shop.war/", "leave the slash out"},
    {"/srv/shop.WAR", "rename the file"},
    {"/srv/Hello.class", "name the folder above its package"},
    {"/srv/Hello.java/", "leave the slash out"},
    {"/srv/app.jar//", "leave the slash out"},
    {"/srv/Hello.JAVA", "rename the file"},
    {"/srv/App.Jar", "rename the file"},
    {"/", "name a .java file"},
    {"//", "name a .java file"},
    {"/srv/index.php", "name a .java file"},
};

START_TEST(names_that_are_no_targets_do_not_pass)
{
    const char *wrong = mj_target_name_check(test_pool, wrong_targets[_i].path);
    ck_assert_msg(wrong != NULL, "%s", wrong_targets[_i].path);
    ck_assert_msg(strncmp(wrong, wrong_targets[_i].path, strlen(wrong_targets[_i].path)) == 0, "%s", wrong);
    ck_assert_msg(strstr(wrong, wrong_targets[_i].mend) != NULL, "\"%s\" does not say \"%s\"", wrong, wrong_targets[_i].mend);
}
END_TEST

START_TEST(a_class_path_has_jars_and_folders)
{
    ck_assert_ptr_null(mj_class_path_name_check(test_pool, "/srv/lib.jar"));
    ck_assert_ptr_null(mj_class_path_name_check(test_pool, "/srv/lib"));
    ck_assert_ptr_null(mj_class_path_name_check(test_pool, "/srv/lib/"));
    ck_assert_ptr_nonnull(strstr(mj_class_path_name_check(test_pool, "/srv/lib/*"), "name each jar"));
    ck_assert_ptr_nonnull(strstr(mj_class_path_name_check(test_pool, "/srv/A.java"), "name a .jar or a folder of classes"));
    ck_assert_ptr_nonnull(strstr(mj_class_path_name_check(test_pool, "/srv/a.txt"), "name a .jar or a folder of classes"));
    ck_assert_ptr_nonnull(strstr(mj_class_path_name_check(test_pool, "/srv/a.war"), "name a .jar or a folder of classes"));
}
END_TEST

START_TEST(a_slash_makes_no_file)
{
    ck_assert_ptr_null(mj_file_name_check(test_pool, "/srv/marker"));
    ck_assert_ptr_nonnull(strstr(mj_file_name_check(test_pool, "/srv/marker/"), "name a file"));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("path names");
    TCase *tcase = mj_case(suite, "names");

    tcase_add_loop_test(tcase, names_of_targets_pass, 0, (int)(sizeof(targets) / sizeof(targets[0])));
    tcase_add_loop_test(tcase, names_that_are_no_targets_do_not_pass, 0, (int)(sizeof(wrong_targets) / sizeof(wrong_targets[0])));
    tcase_add_test(tcase, a_class_path_has_jars_and_folders);
    tcase_add_test(tcase, a_slash_makes_no_file);
    return suite;
}
