#include "harness.h"
#include "text.h"

#include <string.h>

static void expect_escaped(const char *in, const char *expected)
{
    size_t len = strlen(in);
    size_t size = MJ_ESCAPED_SIZE(len);
    char *out = (char *)mj_exact_copy(apr_pcalloc(test_pool, size), size);
    ck_assert_uint_eq(mj_text_escape(out, (const char *)mj_exact_copy(in, len), len), strlen(expected));
    ck_assert_str_eq(out, expected);
}

START_TEST(should_escape_what_is_no_printable_utf_8)
{
    char out[16];
    expect_escaped("", "");
    expect_escaped("plain\ttext \\ \"quoted\"", "plain\ttext \\ \"quoted\"");
    expect_escaped("\x1b[31mred\r\n\x7f", "\\x1b[31mred\\x0d\\x0a\\x7f");
    expect_escaped("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
    expect_escaped("\xc2\x9b", "\\xc2\\x9b");                              /* a control character of ISO 6429 */
    expect_escaped("\xe4 \xff \x80", "\\xe4 \\xff \\x80");                 /* ISO-8859-1 */
    expect_escaped("\xc0\xaf \xe0\x80\xaf", "\\xc0\\xaf \\xe0\\x80\\xaf"); /* overlong */
    expect_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");                     /* a surrogate */
    expect_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");            /* behind the last character */
    expect_escaped("\xe2\x82", "\\xe2\\x82");                              /* cut */
    expect_escaped("\xf0\x9f\x98", "\\xf0\\x9f\\x98");
    ck_assert_uint_eq(mj_text_escape(out, "a\0b", 3), 6);
    ck_assert_str_eq(out, "a\\x00b");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = mj_case(suite, "text");

    tcase_add_test(tcase, should_escape_what_is_no_printable_utf_8);
    return suite;
}
