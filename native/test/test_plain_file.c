/* Which descriptors are of plain files. */
#include "harness.h"
#include "plain_file.h"
#include "stuck_file.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_plain(int fd, uint64_t least_size)
{
    mj_mounted_t mounted;
    bool answer;

    mj_mounted_open(&mounted);
    answer = mj_is_plain_file(&mounted, fd, least_size, true, NULL);
    mj_mounted_close(&mounted);
    return answer;
}

START_TEST(a_regular_file_of_the_size_is_plain)
{
    FILE *file = tmpfile();

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(ftruncate(fileno(file), 10), 0);
    ck_assert(is_plain(fileno(file), 0));
    ck_assert(is_plain(fileno(file), 10));
    ck_assert(!is_plain(fileno(file), 11));
    ck_assert(!is_plain(fileno(file), UINT64_MAX));
    fclose(file);
}
END_TEST

static void assert_not_plain(int fd)
{
    ck_assert(!is_plain(fd, 0));
    close(fd);
}

START_TEST(nothing_else_is_plain)
{
    int ends[2];

    assert_not_plain(open("/", O_RDONLY | O_DIRECTORY));
    assert_not_plain(open("/dev/zero", O_RDONLY));
    ck_assert_int_eq(pipe(ends), 0);
    assert_not_plain(ends[0]);
    assert_not_plain(ends[1]);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_not_plain(ends[0]);
    assert_not_plain(ends[1]);
    assert_not_plain(open("/proc/self/environ", O_RDONLY));
    assert_not_plain(open("/proc/self/exe", O_PATH));
    assert_not_plain(open("/proc/self/exe", O_RDONLY | O_DIRECT));
    ck_assert(!is_plain(-1, 0));
    ck_assert(!is_plain(ends[0], 0)); /* closed */
}
END_TEST

START_TEST(a_memfd_is_in_memory)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    ck_assert(is_plain(fd, 0));
    ck_assert(mj_is_in_memory(fd));
    close(fd);
    ck_assert(!mj_is_in_memory(fd));
    fd = open("/proc/version", O_RDONLY);
    ck_assert(!mj_is_in_memory(fd));
    close(fd);
}
END_TEST

START_TEST(pages_of_hugetlbfs_are_not_plain)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_HUGETLB);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, 2 << 20), 0);
    ck_assert(!mj_is_in_memory(fd));
    assert_not_plain(fd);
}
END_TEST

/* What users can mount without asking anybody. */
START_TEST(file_systems_of_a_namespace_of_its_own_are_not_plain)
{
    int fd = mj_own_overlay_file_open("text");

    ck_assert_int_ge(fd, 0);
    assert_not_plain(fd);
}
END_TEST

/* A file on an overlay whose layers are on two file systems has a device of which mountinfo knows
 * nothing. */
START_TEST(what_is_mounted_and_unmounted_is_noticed)
{
    mj_mounted_t mounted;
    struct statx file;
    int fd;

    if (geteuid() != 0) {
        return; /* only root mounts */
    }
    ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
    ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    mj_mounted_open(&mounted);
    ck_assert_int_eq(mount("none", "/mnt", "tmpfs", 0, NULL), 0);
    ck_assert_int_eq(mkdir("/mnt/all", 0700), 0);
    ck_assert_int_eq(mount("none", "/mnt/all", "overlay", 0, "lowerdir=/mnt:/bin"), 0);
    fd = open("/mnt/all/sh", O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert(mj_is_plain_file(&mounted, fd, 1, true, &file));
    ck_assert_uint_gt(file.stx_size, 1);
    ck_assert(!mj_is_plain_file(&mounted, fd, 1, false, NULL));
    ck_assert_int_eq(umount2("/mnt/all", MNT_DETACH), 0);
    ck_assert(!mj_is_plain_file(&mounted, fd, 1, true, NULL));
    close(fd);
    mj_mounted_close(&mounted);
}
END_TEST

/* In a chroot without /proc, the root folder's own file system is known. */
START_TEST(a_chroot_knows_its_own_file_system)
{
    int fd = open("/bin/sh", O_RDONLY), root = open("/", O_PATH);

    ck_assert_int_ge(fd, 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chroot("/usr/bin"), 0);
    }
    ck_assert(is_plain(fd, 1));
    close(fd);
    if (geteuid() == 0) { /* the leak sanitizer looks into /proc at the end */
        ck_assert(fchdir(root) == 0 && chroot(".") == 0);
    }
    close(root);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("plain_file");
    TCase *tcase = mj_case(suite, "plain_file");

    tcase_add_test(tcase, a_regular_file_of_the_size_is_plain);
    tcase_add_test(tcase, nothing_else_is_plain);
    tcase_add_test(tcase, a_memfd_is_in_memory);
    tcase_add_test(tcase, pages_of_hugetlbfs_are_not_plain);
    tcase_add_test(tcase, file_systems_of_a_namespace_of_its_own_are_not_plain);
    tcase_add_test(tcase, what_is_mounted_and_unmounted_is_noticed);
    tcase_add_test(tcase, a_chroot_knows_its_own_file_system);
    return suite;
}
