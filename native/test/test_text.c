#include "harness.h"
#include "text.h"

#include <stdio.h>
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

static void expect_each_byte_escaped(const char *in)
{
    char *expected = apr_pcalloc(test_pool, MJ_ESCAPED_SIZE(strlen(in)));
    for (size_t i = 0; in[i] != '\0'; i++) {
        (void)sprintf(expected + 4 * i, "\\x%02x", (unsigned char)in[i]);
    }
    expect_escaped(in, expected);
}

START_TEST(should_escape_characters_that_change_how_others_are_shown)
{
    static const char *const characters[] = {"\u00ad",                             /* soft hyphen */
                                             "\u061c",                             /* Arabic letter mark */
                                             "\u200b",     "\u200d",     "\u200f", /* zero width; right-to-left mark */
                                             "\u2028",     "\u2029",     "\u202a",     "\u202e",     "\u2060",
                                             "\u2066",     "\u2069",     "\u206f",     "\ufeff",     "\ufff9",
                                             "\U0001d173", "\U000e0001", "\U000e0041", "\U000e007f", "\U000e01ef"};
    for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
        expect_each_byte_escaped(characters[i]);
    }
    expect_escaped("\u2010\u2027\u202f\u205f \u05d0 \ufffd \U0001f600\ufe0f",
                   "\u2010\u2027\u202f\u205f \u05d0 \ufffd \U0001f600\ufe0f");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = mj_case(suite, "text");

    tcase_add_test(tcase, should_escape_what_is_no_printable_utf_8);
    tcase_add_test(tcase, should_escape_characters_that_change_how_others_are_shown);
    return suite;
}
