/* Of what an archive's key is made, and what it is made from. */
#include "archive_key.h"
#include "harness.h"

#include <apr_strings.h>
#include <string.h>

static mj_record_builder_t *record;

static void make(void)
{
    record = mj_record_builder_make(test_pool);
    mj_record_add(record, "name", "shop");
    mj_record_add(record, "home", "/home/shop");
    mj_record_add(record, "java-home", "/jdk");
    mj_record_add_number(record, "heap", 256 << 20);
}

static void add(const char *option)
{
    mj_record_add(record, "java-option", option);
}

static const char *key(void)
{
    return mj_archive_key(mj_archive_settings(mj_record_bytes(record), test_pool), 1, test_pool);
}

static const char *key_with(const char *option)
{
    make();
    add(option);
    return key();
}

/* Tried with Java 17 and 25: a JVM takes an archive that was made without these. */
START_TEST(should_be_the_same_for_names_and_sizes)
{
    static const char *const options[] = {"-Xmx1g",
                                          "-Xms64m",
                                          "-Xmn8m",
                                          "-Xss2m",
                                          "-XX:InitialHeapSize=20m",
                                          "-XX:MaxRAMPercentage=10",
                                          "-Duser.home=/x",
                                          "-Djava.io.tmpdir=/tmp/x",
                                          "-Dcom.sun.management.jmxremote.port=9999",
                                          "-Djdk.nio.maxCachedBufferSize=1",
                                          "-Xlog:gc:file=/var/log/gc.log",
                                          "-verbose:gc",
                                          "-ea",
                                          "-Xint",
                                          "-XX:OnError=reboot",
                                          "-XX:ErrorFile=/x/y",
                                          "-XX:+HeapDumpOnOutOfMemoryError",
                                          "-XX:HeapDumpPath=/x/y",
                                          "-XX:MaxMetaspaceSize=64m",
                                          "-XX:ActiveProcessorCount=1",
                                          "-XX:StartFlightRecording=filename=/x/y"};
    const char *plain = key();
    size_t i;

    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        ck_assert_msg(strcmp(key_with(options[i]), plain) == 0, "another key with %s", options[i]);
    }
    record = mj_record_builder_make(test_pool);
    mj_record_add(record, "name", "blog");
    mj_record_add(record, "home", "/home/blog");
    mj_record_add(record, "env", "SECRET=blog");
    mj_record_add(record, "class-path", "/srv/blog.jar");
    mj_record_add(record, "java-home", "/jdk");
    mj_record_add_number(record, "heap", 64 << 20);
    mj_record_add_number(record, "uid", 1234);
    mj_record_add_number(record, "stack-size", 1 << 20);
    ck_assert_str_eq(key(), plain);
}
END_TEST

START_TEST(should_be_another_for_whatever_a_jvm_looks_at)
{
    static const char *const options[] = {"-XX:+UseParallelGC",
                                          "-XX:-UseCompressedOops",
                                          "-XX:+UseCompactObjectHeaders",
                                          "-XX:ObjectAlignmentInBytes=16",
                                          "-XX:-CompactStrings",
                                          "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                                          "--add-modules=java.sql",
                                          "--enable-native-access=ALL-UNNAMED",
                                          "--enable-preview",
                                          "-Xverify:none",
                                          "-Xmx32g",
                                          "-Xmx34359738368",
                                          "-Xmx64G",
                                          "-XX:MaxHeapSize=40000m",
                                          "-Xfuture"};
    const char *plain = key();
    size_t i;

    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        ck_assert_msg(strcmp(key_with(options[i]), plain) != 0, "the same key with %s", options[i]);
    }
    ck_assert_str_eq(key_with("-Xmx31g"), plain);
    ck_assert_str_eq(key_with("-Xmx33554431k"), plain);
    make();
    ck_assert_str_ne(mj_archive_key(mj_archive_settings(mj_record_bytes(record), test_pool), 2, test_pool), plain);
    record = mj_record_builder_make(test_pool);
    mj_record_add(record, "java-home", "/other-jdk");
    ck_assert_str_ne(key(), plain);
    mj_record_add_number(record, "heap", INT64_C(33) << 30);
    ck_assert_str_ne(key(), plain);
}
END_TEST

START_TEST(should_be_of_16_digits)
{
    ck_assert_uint_eq(strlen(key()), 16);
    ck_assert_uint_eq(strspn(key(), "0123456789abcdef"), 16);
}
END_TEST

/* What trains knows of no pool more than the options. */
START_TEST(should_be_made_from_nothing_of_a_pool)
{
    mj_span_t settings, value;
    mj_record_iter_t iter;
    unsigned options = 0;

    mj_record_add(record, "env", "SECRET=1");
    mj_record_add(record, "class-path", "/srv/shop.jar");
    add("-Dpassword=secret");
    add("-Xlog:gc:file=/srv/gc.log");
    add("-XX:+UseZGC");
    settings = mj_archive_settings(mj_record_bytes(record), test_pool);
    iter = (mj_record_iter_t){.rest = settings};
    while (mj_record_next(&iter) == APR_SUCCESS) {
        ck_assert(mj_span_is(iter.name, "name") || mj_span_is(iter.name, "java-home") || mj_span_is(iter.name, "heap") ||
                  mj_span_is(iter.name, "threads") || mj_span_is(iter.name, "java-option"));
        options += mj_span_is(iter.name, "java-option");
    }
    ck_assert_uint_eq(options, 1);
    ck_assert(mj_record_find(settings, "java-option", &value) && mj_span_is(value, "-XX:+UseZGC"));
    ck_assert(mj_record_find(settings, "name", &value) && mj_span_is(value, "training"));
}
END_TEST

static void expect_conflict(const char *conflict)
{
    mj_span_t found;
    ck_assert_msg(mj_archive_conflict(mj_record_bytes(record), &found), "nothing against an archive: %s", conflict);
    ck_assert_msg(mj_span_is(found, conflict), "%.*s, not %s", (int)found.len, found.data, conflict);
}

START_TEST(should_not_be_where_an_option_is_against_it)
{
    static const char *const against[] = {"-javaagent:/a.jar",
                                          "-agentlib:jdwp",
                                          "-Xshare:off",
                                          "-XX:AOTCache=/a",
                                          "-XX:AOTMode=off",
                                          "-XX:SharedArchiveFile=/a",
                                          "-XX:ArchiveClassesAtExit=/a",
                                          "--patch-module=java.base=/a",
                                          "-XX:CompileCommandFile=x",
                                          "-XX:UnknownFile=/home/shop/x"};
    static const char *const fine[] = {"--add-opens=java.base/java.lang=ALL-UNNAMED", "-XX:ErrorFile=/x/y", "-XX:+UseZGC",
                                       "-Dx=/y"};
    mj_span_t found;
    size_t i;

    for (i = 0; i < sizeof(against) / sizeof(against[0]); i++) {
        make();
        add(against[i]);
        expect_conflict(against[i]);
    }
    make();
    for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        add(fine[i]);
    }
    mj_record_add(record, "env", "MY_JAVA_TOOL_OPTIONS=-Xint");
    ck_assert(!mj_archive_conflict(mj_record_bytes(record), &found));
    mj_record_add(record, "env", "JAVA_TOOL_OPTIONS=-Dpassword=secret");
    expect_conflict("JAVA_TOOL_OPTIONS");
    make();
    mj_record_add(record, "env", "_JAVA_OPTIONS=");
    expect_conflict("_JAVA_OPTIONS");
}
END_TEST

START_TEST(should_tell_what_brings_modules_along)
{
    mj_span_t found;
    add("-Dx=y");
    ck_assert(!mj_archive_module_conflict(mj_record_bytes(record), &found));
    add("-Dcom.sun.management.jmxremote");
    ck_assert(mj_archive_module_conflict(mj_record_bytes(record), &found) && mj_span_is(found, "-Dcom.sun.management.jmxremote"));
    ck_assert(!mj_archive_conflict(mj_record_bytes(record), &found));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("archive key");
    TCase *all = mj_case(suite, "archive key");
    tcase_add_checked_fixture(all, make, NULL);
    tcase_add_test(all, should_be_the_same_for_names_and_sizes);
    tcase_add_test(all, should_be_another_for_whatever_a_jvm_looks_at);
    tcase_add_test(all, should_be_of_16_digits);
    tcase_add_test(all, should_be_made_from_nothing_of_a_pool);
    tcase_add_test(all, should_not_be_where_an_option_is_against_it);
    tcase_add_test(all, should_tell_what_brings_modules_along);
    return suite;
}
