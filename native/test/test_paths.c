#include "harness.h"
#include "path_walk.h"
#include "paths.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRANGER 54321U

static const char *folder;

static void make_folder(void)
{
    folder = mj_temp_folder();
}

/* Gives a file, folder or link to somebody who is neither root nor the owner. */
static void give_away(const char *path, uid_t uid)
{
    ck_assert_msg(lchown(path, uid, (gid_t)-1) == 0, "chown %s: %s (this test needs root)", path, strerror(errno));
}

static const char *check(const char *path)
{
    return mj_folder_check(test_pool, path, geteuid(), true);
}

static void assert_passes(const char *path)
{
    const char *wrong = check(path);

    ck_assert_msg(wrong == NULL, "%s: %s", path, wrong);
}

/* The message names that path first and says how to mend it. */
static void assert_wrong(const char *wrong, const char *named, const char *mend)
{
    ck_assert_msg(wrong != NULL, "%s was accepted", named);
    ck_assert_msg(strncmp(wrong, named, strlen(named)) == 0 && strchr(" :", wrong[strlen(named)]) != NULL,
                  "\"%s\" does not name %s", wrong, named);
    ck_assert_msg(strstr(wrong, mend) != NULL, "\"%s\" does not say \"%s\"", wrong, mend);
}

static const char *below(const char *path, const char *name)
{
    return apr_pstrcat(test_pool, path, "/", name, NULL);
}

START_TEST(folders_that_nobody_else_can_write_pass)
{
    static const mode_t modes[] = {0711, 0755, 0751, 0701, 01755, 02755};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        const char *path = mj_make_folder(folder, apr_itoa(test_pool, (int)i), modes[i]);

        assert_passes(path);
        assert_passes(apr_pstrcat(test_pool, path, "/", NULL));
        assert_passes(apr_pstrcat(test_pool, path, "/./..//", apr_itoa(test_pool, (int)i), NULL));
        assert_passes(below(path, "missing"));
        assert_passes(below(path, "missing/too"));
    }
    assert_passes("/");
}
END_TEST

START_TEST(a_path_must_be_absolute)
{
    assert_wrong(check("run"), "run", "give an absolute path");
    assert_wrong(check(""), "", "give an absolute path");
}
END_TEST

START_TEST(folders_that_others_can_write_are_refused)
{
    static const mode_t modes[] = {0775, 0757, 0777, 0731, 0713};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        const char *path = mj_make_folder(folder, apr_itoa(test_pool, (int)i), modes[i]);

        assert_wrong(check(path), path, "chmod go-w");
        assert_wrong(check(below(path, "missing")), path, "chmod go-w");
        assert_wrong(check(mj_make_folder(path, "inner", 0755)), path, "chmod go-w");
    }
}
END_TEST

START_TEST(a_sticky_folder_of_root_passes_as_an_ancestor_only)
{
    const char *sticky = mj_make_folder(folder, "sticky", 01777);
    const char *inner = mj_make_folder(sticky, "inner", 0711);

    assert_passes(inner);
    assert_passes(below(sticky, "missing"));
    assert_wrong(check(sticky), sticky, "chmod go-w");
    assert_wrong(check(apr_pstrcat(test_pool, sticky, "/", NULL)), sticky, "chmod go-w");
    assert_wrong(check(apr_pstrcat(test_pool, sticky, "/.", NULL)), sticky, "chmod go-w");
    assert_wrong(check(apr_pstrcat(test_pool, inner, "/..", NULL)), sticky, "chmod go-w");
    assert_wrong(check(mj_make_link(folder, "link", "sticky")), sticky, "chmod go-w");
}
END_TEST

START_TEST(a_sticky_folder_of_the_owner_is_no_ancestor)
{
    const char *sticky = mj_make_folder(folder, "sticky", 01777);

    give_away(sticky, STRANGER);
    assert_wrong(mj_folder_check(test_pool, below(sticky, "x"), STRANGER, true), sticky, "chmod go-w");
}
END_TEST

START_TEST(folders_of_others_are_refused)
{
    const char *path = mj_make_folder(folder, "theirs", 0755);
    const char *inner = mj_make_folder(path, "inner", 0755);

    give_away(path, STRANGER);
    assert_wrong(check(path), path, "belongs to UID 54321");
    assert_wrong(check(inner), path, "chown it");
    assert_wrong(check(below(path, "missing")), path, "chown it");
    assert_wrong(mj_folder_check(test_pool, path, STRANGER + 1, true), path, "chown it");
    ck_assert_ptr_null(mj_folder_check(test_pool, path, STRANGER, true));
    ck_assert_ptr_null(mj_folder_check(test_pool, inner, STRANGER, true)); /* below it root's is as good */
}
END_TEST

START_TEST(a_sticky_folder_does_not_excuse_strangers_in_it)
{
    const char *sticky = mj_make_folder(folder, "sticky", 01777);
    const char *path = mj_make_folder(sticky, "theirs", 0755);

    give_away(path, STRANGER);
    assert_wrong(check(path), path, "belongs to UID");
}
END_TEST

START_TEST(closed_folders_are_refused_where_others_must_pass)
{
    static const mode_t modes[] = {0700, 0710, 0750, 0754};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        const char *path = mj_make_folder(folder, apr_itoa(test_pool, (int)i), modes[i]);
        const char *inner = mj_make_folder(path, "inner", 0755);

        assert_wrong(check(path), path, "chmod o+x");
        assert_wrong(check(inner), path, "chmod o+x");
        ck_assert_ptr_null(mj_folder_check(test_pool, path, geteuid(), false));
        ck_assert_ptr_null(mj_folder_check(test_pool, inner, geteuid(), false));
    }
}
END_TEST

START_TEST(a_file_is_no_folder)
{
    const char *file = mj_make_file(folder, "file", "");

    assert_wrong(check(file), file, "is not a folder");
    assert_wrong(check(below(file, "x")), file, "is not a folder");
}
END_TEST

START_TEST(own_links_are_followed_and_what_they_lead_to_is_checked)
{
    const char *good = mj_make_folder(folder, "good", 0755);
    const char *bad = mj_make_folder(folder, "bad", 0777);
    const char *inner = mj_make_folder(folder, "bad/inner", 0755);

    mj_make_folder(good, "inner", 0755);
    assert_passes(mj_make_link(folder, "to-good", good));
    assert_passes(below(folder, "to-good/inner"));
    assert_passes(mj_make_link(good, "relative", "../good/./inner"));
    assert_passes(mj_make_link(good, "twice", "relative"));
    assert_passes(mj_make_link(good, "missing", "nowhere"));
    assert_wrong(check(mj_make_link(good, "to-bad", bad)), bad, "chmod go-w");
    assert_wrong(check(mj_make_link(good, "to-inner", inner)), bad, "chmod go-w");
    assert_wrong(check(below(folder, "good/to-bad/inner")), bad, "chmod go-w");
    assert_wrong(check(mj_make_link(good, "up", "../bad")), bad, "chmod go-w");
}
END_TEST

START_TEST(links_of_others_are_never_followed)
{
    const char *sticky = mj_make_folder(folder, "sticky", 01777);
    const char *good = mj_make_folder(folder, "good", 0755);
    const char *link = mj_make_link(sticky, "link", good);
    const char *dangling = mj_make_link(sticky, "dangling", below(good, "missing"));
    const char *to_link = mj_make_link(folder, "to-link", link);

    mj_make_folder(good, "inner", 0755);
    assert_passes(link);
    give_away(link, STRANGER);
    give_away(dangling, STRANGER);
    assert_wrong(check(link), link, "name the folder itself");
    assert_wrong(check(below(link, "inner")), link, "name the folder itself");
    assert_wrong(check(below(link, "missing")), link, "name the folder itself");
    assert_wrong(check(to_link), link, "name the folder itself");
    assert_wrong(check(dangling), dangling, "name the folder itself");
    ck_assert_ptr_null(mj_folder_check(test_pool, link, STRANGER, true));
}
END_TEST

START_TEST(links_in_a_circle_are_refused)
{
    const char *a = mj_make_link(folder, "a", "b");
    const char *self = mj_make_link(folder, "self", below(folder, "self/x"));

    mj_make_link(folder, "b", "a");
    assert_wrong(check(a), a, strerror(ELOOP));
    assert_wrong(check(self), self, strerror(ELOOP));
}
END_TEST

START_TEST(a_name_too_long_is_refused)
{
    char *name = apr_pcalloc(test_pool, 301);

    memset(name, 'n', 300);
    assert_wrong(check(below(folder, name)), below(folder, name), strerror(ENAMETOOLONG));
}
END_TEST

static void assert_made(const char *path, const char *expected, mode_t mode)
{
    const char *resolved = NULL;
    const char *wrong = mj_folder_make(test_pool, path, geteuid(), true, &resolved);
    struct stat st;

    ck_assert_msg(wrong == NULL, "%s", wrong);
    ck_assert_str_eq(resolved, expected);
    ck_assert_int_eq(lstat(expected, &st), 0);
    ck_assert_msg(S_ISDIR(st.st_mode) && (st.st_mode & 07777) == mode, "%s: %o", path, st.st_mode);
}

START_TEST(a_missing_runtime_folder_is_made)
{
    mode_t masks[] = {0, 022, 077, 0777};

    for (size_t i = 0; i < 4; i++) {
        const char *path = below(folder, apr_itoa(test_pool, (int)i));
        mode_t mask = umask(masks[i]);

        assert_made(path, path, 0711);
        assert_made(path, path, 0711);
        umask(mask);
    }
    assert_made(below(folder, "slash/"), below(folder, "slash"), 0711);
    assert_made(below(mj_make_folder(folder, "sticky", 01777), "x"), below(folder, "sticky/x"), 0711);
    assert_made(below(mj_make_folder(folder, "group", 02755), "x"), below(folder, "group/x"), 0711);
}
END_TEST

START_TEST(a_runtime_folder_that_is_there_is_left_as_it_is)
{
    const char *path = mj_make_folder(folder, "there", 0755);

    assert_made(path, path, 0755);
}
END_TEST

START_TEST(a_runtime_folder_is_resolved)
{
    const char *there = mj_make_folder(folder, "there", 0755);

    assert_made(mj_make_link(folder, "link", "there"), there, 0755);
    assert_made(below(folder, "link/new"), below(folder, "there/new"), 0711);
    assert_made(mj_make_link(folder, "dangling", "there/made"), below(folder, "there/made"), 0711);
    assert_made(below(folder, "there/../there/./new"), below(folder, "there/new"), 0711);
}
END_TEST

static void assert_not_made(const char *path, const char *named, const char *mend)
{
    const char *resolved = "untouched";

    assert_wrong(mj_folder_make(test_pool, path, geteuid(), true, &resolved), named, mend);
    ck_assert_str_eq(resolved, "untouched");
}

START_TEST(a_runtime_folder_is_not_made_where_it_cannot_be)
{
    const char *open = mj_make_folder(folder, "open", 0777);
    const char *file = mj_make_file(folder, "file", "");
    const char *sticky = mj_make_folder(folder, "sticky", 01777);
    const char *link = mj_make_link(sticky, "link", mj_make_folder(folder, "good", 0755));

    give_away(link, STRANGER);
    assert_not_made(below(folder, "missing/x"), below(folder, "missing/x"), "make the folder above it");
    assert_not_made(below(open, "x"), open, "chmod go-w");
    assert_not_made(file, file, "is not a folder");
    assert_not_made(below(file, "x"), file, "is not a folder");
    assert_not_made(below(link, "x"), link, "name the folder itself");
    assert_not_made("x", "x", "give an absolute path");
    ck_assert_int_eq(access(below(open, "x"), F_OK), -1);
    ck_assert_int_eq(access(below(folder, "good/x"), F_OK), -1);
}
END_TEST

START_TEST(files_that_all_can_reach_pass)
{
    const char *file = mj_make_file(folder, "a/b/file", "");

    ck_assert_ptr_null(mj_file_reachable(test_pool, file, false, true));
    ck_assert_ptr_null(mj_file_reachable(test_pool, mj_make_link(folder, "link", "a/b/file"), false, true));
    ck_assert_int_eq(chmod(file, 0711), 0);
    ck_assert_ptr_null(mj_file_reachable(test_pool, file, true, true));
    ck_assert_int_eq(chmod(below(folder, "a"), 0711), 0);
    ck_assert_ptr_null(mj_file_reachable(test_pool, file, true, true));
}
END_TEST

START_TEST(files_that_others_cannot_use_are_named)
{
    const char *file = mj_make_file(folder, "a/b/file", "");

    assert_wrong(mj_file_reachable(test_pool, file, true, true), file, "cannot be executed by other users (mode 0644): chmod it");
    ck_assert_int_eq(chmod(file, 0751), 0);
    assert_wrong(mj_file_reachable(test_pool, file, false, true), file, "cannot be read by other users (mode 0751): chmod it");
}
END_TEST

START_TEST(files_below_a_closed_folder_are_named_with_it)
{
    const char *file = mj_make_file(folder, "a/b/file", "");
    const char *link = mj_make_link(folder, "link", file);
    const char *closed = below(folder, "a");

    ck_assert_int_eq(chmod(closed, 0750), 0);
    assert_wrong(mj_file_reachable(test_pool, file, false, true), file, closed);
    assert_wrong(mj_file_reachable(test_pool, file, false, true), file, "chmod o+x the folder");
    assert_wrong(mj_file_reachable(test_pool, link, false, true), link, closed);
}
END_TEST

START_TEST(a_closed_folder_is_open_to_its_owner)
{
    const char *file = mj_make_file(folder, "a/b/file", "");

    ck_assert_int_eq(chmod(below(folder, "a"), 0700), 0);
    ck_assert_int_eq(chmod(file, 0600), 0);
    ck_assert_ptr_null(mj_file_reachable(test_pool, file, false, false));
    assert_wrong(mj_file_reachable(test_pool, file, true, false), file, "cannot be executed (mode 0600): chmod it");
    ck_assert_int_eq(chmod(file, 0700), 0);
    ck_assert_ptr_null(mj_file_reachable(test_pool, file, true, false));
}
END_TEST

START_TEST(what_is_no_file_is_missing)
{
    assert_wrong(mj_file_reachable(test_pool, folder, false, true), folder, "is missing");
    assert_wrong(mj_file_reachable(test_pool, below(folder, "x"), false, true), below(folder, "x"), "install all of mod_jvm");
    assert_wrong(mj_file_reachable(test_pool, mj_make_link(folder, "dangling", "x"), false, true), below(folder, "dangling"),
                 "is missing");
}
END_TEST

/* --- paths whose owner may be anybody --- */

static void assert_resolves(const char *path, const char *expected)
{
    const char *resolved = NULL, *wrong = mj_path_resolve(test_pool, "", path, &resolved);
    ck_assert_msg(wrong == NULL, "%s", wrong);
    ck_assert_str_eq(resolved, expected);
}

START_TEST(links_of_root_are_resolved_whoever_owns_what_they_lead_to)
{
    const char *theirs = mj_make_folder(folder, "theirs", 0755), *inner = mj_make_folder(theirs, "inner", 0777);
    const char *resolved;

    mj_make_link(folder, "link", theirs);
    mj_make_link(theirs, "roots", inner);
    give_away(theirs, STRANGER);
    assert_resolves(below(folder, "link/inner"), inner);
    assert_resolves(below(folder, "link/missing"), below(theirs, "missing"));
    /* root's own, but the owner of the folder can put another in its place */
    assert_wrong(mj_path_resolve(test_pool, "", below(theirs, "roots"), &resolved), below(theirs, "roots"),
                 "name the folder itself");
    assert_wrong(mj_path_resolve(test_pool, "", below(folder, "link/roots/x"), &resolved), below(theirs, "roots"),
                 "name the folder itself");
    assert_wrong(mj_path_resolve(test_pool, "", "srv", &resolved), "srv", "absolute");
}
END_TEST

START_TEST(links_are_resolved_within_a_root_directory)
{
    const char *jail = mj_make_folder(folder, "jail", 0755), *resolved = NULL;

    mj_make_folder(jail, "opt/app", 0755);
    mj_make_link(jail, "srv", "/opt");
    mj_make_link(jail, "up", "../../../opt");
    ck_assert_ptr_null(mj_path_resolve(test_pool, jail, "/srv/app", &resolved));
    ck_assert_str_eq(resolved, "/opt/app");
    ck_assert_ptr_null(mj_path_resolve(test_pool, jail, "/up/app", &resolved));
    ck_assert_str_eq(resolved, "/opt/app");
    give_away(below(jail, "srv"), STRANGER);
    assert_wrong(mj_path_resolve(test_pool, jail, "/srv/app", &resolved), below(jail, "srv"), "name the folder itself");
}
END_TEST

START_TEST(it_is_told_what_a_user_can_change)
{
    const char *theirs = mj_make_folder(folder, "theirs", 0755), *sticky = mj_make_folder(folder, "sticky", 01777);
    const char *open_folder = mj_make_folder(folder, "open", 0777);

    mj_make_folder(theirs, "inner", 0755);
    give_away(theirs, STRANGER);
    give_away(mj_make_link(sticky, "theirs", folder), STRANGER);
    ck_assert(!mj_path_is_users(test_pool, "", folder));
    ck_assert(!mj_path_is_users(test_pool, "", below(folder, "missing/too")));
    ck_assert(!mj_path_is_users(test_pool, "", mj_make_folder(sticky, "inner", 0755)));
    ck_assert(!mj_path_is_users(test_pool, "", mj_make_link(sticky, "roots", folder)));
    ck_assert(mj_path_is_users(test_pool, "", theirs));
    ck_assert(mj_path_is_users(test_pool, "", below(theirs, "inner")));
    ck_assert(mj_path_is_users(test_pool, "", below(theirs, "missing")));
    ck_assert(mj_path_is_users(test_pool, "", below(sticky, "missing")));
    ck_assert(mj_path_is_users(test_pool, "", below(sticky, "theirs")));
    ck_assert(mj_path_is_users(test_pool, "", below(open_folder, "missing")));
    ck_assert(mj_path_is_users(test_pool, "", mj_make_folder(open_folder, "inner", 0755)));
}
END_TEST

static const char *reach(const char *path)
{
    apr_array_header_t *groups = apr_array_make(test_pool, 1, sizeof(gid_t));
    APR_ARRAY_PUSH(groups, gid_t) = 777;
    return mj_folder_reachable(test_pool, "", path, STRANGER, STRANGER, groups);
}

START_TEST(a_home_is_one_that_its_user_can_reach)
{
    static const struct {
        mode_t mode;
        uid_t uid;
        gid_t gid;
        bool is_reached;
    } cases[] = {
        {0700, 0, 0, false},       {0701, 0, 0, true},         {0711, STRANGER, 0, true}, {0011, STRANGER, 0, false},
        {0710, 0, STRANGER, true}, {0701, 0, STRANGER, false}, {0710, 0, 777, true},      {0710, 0, 778, false},
    };
    const char *home = mj_make_folder(folder, "home", 0755), *inner = mj_make_folder(home, "inner", 0755);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(chown(home, cases[i].uid, cases[i].gid), 0);
        ck_assert_int_eq(chmod(home, cases[i].mode), 0);
        ck_assert_msg((reach(home) == NULL) == cases[i].is_reached, "%zu: %s", i, reach(home));
        ck_assert_msg((reach(inner) == NULL) == cases[i].is_reached, "%zu: %s", i, reach(inner));
        if (!cases[i].is_reached) {
            assert_wrong(reach(inner), home, "chmod it");
        }
    }
    assert_wrong(reach(mj_make_file(folder, "file", "")), below(folder, "file"), "is not a folder");
    assert_wrong(reach(below(folder, "missing")), "No such file or directory", "make it");
    /* nothing is told of what lies behind a user's link */
    give_away(mj_make_link(folder, "link", "/root/nothing"), STRANGER);
    ck_assert_ptr_null(reach(below(folder, "link")));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("paths");
    TCase *tcase = mj_case(suite, "folder");

    tcase_add_checked_fixture(tcase, make_folder, NULL);
    tcase_add_test(tcase, folders_that_nobody_else_can_write_pass);
    tcase_add_test(tcase, a_path_must_be_absolute);
    tcase_add_test(tcase, folders_that_others_can_write_are_refused);
    tcase_add_test(tcase, closed_folders_are_refused_where_others_must_pass);
    tcase_add_test(tcase, a_file_is_no_folder);
    tcase_add_test(tcase, own_links_are_followed_and_what_they_lead_to_is_checked);
    tcase_add_test(tcase, links_in_a_circle_are_refused);
    tcase_add_test(tcase, a_name_too_long_is_refused);
    tcase = mj_case(suite, "runtime folder");
    tcase_add_checked_fixture(tcase, make_folder, NULL);
    tcase_add_test(tcase, a_runtime_folder_that_is_there_is_left_as_it_is);
    tcase_add_test(tcase, a_runtime_folder_is_resolved);
    tcase = mj_case(suite, "file");
    tcase_add_checked_fixture(tcase, make_folder, NULL);
    tcase_add_test(tcase, files_that_all_can_reach_pass);
    tcase_add_test(tcase, files_that_others_cannot_use_are_named);
    tcase_add_test(tcase, files_below_a_closed_folder_are_named_with_it);
    tcase_add_test(tcase, a_closed_folder_is_open_to_its_owner);
    tcase_add_test(tcase, what_is_no_file_is_missing);
    if (geteuid() != 0) {
        puts("not root: tests with folders of other users are left out");
        return suite;
    }
    tcase = mj_case(suite, "folders of several users");
    tcase_add_checked_fixture(tcase, make_folder, NULL);
    tcase_add_test(tcase, a_sticky_folder_of_root_passes_as_an_ancestor_only);
    tcase_add_test(tcase, a_sticky_folder_of_the_owner_is_no_ancestor);
    tcase_add_test(tcase, folders_of_others_are_refused);
    tcase_add_test(tcase, a_sticky_folder_does_not_excuse_strangers_in_it);
    tcase_add_test(tcase, links_of_others_are_never_followed);
    tcase_add_test(tcase, a_missing_runtime_folder_is_made);
    tcase_add_test(tcase, a_runtime_folder_is_not_made_where_it_cannot_be);
    if (geteuid() == 0) {
        tcase = mj_case(suite, "users");
        tcase_add_checked_fixture(tcase, make_folder, NULL);
        tcase_add_test(tcase, links_of_root_are_resolved_whoever_owns_what_they_lead_to);
        tcase_add_test(tcase, links_are_resolved_within_a_root_directory);
        tcase_add_test(tcase, it_is_told_what_a_user_can_change);
        tcase_add_test(tcase, a_home_is_one_that_its_user_can_reach);
    }
    return suite;
}
