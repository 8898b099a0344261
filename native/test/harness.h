/* What every test program shares: a main that runs one suite, and a fresh pool for each test. */
#ifndef MJ_TEST_HARNESS_H
#define MJ_TEST_HARNESS_H

#include <apr_pools.h>
#include <check.h>

/** The running test's own pool. */
extern apr_pool_t *test_pool;

/** Defined by each test program. */
Suite *mj_suite(void);

/** Adds a case to the suite whose tests have a fresh test_pool. */
TCase *mj_case(Suite *suite, const char *name);

/** A copy of len bytes of its own, so that the sanitizer sees a read behind its end. It lives as
 * long as test_pool. */
unsigned char *mj_exact_copy(const void *data, apr_size_t len);

/** The whole of a file, NUL-terminated, in test_pool. Fails the test if it cannot be read. */
char *mj_read_file(const char *path, apr_size_t *len);

#endif
