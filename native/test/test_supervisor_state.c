/* The state folders of pools: whose they are, and what is left alone. */
#include "harness.h"
#include "state.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define POOL_UID 54321U
#define POOL_GID 54322U
#define STRANGER 54330U

static const char *dir;
static char why[256];

static void make_dir(void)
{
    dir = mj_make_folder(mj_temp_folder(), "state", 0711);
    why[0] = '\0';
}

static uid_t pool_uid(void)
{
    return geteuid() == 0 ? POOL_UID : geteuid();
}

static bool make(void)
{
    return mj_state_make(dir, "shop", pool_uid(), POOL_GID, why, sizeof(why));
}

static const char *folder(void)
{
    return apr_pstrcat(test_pool, dir, "/shop", NULL);
}

static void expect_refused(const char *part)
{
    ck_assert_msg(!make(), "accepted instead of %s", part);
    ck_assert_msg(strstr(why, part) != NULL, "\"%s\" does not say \"%s\"", why, part);
}

START_TEST(should_make_a_folder_that_nobody_else_can_enter)
{
    struct stat st;
    umask(0);
    ck_assert_msg(make(), "%s", why);
    ck_assert_int_eq(lstat(folder(), &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
    ck_assert_uint_eq(st.st_uid, pool_uid());
    ck_assert_uint_eq(st.st_gid, geteuid() == 0 ? POOL_GID : getegid());
}
END_TEST

START_TEST(should_keep_what_is_there)
{
    ck_assert_msg(make(), "%s", why);
    ck_assert_int_eq(mkdir(apr_pstrcat(test_pool, folder(), "/kept", NULL), 0700), 0);
    ck_assert_msg(make(), "%s", why);
    ck_assert_int_eq(access(apr_pstrcat(test_pool, folder(), "/kept", NULL), F_OK), 0);
}
END_TEST

START_TEST(should_not_take_what_is_no_folder)
{
    (void)mj_make_file(dir, "shop", "");
    expect_refused(strerror(ENOTDIR));
    ck_assert_int_eq(unlink(folder()), 0);
    (void)mj_make_link(dir, "shop", mj_make_folder(dir, "elsewhere", 0700));
    expect_refused(strerror(ENOTDIR));
    ck_assert_int_eq(unlink(folder()), 0);
    ck_assert_msg(make(), "%s", why);
}
END_TEST

START_TEST(should_not_work_below_what_others_can_write)
{
    ck_assert_int_eq(chmod(dir, 0775), 0);
    expect_refused("others could exchange");
    ck_assert_int_eq(chmod(dir, 0757), 0);
    expect_refused("others could exchange");
    ck_assert_int_ne(access(folder(), F_OK), 0);
}
END_TEST

START_TEST(should_not_follow_a_link_in_place_of_the_folder_above)
{
    dir = mj_make_link(mj_temp_folder(), "link", dir);
    expect_refused("the folder above");
    dir = "/nowhere/state";
    expect_refused("the folder above");
}
END_TEST

START_TEST(should_leave_folders_of_others_alone)
{
    struct stat st;
    ck_assert_int_eq(mkdir(folder(), 0700), 0);
    expect_refused("it belongs to UID 0, not to the pool's 54321: chown or remove it");
    ck_assert_int_eq(chown(folder(), STRANGER, STRANGER), 0);
    expect_refused("it belongs to UID 54330");
    ck_assert_int_eq(lstat(folder(), &st), 0);
    ck_assert_uint_eq(st.st_uid, STRANGER);
    ck_assert_int_eq(chown(dir, STRANGER, STRANGER), 0);
    expect_refused("the folder above belongs to UID 54330");
}
END_TEST

/* In a file system of its own, seen by this test's process alone. */
static bool mount_tmpfs(const char *options)
{
    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("none", dir, "tmpfs", 0, options) == 0) {
        return true;
    }
    printf("left out, no mounts are allowed here: %s\n", strerror(errno));
    return false;
}

START_TEST(should_say_that_the_disk_is_full)
{
    if (mount_tmpfs("mode=0711,nr_inodes=1")) {
        expect_refused(strerror(ENOSPC));
    }
}
END_TEST

START_TEST(should_say_that_the_disk_is_read_only)
{
    if (mount_tmpfs("mode=0711") && mount("none", dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0) {
        expect_refused(strerror(EROFS));
    }
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor state");
    TCase *tcase = mj_case(suite, "folder");
    tcase_add_checked_fixture(tcase, make_dir, NULL);
    tcase_add_test(tcase, should_make_a_folder_that_nobody_else_can_enter);
    tcase_add_test(tcase, should_keep_what_is_there);
    tcase_add_test(tcase, should_not_take_what_is_no_folder);
    tcase_add_test(tcase, should_not_work_below_what_others_can_write);
    tcase_add_test(tcase, should_not_follow_a_link_in_place_of_the_folder_above);
    if (geteuid() == 0) {
        tcase_add_test(tcase, should_leave_folders_of_others_alone);
        tcase_add_test(tcase, should_say_that_the_disk_is_full);
        tcase_add_test(tcase, should_say_that_the_disk_is_read_only);
    }
    return suite;
}
