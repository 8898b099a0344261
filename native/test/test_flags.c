#include "flags.h"
#include "harness.h"

#include <dlfcn.h>

static mj_flags_t flags_of_jdk(void)
{
    void *library = dlopen(MJ_JAVA_HOME "/lib/server/libjvm.so", RTLD_NOW);
    ck_assert_msg(library != NULL, "%s", dlerror());
    return mj_flags_of(library);
}

START_TEST(should_know_the_options_of_a_jvm)
{
    mj_flags_t flags = flags_of_jdk();
    ck_assert(mj_flag_is_known(&flags, "-XX:+UseSerialGC"));
    ck_assert(mj_flag_is_known(&flags, "-XX:-UseSerialGC"));
    ck_assert(mj_flag_is_known(&flags, "-XX:MaxHeapSize=64m"));
    ck_assert(mj_flag_is_known(&flags, "-XX:+UnlockDiagnosticVMOptions"));
    ck_assert(!mj_flag_is_known(&flags, "-XX:+UseSerialG"));
    ck_assert(!mj_flag_is_known(&flags, "-XX:+UseSerialGCs"));
    ck_assert(!mj_flag_is_known(&flags, "-XX:NoJvmHasThis=1"));
    ck_assert(!mj_flag_is_known(&flags, "-XX:"));
}
END_TEST

START_TEST(should_pass_what_is_no_flag)
{
    mj_flags_t flags = {.rows = NULL};
    ck_assert(mj_flag_is_known(&flags, "-Xmx64m"));
    ck_assert(mj_flag_is_known(&flags, "-Da=-XX:b"));
}
END_TEST

START_TEST(should_know_no_flag_of_what_has_no_table)
{
    mj_flags_t flags = mj_flags_of(dlopen(NULL, RTLD_NOW));
    ck_assert(!mj_flag_is_known(&flags, "-XX:+UseSerialGC"));
}
END_TEST

START_TEST(should_remove_unknown_ones_of_our_own)
{
    mj_flags_t flags = flags_of_jdk();
    mj_options_t options = {.count = 0};

    mj_options_add(&options, "-Djava.class.path=x");
    mj_options_add(&options, "-XX:NoJvmHasThis=1");
    mj_options_add(&options, "-XX:+UseSerialGC");
    options.own_count = options.count;
    mj_options_add(&options, "-XX:NorThis=1"); /* the pool's: the JVM says what it has against it */
    mj_flags_keep_known(&flags, &options);
    ck_assert_int_eq(options.count, 3);
    ck_assert_int_eq(options.own_count, 2);
    ck_assert_str_eq(options.texts[0], "-Djava.class.path=x");
    ck_assert_str_eq(options.texts[1], "-XX:+UseSerialGC");
    ck_assert_str_eq(options.texts[2], "-XX:NorThis=1");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("flags");
    TCase *flags = mj_case(suite, "flags");
    tcase_add_test(flags, should_know_the_options_of_a_jvm);
    tcase_add_test(flags, should_pass_what_is_no_flag);
    tcase_add_test(flags, should_know_no_flag_of_what_has_no_table);
    tcase_add_test(flags, should_remove_unknown_ones_of_our_own);
    return suite;
}
