#include "env_file.h"
#include "harness.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static apr_array_header_t *variables;

static const char *parse(const char *text)
{
    variables = apr_array_make(test_pool, 2, sizeof(const char *));
    return mj_env_file_parse(test_pool, "/etc/shop.env", (const char *)mj_exact_copy(text, strlen(text)), strlen(text),
                             apr_palloc(test_pool, strlen(text) + 1), variables);
}

/* What the file says, each variable in brackets. */
static const char *list(void)
{
    const char *text = "";
    for (int i = 0; i < variables->nelts; i++) {
        text = apr_pstrcat(test_pool, text, "[", APR_ARRAY_IDX(variables, i, const char *), "]", NULL);
    }
    return text;
}

static const struct {
    const char *text;
    const char *meaning;
} right[] = {
    {"", ""},
    {"\n\n \t\n\r\n", ""},
    {"# A=1\n; B=2\n  # C=3\n\t;D=4", ""},
    {"# not continued \\\nA=1\n", "[A=1]"},
    {"A=1\nB=2", "[A=1][B=2]"},
    {"A=1\r\nB=2\r\n", "[A=1][B=2]"},
    {"A=1\nA=2\n", "[A=1][A=2]"},
    {"  A = 1  \n", "[A=1]"},
    {"A=\n_b2= \n", "[A=][_b2=]"},
    {"A=one two\tthree \t \n", "[A=one two\tthree]"},
    {"A=x=y#z;w\n", "[A=x=y#z;w]"},
    {"A=it's \"so\"\n", "[A=it's \"so\"]"},
    {"A=\\\"x\\\\y\\z\n", "[A=\"x\\yz]"},
    {"A=x\\ \\ \n", "[A=x  ]"},
    {"A=one\\\n  two\\\nthree\nB=2\n", "[A=one  twothree][B=2]"},
    {"A=x\\", "[A=x\\]"},
    {"A=\"one two \"\t\nB=2\n", "[A=one two ][B=2]"},
    {"A=\"\"\nB=''\n", "[A=][B=]"},
    {"A=\"a\\\"b\\\\c\\$d\\`e\\nf\"\n", "[A=a\"b\\c$d`e\\nf]"},
    {"A=\"one\\\ntwo\nthree\"\n", "[A=onetwo\nthree]"},
    {"A='a\"b\\c\\\\\nd\\'\n", "[A=a\"b\\c\\\\\nd\\]"},
    {"A=\"#no comment\"\n", "[A=#no comment]"},
    {"GR\xc3\xbc=1", NULL},
    {"A=gr\xc3\xbc\xc3\x9f\n", "[A=gr\xc3\xbc\xc3\x9f]"},
};

START_TEST(a_file_means_what_systemd_takes_it_for)
{
    const char *wrong = parse(right[_i].text);
    if (right[_i].meaning == NULL) {
        ck_assert_ptr_nonnull(wrong);
        return;
    }
    ck_assert_msg(wrong == NULL, "%s: %s", right[_i].text, wrong);
    ck_assert_str_eq(list(), right[_i].meaning);
}
END_TEST

static const struct {
    const char *text;
    const char *where;
    const char *mend;
} mistakes[] = {
    {"A=1\nNOTHING\n", ":2: ", "NAME=VALUE"},
    {"=1\n", ":1: ", "NAME=VALUE"},
    {"\n\n1A=1\n", ":3: ", "NAME=VALUE"},
    {"A-B=1\n", ":1: ", "NAME=VALUE"},
    {"export A=1\n", ":1: ", "NAME=VALUE"},
    {"A", ":1: ", "NAME=VALUE"},
    {"A=\"x\ny\nB=2\n", ":1: ", "not closed"},
    {"A='x\n\n\nB=2\n", ":1: ", "not closed"},
    {"A=1\nB=\"x\\\"", ":2: ", "not closed"},
    {"A=\"x\ny\" z\n", ":1: ", "follows the closing quote"},
    {"A='x''y'\n", ":1: ", "follows the closing quote"},
    {"A=\"x\ny\"\nnothing\n", ":3: ", "NAME=VALUE"},
    {"A=one\\\ntwo\nnothing\n", ":3: ", "NAME=VALUE"},
};

START_TEST(a_mistake_is_told_with_its_line_and_without_the_value)
{
    const char *wrong = parse(mistakes[_i].text);
    ck_assert_msg(wrong != NULL, "accepted: %s", mistakes[_i].text);
    ck_assert_msg(strncmp(wrong, apr_pstrcat(test_pool, "/etc/shop.env", mistakes[_i].where, NULL), 16) == 0, "%s", wrong);
    ck_assert_msg(strstr(wrong, mistakes[_i].mend) != NULL, "%s", wrong);
}
END_TEST

START_TEST(a_nul_byte_is_no_text)
{
    variables = apr_array_make(test_pool, 2, sizeof(const char *));
    ck_assert_ptr_nonnull(strstr(mj_env_file_parse(test_pool, "/e", "A=1\nB=\0x", 8, apr_palloc(test_pool, 9), variables),
                                 "/e:2: a NUL"));
}
END_TEST

static const char *read_file(const char *path)
{
    variables = apr_array_make(test_pool, 2, sizeof(const char *));
    return mj_env_file_read(test_pool, path, geteuid(), variables);
}

static const char *home; /* a folder that nobody else can write, below one that is sticky */

static void make_home(void)
{
    home = mj_temp_folder();
}

START_TEST(a_file_that_others_cannot_touch_is_read)
{
    const char *path = mj_make_file(home, "shop.env", "A=1\nB=two\n");
    ck_assert_int_eq(chmod(path, 0600), 0);
    ck_assert_ptr_null(read_file(path));
    ck_assert_str_eq(list(), "[A=1][B=two]");
    ck_assert_ptr_nonnull(strstr(read_file(mj_make_file(home, "bad.env", "A=1\nsecret\n")), "bad.env:2: "));
    ck_assert_ptr_null(strstr(read_file(apr_pstrcat(test_pool, home, "/bad.env", NULL)), "secret"));
}
END_TEST

/* What another module forks from httpd's parent destroys its pools as well. */
START_TEST(a_process_that_is_forked_has_nothing_of_it)
{
    const char *value;
    apr_pool_t *pool;
    pid_t pid;
    int status;

    apr_pool_create(&pool, test_pool);
    variables = apr_array_make(test_pool, 2, sizeof(const char *));
    ck_assert_ptr_null(mj_env_file_read(pool, mj_make_file(home, "secret.env", "PASSWORD=open-sesame\n"), geteuid(), variables));
    value = APR_ARRAY_IDX(variables, 0, const char *);
    ck_assert_str_eq(value, "PASSWORD=open-sesame");
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct iovec here = {&status, 1}, there = {(void *)(uintptr_t)value, 1};
        bool can_read = process_vm_readv(getpid(), &here, 1, &there, 1, 0) > 0;
        apr_pool_destroy(pool);
        _exit(can_read ? 1 : 0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(value, "PASSWORD=open-sesame");
    apr_pool_destroy(pool);
}
END_TEST

static void expect_refused(const char *path, const char *mend)
{
    const char *wrong = read_file(path);
    ck_assert_msg(wrong != NULL && strstr(wrong, mend) != NULL, "%s: %s", path, wrong != NULL ? wrong : "accepted");
    ck_assert_int_eq(variables->nelts, 0);
}

START_TEST(a_file_that_others_can_touch_is_refused)
{
    const char *path = mj_make_file(home, "shop.env", "A=1\n"), *open_folder;

    ck_assert_int_eq(chmod(path, 0620), 0);
    expect_refused(path, "chmod go-w");
    ck_assert_int_eq(chmod(path, 0602), 0);
    expect_refused(path, "chmod go-w");
    ck_assert_int_eq(chmod(path, 0600), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path, 54321, 0), 0);
        expect_refused(path, "chown it to root");
        ck_assert_int_eq(chown(path, 0, 54321), 0);
    }
    ck_assert_ptr_null(read_file(path));
    open_folder = mj_make_folder(home, "open", 0777);
    expect_refused(mj_make_file(open_folder, "shop.env", "A=1\n"), "open can be written by others");
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused)
{
    const char *fifo = apr_pstrcat(test_pool, home, "/fifo", NULL);

    mj_make_file(home, "shop.env", "A=1\n");
    expect_refused(mj_make_link(home, "link.env", "shop.env"), "name the file itself");
    expect_refused(apr_pstrcat(test_pool, home, "/missing", NULL), "No such file");
    expect_refused(mj_make_folder(home, "folder", 0755), "not a regular file");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    expect_refused(fifo, "not a regular file"); /* at once: nobody writes to it */
    expect_refused("/dev/null", "not a regular file");
}
END_TEST

START_TEST(a_file_has_a_limit)
{
    char *text = apr_palloc(test_pool, MJ_ENV_FILE_MAX + 2);

    memset(text, 'x', MJ_ENV_FILE_MAX + 1);
    memcpy(text, "A=", 2);
    text[MJ_ENV_FILE_MAX] = '\0';
    ck_assert_ptr_null(read_file(mj_make_file(home, "full.env", text)));
    ck_assert_uint_eq(strlen(list()), MJ_ENV_FILE_MAX + 2);
    text[MJ_ENV_FILE_MAX] = 'x';
    text[MJ_ENV_FILE_MAX + 1] = '\0';
    expect_refused(mj_make_file(home, "over.env", text), "the limit is 65536");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("env_file");
    TCase *text = mj_case(suite, "text"), *file = mj_case(suite, "file");

    tcase_add_loop_test(text, a_file_means_what_systemd_takes_it_for, 0, (int)(sizeof(right) / sizeof(right[0])));
    tcase_add_loop_test(text, a_mistake_is_told_with_its_line_and_without_the_value, 0,
                        (int)(sizeof(mistakes) / sizeof(mistakes[0])));
    tcase_add_test(text, a_nul_byte_is_no_text);
    tcase_add_checked_fixture(file, make_home, NULL);
    tcase_add_test(file, a_file_that_others_cannot_touch_is_read);
    tcase_add_test(file, a_process_that_is_forked_has_nothing_of_it);
    tcase_add_test(file, a_file_that_others_can_touch_is_refused);
    tcase_add_test(file, what_is_no_regular_file_is_refused);
    tcase_add_test(file, a_file_has_a_limit);
    return suite;
}
