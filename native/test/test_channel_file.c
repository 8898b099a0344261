/* Descriptors that come over a channel: one is kept, more are a breach, and none leaks. */
#include "channel.h"
#include "daemon_socket.h"
#include "harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 253 /* that Linux takes in one message */

static mj_channel_t *channel;
static int peer;
static int before; /* descriptors that were open */

static int count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count;
}

static void make_channel(void)
{
    mj_listen(8);
    channel = mj_open_channel(0, 1, &peer);
    mj_greet_at_once(channel, 1);
    before = count_descriptors();
}

static void unmake_channel(void)
{
    mj_channel_close(channel);
    close(peer);
    close(socket_listener);
}

/* Sends the bytes with that many descriptors of the same file. */
static void answer(const char *bytes, size_t len, int count)
{
    union {
        struct cmsghdr aligned;
        char space[CMSG_SPACE(MOST * sizeof(int))];
    } control = {.space = {0}};
    struct iovec part = {(void *)(uintptr_t)bytes, len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    if (count > 0) {
        struct cmsghdr *rights;

        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        for (int i = 0; i < count; i++) {
            memcpy(CMSG_DATA(rights) + (size_t)i * sizeof(int), &fd, sizeof(fd));
        }
    }
    ck_assert_int_eq(sendmsg(peer, &message, 0), (ssize_t)len);
    close(fd);
}

static const char end_frame[MJ_HEADER_SIZE] = {0, 0, 0, 0, MJ_FRAME_END, 0, 0, 1};

static apr_status_t receive(void)
{
    const unsigned char *payload;
    mj_frame_t frame;
    apr_status_t rv;

    do {
        rv = mj_channel_receive(channel, 0, &frame, &payload);
    } while (APR_STATUS_IS_EAGAIN(rv));
    return rv;
}

START_TEST(a_descriptor_is_kept_until_it_is_taken)
{
    struct stat expected, got;
    int fd;

    answer(end_frame, sizeof(end_frame), 1);
    ck_assert_int_eq(receive(), APR_SUCCESS);
    ck_assert(!mj_channel_is_clean(channel));
    fd = mj_channel_take_file(channel);
    ck_assert(mj_channel_is_clean(channel));
    ck_assert_int_eq(mj_channel_take_file(channel), -1);
    ck_assert_int_eq(fstat(fd, &got), 0);
    ck_assert_int_eq(stat("/proc/self/exe", &expected), 0);
    ck_assert_uint_eq(got.st_ino, expected.st_ino);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    close(fd);
}
END_TEST

START_TEST(it_comes_with_the_first_byte_that_it_was_sent_with)
{
    answer(end_frame, 3, 0);
    answer(end_frame + 3, 2, 1);
    answer(end_frame + 5, 3, 0);
    ck_assert_int_eq(receive(), APR_SUCCESS);
    close(mj_channel_take_file(channel));
    ck_assert_int_eq(count_descriptors(), before);
}
END_TEST

START_TEST(nothing_comes_without_one)
{
    answer(end_frame, sizeof(end_frame), 0);
    ck_assert_int_eq(receive(), APR_SUCCESS);
    ck_assert_int_eq(mj_channel_take_file(channel), -1);
}
END_TEST

START_TEST(more_than_one_is_a_breach)
{
    const int counts[] = {2, 4, 5, 100, MOST};

    answer(end_frame, sizeof(end_frame), counts[_i]);
    ck_assert_int_eq(receive(), MJ_EBADDESCRIPTOR);
    close(mj_channel_take_file(channel));
    ck_assert_int_eq(count_descriptors(), before);
}
END_TEST

START_TEST(a_second_one_is_a_breach_as_long_as_the_first_is_not_taken)
{
    answer(end_frame, 4, 1);
    answer(end_frame + 4, 4, 1);
    ck_assert_int_eq(receive(), MJ_EBADDESCRIPTOR);
    close(mj_channel_take_file(channel));
    ck_assert_int_eq(count_descriptors(), before);
}
END_TEST

START_TEST(one_that_nobody_took_goes_with_the_channel)
{
    int own_peer, own_before;
    mj_channel_t *first = channel;

    channel = mj_open_channel(0, 1, &own_peer);
    mj_greet_at_once(channel, 1);
    own_before = count_descriptors();
    close(peer);
    peer = own_peer;
    answer(end_frame, sizeof(end_frame), 1);
    ck_assert_int_eq(receive(), APR_SUCCESS);
    ck_assert_int_eq(count_descriptors(), own_before); /* one more, and the peer of the first channel closed */
    mj_channel_close(channel);
    ck_assert_int_eq(count_descriptors(), own_before - 2);
    channel = first;
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("channel_file");
    TCase *tcase = mj_case(suite, "channel_file");

    tcase_add_checked_fixture(tcase, make_channel, unmake_channel);
    tcase_add_test(tcase, a_descriptor_is_kept_until_it_is_taken);
    tcase_add_test(tcase, it_comes_with_the_first_byte_that_it_was_sent_with);
    tcase_add_test(tcase, nothing_comes_without_one);
    tcase_add_loop_test(tcase, more_than_one_is_a_breach, 0, 5);
    tcase_add_test(tcase, a_second_one_is_a_breach_as_long_as_the_first_is_not_taken);
    tcase_add_test(tcase, one_that_nobody_took_goes_with_the_channel);
    return suite;
}
