#include "harness.h"
#include "identity.h"

#include <apr_strings.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

/* IDs that have no entry in the database; looked for, because nobody promises that. */
static unsigned long nobodys_uid;
static unsigned long nobodys_gid;

/* Users that every system has, with what the database says of them. */
static struct passwd nobody, daemon_user;
static struct group users_group;

static void find_people(void)
{
    struct passwd *pw;
    struct group *gr;

    pw = getpwnam("nobody");
    ck_assert_ptr_nonnull(pw);
    nobody = *pw;
    nobody.pw_name = apr_pstrdup(test_pool, pw->pw_name);
    nobody.pw_dir = apr_pstrdup(test_pool, pw->pw_dir);
    pw = getpwnam("daemon");
    ck_assert_ptr_nonnull(pw);
    daemon_user = *pw;
    daemon_user.pw_name = apr_pstrdup(test_pool, pw->pw_name);
    daemon_user.pw_dir = apr_pstrdup(test_pool, pw->pw_dir);
    gr = getgrnam("users");
    ck_assert_ptr_nonnull(gr);
    users_group = *gr;
    ck_assert_uint_gt(nobody.pw_uid, daemon_user.pw_uid);
    ck_assert_uint_gt(daemon_user.pw_uid, 0);
    for (nobodys_uid = 3000000001UL; getpwuid((uid_t)nobodys_uid) != NULL; nobodys_uid++) {
    }
    for (nobodys_gid = 3000000002UL; getgrgid((gid_t)nobodys_gid) != NULL; nobodys_gid++) {
    }
}

static mj_pool_settings_t *fresh(const char *user, const char *group, const char *supplementary)
{
    mj_pool_settings_t *settings = mj_pool_settings_make(test_pool, "shop");

    settings->user = user;
    settings->group = group;
    settings->supplementary_groups = supplementary;
    return settings;
}

static const char *number(unsigned long id)
{
    return apr_psprintf(test_pool, "#%lu", id);
}

static const char *as_root(mj_pool_settings_t *settings, uid_t minimum_uid)
{
    return mj_identity_resolve(settings, test_pool, 0, 0, minimum_uid);
}

static void assert_says(const char *wrong, const char *start, const char *mend)
{
    ck_assert_msg(wrong != NULL, "no message that starts with \"%s\"", start);
    ck_assert_msg(strncmp(wrong, start, strlen(start)) == 0, "\"%s\" does not start with \"%s\"", wrong, start);
    ck_assert_msg(strstr(wrong, mend) != NULL, "\"%s\" does not say \"%s\"", wrong, mend);
}

static void assert_groups(const mj_pool_settings_t *settings, int count, const gid_t *groups)
{
    ck_assert_int_eq(settings->groups->nelts, count);
    for (int i = 0; i < count; i++) {
        ck_assert_uint_eq(APR_ARRAY_IDX(settings->groups, i, gid_t), groups[i]);
    }
}

START_TEST(a_user_brings_group_home_and_login)
{
    const char *const ways[] = {"nobody", number(nobody.pw_uid), apr_psprintf(test_pool, "%lu", (unsigned long)nobody.pw_uid)};

    for (size_t i = 0; i < 3; i++) {
        mj_pool_settings_t *settings = fresh(ways[i], NULL, NULL);
        gid_t own[64];
        int count = 64;

        ck_assert_ptr_null(as_root(settings, 100));
        ck_assert(settings->has_identity);
        ck_assert_uint_eq(settings->uid, nobody.pw_uid);
        ck_assert_uint_eq(settings->gid, nobody.pw_gid);
        ck_assert_str_eq(settings->login, "nobody");
        ck_assert_int_gt(getgrouplist("nobody", nobody.pw_gid, own, &count), 0);
        assert_groups(settings, count, own);
    }
}
END_TEST

START_TEST(the_home_is_the_users_if_it_is_there)
{
    mj_pool_settings_t *settings = fresh("daemon", NULL, NULL);
    mj_pool_settings_t *given = fresh("daemon", NULL, NULL);
    mj_pool_settings_t *homeless = fresh("nobody", NULL, NULL);

    given->home = "/srv";
    ck_assert_ptr_null(as_root(settings, 1));
    ck_assert_ptr_null(as_root(given, 1));
    ck_assert_ptr_null(as_root(homeless, 1));
    ck_assert_str_eq(settings->home, daemon_user.pw_dir);
    ck_assert_str_eq(given->home, "/srv");
    ck_assert_int_ne(access(nobody.pw_dir, F_OK), 0);
    ck_assert_str_eq(homeless->home, "/");
}
END_TEST

START_TEST(a_group_takes_the_place_of_the_users)
{
    const char *const ways[] = {"users", number(users_group.gr_gid),
                                apr_psprintf(test_pool, "%lu", (unsigned long)users_group.gr_gid)};

    for (size_t i = 0; i < 3; i++) {
        mj_pool_settings_t *settings = fresh("nobody", ways[i], NULL);

        ck_assert_ptr_null(as_root(settings, 100));
        ck_assert_uint_eq(settings->gid, users_group.gr_gid);
        ck_assert_uint_eq(APR_ARRAY_IDX(settings->groups, 0, gid_t), users_group.gr_gid);
    }
}
END_TEST

START_TEST(numbers_need_no_entry)
{
    mj_pool_settings_t *settings = fresh(number(nobodys_uid), number(nobodys_gid), NULL);

    ck_assert_ptr_null(as_root(settings, 100));
    ck_assert_uint_eq(settings->uid, nobodys_uid);
    ck_assert_uint_eq(settings->gid, nobodys_gid);
    ck_assert_str_eq(settings->login, "");
    ck_assert_str_eq(settings->home, "/");
    assert_groups(settings, 0, NULL);
}
END_TEST

START_TEST(a_number_without_entry_and_group_is_refused)
{
    const char *user = number(nobodys_uid);

    assert_says(as_root(fresh(user, NULL, NULL), 100), apr_pstrcat(test_pool, "user=", user, ": ", NULL), "give group= too");
}
END_TEST

START_TEST(supplementary_groups_are_exactly_those_given)
{
    gid_t expected[] = {users_group.gr_gid, (gid_t)nobodys_gid};
    mj_pool_settings_t *settings = fresh("nobody", NULL, apr_psprintf(test_pool, "users, #%lu", nobodys_gid));
    mj_pool_settings_t *none = fresh("nobody", NULL, "");

    ck_assert_ptr_null(as_root(settings, 100));
    assert_groups(settings, 2, expected);
    ck_assert_ptr_null(as_root(none, 100));
    assert_groups(none, 0, NULL);
}
END_TEST

START_TEST(more_groups_than_the_system_takes_are_refused)
{
    char *many = apr_palloc(test_pool, 200001);

    for (size_t i = 0; i < 100000; i++) {
        memcpy(many + 2 * i, "9,", 3);
    }
    assert_says(as_root(fresh("nobody", NULL, many), 100), "supplementary-groups: 100000 groups", "more than this system allows");
}
END_TEST

START_TEST(root_must_name_a_user)
{
    assert_says(as_root(fresh(NULL, "users", NULL), 100), "user= is missing", "user=alice");
}
END_TEST

START_TEST(who_does_not_exist_is_refused)
{
    static const char *const users[] = {
        "no-such-user", "#4294967295", "4294967295", "#4294967296", "#99999999999999999999", "#", "#-1", "-1", "+1",
        "#1x",          "# 1",         "##1",        "1 "};

    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        const char *mend = users[i][0] == '#' ? "and a number" : "create it";
        assert_says(as_root(fresh(users[i], "users", NULL), 1), apr_pstrcat(test_pool, "user=", users[i], ": ", NULL), mend);
        assert_says(as_root(fresh("nobody", users[i], NULL), 1), apr_pstrcat(test_pool, "group=", users[i], ": ", NULL), mend);
    }
    assert_says(as_root(fresh("nobody", NULL, "users,no-such-group"), 1), "supplementary-groups=no-such-group: ", "create it");
}
END_TEST

START_TEST(uid_0_is_refused_by_any_name)
{
    static const char *const ways[] = {"root", "#0", "0", "00", "#0000"};

    for (size_t i = 0; i < 5; i++) {
        const char *start = apr_psprintf(test_pool, "user=%s: this is UID 0", ways[i]);

        assert_says(as_root(fresh(ways[i], NULL, NULL), 0), start, "name another user");
        assert_says(as_root(fresh(ways[i], "users", ""), 0), start, "name another user");
    }
}
END_TEST

START_TEST(gid_0_is_refused_by_any_name)
{
    static const char *const ways[] = {"root", "#0", "0", "00"};

    for (size_t i = 0; i < 4; i++) {
        const char *list = apr_pstrcat(test_pool, "users,", ways[i], NULL);

        assert_says(as_root(fresh("nobody", ways[i], NULL), 100), apr_psprintf(test_pool, "group=%s: this is GID 0", ways[i]),
                    "name another group");
        assert_says(as_root(fresh("nobody", NULL, list), 100), apr_psprintf(test_pool, "supplementary-groups=%s: GID 0 ", list),
                    "leave it out");
        assert_says(as_root(fresh(number(nobodys_uid), "users", list), 100),
                    apr_psprintf(test_pool, "supplementary-groups=%s: ", list), "leave it out");
    }
}
END_TEST

START_TEST(uids_under_the_minimum_are_refused)
{
    uid_t uid = daemon_user.pw_uid;

    ck_assert_ptr_null(as_root(fresh("daemon", NULL, NULL), uid));
    assert_says(as_root(fresh("daemon", NULL, NULL), uid + 1), "user=daemon: UID ", "lower JVMMinimumUID");
    assert_says(as_root(fresh(number(uid), NULL, NULL), uid + 1), apr_psprintf(test_pool, "user=#%lu: UID ", (unsigned long)uid),
                "name another user");
    assert_says(as_root(fresh(number(nobodys_uid), "users", NULL), (uid_t)nobodys_uid + 1), "user=#", "lower JVMMinimumUID");
}
END_TEST

START_TEST(who_is_not_root_runs_as_itself)
{
    mj_pool_settings_t *settings = fresh(NULL, NULL, NULL);

    ck_assert_ptr_null(mj_identity_resolve(settings, test_pool, daemon_user.pw_uid, users_group.gr_gid, 100));
    ck_assert(!settings->has_identity);
    ck_assert_uint_eq(settings->uid, daemon_user.pw_uid);
    ck_assert_uint_eq(settings->gid, users_group.gr_gid);
    ck_assert_str_eq(settings->login, "daemon");
    ck_assert_str_eq(settings->home, daemon_user.pw_dir);
    assert_groups(settings, 0, NULL);
}
END_TEST

START_TEST(who_is_not_root_may_name_itself)
{
    const char *const ways[] = {"daemon", number(daemon_user.pw_uid)};

    for (size_t i = 0; i < 2; i++) {
        mj_pool_settings_t *settings = fresh(ways[i], number(users_group.gr_gid), NULL);

        ck_assert_ptr_null(mj_identity_resolve(settings, test_pool, daemon_user.pw_uid, users_group.gr_gid, 100));
        ck_assert(!settings->has_identity);
        ck_assert_uint_eq(settings->uid, daemon_user.pw_uid);
        ck_assert_uint_eq(settings->gid, users_group.gr_gid);
        ck_assert_str_eq(settings->login, "daemon");
    }
}
END_TEST

START_TEST(who_is_not_root_may_have_no_entry)
{
    const char *const ways[] = {NULL, number(nobodys_uid)};

    for (size_t i = 0; i < 2; i++) {
        mj_pool_settings_t *settings = fresh(ways[i], NULL, NULL);

        ck_assert_ptr_null(mj_identity_resolve(settings, test_pool, (uid_t)nobodys_uid, (gid_t)nobodys_gid, 100));
        ck_assert_uint_eq(settings->uid, nobodys_uid);
        ck_assert_uint_eq(settings->gid, nobodys_gid);
        ck_assert_str_eq(settings->login, "");
        ck_assert_str_eq(settings->home, "/");
    }
}
END_TEST

START_TEST(who_is_not_root_keeps_the_home_that_is_given)
{
    mj_pool_settings_t *settings = fresh("daemon", NULL, NULL);

    settings->home = "/srv";
    ck_assert_ptr_null(mj_identity_resolve(settings, test_pool, daemon_user.pw_uid, users_group.gr_gid, 100));
    ck_assert_str_eq(settings->home, "/srv");
}
END_TEST

START_TEST(who_is_not_root_can_be_nobody_else)
{
    uid_t uid = daemon_user.pw_uid;
    gid_t gid = users_group.gr_gid;

    assert_says(mj_identity_resolve(fresh("nobody", NULL, NULL), test_pool, uid, gid, 100), "user=nobody: ", "leave user= out");
    assert_says(mj_identity_resolve(fresh("root", NULL, NULL), test_pool, uid, gid, 100), "user=root: ", "leave user= out");
    assert_says(mj_identity_resolve(fresh(number(nobodys_uid), NULL, NULL), test_pool, uid, gid, 100), "user=#",
                "leave user= out");
    assert_says(mj_identity_resolve(fresh("no-such-user", NULL, NULL), test_pool, uid, gid, 100),
                "user=no-such-user: ", "create it");
    assert_says(mj_identity_resolve(fresh(NULL, "root", NULL), test_pool, uid, gid, 100), "group=root: ", "leave it out");
    assert_says(mj_identity_resolve(fresh(NULL, "no-such-group", NULL), test_pool, uid, gid, 100),
                "group=no-such-group: ", "create it");
    assert_says(mj_identity_resolve(fresh(NULL, NULL, "users"), test_pool, uid, gid, 100),
                "supplementary-groups=users: ", "leave it out");
    assert_says(mj_identity_resolve(fresh(NULL, NULL, ""), test_pool, uid, gid, 100), "supplementary-groups=: ", "leave it out");
}
END_TEST

static const char *scripts(mj_pool_settings_t *settings, const char *user, const char *group)
{
    settings->script_user = user;
    settings->script_group = group;
    return as_root(settings, 1);
}

START_TEST(targets_may_have_to_belong_to_somebody)
{
    mj_pool_settings_t *settings = fresh("nobody", NULL, "");

    ck_assert_ptr_null(scripts(settings, NULL, NULL));
    ck_assert_int_eq(settings->script_uid, -1);
    ck_assert_int_eq(settings->script_gid, -1);
    ck_assert_ptr_null(scripts(settings, "daemon", "users"));
    ck_assert_int_eq(settings->script_uid, daemon_user.pw_uid);
    ck_assert_int_eq(settings->script_gid, users_group.gr_gid);
    ck_assert_uint_eq(settings->uid, nobody.pw_uid);
    ck_assert_ptr_null(scripts(settings, number(nobodys_uid), number(nobodys_gid)));
    ck_assert_int_eq(settings->script_uid, (int64_t)nobodys_uid);
    ck_assert_int_eq(settings->script_gid, (int64_t)nobodys_gid);
    ck_assert_ptr_null(scripts(settings, "root", "#0"));
    ck_assert_int_eq(settings->script_uid, 0);
    ck_assert_int_eq(settings->script_gid, 0);
    assert_says(scripts(settings, "no-such-user", NULL), "script-user=no-such-user: ", "no such user");
    assert_says(scripts(settings, "#x", NULL), "script-user=#x: ", "not a UID");
    assert_says(scripts(settings, "#4294967295", NULL), "script-user=#4294967295: ", "not a UID");
    assert_says(scripts(settings, NULL, "no-such-group"), "script-group=no-such-group: ", "no group");
    settings = fresh(NULL, NULL, NULL);
    settings->script_user = "daemon";
    ck_assert_ptr_null(mj_identity_resolve(settings, test_pool, nobody.pw_uid, nobody.pw_gid, 1));
    ck_assert_int_eq(settings->script_uid, daemon_user.pw_uid);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("identity");
    TCase *tcase = mj_case(suite, "as root");

    tcase_add_checked_fixture(tcase, find_people, NULL);
    tcase_add_test(tcase, a_user_brings_group_home_and_login);
    tcase_add_test(tcase, the_home_is_the_users_if_it_is_there);
    tcase_add_test(tcase, a_group_takes_the_place_of_the_users);
    tcase_add_test(tcase, numbers_need_no_entry);
    tcase_add_test(tcase, a_number_without_entry_and_group_is_refused);
    tcase_add_test(tcase, supplementary_groups_are_exactly_those_given);
    tcase_add_test(tcase, more_groups_than_the_system_takes_are_refused);
    tcase_add_test(tcase, root_must_name_a_user);
    tcase_add_test(tcase, who_does_not_exist_is_refused);
    tcase_add_test(tcase, uid_0_is_refused_by_any_name);
    tcase_add_test(tcase, gid_0_is_refused_by_any_name);
    tcase_add_test(tcase, uids_under_the_minimum_are_refused);
    tcase_add_test(tcase, targets_may_have_to_belong_to_somebody);
    tcase = mj_case(suite, "not as root");
    tcase_add_checked_fixture(tcase, find_people, NULL);
    tcase_add_test(tcase, who_is_not_root_runs_as_itself);
    tcase_add_test(tcase, who_is_not_root_may_name_itself);
    tcase_add_test(tcase, who_is_not_root_may_have_no_entry);
    tcase_add_test(tcase, who_is_not_root_keeps_the_home_that_is_given);
    tcase_add_test(tcase, who_is_not_root_can_be_nobody_else);
    return suite;
}
