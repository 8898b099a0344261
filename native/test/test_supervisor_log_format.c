/* ErrorLogFormat, as the supervisor follows it. */
#include "harness.h"
#include "log_format.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static const struct {
    const char *format;
    const char *line;
} cases[] = {
    {MJ_LOG_FORMAT, "[Mon Nov 30 09:08:07.000042 2026] [jvm:warn] [pid 17] MJ1: text, 100%"},
    {MJ_LOG_FORMAT_SYSLOG, "[jvm:warn] [pid 17] MJ1: text, 100%"},
    /* httpd's default, and the examples of its documentation */
    {"[%{u}t] [%-m:%l] [pid %P:tid %T] %7F: %E: [client\\ %a] %M% ,\\ referer\\ %{Referer}i",
     "[Mon Nov 30 09:08:07.000042 2026] [jvm:warn] [pid 17:tid 17] MJ1: text, 100%"},
    {"[%t] [%l] [pid %P] %F: %E: [client %a] %M", "[Mon Nov 30 09:08:07 2026] [warn] [pid 17] [client MJ1: text, 100%"},
    {"[%{uc}t] [%-m:%-l] [R:%L] [C:%{C}L] %7F: %E: %M", "[2026-11-30 09:08:07.000042] [jvm:warn] MJ1: text, 100%"},
    /* times */
    {"%{c}t", "2026-11-30 09:08:07"},
    {"%{cuz}t", "2026-11-30 09:08:07.000042 +0000"},
    {"%{%Y/%m}t|", "2026/11|"},
    /* fields without a value */
    {"a %{Referer}i b", "a b"},
    {"a x%{Referer}iy b", "a b"},
    {"a [client\\ %a] b", "a b"},
    {"a [%-a] b", "a [-] b"},
    {"a %a", "a"},
    {"%a b", " b"},
    {"a% %a% b", "ab"},
    {"%M %+a", ""},
    /* only for lines of that severity and lesser ones */
    {"%4l %M", "warn MJ1: text, 100%"},
    {"%5l %M", " MJ1: text, 100%"},
    {"%99l %M", " MJ1: text, 100%"},
    /* a message is always there */
    {"%a%M", "MJ1: text, 100%"},
    /* servers, and what stands for itself */
    {"%v %V", "www.example.com www.example.com"},
    {"{\"pid\":%P,\"of\":\"100%%\"}", "{\"pid\":17,\"of\":\"100%\"}"},
    {"a\\tb\\\\c\\%M", "a\tb\\c%M"},
    /* httpd refuses these */
    {"a %{open", "a"},
    {"a %", "a"},
    {"a \\", "a "},
    {"", ""},
};

static mj_log_line_t line(void)
{
    setenv("TZ", "UTC", 1);
    return (mj_log_line_t){.at = {.tv_sec = 1796029687, .tv_nsec = 42999},
                           .severity = LOG_WARNING,
                           .pid = 17,
                           .server = "www.example.com",
                           .message = "MJ1: text, 100%"};
}

START_TEST(should_write_a_line_as_httpd_does)
{
    const mj_log_line_t what = line();
    char out[512];
    size_t len = mj_log_format(out, sizeof(out), cases[_i].format, &what);
    ck_assert_str_eq(out, cases[_i].line);
    ck_assert_uint_eq(len, strlen(out));
}
END_TEST

START_TEST(should_leave_out_the_server_that_is_unknown)
{
    mj_log_line_t what = line();
    char out[64];
    what.server = NULL;
    mj_log_format(out, sizeof(out), "a %v b", &what);
    ck_assert_str_eq(out, "a b");
}
END_TEST

START_TEST(should_cut_what_does_not_fit)
{
    const mj_log_line_t what = line();
    char out[64];
    size_t i, size;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size = 1; size < sizeof(out); size++) {
            memset(out, 'x', sizeof(out));
            ck_assert_uint_lt(mj_log_format(out, size, cases[i].format, &what), size);
            ck_assert_int_eq(out[size], 'x');
        }
    }
}
END_TEST

START_TEST(should_know_severities_by_name)
{
    int severity;
    for (severity = LOG_EMERG; severity <= LOG_DEBUG; severity++) {
        ck_assert_int_eq(mj_log_severity(mj_log_severity_name(severity)), severity);
    }
    ck_assert_int_eq(mj_log_severity("warn"), LOG_WARNING);
    ck_assert_int_eq(mj_log_severity("loud"), LOG_ERR);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("log_format");
    TCase *format = mj_case(suite, "format");
    tcase_add_loop_test(format, should_write_a_line_as_httpd_does, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(format, should_leave_out_the_server_that_is_unknown);
    tcase_add_test(format, should_cut_what_does_not_fit);
    tcase_add_test(format, should_know_severities_by_name);
    return suite;
}
