#include "harness.h"
#include "option_line.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_options(const char *line, const char *const *pairs)
{
    const char *key, *value;

    for (; pairs[0] != NULL; pairs += 2) {
        ck_assert_int_eq(mj_option_next(test_pool, &line, &key, &value), APR_SUCCESS);
        ck_assert_str_eq(key, pairs[0]);
        ck_assert_str_eq(value, pairs[1]);
    }
    ck_assert_int_eq(mj_option_next(test_pool, &line, &key, &value), APR_EOF);
    ck_assert_int_eq(mj_option_next(test_pool, &line, &key, &value), APR_EOF);
}

#define ASSERT_OPTIONS(line, ...) assert_options(line, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(options_of_a_line_are_taken_one_by_one)
{
    ASSERT_OPTIONS("", NULL);
    ASSERT_OPTIONS(" \t ", NULL);
    ASSERT_OPTIONS("user=alice", "user", "alice");
    ASSERT_OPTIONS("  user=alice\theap=64m  ", "user", "alice", "heap", "64m");
    ASSERT_OPTIONS("env=A=b=c", "env", "A=b=c");
    ASSERT_OPTIONS("supplementary-groups= user=a", "supplementary-groups", "", "user", "a");
}
END_TEST

START_TEST(quotes_keep_spaces_together)
{
    ASSERT_OPTIONS("env=\"A=good morning\" user=a", "env", "A=good morning", "user", "a");
    ASSERT_OPTIONS("\"env=A=good morning\" user=a", "env", "A=good morning", "user", "a");
    ASSERT_OPTIONS("env='A=good morning'", "env", "A=good morning");
    ASSERT_OPTIONS("'env=A=good morning'", "env", "A=good morning");
    ASSERT_OPTIONS("env=\"A='b'\"", "env", "A='b'");
    ASSERT_OPTIONS("env='A=\"b\"'", "env", "A=\"b\"");
    ASSERT_OPTIONS("supplementary-groups=\"\"", "supplementary-groups", "");
}
END_TEST

START_TEST(a_backslash_keeps_a_quote_or_a_backslash)
{
    ASSERT_OPTIONS("env=\"A=\\\"b\\\"\"", "env", "A=\"b\"");
    ASSERT_OPTIONS("env='A=it\\'s'", "env", "A=it's");
    ASSERT_OPTIONS("env=\"A=c:\\\\d\"", "env", "A=c:\\d");
    ASSERT_OPTIONS("env=\"A=c:\\d\\'\"", "env", "A=c:\\d\\'");
    ASSERT_OPTIONS("env=A=c:\\\\d", "env", "A=c:\\\\d");
}
END_TEST

START_TEST(a_word_without_a_value_is_named)
{
    static const char *const lines[] = {"user", " user heap=1", "\"user\" heap=1", "'user'"};
    const char *key, *value, *line;

    for (size_t i = 0; i < COUNT(lines); i++) {
        line = lines[i];
        ck_assert_int_eq(mj_option_next(test_pool, &line, &key, &value), APR_EINVAL);
        ck_assert_str_eq(key, "user");
    }
}
END_TEST

START_TEST(an_open_quote_has_no_key)
{
    static const char *const lines[] = {"user=\"alice", "\"user=alice",     "user='alice\"", "user=\"",
                                        "\"",           "user=\"alice\\\"", "user=\"\\"};
    const char *key = "untouched", *value, *line;

    for (size_t i = 0; i < COUNT(lines); i++) {
        line = (const char *)mj_exact_copy(lines[i], strlen(lines[i]) + 1);
        ck_assert_msg(mj_option_next(test_pool, &line, &key, &value) == APR_EINVAL, "%s", lines[i]);
        ck_assert_ptr_null(key);
    }
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("option_line");
    TCase *tcase = mj_case(suite, "option_line");

    tcase_add_test(tcase, options_of_a_line_are_taken_one_by_one);
    tcase_add_test(tcase, quotes_keep_spaces_together);
    tcase_add_test(tcase, a_backslash_keeps_a_quote_or_a_backslash);
    tcase_add_test(tcase, a_word_without_a_value_is_named);
    tcase_add_test(tcase, an_open_quote_has_no_key);
    return suite;
}
