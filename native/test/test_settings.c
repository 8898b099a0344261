#include "harness.h"
#include "settings.h"

#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#define FIELDS (sizeof(mj_scope_t) / sizeof(const char *))
#define PARAMS (offsetof(mj_scope_t, params) / sizeof(const char *))

/* Every field of a scope but its parameters is one pointer, here to a string, so that a field that
 * is added later is tested here without being named. */
static const char **field(mj_scope_t *scope, size_t i)
{
    return (const char **)(void *)scope + i;
}

static mj_scope_t *filled(const char *prefix)
{
    mj_scope_t *scope = mj_scope_make(test_pool);

    for (size_t i = 0; i < FIELDS; i++) {
        if (i != PARAMS) {
            *field(scope, i) = apr_psprintf(test_pool, "%s-%d", prefix, (int)i);
        }
    }
    return scope;
}

static const char *params_of(const mj_scope_t *scope)
{
    const char *all = "";

    for (int i = 0; i < scope->params->nelts; i++) {
        const mj_param_t *param = &APR_ARRAY_IDX(scope->params, i, mj_param_t);
        all = apr_pstrcat(test_pool, all, param->name, "=", param->value, " ", NULL);
    }
    return all;
}

START_TEST(a_new_scope_sets_nothing)
{
    mj_scope_t *scope = mj_scope_make(test_pool);

    ck_assert_uint_eq(sizeof(mj_scope_t) % sizeof(const char *), 0);
    for (size_t i = 0; i < FIELDS; i++) {
        ck_assert(i == PARAMS || *field(scope, i) == NULL);
    }
    ck_assert_int_eq(scope->params->nelts, 0);
}
END_TEST

START_TEST(the_inner_scope_wins)
{
    mj_scope_t *merged = mj_scope_merge(test_pool, filled("base"), filled("add"));

    for (size_t i = 0; i < FIELDS; i++) {
        ck_assert_msg(i == PARAMS || strcmp(*field(merged, i), apr_psprintf(test_pool, "add-%d", (int)i)) == 0, "field %d",
                      (int)i);
    }
}
END_TEST

START_TEST(what_the_inner_scope_leaves_out_comes_from_the_outer)
{
    for (size_t set = 0; set < FIELDS; set++) {
        mj_scope_t *add = mj_scope_make(test_pool);
        mj_scope_t *merged;

        if (set != PARAMS) {
            *field(add, set) = "only";
        }
        merged = mj_scope_merge(test_pool, filled("base"), add);
        for (size_t i = 0; i < FIELDS; i++) {
            const char *expected = i == set ? "only" : apr_psprintf(test_pool, "base-%d", (int)i);
            ck_assert_msg(i == PARAMS || strcmp(*field(merged, i), expected) == 0, "field %d with %d set", (int)i, (int)set);
        }
    }
}
END_TEST

START_TEST(an_outer_scope_without_settings_changes_nothing)
{
    mj_scope_t *merged = mj_scope_merge(test_pool, mj_scope_make(test_pool), filled("add"));
    mj_scope_t *empty = mj_scope_merge(test_pool, mj_scope_make(test_pool), mj_scope_make(test_pool));

    for (size_t i = 0; i < FIELDS; i++) {
        ck_assert(i == PARAMS || strcmp(*field(merged, i), apr_psprintf(test_pool, "add-%d", (int)i)) == 0);
        ck_assert(i == PARAMS || *field(empty, i) == NULL);
    }
    ck_assert_ptr_nonnull(empty->params);
}
END_TEST

START_TEST(a_merge_leaves_both_scopes_as_they_were)
{
    mj_scope_t *base = filled("base");
    mj_scope_t *add = filled("add");

    mj_scope_set_param(base, test_pool, "a", "1");
    mj_scope_set_param(add, test_pool, "a", "2");
    mj_scope_set_param(mj_scope_merge(test_pool, base, add), test_pool, "b", "3");
    for (size_t i = 0; i < FIELDS; i++) {
        ck_assert(i == PARAMS || strcmp(*field(base, i), apr_psprintf(test_pool, "base-%d", (int)i)) == 0);
        ck_assert(i == PARAMS || strcmp(*field(add, i), apr_psprintf(test_pool, "add-%d", (int)i)) == 0);
    }
    ck_assert_str_eq(params_of(base), "a=1 ");
    ck_assert_str_eq(params_of(add), "a=2 ");
}
END_TEST

START_TEST(parameters_are_merged_by_name)
{
    mj_scope_t *base = mj_scope_make(test_pool);
    mj_scope_t *add = mj_scope_make(test_pool);

    mj_scope_set_param(base, test_pool, "a", "1");
    mj_scope_set_param(base, test_pool, "b", "2");
    mj_scope_set_param(add, test_pool, "c", "3");
    mj_scope_set_param(add, test_pool, "a", "4");
    ck_assert_str_eq(params_of(mj_scope_merge(test_pool, base, add)), "a=4 b=2 c=3 ");
    ck_assert_str_eq(params_of(mj_scope_merge(test_pool, base, mj_scope_make(test_pool))), "a=1 b=2 ");
    ck_assert_str_eq(params_of(mj_scope_merge(test_pool, mj_scope_make(test_pool), add)), "c=3 a=4 ");
}
END_TEST

START_TEST(a_parameter_set_twice_keeps_its_place)
{
    mj_scope_t *scope = mj_scope_make(test_pool);

    mj_scope_set_param(scope, test_pool, "a", "1");
    mj_scope_set_param(scope, test_pool, "A", "2");
    mj_scope_set_param(scope, test_pool, "a", "");
    ck_assert_str_eq(params_of(scope), "a= A=2 ");
}
END_TEST

START_TEST(setting_a_parameter_leaves_copies_of_the_scope_alone)
{
    mj_scope_t *scope = mj_scope_make(test_pool);
    mj_scope_t copy;

    mj_scope_set_param(scope, test_pool, "a", "1");
    copy = *scope;
    mj_scope_set_param(&copy, test_pool, "a", "2");
    mj_scope_set_param(&copy, test_pool, "b", "3");
    ck_assert_str_eq(params_of(scope), "a=1 ");
}
END_TEST

static void assert_definition(const char *target, const mj_scope_t *scope, const char *const *expected)
{
    mj_record_iter_t iter = {.rest = mj_application_definition(test_pool, target, "/a", scope, "host|/a")};

    for (; expected[0] != NULL; expected += 2) {
        ck_assert_int_eq(mj_record_next(&iter), APR_SUCCESS);
        ck_assert_msg(mj_span_is(iter.name, expected[0]), "%s", expected[0]);
        ck_assert_msg(mj_span_is(iter.value, expected[1]), "%s", expected[1]);
    }
    ck_assert_int_eq(mj_record_next(&iter), APR_EOF);
}

#define ASSERT_DEFINITION(scope, ...) assert_definition("/srv/a.java", scope, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(a_definition_has_its_entries_in_order)
{
    mj_scope_t *scope = mj_scope_make(test_pool);

    ASSERT_DEFINITION(scope, "target", "/srv/a.java", "entry-point", "application", "group", "host|/a");
    scope->process_group = "elsewhere";
    scope->entry_point = "Shop::handle";
    scope->application_group = "shops";
    mj_scope_set_param(scope, test_pool, "b", "2=3");
    mj_scope_set_param(scope, test_pool, "a", "");
    ASSERT_DEFINITION(scope, "target", "/srv/a.java", "entry-point", "Shop::handle", "group", "shops", "param", "b=2=3", "param",
                      "a=");
}
END_TEST

START_TEST(a_definition_has_the_mount_of_what_may_be_a_web_application)
{
    static const char *const targets[] = {"/srv/a.war", "/srv/a", "/srv/a-1.2"};
    const mj_scope_t *scope = mj_scope_make(test_pool);
    size_t i;

    for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        const char *const expected[] = {"target",  targets[i], "entry-point", "application", "group",
                                        "host|/a", "mount",    "/a",          NULL};
        assert_definition(targets[i], scope, expected);
    }
    ASSERT_DEFINITION(scope, "target", "/srv/a.java", "entry-point", "application", "group", "host|/a");
}
END_TEST

START_TEST(a_definition_has_the_options_of_the_mount_in_order)
{
    mj_scope_t *scope = mj_scope_make(test_pool);
    apr_array_header_t *arguments = apr_array_make(test_pool, 2, sizeof(const char *));

    APR_ARRAY_PUSH(arguments, const char *) = "--b=2";
    APR_ARRAY_PUSH(arguments, const char *) = "";
    APR_ARRAY_PUSH(arguments, const char *) = "a b";
    scope->context = "/etc/context.xml";
    scope->arguments = arguments;
    mj_scope_set_param(scope, test_pool, "c", "d");
    ASSERT_DEFINITION(mj_scope_merge(test_pool, mj_scope_make(test_pool), scope), "target", "/srv/a.java", "entry-point",
                      "application", "group", "host|/a", "context", "/etc/context.xml", "argument", "--b=2", "argument", "",
                      "argument", "a b", "param", "c=d");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("settings");
    TCase *tcase = mj_case(suite, "scope");

    tcase_add_test(tcase, a_new_scope_sets_nothing);
    tcase_add_test(tcase, the_inner_scope_wins);
    tcase_add_test(tcase, what_the_inner_scope_leaves_out_comes_from_the_outer);
    tcase_add_test(tcase, an_outer_scope_without_settings_changes_nothing);
    tcase_add_test(tcase, a_merge_leaves_both_scopes_as_they_were);
    tcase_add_test(tcase, parameters_are_merged_by_name);
    tcase_add_test(tcase, a_parameter_set_twice_keeps_its_place);
    tcase_add_test(tcase, setting_a_parameter_leaves_copies_of_the_scope_alone);
    tcase_add_test(tcase, a_definition_has_its_entries_in_order);
    tcase_add_test(tcase, a_definition_has_the_mount_of_what_may_be_a_web_application);
    tcase_add_test(tcase, a_definition_has_the_options_of_the_mount_in_order);
    return suite;
}
