#include "harness.h"
#include "target_form.h"

#include <apr_strings.h>
#include <string.h>

/* With * for a gap. */
static const char *shown(mj_span_t form)
{
    char *text = apr_pstrmemdup(test_pool, form.data, form.len);
    for (apr_size_t i = 0; i < form.len; i++) {
        if (form.data[i] == '\0') {
            text[i] = '*';
        }
    }
    return text;
}

START_TEST(should_tell_a_file_from_a_folder)
{
    ck_assert_str_eq(shown(mj_form_of_file(test_pool, "/srv/Shop.java")), "/srv/Shop.java");
    ck_assert_str_eq(shown(mj_form_of_folder(test_pool, "/srv")), "/srv/*");
    ck_assert_str_eq(shown(mj_form_of_folder(test_pool, "/srv/")), "/srv/*");
    ck_assert_str_eq(shown(mj_form_of_folder(test_pool, "/")), "/*");
}
END_TEST

START_TEST(should_read_wildcards)
{
    ck_assert_str_eq(shown(mj_form_of_glob(test_pool, "/srv/www")), "/srv/www/*");
    ck_assert_str_eq(shown(mj_form_of_glob(test_pool, "/home/*/www")), "/home/*/www/*");
    ck_assert_str_eq(shown(mj_form_of_glob(test_pool, "/home/?*[a-z]/www/")), "/home/*/www/*");
    ck_assert_str_eq(shown(mj_form_of_glob(test_pool, "/a\\*b")), "/a*b/*"); /* an asterisk, and a gap at the end */
    ck_assert_str_eq(shown(mj_form_of_glob(test_pool, "/a[b")), "/a*/*");
}
END_TEST

START_TEST(should_keep_what_a_regular_expression_starts_with)
{
    ck_assert_str_eq(shown(mj_form_of_regex(test_pool, "^/srv/(a|b)/www")), "/srv/*");
    ck_assert_str_eq(shown(mj_form_of_regex(test_pool, "^/srv/wwws?/")), "/srv/www*");
    ck_assert_str_eq(shown(mj_form_of_regex(test_pool, "^/srv/a\\.b/")), "/srv/a.b/*");
    ck_assert_str_eq(shown(mj_form_of_regex(test_pool, "^/srv/\\d+")), "/srv/*");
    ck_assert_str_eq(shown(mj_form_of_regex(test_pool, "^/srv$")), "/srv*");
    ck_assert_uint_eq(mj_form_of_regex(test_pool, "/srv/").len, 0);
    ck_assert_uint_eq(mj_form_of_regex(test_pool, "^/srv/a|/etc").len, 0);
    ck_assert_uint_eq(mj_form_of_regex(test_pool, "").len, 0);
}
END_TEST

START_TEST(should_leave_gaps_for_what_is_substituted)
{
    ck_assert_str_eq(shown(mj_form_of_substitution(test_pool, "/srv/$1/$2.jar")), "/srv/*/*.jar");
    ck_assert_str_eq(shown(mj_form_of_substitution(test_pool, "/srv/$1$2")), "/srv/*");
    ck_assert_str_eq(shown(mj_form_of_substitution(test_pool, "/srv/\\$1/$x")), "/srv/$1/$x");
    ck_assert_str_eq(shown(mj_form_of_substitution(test_pool, "/srv/%{USER}/a")), "/srv/*/a");
    ck_assert_str_eq(shown(mj_form_of_substitution(test_pool, "$0")), "*");
    ck_assert_str_eq(shown(mj_form_of_virtual_root(test_pool, "/srv/%0/www")), "/srv/*/www/*");
    ck_assert_str_eq(shown(mj_form_of_virtual_root(test_pool, "/srv/%-2.1+/100%%")), "/srv/*/100%/*");
}
END_TEST

static mj_form_relation_t relation(const char *first, const char *second)
{
    return mj_form_compare(mj_form_of_glob(test_pool, first), mj_form_of_glob(test_pool, second));
}

START_TEST(should_compare_folders)
{
    ck_assert_int_eq(relation("/srv", "/srv"), MJ_FORM_COVERS);
    ck_assert_int_eq(relation("/srv", "/srv/a"), MJ_FORM_COVERS);
    ck_assert_int_eq(relation("/", "/srv/*/a"), MJ_FORM_COVERS);
    ck_assert_int_eq(relation("/srv/a", "/srv"), MJ_FORM_COVERED);
    ck_assert_int_eq(relation("/srv/a", "/srv/ab"), MJ_FORM_APART);
    ck_assert_int_eq(relation("/srv/*/a", "/srv/b/a"), MJ_FORM_MEETS);
    ck_assert_int_eq(relation("/srv/*/a", "/var"), MJ_FORM_APART);
    ck_assert_int_eq(relation("/srv/*/a", "/srv/*/b"), MJ_FORM_MEETS);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("target_form");
    TCase *tcase = mj_case(suite, "target_form");

    tcase_add_test(tcase, should_tell_a_file_from_a_folder);
    tcase_add_test(tcase, should_read_wildcards);
    tcase_add_test(tcase, should_keep_what_a_regular_expression_starts_with);
    tcase_add_test(tcase, should_leave_gaps_for_what_is_substituted);
    tcase_add_test(tcase, should_compare_folders);
    return suite;
}
