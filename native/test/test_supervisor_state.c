/* The state folders of pools: whose they are, and what is left alone. */
#include "harness.h"
#include "pool_parts.h"
#include "state.h"
#include "state_size.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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
    (void)mj_make_file(folder(), "kept", "");
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
    expect_refused("others could replace");
    ck_assert_int_eq(chmod(dir, 0757), 0);
    expect_refused("others could replace");
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

static apr_status_t unmount(void *path)
{
    return umount2(path, MNT_DETACH) == 0 ? APR_SUCCESS : errno;
}

/* In a file system of its own, seen by this test's process alone. */
static bool mount_tmpfs(const char *options)
{
    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("none", dir, "tmpfs", 0, options) == 0) {
        apr_pool_cleanup_register(test_pool, dir, unmount, apr_pool_cleanup_null);
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

/* --- the size of its contents --- */

static const char *inside(const char *name)
{
    return apr_pstrcat(test_pool, folder(), "/", name, NULL);
}

static void make_inside(const char *name)
{
    ck_assert_msg(mkdir(inside(name), 0700) == 0 && chown(inside(name), pool_uid(), (gid_t)-1) == 0, "%s: %s", name,
                  strerror(errno));
}

static void fill(const char *name, off_t bytes)
{
    int file = open(inside(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(fallocate(file, 0, 0, bytes), 0);
    close(file);
}

START_TEST(should_stop_at_more_bytes)
{
    ck_assert(make());
    make_inside("a");
    fill("a/big", 500 << 20);
    ck_assert_msg(make(), "%s", why);
    (void)mj_make_file(folder(), "sparse", "");
    ck_assert_int_eq(truncate(inside("sparse"), INT64_C(1) << 40), 0);
    ck_assert_msg(make(), "%s", why);
    fill("more", 20 << 20);
    expect_refused("it holds at least 520 MB, and the limit is 512 MB: empty it or remove it");
    ck_assert_int_eq(access(inside("more"), F_OK), 0);
    ck_assert_int_eq(unlink(inside("more")), 0);
    ck_assert_msg(make(), "%s", why);
}
END_TEST

START_TEST(should_stop_at_more_entries)
{
    ck_assert(make());
    make_inside("a");
    for (int i = 1; i < MJ_STATE_MAX_ENTRIES; i++) {
        ck_assert_int_eq(symlink("/", apr_psprintf(test_pool, "%s/%d", inside(i % 2 == 0 ? "a" : "."), i)), 0);
    }
    ck_assert_msg(make(), "%s", why);
    ck_assert_int_eq(mkfifo(inside("a/pipe"), 0600), 0);
    expect_refused("it holds more than 4096 files and folders: empty it or remove it");
    ck_assert_int_eq(unlink(inside("a/pipe")), 0);
    ck_assert_msg(make(), "%s", why);
}
END_TEST

START_TEST(should_stop_at_deeper_folders)
{
    ck_assert(make());
    make_inside("1");
    make_inside("1/2");
    make_inside("1/2/3");
    make_inside("1/2/3/4");
    (void)mj_make_file(inside("1/2/3/4"), "file", "");
    ck_assert_msg(make(), "%s", why);
    make_inside("1/2/3/4/5");
    expect_refused("it holds folders more than 4 deep: empty it or remove it");
}
END_TEST

START_TEST(should_not_look_into_what_the_host_bounds)
{
    ck_assert(make());
    make_inside("web");
    make_inside("web/2");
    make_inside("web/2/3");
    make_inside("web/2/3/4");
    make_inside("web/2/3/4/5");
    make_inside("sessions");
    make_inside("sessions/2");
    make_inside("sessions/2/3");
    make_inside("sessions/2/3/4");
    make_inside("sessions/2/3/4/5");
    ck_assert_msg(make(), "%s", why);
    make_inside("a");
    make_inside("a/web");
    make_inside("a/web/3");
    make_inside("a/web/3/4");
    make_inside("a/web/3/4/5");
    expect_refused("it holds folders more than 4 deep");
}
END_TEST

/* What waits for a writer, or leads elsewhere, is counted and no more. */
START_TEST(should_follow_nothing_and_open_nothing)
{
    const char *elsewhere = mj_make_folder(mj_temp_folder(), "elsewhere", 0700);
    ck_assert(make());
    for (int i = 0; i <= MJ_STATE_MAX_ENTRIES; i++) {
        ck_assert_int_eq(symlink("/", apr_psprintf(test_pool, "%s/%d", elsewhere, i)), 0);
    }
    (void)mj_make_link(folder(), "link", elsewhere);
    (void)mj_make_link(folder(), "root", "/");
    (void)mj_make_link(folder(), "loop", "loop");
    (void)mj_make_link(folder(), "descriptor", "/proc/self/fd/0");
    ck_assert_int_eq(mkfifo(inside("pipe"), 0600), 0);
    ck_assert_msg(make(), "%s", why);
}
END_TEST

START_TEST(should_not_enter_folders_of_others)
{
    ck_assert(make());
    make_inside("a");
    make_inside("a/b");
    ck_assert_int_eq(chown(inside("a/b"), STRANGER, STRANGER), 0);
    expect_refused("a folder in it belongs to UID 54330, so its size is not known: empty it or remove it");
    ck_assert_int_eq(chown(inside("a/b"), 0, 0), 0);
    expect_refused("belongs to UID 0");
}
END_TEST

static void mount_at(const char *place, const char *source, unsigned long flags)
{
    ck_assert_msg(mount(source, place, "tmpfs", flags, NULL) == 0, "%s: %s", place, strerror(errno));
}

/* With fusermount a user mounts on what is his, where root sees it too: who asks such a file system
 * may wait for ever. */
START_TEST(should_not_enter_what_is_mounted)
{
    if (!mount_tmpfs("mode=0711")) {
        return;
    }
    ck_assert(make());
    make_inside("a");
    make_inside("a/b");
    mount_at(inside("a/b"), "none", 0);
    expect_refused("a file system is mounted in it: umount it");
    ck_assert_int_eq(umount(inside("a/b")), 0);
    mount_at(inside("a/b"), "/tmp", MS_BIND);
    expect_refused("a file system is mounted in it: umount it");
    ck_assert_int_eq(umount(inside("a/b")), 0);
    (void)mj_make_file(folder(), "file", "");
    mount_at(inside("file"), "/etc/passwd", MS_BIND);
    expect_refused("a file system is mounted in it: umount it");
    ck_assert_int_eq(umount(inside("file")), 0);
    ck_assert_msg(make(), "%s", why);
    mount_at(folder(), "none", 0);
    expect_refused("a file system is mounted on it: umount it");
}
END_TEST

/* --- now and then --- */

#define SECOND_US INT64_C(1000000)

typedef struct running_t {
    mj_process_spec_t spec;
    mj_daemon_t daemon;
    mj_pool_t pool;
} running_t;

static running_t *run(const char *name, mj_log_t *log, int64_t started_at)
{
    char *const argv[] = {NULL, NULL, apr_pstrcat(test_pool, dir, "/", name, NULL)};
    running_t *running = apr_pcalloc(test_pool, sizeof(*running));

    running->spec = (mj_process_spec_t){.name = name,
                                        .state_dir = dir,
                                        .argv_with_state = apr_pmemdup(test_pool, argv, sizeof(argv)),
                                        .has_identity = geteuid() == 0,
                                        .uid = pool_uid(),
                                        .gid = POOL_GID};
    running->pool.spec = &running->spec;
    running->pool.log.target = log;
    running->pool.state_looked_at = started_at;
    running->pool.daemons = &running->daemon;
    return running;
}

START_TEST(should_say_while_a_pool_runs_that_it_holds_too_much)
{
    int fd = memfd_create("log", MFD_CLOEXEC);
    mj_log_t *log = mj_log_make((mj_span_t){NULL, 0}, fd);
    running_t *shop = run("shop", log, 0), *blog = run("blog", log, SECOND_US / 2);
    mj_context_t context = {.state_look_at = 0};
    char text[2048] = "";

    ck_assert(make());
    make_inside("1");
    make_inside("1/2");
    make_inside("1/2/3");
    make_inside("1/2/3/4");
    make_inside("1/2/3/4/5");
    ck_assert_int_eq(mj_pool_look_at_states(&context, NULL, 0), MJ_NEVER);
    blog->pool.next = &shop->pool;
    ck_assert_int_eq(mj_pool_look_at_states(&context, &blog->pool, SECOND_US), 60 * SECOND_US);
    ck_assert(!shop->pool.lacks_state);

    /* one at a time */
    ck_assert_int_eq(mj_pool_look_at_states(&context, &blog->pool, 70 * SECOND_US), 71 * SECOND_US);
    ck_assert(shop->pool.lacks_state);
    ck_assert_int_eq(blog->pool.state_looked_at, SECOND_US / 2);
    ck_assert_int_eq(mj_pool_look_at_states(&context, &blog->pool, 70 * SECOND_US + 1), 71 * SECOND_US);
    ck_assert_int_eq(mj_pool_look_at_states(&context, &blog->pool, 71 * SECOND_US), 72 * SECOND_US);
    ck_assert_int_eq(blog->pool.state_looked_at, 71 * SECOND_US);

    /* it is said once, and what is known is not looked at again */
    ck_assert_int_eq(mj_pool_look_at_states(&context, &blog->pool, 72 * SECOND_US), 131 * SECOND_US);
    ck_assert(!mj_pool_has_state(&shop->pool, 80 * SECOND_US));
    ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
    ck_assert_msg(strstr(text,
                         apr_psprintf(test_pool,
                                      "MJ0144: pool shop: its next daemon will run without the state folder %s: it holds folders",
                                      folder())) != NULL,
                  "%s", text);
    ck_assert_ptr_null(strchr(strchr(text, '\n') + 1, '\n'));

    ck_assert_int_eq(rmdir(inside("1/2/3/4/5")), 0);
    ck_assert(mj_pool_has_state(&shop->pool, 90 * SECOND_US));
    ck_assert_int_eq(mj_pool_look_at_states(&context, &shop->pool, 91 * SECOND_US), 150 * SECOND_US);
    mj_log_release(log);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor state");
    TCase *tcase = mj_case(suite, "folder"), *size = mj_case(suite, "its contents");
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
    tcase_add_checked_fixture(size, make_dir, NULL);
    tcase_add_test(size, should_stop_at_more_bytes);
    tcase_add_test(size, should_stop_at_more_entries);
    tcase_add_test(size, should_stop_at_deeper_folders);
    tcase_add_test(size, should_not_look_into_what_the_host_bounds);
    tcase_add_test(size, should_follow_nothing_and_open_nothing);
    tcase_add_test(size, should_say_while_a_pool_runs_that_it_holds_too_much);
    if (geteuid() == 0) {
        tcase_add_test(size, should_not_enter_folders_of_others);
        tcase_add_test(size, should_not_enter_what_is_mounted);
    }
    return suite;
}
