#include "harness.h"

#include <apr_file_io.h>
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

apr_pool_t *test_pool;

static void make_pool(void)
{
    ck_assert_int_eq(apr_pool_create(&test_pool, NULL), APR_SUCCESS);
}

static void destroy_pool(void)
{
    apr_pool_destroy(test_pool);
    test_pool = NULL;
}

TCase *mj_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, make_pool, destroy_pool);
    suite_add_tcase(suite, tcase);
    return tcase;
}

static apr_status_t free_copy(void *copy)
{
    free(copy);
    return APR_SUCCESS;
}

unsigned char *mj_exact_copy(const void *data, apr_size_t len)
{
    unsigned char *copy = malloc(len);

    ck_assert(copy != NULL || len == 0);
    if (len > 0) {
        memcpy(copy, data, len);
    }
    apr_pool_cleanup_register(test_pool, copy, free_copy, apr_pool_cleanup_null);
    return copy;
}

char *mj_read_file(const char *path, apr_size_t *len)
{
    apr_file_t *file;
    apr_finfo_t info;
    char *text;

    ck_assert_msg(apr_file_open(&file, path, APR_READ, APR_OS_DEFAULT, test_pool) == APR_SUCCESS, "cannot open %s", path);
    ck_assert_int_eq(apr_file_info_get(&info, APR_FINFO_SIZE, file), APR_SUCCESS);
    *len = (apr_size_t)info.size;
    text = apr_palloc(test_pool, *len + 1);
    ck_assert_msg(apr_file_read_full(file, text, *len, NULL) == APR_SUCCESS, "cannot read %s", path);
    text[*len] = '\0';
    apr_file_close(file);
    return text;
}

int main(void)
{
    SRunner *runner;
    int failed;

    apr_initialize();
    runner = srunner_create(mj_suite());
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
