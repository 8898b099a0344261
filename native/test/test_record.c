#include "harness.h"
#include "record.h"
#include "status.h"

#include <apr_strings.h>
#include <signal.h>
#include <string.h>

#define BYTES(literal) ((mj_span_t){(const char *)mj_exact_copy(literal, sizeof(literal) - 1), sizeof(literal) - 1})

static mj_span_t record_of_number(const char *text)
{
    mj_record_builder_t *builder = mj_record_builder_make(test_pool);

    mj_record_add(builder, "n", text);
    return mj_record_bytes(builder);
}

START_TEST(built_record_has_the_bytes_of_the_specification)
{
    static const char expected[] = "\6target\0\0\0\2/a\5group\0\0\0\0\1n\0\0\0\2-7";
    mj_record_builder_t *builder = mj_record_builder_make(test_pool);
    mj_span_t bytes;

    ck_assert_uint_eq(mj_record_bytes(builder).len, 0);
    mj_record_add(builder, "target", "/a");
    mj_record_add_span(builder, "group", (mj_span_t){NULL, 0});
    mj_record_add_number(builder, "n", -7);
    bytes = mj_record_bytes(builder);
    ck_assert_uint_eq(bytes.len, sizeof(expected) - 1);
    ck_assert_mem_eq(bytes.data, expected, bytes.len);
}
END_TEST

START_TEST(entries_come_back_in_order)
{
    mj_record_builder_t *builder = mj_record_builder_make(test_pool);
    mj_record_iter_t iter = {0};
    char longest_name[256];
    mj_span_t big = {(const char *)mj_exact_copy(apr_pcalloc(test_pool, 70000), 70000), 70000};

    memset(longest_name, 'n', 255);
    longest_name[255] = '\0';
    for (int i = 0; i < 100; i++) {
        mj_record_add_number(builder, "i", i);
    }
    mj_record_add_span(builder, longest_name, big);
    iter.rest = mj_record_bytes(builder);
    iter.rest.data = (const char *)mj_exact_copy(iter.rest.data, iter.rest.len);
    ck_assert_int_eq(mj_record_check(iter.rest), APR_SUCCESS);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(mj_record_next(&iter), APR_SUCCESS);
        ck_assert(mj_span_is(iter.name, "i"));
        ck_assert(mj_span_is(iter.value, apr_itoa(test_pool, i)));
    }
    ck_assert_int_eq(mj_record_next(&iter), APR_SUCCESS);
    ck_assert(mj_span_is(iter.name, longest_name));
    ck_assert(mj_span_equal(iter.value, big));
    ck_assert_int_eq(mj_record_next(&iter), APR_EOF);
    ck_assert_int_eq(mj_record_next(&iter), APR_EOF);
}
END_TEST

START_TEST(every_prefix_that_cuts_an_entry_is_malformed)
{
    static const char whole[] = "\1a\0\0\0\1x\2bc\0\0\0\0\1d\0\0\0\3xyz";
    static const apr_size_t ends[] = {0, 7, 14, sizeof(whole) - 1};

    for (apr_size_t len = 0; len < sizeof(whole); len++) {
        mj_span_t record = {(const char *)mj_exact_copy(whole, len), len};
        bool is_whole = false;

        for (apr_size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
            is_whole |= ends[i] == len;
        }
        ck_assert_msg(mj_record_check(record) == (is_whole ? APR_SUCCESS : MJ_EBADRECORD), "%d bytes", (int)len);
    }
}
END_TEST

START_TEST(malformed_entries_are_refused)
{
    mj_record_iter_t iter = {.rest = BYTES("\1a\0\0\0\1x\0\0\0\0\1y")};
    mj_span_t value = {"untouched", 9};

    ck_assert_int_eq(mj_record_next(&iter), APR_SUCCESS);
    ck_assert_int_eq(mj_record_next(&iter), MJ_EBADRECORD);
    ck_assert_int_eq(mj_record_next(&iter), MJ_EBADRECORD);
    ck_assert_int_eq(mj_record_check(BYTES("\0\0\0\0\0")), MJ_EBADRECORD);
    ck_assert_int_eq(mj_record_check(BYTES("\1a\xff\xff\xff\xff")), MJ_EBADRECORD);
    ck_assert_int_eq(mj_record_check(BYTES("\1a\xff\xff\xff\xffxyz")), MJ_EBADRECORD);
    ck_assert_int_eq(mj_record_check(BYTES("\xff")), MJ_EBADRECORD);
    ck_assert(!mj_record_find(BYTES("\1a\0\0\0\2x"), "a", &value));
    ck_assert(mj_span_is(value, "untouched"));
}
END_TEST

START_TEST(the_first_entry_of_a_name_is_found)
{
    mj_span_t record = BYTES("\1a\0\0\0\1x\1b\0\0\0\1y\1b\0\0\0\1z\1e\0\0\0\0");
    mj_span_t value = {"untouched", 9};

    ck_assert(!mj_record_find(record, "c", &value));
    ck_assert(!mj_record_find(record, "", &value));
    ck_assert(!mj_record_find((mj_span_t){NULL, 0}, "a", &value));
    ck_assert(mj_span_is(value, "untouched"));
    ck_assert(mj_record_find(record, "b", &value));
    ck_assert(mj_span_is(value, "y"));
    ck_assert(mj_record_find(record, "e", &value));
    ck_assert_uint_eq(value.len, 0);
}
END_TEST

START_TEST(text_is_copied_and_holds_no_nul)
{
    mj_span_t record = BYTES("\1a\0\0\0\3abc\1n\0\0\0\3a\0b\1e\0\0\0\0");

    ck_assert_str_eq(mj_record_text(record, "a", "otherwise", test_pool), "abc");
    ck_assert_str_eq(mj_record_text(record, "e", "otherwise", test_pool), "");
    ck_assert_str_eq(mj_record_text(record, "n", "otherwise", test_pool), "otherwise");
    ck_assert_str_eq(mj_record_text(record, "x", "otherwise", test_pool), "otherwise");
    ck_assert_ptr_null(mj_record_text(record, "x", NULL, test_pool));
}
END_TEST

START_TEST(numbers_are_decimal_and_of_64_bits)
{
    static const struct {
        const char *text;
        int64_t number;
    } good[] = {
        {"0", 0}, {"-0", 0}, {"007", 7}, {"-12", -12}, {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN},
    };
    static const char *const bad[] = {
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "1k",
        "0x10",
        "--1",
        "1-",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
    };

    for (apr_size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ck_assert_int_eq(mj_record_number(record_of_number(good[i].text), "n", 1), good[i].number);
    }
    for (apr_size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(mj_record_number(record_of_number(bad[i]), "n", 99) == 99, "\"%s\"", bad[i]);
    }
    ck_assert_int_eq(mj_record_number(record_of_number("1"), "m", 99), 99);
}
END_TEST

START_TEST(added_numbers_come_back)
{
    static const int64_t numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN};

    for (apr_size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        mj_record_builder_t *builder = mj_record_builder_make(test_pool);

        mj_record_add_number(builder, "n", numbers[i]);
        ck_assert_int_eq(mj_record_number(mj_record_bytes(builder), "n", 99), numbers[i]);
    }
}
END_TEST

START_TEST(an_entry_without_a_name_ends_the_program)
{
    mj_record_add(mj_record_builder_make(test_pool), "", "value");
}
END_TEST

START_TEST(an_entry_with_a_name_too_long_ends_the_program)
{
    char name[257];

    memset(name, 'n', 256);
    name[256] = '\0';
    mj_record_add(mj_record_builder_make(test_pool), name, "value");
}
END_TEST

START_TEST(spans_are_equal_by_their_bytes)
{
    ck_assert(mj_span_equal((mj_span_t){"a\0b", 3}, (mj_span_t){"a\0b", 3}));
    ck_assert(!mj_span_equal((mj_span_t){"a\0b", 3}, (mj_span_t){"a\0c", 3}));
    ck_assert(!mj_span_equal((mj_span_t){"ab", 2}, (mj_span_t){"ab", 1}));
    ck_assert(mj_span_equal((mj_span_t){NULL, 0}, (mj_span_t){"x", 0}));
    ck_assert(mj_span_is((mj_span_t){NULL, 0}, ""));
    ck_assert(!mj_span_is((mj_span_t){"abc", 2}, "abc"));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = mj_case(suite, "record");

    tcase_add_test(tcase, built_record_has_the_bytes_of_the_specification);
    tcase_add_test(tcase, entries_come_back_in_order);
    tcase_add_test(tcase, every_prefix_that_cuts_an_entry_is_malformed);
    tcase_add_test(tcase, malformed_entries_are_refused);
    tcase_add_test(tcase, the_first_entry_of_a_name_is_found);
    tcase_add_test(tcase, text_is_copied_and_holds_no_nul);
    tcase_add_test(tcase, numbers_are_decimal_and_of_64_bits);
    tcase_add_test(tcase, added_numbers_come_back);
    tcase_add_test_raise_signal(tcase, an_entry_without_a_name_ends_the_program, SIGABRT);
    tcase_add_test_raise_signal(tcase, an_entry_with_a_name_too_long_ends_the_program, SIGABRT);
    tcase_add_test(tcase, spans_are_equal_by_their_bytes);
    return suite;
}
