/* How a connection begins, and how its requests are told apart. */
#include "channel.h"
#include "daemon_socket.h"
#include "harness.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SETTINGS 0x1234

static mj_channel_t *channel;
static int peer;

static void make_channel(void)
{
    mj_listen(8);
    channel = mj_open_channel(0, 1, &peer);
    memset(&channel->key, 0x5a, sizeof(channel->key));
}

static void unmake_channel(void)
{
    mj_channel_close(channel);
    close(peer);
    close(socket_listener);
}

/* Frames that the daemon sends. WELCOME has the version and the pid of an answer; the rest has no
 * payload. */
#define WELCOME_OF(major, serial) "\0\0\0\x0c\x02\0\0" serial "MJVM" major "\0\0\0\0\0\0\x07"
#define WELCOME WELCOME_OF("\x02", "\0")
#define END_OF(serial) "\0\0\0\0\x13\0\0" serial
#define WELCOME_LEN (MJ_HEADER_SIZE + 12)

static void answer(const char *bytes, size_t len)
{
    ck_assert_int_eq(send(peer, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

static size_t begin(unsigned char *hello)
{
    return mj_channel_begin(channel, SETTINGS, hello);
}

static apr_status_t receive_now(mj_frame_t *frame)
{
    const unsigned char *payload;

    return mj_channel_receive(channel, 1, frame, &payload);
}

START_TEST(should_begin_with_a_hello_and_only_once)
{
    unsigned char hello[MJ_HELLO_SIZE], expected[MJ_HELLO_SIZE];

    mj_hello_encode(expected, (uint32_t)getpid(), SETTINGS, &channel->key);
    ck_assert_uint_eq(begin(hello), MJ_HELLO_SIZE);
    ck_assert_mem_eq(hello, expected, sizeof(hello));
    ck_assert_int_eq(channel->greeting, MJ_GREETING_SENT);
    ck_assert_uint_eq(begin(hello), 0);
    answer(WELCOME END_OF("\x02"), WELCOME_LEN + MJ_HEADER_SIZE);
    ck_assert_int_eq(receive_now(&(mj_frame_t){0}), APR_SUCCESS);
    ck_assert_uint_eq(begin(hello), 0);
}
END_TEST

START_TEST(should_number_its_requests_and_leave_out_0)
{
    unsigned char hello[MJ_HELLO_SIZE];

    ck_assert_uint_eq(mj_channel_next_serial(channel), 1);
    ck_assert_uint_eq(channel->serial, 0);
    begin(hello);
    ck_assert_uint_eq(channel->serial, 1);
    ck_assert_uint_eq(mj_channel_next_serial(channel), 2);
    channel->serial = UINT16_MAX - 1;
    begin(hello);
    ck_assert_uint_eq(channel->serial, UINT16_MAX);
    begin(hello);
    ck_assert_uint_eq(channel->serial, 1);
}
END_TEST

START_TEST(should_keep_the_welcome_to_itself)
{
    unsigned char hello[MJ_HELLO_SIZE];
    mj_frame_t frame;

    begin(hello);
    answer(WELCOME END_OF("\x01"), WELCOME_LEN + MJ_HEADER_SIZE);
    ck_assert_int_eq(receive_now(&frame), APR_SUCCESS);
    ck_assert_uint_eq(frame.type, MJ_FRAME_END);
    ck_assert_int_eq(channel->greeting, MJ_GREETING_DONE);
    ck_assert(mj_channel_is_clean(channel));
}
END_TEST

START_TEST(should_wait_for_the_answer_behind_a_welcome)
{
    unsigned char hello[MJ_HELLO_SIZE];
    mj_frame_t frame;

    begin(hello);
    answer(WELCOME, 5);
    ck_assert_int_eq(receive_now(&frame), APR_TIMEUP);
    ck_assert_int_eq(channel->greeting, MJ_GREETING_SENT);
    answer(&WELCOME[5], WELCOME_LEN - 5);
    ck_assert_int_eq(receive_now(&frame), APR_TIMEUP);
    ck_assert_int_eq(channel->greeting, MJ_GREETING_DONE);
    ck_assert_uint_eq(mj_channel_received(channel), WELCOME_LEN); /* it was no silence */
    answer(END_OF("\x01"), MJ_HEADER_SIZE);
    ck_assert_int_eq(receive_now(&frame), APR_SUCCESS);
    ck_assert_uint_eq(frame.type, MJ_FRAME_END);
}
END_TEST

START_TEST(should_take_no_other_frame_than_a_welcome_of_its_version_first)
{
    static const struct {
        const char *bytes;
        size_t len;
    } wrong[] = {
        {END_OF("\x01"), MJ_HEADER_SIZE},
        {END_OF("\0"), MJ_HEADER_SIZE},
        {WELCOME_OF("\x03", "\0"), WELCOME_LEN},
        {WELCOME_OF("\x02", "\x01"), MJ_HEADER_SIZE},
        {"\0\0\0\x04\x02\0\0\0MJVM", MJ_HEADER_SIZE + 4},
    };
    unsigned char hello[MJ_HELLO_SIZE];
    mj_frame_t frame;

    begin(hello);
    answer(wrong[_i].bytes, wrong[_i].len);
    ck_assert_int_eq(receive_now(&frame), MJ_ENOWELCOME);
    ck_assert_ptr_null(mj_status_name(MJ_ENOWELCOME));
}
END_TEST

START_TEST(should_take_no_frame_of_another_request)
{
    unsigned char hello[MJ_HELLO_SIZE];
    mj_frame_t frame;

    begin(hello);
    answer(WELCOME END_OF("\x01"), WELCOME_LEN + MJ_HEADER_SIZE);
    ck_assert_int_eq(receive_now(&frame), APR_SUCCESS);
    begin(hello);
    answer(_i == 0 ? END_OF("\x01") : _i == 1 ? END_OF("\x03") : WELCOME, MJ_HEADER_SIZE);
    ck_assert_int_eq(receive_now(&frame), MJ_EBADSERIAL);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("channel_greeting");
    TCase *tcase = mj_case(suite, "greeting");

    tcase_add_checked_fixture(tcase, make_channel, unmake_channel);
    tcase_add_test(tcase, should_begin_with_a_hello_and_only_once);
    tcase_add_test(tcase, should_number_its_requests_and_leave_out_0);
    tcase_add_test(tcase, should_keep_the_welcome_to_itself);
    tcase_add_test(tcase, should_wait_for_the_answer_behind_a_welcome);
    tcase_add_loop_test(tcase, should_take_no_other_frame_than_a_welcome_of_its_version_first, 0, 5);
    tcase_add_loop_test(tcase, should_take_no_frame_of_another_request, 0, 3);
    return suite;
}
