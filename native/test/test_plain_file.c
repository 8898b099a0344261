/* Which descriptors are of plain files. A mount of FUSE is not to be had here. */
#include "harness.h"
#include "plain_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

START_TEST(a_regular_file_of_the_size_is_plain)
{
    FILE *file = tmpfile();

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(ftruncate(fileno(file), 10), 0);
    ck_assert(mj_is_plain_file(fileno(file), 0));
    ck_assert(mj_is_plain_file(fileno(file), 10));
    ck_assert(!mj_is_plain_file(fileno(file), 11));
    ck_assert(!mj_is_plain_file(fileno(file), UINT64_MAX));
    fclose(file);
}
END_TEST

static void assert_not_plain(int fd)
{
    ck_assert(!mj_is_plain_file(fd, 0));
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
    ck_assert(!mj_is_plain_file(-1, 0));
    ck_assert(!mj_is_plain_file(ends[0], 0)); /* closed */
}
END_TEST

START_TEST(a_memfd_is_in_memory)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    ck_assert(mj_is_plain_file(fd, 0));
    ck_assert(mj_is_in_memory(fd));
    close(fd);
    ck_assert(!mj_is_in_memory(fd));
    fd = open("/proc/version", O_RDONLY);
    ck_assert(!mj_is_in_memory(fd));
    close(fd);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("plain_file");
    TCase *tcase = mj_case(suite, "plain_file");

    tcase_add_test(tcase, a_regular_file_of_the_size_is_plain);
    tcase_add_test(tcase, nothing_else_is_plain);
    tcase_add_test(tcase, a_memfd_is_in_memory);
    return suite;
}
