/* What daemons print, line by line. */
#include "harness.h"
#include "lines.h"

#include <apr_strings.h>
#include <string.h>

typedef struct heard_t {
    const char *all;
    size_t longest;
} heard_t;

static void hear(void *context, const char *line, size_t len)
{
    heard_t *heard = context;
    heard->all = apr_pstrcat(test_pool, heard->all, "<", apr_pstrmemdup(test_pool, line, len), ">", NULL);
    if (len > heard->longest) {
        heard->longest = len;
    }
}

static const char *split(const char *text, size_t piece)
{
    mj_lines_t *lines = apr_pcalloc(test_pool, sizeof(*lines));
    heard_t heard = {"", 0};
    size_t len = strlen(text), done;
    for (done = 0; done < len; done += piece) {
        size_t n = len - done < piece ? len - done : piece;
        mj_lines_feed(lines, (const char *)mj_exact_copy(text + done, n), n, hear, &heard);
    }
    mj_lines_end(lines, hear, &heard);
    return heard.all;
}

START_TEST(should_split_at_newlines_however_the_pieces_come)
{
    size_t piece;
    for (piece = 1; piece < 20; piece++) {
        ck_assert_str_eq(split("one\ntwo\n\nfour", piece), "<one><two><><four>");
        ck_assert_str_eq(split("one\n", piece), "<one>");
        ck_assert_str_eq(split("\n", piece), "<>");
    }
    ck_assert_str_eq(split("", 1), "");
}
END_TEST

static size_t count(const char *text, char what)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += *text == what;
    }
    return n;
}

START_TEST(should_cut_a_line_that_is_too_long)
{
    static const size_t pieces[] = {1, 7, 4096, 8192, 8193, 100000};
    char *text = apr_palloc(test_pool, 3 * MJ_LINE_MAX + 10);
    const char *all;

    memset(text, 'x', MJ_LINE_MAX);
    strcpy(text + MJ_LINE_MAX, "\nend\n");
    all = split(text, pieces[_i]); /* exactly as long as allowed: no empty line behind it */
    ck_assert_uint_eq(count(all, '<'), 2);
    ck_assert_uint_eq(count(all, 'x'), MJ_LINE_MAX);

    memset(text, 'x', 2 * MJ_LINE_MAX + 5);
    strcpy(text + 2 * MJ_LINE_MAX + 5, "\nend");
    all = split(text, pieces[_i]);
    ck_assert_uint_eq(count(all, '<'), 4);
    ck_assert_uint_eq(count(all, 'x'), 2 * MJ_LINE_MAX + 5);
    ck_assert_ptr_nonnull(strstr(all, "<xxxxx><end>"));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("lines");
    TCase *lines = mj_case(suite, "lines");
    tcase_add_test(lines, should_split_at_newlines_however_the_pieces_come);
    tcase_add_loop_test(lines, should_cut_a_line_that_is_too_long, 0, 6);
    return suite;
}
