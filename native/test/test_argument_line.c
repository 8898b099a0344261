#include "argument_line.h"
#include "harness.h"

START_TEST(where_to_listen_is_hidden_from_httpd)
{
    static const char *const pairs[][2] = {
        {"/a /b.jar argument=${port}", "/a /b.jar argument=$\\{port}"},
        {"/a /b.jar argument=--port=${port} argument=x${socket}y${port}",
         "/a /b.jar argument=--port=$\\{port} argument=x$\\{socket}y$\\{port}"},
        {"/a /b.jar argument=\"a b ${port}\" entry-point=main", "/a /b.jar argument=\"a b $\\{port}\" entry-point=main"},
        {"/a /b.jar \"argument=a \\\" ${port}\"", "/a /b.jar \"argument=a \\\" $\\{port}\""},
        {"/a /b.jar 'argument=${socket}'", "/a /b.jar 'argument=$\\{socket}'"},
        {"/a /b.jar argument='${port}", "/a /b.jar argument='$\\{port}"}, /* an open quote: refused later */
        {"/a /b.jar\targument=\"${port}\"x=${port}", "/a /b.jar\targument=\"$\\{port}\"x=${port}"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ck_assert_str_eq(mj_argument_protect(test_pool, pairs[i][0]), pairs[i][1]);
    }
}
END_TEST

START_TEST(httpds_own_variables_are_left_to_it)
{
    static const char *const lines[] = {
        "",
        "/a /${port}/b.jar",
        "/a /${port}/b.jar argument=${other} param.x=${port}",
        "/a /b.jar param.x=\"argument= argument=${port}\" argument=x",
        "/a /b.jar argument=$port argument={port} argument=${port argument=${ports}",
        "/a /b.jar argument",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        ck_assert_str_eq(mj_argument_protect(test_pool, lines[i]), lines[i]);
    }
}
END_TEST

START_TEST(the_value_is_plain_again)
{
    ck_assert_str_eq(mj_argument_plain(test_pool, ""), "");
    ck_assert_str_eq(mj_argument_plain(test_pool, "--port=$\\{port}$\\{x} \\{ $\\ $"), "--port=${port}${x} \\{ $\\ $");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("argument_line");
    TCase *tcase = mj_case(suite, "line");

    tcase_add_test(tcase, where_to_listen_is_hidden_from_httpd);
    tcase_add_test(tcase, httpds_own_variables_are_left_to_it);
    tcase_add_test(tcase, the_value_is_plain_again);
    return suite;
}
