#include "channel.h"
#include "daemon_socket.h"
#include "harness.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONG_ENOUGH apr_time_from_sec(30)

static mj_channel_t *channel;
static int peer; /* the daemon's end of channel */

static void make_channel(void)
{
    mj_listen(8);
    channel = mj_open_channel(3, 7, &peer);
    mj_greet_at_once(channel, 1);
}

static void unmake_channel(void)
{
    mj_channel_close(channel);
    close(peer);
    close(socket_listener);
}

static void answer(const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t n = send(peer, at, len, MSG_NOSIGNAL);

        ck_assert_msg(n > 0, "send: %s", strerror(errno));
        at += n;
        len -= (size_t)n;
    }
}

/* A frame of that payload; its bytes are fill, fill + 1 ... */
static unsigned char *frame_of(uint8_t type, uint16_t serial, size_t len, unsigned char fill)
{
    unsigned char *bytes = apr_palloc(test_pool, MJ_HEADER_SIZE + len);
    const unsigned char header[MJ_HEADER_SIZE] = {
        (unsigned char)(len >> 24),   (unsigned char)(len >> 16), (unsigned char)(len >> 8), (unsigned char)len, type, 0,
        (unsigned char)(serial >> 8), (unsigned char)serial};

    memcpy(bytes, header, sizeof(header));
    for (size_t i = 0; i < len; i++) {
        bytes[MJ_HEADER_SIZE + i] = (unsigned char)(fill + i);
    }
    return bytes;
}

static void assert_payload(const unsigned char *payload, size_t len, unsigned char fill)
{
    for (size_t i = 0; i < len; i++) {
        if (payload[i] != (unsigned char)(fill + i)) { /* asserting each would take seconds */
            ck_abort_msg("byte %d", (int)i);
        }
    }
}

/* Receives a DATA frame of that payload. */
static const unsigned char *receive(uint16_t serial, size_t len, unsigned char fill)
{
    const unsigned char *payload;
    mj_frame_t frame;

    apr_time_t deadline = apr_time_now() + LONG_ENOUGH;
    apr_status_t rv;

    channel->serial = serial;
    do {
        rv = mj_channel_receive(channel, deadline, &frame, &payload);
    } while (APR_STATUS_IS_EAGAIN(rv));
    ck_assert_int_eq(rv, APR_SUCCESS);
    ck_assert_uint_eq(frame.type, MJ_FRAME_DATA);
    ck_assert_uint_eq(frame.flags, 0);
    ck_assert_uint_eq(frame.serial, serial);
    ck_assert_uint_eq(frame.len, len);
    assert_payload(payload, len, fill);
    return payload;
}

static apr_status_t try_receive(apr_time_t deadline)
{
    const unsigned char *payload;
    mj_frame_t frame;

    apr_status_t rv;

    do {
        rv = mj_channel_receive(channel, deadline, &frame, &payload);
    } while (APR_STATUS_IS_EAGAIN(rv));
    return rv;
}

/* --- opening --- */

START_TEST(a_new_channel_has_said_and_heard_nothing)
{
    int accepted;
    mj_channel_t *opened = mj_open_channel(3, 7, &accepted);

    ck_assert_int_eq(opened->greeting, MJ_GREETING_DUE);
    ck_assert_uint_eq(opened->slot, 3);
    ck_assert_uint_eq(opened->daemon, 7);
    ck_assert_uint_eq(opened->serial, 0);
    ck_assert_uint_eq(mj_channel_received(opened), 0);
    ck_assert_int_ne(fcntl(opened->fd, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert(mj_channel_is_clean(opened));
    ck_assert(!mj_channel_has_frame(opened));
    ck_assert_uint_eq(mj_channel_await(opened, MJ_READABLE, 0), 0);
    mj_channel_close(opened);
    close(accepted);
}
END_TEST

START_TEST(a_channel_to_nobody_is_an_error)
{
    const char *gone = apr_pstrcat(test_pool, socket_path, ".gone", NULL);
    char *too_long = apr_pcalloc(test_pool, 200);
    mj_channel_t *other = NULL;

    ck_assert_int_eq(mj_channel_open(&other, gone, &(mj_ticket_t){.serial = 0}, MJ_CHANNEL_SLICE, 0), ENOENT);
    close(socket_listener);
    ck_assert_int_eq(mj_channel_open(&other, socket_path, &(mj_ticket_t){.serial = 0}, MJ_CHANNEL_SLICE, 0), ECONNREFUSED);
    memset(too_long, 'x', 108);
    ck_assert_int_eq(mj_channel_open(&other, too_long, &(mj_ticket_t){.serial = 0}, MJ_CHANNEL_SLICE, 0), APR_ENAMETOOLONG);
    ck_assert_ptr_null(other);
    socket_listener = dup(peer);
}
END_TEST

static _Atomic int signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

typedef struct opening_t {
    _Atomic bool is_done;
    apr_status_t rv;
    mj_channel_t *channel;
} opening_t;

static void *open_in_thread(void *data)
{
    opening_t *opening = data;

    opening->rv = mj_channel_open(&opening->channel, socket_path, &(mj_ticket_t){.serial = 1}, LONG_ENOUGH, 0);
    opening->is_done = true;
    return NULL;
}

START_TEST(a_signal_does_not_end_the_wait_for_a_full_backlog)
{
    struct sigaction action = {.sa_handler = count_signal};
    apr_time_t deadline = apr_time_now() + LONG_ENOUGH;
    opening_t opening = {0};
    pthread_t thread;
    int first, second;

    mj_listen(0);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    /* fills the backlog */
    ck_assert_int_eq(mj_channel_open(&channel, socket_path, &(mj_ticket_t){.serial = 1}, MJ_CHANNEL_SLICE, 0), APR_SUCCESS);
    signals = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, open_in_thread, &opening), 0);
    for (int i = 0; i < 200 && !opening.is_done; i++) {
        pthread_kill(thread, SIGUSR1);
        while (signals <= i && !opening.is_done) {
            ck_assert(apr_time_now() < deadline);
            sched_yield();
        }
    }
    first = accept(socket_listener, NULL, NULL);
    pthread_join(thread, NULL);
    ck_assert_int_eq(opening.rv, APR_SUCCESS);
    second = accept(socket_listener, NULL, NULL);
    mj_channel_close(opening.channel);
    mj_channel_close(channel);
    close(first);
    close(second);
    close(socket_listener);
}
END_TEST

START_TEST(a_backlog_that_stays_full_is_waited_for_no_longer_than_told)
{
    mj_channel_t *other = NULL;
    apr_time_t began;

    mj_listen(0);
    ck_assert_int_eq(mj_channel_open(&channel, socket_path, &(mj_ticket_t){.serial = 1}, LONG_ENOUGH, 0), APR_SUCCESS);
    began = apr_time_now();
    ck_assert_int_eq(mj_channel_open(&other, socket_path, &(mj_ticket_t){.serial = 1}, apr_time_from_msec(60), 0), APR_EAGAIN);
    ck_assert_int_ge(apr_time_now() - began, apr_time_from_msec(60));
    ck_assert_int_lt(apr_time_now() - began, LONG_ENOUGH);
    ck_assert_ptr_null(other);
    mj_channel_close(channel);
    close(socket_listener);
}
END_TEST

/* --- sending --- */

/* Sends all of it to a daemon that takes it. */
static void send_all(struct iovec *parts, int count)
{
    bool sent_any;
    apr_status_t rv;

    do {
        rv = mj_channel_send(channel, &parts, &count, &sent_any);
    } while (APR_STATUS_IS_EAGAIN(rv));
    ck_assert_int_eq(rv, APR_SUCCESS);
    ck_assert_int_eq(count, 0);
}

static int buffer_of(const mj_channel_t *of)
{
    int size = 0;
    socklen_t len = sizeof(size);

    ck_assert_int_eq(getsockopt(of->fd, SOL_SOCKET, SO_SNDBUF, &size, &len), 0);
    return size;
}

/* What MJ_WRITABLE promises, for the least buffer as for a large one; and a message of that size
 * comes whole or not at all. */
START_TEST(a_message_that_fits_the_send_buffer_never_waits)
{
    static const int64_t buffers[] = {0, 1, 4096, 16384, 32768, 65536, 100000};
    static unsigned char bytes[1 << 20];

    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        mj_channel_t *small;
        int accepted;

        ck_assert_int_eq(mj_channel_open(&small, socket_path, &(mj_ticket_t){.serial = 1}, LONG_ENOUGH, buffers[i]), APR_SUCCESS);
        accepted = accept(socket_listener, NULL, NULL);
        ck_assert_int_ge(accepted, 0);
        if (buffers[i] >= 4096) {
            ck_assert_int_eq(buffer_of(small), 2 * buffers[i]); /* Linux doubles it */
        }
        ck_assert_uint_eq(small->room, (size_t)buffer_of(small) / 2 - 64);
        for (int round = 0; round < 50; round++) {
            ssize_t taken;
            while (mj_channel_await(small, MJ_WRITABLE, 0) != 0) {
                size_t len = small->room < MJ_MAX_DATA ? small->room : MJ_MAX_DATA;
                ck_assert_int_eq(send(small->fd, bytes, len, MSG_DONTWAIT), (ssize_t)len);
            }
            taken = recv(accepted, bytes, 1 + (size_t)round * 501, 0);
            ck_assert_int_gt(taken, 0);
        }
        mj_channel_close(small);
        close(accepted);
    }
}
END_TEST

typedef struct sink_t {
    unsigned char *bytes;
    size_t len;
    size_t max;
} sink_t;

static void *drain(void *data)
{
    sink_t *sink = data;
    ssize_t n;

    while (sink->len < sink->max && (n = recv(peer, sink->bytes + sink->len, sink->max - sink->len, 0)) > 0) {
        sink->len += (size_t)n;
    }
    return NULL;
}

START_TEST(all_parts_are_sent_in_order)
{
    const size_t sizes[] = {3, 0, 1, 2000000, 5, 0};
    struct iovec parts[6];
    sink_t sink = {.max = 2000009};
    pthread_t thread;
    size_t at = 0;

    sink.bytes = apr_palloc(test_pool, sink.max);
    for (size_t i = 0; i < 6; i++) {
        unsigned char *bytes = apr_palloc(test_pool, sizes[i] + 1);

        for (size_t k = 0; k < sizes[i]; k++) {
            bytes[k] = (unsigned char)((at + k) * 7 / 5);
        }
        parts[i] = (struct iovec){bytes, sizes[i]};
        at += sizes[i];
    }
    ck_assert_int_eq(pthread_create(&thread, NULL, drain, &sink), 0);
    send_all(parts, 6);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(sink.len, sink.max);
    for (size_t i = 0; i < sink.len; i++) {
        if (sink.bytes[i] != (unsigned char)(i * 7 / 5)) {
            ck_abort_msg("byte %d", (int)i);
        }
    }
}
END_TEST

START_TEST(a_daemon_that_is_gone_fails_the_send)
{
    struct iovec part = {"hello", 5}, *parts = &part;
    int count = 1;
    bool sent_any = true;

    close(peer);
    ck_assert_int_eq(mj_channel_send(channel, &parts, &count, &sent_any), EPIPE);
    ck_assert(!sent_any);
    peer = dup(socket_listener);
}
END_TEST

START_TEST(a_daemon_that_goes_while_it_is_sent_to_had_some)
{
    const size_t len = 4000000;
    struct iovec part = {apr_pcalloc(test_pool, len), len}, *parts = &part;
    sink_t sink = {.bytes = apr_palloc(test_pool, 1000), .max = 1000};
    int count = 1;
    bool sent_any = false;
    apr_status_t rv;

    /* The socket takes some of it and no more, as its other end reads nothing: then the other end
     * goes. */
    ck_assert_int_eq(mj_channel_send(channel, &parts, &count, &sent_any), APR_EAGAIN);
    ck_assert(sent_any);
    ck_assert_uint_gt(part.iov_len, 0);
    ck_assert_uint_lt(part.iov_len, len);
    drain(&sink);
    close(peer);
    rv = mj_channel_send(channel, &parts, &count, &sent_any);
    ck_assert_msg(rv == EPIPE || rv == ECONNRESET, "%d", rv);
    ck_assert(!sent_any);
    peer = dup(socket_listener);
}
END_TEST

/* --- receiving --- */

START_TEST(a_frame_is_received_whole_from_any_pieces)
{
    const size_t len = 20;
    unsigned char *bytes = frame_of(MJ_FRAME_DATA, 5, len, 1);

    for (size_t first = 1; first < MJ_HEADER_SIZE + len; first++) {
        channel->serial = 5;
        answer(bytes, first);
        ck_assert_int_eq(try_receive(apr_time_now()), APR_TIMEUP);
        ck_assert_uint_eq(mj_channel_received(channel), (first - 1) * (MJ_HEADER_SIZE + len) + first);
        ck_assert(!mj_channel_has_frame(channel));
        ck_assert(!mj_channel_is_clean(channel));
        ck_assert_uint_eq(mj_channel_await(channel, MJ_READABLE, 0), MJ_READABLE);
        answer(bytes + first, MJ_HEADER_SIZE + len - first);
        receive(5, len, 1);
        ck_assert(mj_channel_is_clean(channel));
        ck_assert_uint_eq(mj_channel_await(channel, MJ_READABLE, 0), 0);
    }
}
END_TEST

START_TEST(frames_are_received_byte_by_byte)
{
    for (int round = 0; round < 3; round++) {
        unsigned char *bytes = frame_of(MJ_FRAME_DATA, 1, 30, (unsigned char)round);

        for (size_t i = 0; i + 1 < MJ_HEADER_SIZE + 30; i++) {
            answer(bytes + i, 1);
            ck_assert_int_eq(try_receive(1), APR_TIMEUP);
        }
        answer(bytes + MJ_HEADER_SIZE + 29, 1);
        receive(1, 30, (unsigned char)round);
    }
}
END_TEST

START_TEST(a_frame_that_is_held_to_its_last_byte_is_there)
{
    unsigned char *message = apr_palloc(test_pool, 2 * (MJ_HEADER_SIZE + 9));

    memcpy(message, frame_of(MJ_FRAME_DATA, 1, 9, 0), MJ_HEADER_SIZE + 9);
    memcpy(message + MJ_HEADER_SIZE + 9, frame_of(MJ_FRAME_DATA, 1, 9, 50), MJ_HEADER_SIZE + 9);
    answer(message, (size_t)2 * (MJ_HEADER_SIZE + 9));
    receive(1, 9, 0);
    ck_assert(mj_channel_has_frame(channel));
    receive(1, 9, 50);
    ck_assert(!mj_channel_has_frame(channel));
}
END_TEST

START_TEST(a_silence_lets_the_caller_look_around_and_loses_nothing)
{
    unsigned char *bytes = frame_of(MJ_FRAME_DATA, 1, 30, 7);
    const apr_time_t deadlines[] = {0, apr_time_now() + LONG_ENOUGH};

    for (int i = 0; i < 2; i++) {
        const unsigned char *payload;
        mj_frame_t frame;

        answer(bytes, MJ_HEADER_SIZE + 20);
        ck_assert_int_eq(mj_channel_receive(channel, deadlines[i], &frame, &payload), APR_EAGAIN);
        answer(bytes + MJ_HEADER_SIZE + 20, 10);
        receive(1, 30, 7);
    }
}
END_TEST

START_TEST(a_frame_without_payload_is_received)
{
    const unsigned char *payload;
    mj_frame_t frame;

    channel->serial = 9;
    answer(frame_of(MJ_FRAME_END, 9, 0, 0), MJ_HEADER_SIZE);
    ck_assert_int_eq(mj_channel_receive(channel, 0, &frame, &payload), APR_SUCCESS);
    ck_assert_uint_eq(frame.type, MJ_FRAME_END);
    ck_assert_uint_eq(frame.serial, 9);
    ck_assert_uint_eq(frame.len, 0);
    ck_assert(mj_channel_is_clean(channel));
}
END_TEST

START_TEST(frames_of_one_message_stay_where_they_are)
{
    const unsigned char *payloads[4];
    unsigned char *message = apr_palloc(test_pool, 4 * (MJ_HEADER_SIZE + 1000));
    size_t len = 0;

    for (int i = 0; i < 4; i++) {
        size_t size = 1000 - 100 * (size_t)i;

        memcpy(message + len, frame_of(MJ_FRAME_DATA, 1, size, (unsigned char)(40 * i)), MJ_HEADER_SIZE + size);
        len += MJ_HEADER_SIZE + size;
    }
    answer(message, len - 1); /* the last frame lacks a byte */
    payloads[0] = receive(1, 1000, 0);
    for (int i = 1; i < 3; i++) {
        ck_assert(mj_channel_has_frame(channel));
        payloads[i] = receive(1, 1000 - 100 * (size_t)i, (unsigned char)(40 * i));
        for (int k = 0; k < i; k++) {
            assert_payload(payloads[k], 1000 - 100 * (size_t)k, (unsigned char)(40 * k));
        }
    }
    ck_assert(!mj_channel_has_frame(channel));
    ck_assert_uint_eq(mj_channel_await(channel, MJ_READABLE, 0), MJ_READABLE);
    answer(message + len - 1, 1);
    ck_assert(!mj_channel_has_frame(channel)); /* of what has been received, not of what could be */
    receive(1, 700, 120);
    ck_assert(mj_channel_is_clean(channel));
}
END_TEST

typedef struct stream_t {
    unsigned char *bytes;
    size_t len;
} stream_t;

static void *answer_in_thread(void *data)
{
    const stream_t *stream = data;

    answer(stream->bytes, stream->len);
    return NULL;
}

START_TEST(payloads_of_any_size_follow_each_other)
{
    static const size_t sizes[] = {65536, 1, 65536, 65536, 40000, 40000, 65535, 2, 65536, 7, 65529, 65528, 65536};
    unsigned char *bytes = apr_palloc(test_pool, 13 * (MJ_HEADER_SIZE + 65536));
    stream_t stream = {bytes, 0};
    pthread_t thread;

    for (unsigned char i = 0; i < 13; i++) {
        memcpy(bytes + stream.len, frame_of(MJ_FRAME_DATA, i, sizes[i], i), MJ_HEADER_SIZE + sizes[i]);
        stream.len += MJ_HEADER_SIZE + sizes[i];
    }
    ck_assert_int_eq(pthread_create(&thread, NULL, answer_in_thread, &stream), 0);
    for (unsigned char i = 0; i < 13; i++) {
        receive(i, sizes[i], i);
    }
    pthread_join(thread, NULL);
    ck_assert(mj_channel_is_clean(channel));
}
END_TEST

START_TEST(a_malformed_header_is_refused_as_soon_as_it_is_there)
{
    static const struct {
        unsigned char header[MJ_HEADER_SIZE + 1];
        apr_status_t rv;
    } cases[] = {
        {"\0\0\0\1\x77\0\0\1", MJ_EUNKNOWNFRAME},
        {"\0\1\0\1\x12\0\0\1", MJ_EFRAMETOOLARGE},
        {"\0\0\0\1\x12\x80\0\1", MJ_EBADFLAGS},
        {"\0\0\0\0\x12\0\0\1", MJ_EBADLENGTH},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int own_peer;
        mj_channel_t *first = channel;

        channel = mj_open_channel(0, 1, &own_peer);
        ck_assert_int_eq(send(own_peer, cases[i].header, MJ_HEADER_SIZE, 0), MJ_HEADER_SIZE);
        ck_assert_int_eq(try_receive(0), cases[i].rv);
        ck_assert(!mj_channel_has_frame(channel));
        ck_assert_int_eq(try_receive(0), cases[i].rv);
        mj_channel_close(channel);
        close(own_peer);
        channel = first;
    }
}
END_TEST

START_TEST(the_deadline_is_kept)
{
    apr_time_t start = apr_time_now();
    apr_time_t deadline = start + apr_time_from_msec(60);

    ck_assert_int_eq(try_receive(deadline), APR_TIMEUP);
    ck_assert_int_ge(apr_time_now(), deadline);
    ck_assert_int_lt(apr_time_now(), deadline + apr_time_from_sec(10));
    answer(frame_of(MJ_FRAME_DATA, 1, 9, 0), MJ_HEADER_SIZE + 8);
    deadline = apr_time_now() + apr_time_from_msec(60);
    ck_assert_int_eq(try_receive(deadline), APR_TIMEUP);
    ck_assert_int_ge(apr_time_now(), deadline);
    answer("\x08", 1);
    receive(1, 9, 0);
}
END_TEST

START_TEST(a_frame_that_is_there_is_taken_after_the_deadline)
{
    answer(frame_of(MJ_FRAME_DATA, 1, 9, 0), MJ_HEADER_SIZE + 9);
    ck_assert_int_eq(try_receive(1), APR_SUCCESS);
}
END_TEST

START_TEST(the_end_of_the_daemon_is_told_after_its_last_frame)
{
    const apr_time_t deadlines[] = {0, apr_time_now() + LONG_ENOUGH};

    answer(frame_of(MJ_FRAME_DATA, 1, 9, 0), MJ_HEADER_SIZE + 9);
    answer("\0\0\0", 3);
    close(peer);
    receive(1, 9, 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(try_receive(deadlines[i]), APR_EOF);
        ck_assert(!mj_channel_is_clean(channel)); /* three bytes of a frame that will never be whole */
        ck_assert_uint_eq(mj_channel_await(channel, MJ_READABLE, 0), MJ_READABLE);
    }
    peer = dup(socket_listener);
}
END_TEST

START_TEST(eof_can_be_seen_without_waiting)
{
    close(peer);
    ck_assert_uint_eq(mj_channel_await(channel, MJ_READABLE, 0), MJ_READABLE);
    ck_assert(mj_channel_is_clean(channel));
    ck_assert_int_eq(try_receive(0), APR_EOF);
    peer = dup(socket_listener);
}
END_TEST

START_TEST(a_daemon_that_left_bytes_unread_resets_the_connection)
{
    for (int i = 0; i < 2; i++) {
        struct iovec part = {"hello", 5};
        mj_channel_t *first = channel;
        int own_peer;

        channel = mj_open_channel(0, 1, &own_peer);
        send_all(&part, 1);
        close(own_peer);
        ck_assert_int_eq(try_receive(i == 0 ? 0 : apr_time_now() + LONG_ENOUGH), ECONNRESET);
        mj_channel_close(channel);
        channel = first;
    }
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("channel");
    TCase *tcase = mj_case(suite, "channel");

    tcase_add_checked_fixture(tcase, make_channel, unmake_channel);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_new_channel_has_said_and_heard_nothing);
    tcase_add_test(tcase, a_channel_to_nobody_is_an_error);
    tcase_add_test(tcase, all_parts_are_sent_in_order);
    tcase_add_test(tcase, a_message_that_fits_the_send_buffer_never_waits);
    tcase_add_test(tcase, a_daemon_that_is_gone_fails_the_send);
    tcase_add_test(tcase, a_daemon_that_goes_while_it_is_sent_to_had_some);
    tcase_add_test(tcase, a_frame_is_received_whole_from_any_pieces);
    tcase_add_test(tcase, frames_are_received_byte_by_byte);
    tcase_add_test(tcase, a_frame_that_is_held_to_its_last_byte_is_there);
    tcase_add_test(tcase, a_frame_without_payload_is_received);
    tcase_add_test(tcase, frames_of_one_message_stay_where_they_are);
    tcase_add_test(tcase, payloads_of_any_size_follow_each_other);
    tcase_add_test(tcase, a_malformed_header_is_refused_as_soon_as_it_is_there);
    tcase_add_test(tcase, the_deadline_is_kept);
    tcase_add_test(tcase, a_silence_lets_the_caller_look_around_and_loses_nothing);
    tcase_add_test(tcase, a_frame_that_is_there_is_taken_after_the_deadline);
    tcase_add_test(tcase, the_end_of_the_daemon_is_told_after_its_last_frame);
    tcase_add_test(tcase, eof_can_be_seen_without_waiting);
    tcase_add_test(tcase, a_daemon_that_left_bytes_unread_resets_the_connection);
    tcase = mj_case(suite, "backlog");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_signal_does_not_end_the_wait_for_a_full_backlog);
    tcase_add_test(tcase, a_backlog_that_stays_full_is_waited_for_no_longer_than_told);
    return suite;
}
