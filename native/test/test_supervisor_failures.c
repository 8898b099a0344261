/* Whether a new generation serves all that the old one does. */
#include "failures.h"
#include "harness.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

static mj_span_t definition(const char *target)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    mj_record_add(record, "target", target);
    return mj_record_bytes(record);
}

/* A pool record of those targets, the last one NULL. */
static mj_span_t record_of(const char *target, ...)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    va_list more;
    va_start(more, target);
    for (; target != NULL; target = va_arg(more, const char *)) {
        mj_record_add_span(record, "application", definition(target));
    }
    va_end(more);
    return mj_record_bytes(record);
}

static const char *hash_of(const char *target)
{
    return apr_psprintf(test_pool, "%08x", (unsigned)mj_span_hash(definition(target)));
}

static const char *lost(mj_span_t old_record, const char *old_failed, mj_span_t new_record, const char *new_failed)
{
    mj_served_t old = {old_record, old_failed}, new = {new_record, new_failed};
    mj_span_t target;
    return mj_failures_lose(&old, &new, &target) ? apr_pstrmemdup(test_pool, target.data, target.len) : NULL;
}

START_TEST(should_keep_why_mounts_failed_until_they_work)
{
    mj_failed_mounts_t failed = {0};
    int i;
    mj_failed_mounts_take(&failed, "0000000a one");
    mj_failed_mounts_take(&failed, "0000000b two");
    mj_failed_mounts_take(&failed, "0000000a again");
    ck_assert_uint_eq(failed.count, 2);
    ck_assert_str_eq(failed.mounts[0].reason, "again");
    mj_failed_mounts_take(&failed, "0000000a");
    mj_failed_mounts_take(&failed, "0000000c");
    ck_assert_uint_eq(failed.count, 1);
    ck_assert_str_eq(failed.mounts[0].reason, "two");
    mj_failed_mounts_take(&failed, "");
    mj_failed_mounts_take(&failed, " x");
    mj_failed_mounts_take(&failed, "nonsense");
    mj_failed_mounts_take(&failed, apr_psprintf(test_pool, "0000000b %0999d", 0));
    ck_assert_uint_eq(failed.count, 1);
    ck_assert_uint_eq(strlen(failed.mounts[0].reason), MJ_FAILED_REASON - 1);
    for (i = 0; i < 1000; i++) {
        mj_failed_mounts_take(&failed, apr_psprintf(test_pool, "%08x many", 100 + i));
    }
    ck_assert_uint_eq(failed.count, MJ_FAILED_MOUNTS);
}
END_TEST

START_TEST(should_know_what_only_one_process_can_have)
{
    ck_assert(mj_failure_is_exclusive("pool p pid 1 ended: exit code 1: ERROR: transport error 202: bind failed: Address already "
                                      "in use"));
    ck_assert(mj_failure_is_exclusive("A.java:3: java.net.BindException: Permission denied"));
    ck_assert(mj_failure_is_exclusive("a.jar: org.h2.jdbc.JdbcSQLNonTransientConnectionException: Database may be already in "
                                      "use"));
    ck_assert(mj_failure_is_exclusive("a.jar: org.apache.lucene.store.LockObtainFailedException: Lock held by another program"));
    ck_assert(mj_failure_is_exclusive("a.jar: org.sqlite.SQLiteException: [SQLITE_BUSY] The database file is locked"));
    ck_assert(!mj_failure_is_exclusive("A.java:3: cannot find symbol: class Blocked"));
    ck_assert(!mj_failure_is_exclusive(""));
}
END_TEST

START_TEST(should_hash_as_the_host_does)
{
    ck_assert_uint_eq(mj_span_hash((mj_span_t){"", 0}), 0x811c9dc5);
    ck_assert_uint_eq(mj_span_hash((mj_span_t){"a", 1}), 0xe40c292c);
    ck_assert_uint_eq(mj_span_hash((mj_span_t){"foobar", 6}), 0xbf9cf968);
}
END_TEST

START_TEST(should_miss_what_worked_before)
{
    mj_span_t both = record_of("/a", "/b", NULL);
    const char *a = hash_of("/a"), *b = hash_of("/b"), *a_and_b = apr_pstrcat(test_pool, a, " ", b, NULL);
    ck_assert_ptr_null(lost(both, "", both, ""));
    ck_assert_str_eq(lost(both, "", both, b), "/b");
    ck_assert_str_eq(lost(both, a, both, a_and_b), "/b");
    ck_assert_str_eq(lost(both, b, both, a), "/a"); /* as many as before, and yet */
}
END_TEST

START_TEST(should_not_miss_what_did_not_work_or_was_not_there)
{
    mj_span_t both = record_of("/a", "/b", NULL), one = record_of("/a", NULL);
    ck_assert_ptr_null(lost(both, hash_of("/b"), both, hash_of("/b")));
    ck_assert_ptr_null(lost(one, "", both, hash_of("/b")));
    ck_assert_ptr_null(lost(both, "", one, "")); /* taken out of the settings */
}
END_TEST

START_TEST(should_take_anything_for_hashes)
{
    mj_span_t both = record_of("/a", "/b", NULL);
    ck_assert_ptr_null(lost(both, "", both, "zzz"));
    ck_assert_ptr_null(lost(both, "", both, "   "));
    ck_assert_ptr_null(lost(both, "", both, "00000000 -1 99999999999999999999"));
    ck_assert_str_eq(lost(both, "zzz ", both, hash_of("/a")), "/a");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("failures of applications");
    TCase *failures = mj_case(suite, "failures");
    tcase_add_test(failures, should_keep_why_mounts_failed_until_they_work);
    tcase_add_test(failures, should_know_what_only_one_process_can_have);
    tcase_add_test(failures, should_hash_as_the_host_does);
    tcase_add_test(failures, should_miss_what_worked_before);
    tcase_add_test(failures, should_not_miss_what_did_not_work_or_was_not_there);
    tcase_add_test(failures, should_take_anything_for_hashes);
    return suite;
}
