/* A request on its way from the client to the daemon: its head, its body, and what is sent
 * again. */
#include "exchange_case.h"
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define assert_heard(words) ck_assert_str_eq(daemon_heard(), (words))
#define assert_logged(text) ck_assert_msg(strstr(fake.log, (text)) != NULL, "%s", fake.log)

/* The request has a body. @param length as the client has declared it */
static void with_body(uint64_t length)
{
    head.flags = MJ_FLAG_REQUEST_BODY;
    head.content_length = length;
    fake.length = length;
}

static void say_ok(void)
{
    daemon_response(200, 0, 0);
}

/* @return what the client is told */
static int begin(void)
{
    return mj_exchange_begin(&exchange, &dispatcher, &fake.client, settings, 0, &head);
}

/* --- daemons that answer to what they hear --- */

/* Hears what comes until END, and then answers; gives credit as it goes. */
typedef struct eager_daemon_t {
    uint32_t credit; /* that it gives at a time */
    size_t most;     /* bytes that came at most without having been credited */
} eager_daemon_t;

static void read_whole(unsigned char *out, size_t len)
{
    while (len > 0) {
        ssize_t n = recv(daemon_fd, out, len, 0);
        ck_assert_int_gt(n, 0);
        out += n;
        len -= (size_t)n;
    }
}

/* @return the type of the next frame, and its payload's length */
static uint8_t next_frame(size_t *len)
{
    static unsigned char payload[MJ_MAX_REQUEST];
    unsigned char frame[MJ_HEADER_SIZE];

    read_whole(frame, sizeof(frame));
    *len = (size_t)frame[0] << 24 | (size_t)frame[1] << 16 | (size_t)frame[2] << 8 | frame[3];
    read_whole(payload, *len);
    return frame[4];
}

static void *take_body(void *data)
{
    eager_daemon_t *daemon = data;
    size_t credited = MJ_INITIAL_CREDIT, body = 0, len;
    bool is_first = true;
    uint8_t type;

    daemon_welcome();
    do {
        type = next_frame(&len);
        if (type == MJ_FRAME_DATA) {
            body += len;
            daemon->most = body > credited && body - credited > daemon->most ? body - credited : daemon->most;
            if (is_first) { /* what the first message leaves of the initial credit lapses */
                credited = body;
            }
            is_first = false;
            if (body == credited) {
                daemon_credit(daemon->credit);
                credited += daemon->credit;
            }
        }
    } while (type != MJ_FRAME_END);
    say_ok();
    return NULL;
}

/* Wants the body, and answers when it has five bytes of it and its end. */
static void *want_hello(void *data)
{
    size_t len, body = 0;
    uint8_t type;

    (void)data;
    daemon_welcome();
    daemon_credit(1000);
    do {
        type = next_frame(&len);
        body += type == MJ_FRAME_DATA ? len : 0;
    } while (type != MJ_FRAME_END);
    ck_assert_uint_eq(body, 5);
    say_ok();
    return NULL;
}

/* Runs the exchange against a daemon of its own thread. */
static mj_ending_t run_against(void *(*daemon)(void *), void *data)
{
    pthread_t thread;
    mj_ending_t end;

    ck_assert_int_eq(pthread_create(&thread, NULL, daemon, data), 0);
    end = mj_begin_and_run();
    pthread_join(thread, NULL);
    return end;
}

/* --- what leaves with the head --- */

START_TEST(a_small_body_leaves_with_the_head)
{
    with_body(_i == 0 ? 5 : MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_TEXT("he"), FAKE_TEXT("llo"), FAKE_END);
    daemon_welcome();
    say_ok();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    assert_heard("HELLO REQUEST+BODY DATA(5) END");
    ck_assert_str_eq(daemon_body(), "hello");
    ck_assert_uint_eq(head.content_length, _i == 0 ? 5 : MJ_LENGTH_UNKNOWN);
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(a_body_that_was_read_has_the_length_that_it_has)
{
    with_body(100); /* a filter has made less of it */
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_END);
    ck_assert_int_eq(begin(), 0);
    ck_assert_uint_eq(head.content_length, 5);
}
END_TEST

START_TEST(a_body_that_was_not_read_has_the_length_that_its_client_keeps_to)
{
    with_body(100);
    fake.length = _i == 0 ? 100 : MJ_LENGTH_UNKNOWN; /* a filter may change it */
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET);
    ck_assert_int_eq(begin(), 0);
    ck_assert_uint_eq(head.content_length, fake.length);
}
END_TEST

START_TEST(an_empty_body_is_an_end)
{
    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_END);
    daemon_welcome();
    say_ok();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    assert_heard("HELLO REQUEST+BODY END");
}
END_TEST

/* How many bytes of a body came with the head, and, in *words, what came behind. */
static unsigned long sent_with_head(const char **words)
{
    const char *before = "HELLO REQUEST+BODY DATA(";
    char *end;
    unsigned long sent;

    ck_assert_msg(strncmp(*words, before, strlen(before)) == 0, "%s", *words);
    sent = strtoul(*words + strlen(before), &end, 10);
    *words = end;
    return sent;
}

START_TEST(of_a_body_that_has_not_ended_as_much_leaves_as_a_daemon_reads_at_once)
{
    const char *words;
    unsigned long sent;

    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_LETTERS(50000), FAKE_NOTHING_YET);
    daemon_welcome();
    say_ok();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    words = daemon_heard();
    sent = sent_with_head(&words);
    ck_assert_str_eq(words, ") END+CUT");
    ck_assert_uint_gt(sent, 15000);
    ck_assert_uint_lt(sent, MJ_RETRY_LIMIT);
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(a_body_that_is_there_goes_whole)
{
    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_LETTERS(50000), FAKE_END);
    daemon_welcome();
    say_ok();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    assert_heard("HELLO REQUEST+BODY+WHOLE DATA(50000) END");
    ck_assert_uint_eq(strlen(daemon_body()), 50000);
}
END_TEST

START_TEST(a_body_with_trailers_does_not_go_whole)
{
    static const mj_pair_t trailers[] = {{{"a", 1}, {"b", 1}}};
    const char *words;

    with_body(MJ_LENGTH_UNKNOWN);
    fake.trailers = trailers;
    fake.trailer_count = 1;
    fake_client_sends(&fake, FAKE_LETTERS(50000), FAKE_END);
    daemon_welcome();
    daemon_credit(50000);
    say_ok();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    words = daemon_heard();
    ck_assert_uint_lt(sent_with_head(&words), MJ_RETRY_LIMIT);
}
END_TEST

START_TEST(trailers_stand_between_the_body_and_its_end)
{
    static const mj_pair_t trailers[] = {{{"a", 1}, {"b", 1}}}, bad[] = {{{"a b", 3}, {"", 0}}};

    with_body(MJ_LENGTH_UNKNOWN);
    fake.trailers = _i == 0 ? trailers : bad;
    fake.trailer_count = 1;
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_END);
    daemon_welcome();
    say_ok();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    assert_heard(_i == 0 ? "HELLO REQUEST+BODY DATA(5) TRAILERS END" : "HELLO REQUEST+BODY DATA(5) END");
    ck_assert_str_eq(fake.log, _i == 0 ? "" : "W MJ0048: the request's trailer fields cannot be sent to pool shop: left out\n");
}
END_TEST

START_TEST(a_client_that_waits_for_100_is_not_read_from)
{
    with_body(5);
    head.flags |= MJ_FLAG_REQUEST_EXPECT;
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_END);
    daemon_welcome();
    daemon_failed(401, "who is it?");
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    assert_heard("HELLO REQUEST+BODY+EXPECT END+CUT");
    ck_assert_uint_eq(fake.piece, 0);
    ck_assert(!mj_body_is_read(exchange.body_state));
}
END_TEST

START_TEST(a_client_that_waits_for_100_is_read_from_when_the_application_wants_its_body)
{
    with_body(5);
    head.flags |= MJ_FLAG_REQUEST_EXPECT;
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_END);
    ck_assert_int_eq(run_against(want_hello, NULL), MJ_ENDED_ANSWERED);
    ck_assert_int_eq(exchange.body_state, MJ_BODY_ENDED);
}
END_TEST

START_TEST(a_body_that_cannot_be_read_is_the_clients_fault)
{
    with_body(MJ_LENGTH_UNKNOWN);
    if (_i == 0) {
        fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_FAILURE(APR_EGENERAL));
    } else {
        fake_client_sends(&fake, FAKE_FAILURE(APR_ENOSPC));
    }
    ck_assert_int_eq(begin(), _i == 0 ? 400 : 413);
    ck_assert_str_eq(fake.log, "I MJ0040: the request's body cannot be read from the client\n");
}
END_TEST

/* --- the rest of a body --- */

START_TEST(the_rest_of_a_body_follows_as_there_is_credit)
{
    static const uint32_t credits[] = {1000, 65536, 200000, MJ_MAX_CREDIT};
    eager_daemon_t daemon = {.credit = credits[_i]};

    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_LETTERS(20000), FAKE_NOTHING_YET, FAKE_LETTERS(30000), FAKE_NOTHING_YET, FAKE_LETTERS(250000),
                      FAKE_END);
    fake.fd = open("/dev/null", O_RDONLY | O_CLOEXEC); /* always readable: nobody waits */
    ck_assert_int_eq(run_against(take_body, &daemon), MJ_ENDED_ANSWERED);
    close(fake.fd);
    ck_assert_uint_eq(daemon.most, 0);
    ck_assert_str_eq(fake.log, "");
    ck_assert_int_eq(exchange.body_state, MJ_BODY_ENDED);
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(more_credit_than_may_be_outstanding_is_a_breach)
{
    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_NOTHING_YET);
    daemon_welcome();
    daemon_credit(MJ_MAX_CREDIT);
    if (_i == 1) {
        daemon_credit(1);
    }
    daemon_failed(500, "enough");
    ck_assert_int_eq(mj_begin_and_run(), _i == 0 ? MJ_ENDED_ANSWERED : MJ_ENDED_BROKEN);
    ck_assert(_i == 0 || strstr(fake.log, "a bad CREDIT") != NULL);
}
END_TEST

START_TEST(an_answer_before_the_body_cuts_it)
{
    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET);
    daemon_welcome();
    daemon_failed(413, "too much");
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_int_eq(exchange.status, 413);
    assert_heard("HELLO REQUEST+BODY DATA(5) END+CUT");
    ck_assert(!mj_body_is_read(exchange.body_state));
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(a_client_that_stalls_gets_408)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    with_body(MJ_LENGTH_UNKNOWN);
    fake.fd = ends[0];
    fake.client.timeout = apr_time_from_msec(80);
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET);
    daemon_welcome();
    daemon_credit(1000);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 408);
    ck_assert_str_eq(fake.log, "I MJ0040: the request's body cannot be read from the client\n");
    ck_assert(!mj_exchange_leave_channel(&exchange));
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(request_timeout_ends_the_wait_for_a_client)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    with_body(MJ_LENGTH_UNKNOWN);
    settings->request_timeout = apr_time_from_msec(80);
    fake.fd = ends[0];
    fake_client_sends(&fake, FAKE_NOTHING_YET);
    daemon_welcome();
    daemon_credit(1000);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 504);
    assert_logged("E MJ0042: pool shop pid 4711: request-timeout: not complete within 80 ms; 504");
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(a_client_that_fails_within_its_body_ends_the_exchange)
{
    with_body(MJ_LENGTH_UNKNOWN);
    fake.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET, FAKE_FAILURE(APR_EGENERAL));
    daemon_welcome();
    daemon_credit(1000);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 400);
    close(fake.fd);
}
END_TEST

/* Nothing to poll: the client's own read waits. */
START_TEST(a_client_without_a_descriptor_is_waited_for_in_its_read)
{
    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_NOTHING_YET, FAKE_NOTHING_YET, FAKE_TEXT("hello"), FAKE_END);
    ck_assert_int_eq(run_against(want_hello, NULL), MJ_ENDED_ANSWERED);
    ck_assert_int_eq(exchange.body_state, MJ_BODY_ENDED);
}
END_TEST

/* Gives credit and takes nothing more, and answers when more has been read for it. */
static void *answer_and_take_nothing(void *data)
{
    struct pollfd input = {.fd = daemon_fd, .events = POLLIN};

    (void)data;
    ck_assert_int_eq(poll(&input, 1, 30000), 1);
    ck_assert_int_eq(shutdown(daemon_fd, SHUT_RD), 0);
    daemon_welcome();
    daemon_credit(2000);
    while (__atomic_load_n(&fake.piece, __ATOMIC_SEQ_CST) < 3) {
        sched_yield();
    }
    say_ok();
    return NULL;
}

START_TEST(an_answer_of_a_daemon_that_takes_nothing_more_is_taken)
{
    with_body(MJ_LENGTH_UNKNOWN);
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET, FAKE_LETTERS(1000), FAKE_END);
    fake.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(run_against(answer_and_take_nothing, NULL), MJ_ENDED_ANSWERED);
    ck_assert_int_eq(exchange.status, 0);
    ck_assert_str_eq(fake.done, "head(200) end pass");
    ck_assert(!mj_exchange_leave_channel(&exchange));
    close(fake.fd);
}
END_TEST

/* --- what cannot be sent --- */

START_TEST(a_head_that_does_not_fit_the_wire_is_refused)
{
    static char much[MJ_MAX_REQUEST];

    memset(much, 'x', sizeof(much));
    switch (_i) {
    case 0:
        head.query = (mj_span_t){much, sizeof(much)};
        break;
    case 1:
        head.application = (mj_span_t){much, MJ_MAX_APPLICATION + 1};
        break;
    default:
        head.query = (mj_span_t){"a\0b", 3};
        break;
    }
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_int_eq(exchange.status, _i == 0 ? 431 : _i == 1 ? 500 : 400);
    assert_logged(_i == 0 ? "E MJ0028" : _i == 1 ? "E MJ0066" : "I MJ0044: the request cannot be sent to pool shop: BAD_STRING");
    assert_heard("");
    ck_assert_int_eq(channel->greeting, MJ_GREETING_DUE);
    ck_assert(mj_exchange_leave_channel(&exchange)); /* it has served nobody yet */
}
END_TEST

/* --- again --- */

START_TEST(a_request_that_was_refused_is_sent_again_with_its_body)
{
    with_body(5);
    if (_i == 0) {
        fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_END);
    } else {
        fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET);
    }
    daemon_welcome();
    daemon_refused(MJ_REFUSED_FULL);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_REFUSED);
    assert_heard(_i == 0 ? "HELLO REQUEST+BODY DATA(5) END" : "HELLO REQUEST+BODY DATA(5) END+CUT");
    ck_assert(mj_exchange_leave_channel(&exchange));
    daemon_serial = 2;
    say_ok();
    ck_assert_int_eq(mj_run(), MJ_ENDED_ANSWERED);
    assert_heard(_i == 0 ? "REQUEST+BODY DATA(5) END" : "REQUEST+BODY DATA(5) END+CUT");
    ck_assert_str_eq(daemon_body(), "hellohello");
    ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(a_refusal_says_whether_the_settings_are_others)
{
    daemon_welcome();
    daemon_refused((uint8_t)_i);
    ck_assert_int_eq(mj_begin_and_run(), _i == MJ_REFUSED_NOT_CONFIGURED ? MJ_ENDED_UNCONFIGURED : MJ_ENDED_REFUSED);
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(a_daemon_that_went_before_it_read_has_not_seen_the_request)
{
    with_body(5);
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_END);
    daemon_goes();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_UNSEEN);
    ck_assert(!mj_exchange_leave_channel(&exchange));
    ck_assert_str_eq(fake.log, "");
    mj_new_channel();
    daemon_welcome();
    say_ok();
    ck_assert_int_eq(mj_run(), MJ_ENDED_ANSWERED);
    assert_heard("HELLO REQUEST+BODY DATA(5) END");
}
END_TEST

/* Closes the daemon's end as soon as something has come. */
static void *go_unread(void *data)
{
    struct pollfd input = {.fd = daemon_fd, .events = POLLIN};

    (void)data;
    ck_assert_int_eq(poll(&input, 1, 30000), 1);
    daemon_goes();
    return NULL;
}

START_TEST(a_daemon_that_went_with_the_request_unread_has_not_seen_it)
{
    ck_assert_int_eq(run_against(go_unread, NULL), MJ_ENDED_UNSEEN);
    ck_assert(!mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(a_daemon_that_had_answered_something_has_seen_the_request)
{
    daemon_welcome();
    daemon_log(MJ_LEVEL_ERROR, "I see");
    ck_assert_int_eq(run_against(go_unread, NULL), MJ_ENDED_LOST);
    ck_assert_int_eq(exchange.status, 502);
    assert_logged("E MJ0043: pool shop pid 4711: the daemon was lost while it handled the request; 502");
}
END_TEST

/* A part of it may have been read, and nothing would tell. */
START_TEST(a_head_that_a_daemon_does_not_read_at_once_is_not_sent_again)
{
    static char much[300000];

    memset(much, 'x', sizeof(much));
    head.query = (mj_span_t){much, _i == 0 ? 17000 : sizeof(much)};
    ck_assert_int_eq(run_against(go_unread, NULL), MJ_ENDED_LOST);
    ck_assert_int_eq(exchange.status, 502);
    assert_logged("MJ0043");
}
END_TEST

/* Reads all that has come, and goes. */
static void *go_having_read(void *data)
{
    char bytes[4096];

    (void)data;
    ck_assert_int_gt(recv(daemon_fd, bytes, sizeof(bytes), 0), 0);
    daemon_goes();
    return NULL;
}

START_TEST(a_daemon_that_went_after_it_had_read_may_have_seen_the_request)
{
    ck_assert_int_eq(run_against(go_having_read, NULL), MJ_ENDED_LOST);
    ck_assert_int_eq(exchange.status, 502);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("exchange_request");
    TCase *tcase = mj_exchange_case(suite, "first message");

    tcase_add_loop_test(tcase, a_small_body_leaves_with_the_head, 0, 2);
    tcase_add_test(tcase, a_body_that_was_read_has_the_length_that_it_has);
    tcase_add_loop_test(tcase, a_body_that_was_not_read_has_the_length_that_its_client_keeps_to, 0, 2);
    tcase_add_test(tcase, an_empty_body_is_an_end);
    tcase_add_test(tcase, of_a_body_that_has_not_ended_as_much_leaves_as_a_daemon_reads_at_once);
    tcase_add_test(tcase, a_body_that_is_there_goes_whole);
    tcase_add_test(tcase, a_body_with_trailers_does_not_go_whole);
    tcase_add_loop_test(tcase, trailers_stand_between_the_body_and_its_end, 0, 2);
    tcase_add_test(tcase, a_client_that_waits_for_100_is_not_read_from);
    tcase_add_test(tcase, a_client_that_waits_for_100_is_read_from_when_the_application_wants_its_body);
    tcase_add_loop_test(tcase, a_body_that_cannot_be_read_is_the_clients_fault, 0, 2);
    tcase_add_loop_test(tcase, a_head_that_does_not_fit_the_wire_is_refused, 0, 3);
    tcase = mj_exchange_case(suite, "body");
    tcase_add_loop_test(tcase, the_rest_of_a_body_follows_as_there_is_credit, 0, 4);
    tcase_add_loop_test(tcase, more_credit_than_may_be_outstanding_is_a_breach, 0, 2);
    tcase_add_test(tcase, an_answer_before_the_body_cuts_it);
    tcase_add_test(tcase, a_client_that_stalls_gets_408);
    tcase_add_test(tcase, request_timeout_ends_the_wait_for_a_client);
    tcase_add_test(tcase, a_client_that_fails_within_its_body_ends_the_exchange);
    tcase_add_test(tcase, a_client_without_a_descriptor_is_waited_for_in_its_read);
    tcase_add_test(tcase, an_answer_of_a_daemon_that_takes_nothing_more_is_taken);
    tcase = mj_exchange_case(suite, "again");
    tcase_add_loop_test(tcase, a_request_that_was_refused_is_sent_again_with_its_body, 0, 2);
    tcase_add_loop_test(tcase, a_refusal_says_whether_the_settings_are_others, MJ_REFUSED_FULL, MJ_REFUSED_NOT_CONFIGURED + 1);
    tcase_add_test(tcase, a_daemon_that_went_before_it_read_has_not_seen_the_request);
    tcase_add_test(tcase, a_daemon_that_went_with_the_request_unread_has_not_seen_it);
    tcase_add_test(tcase, a_daemon_that_had_answered_something_has_seen_the_request);
    tcase_add_loop_test(tcase, a_head_that_a_daemon_does_not_read_at_once_is_not_sent_again, 0, 2);
    tcase_add_test(tcase, a_daemon_that_went_after_it_had_read_may_have_seen_the_request);
    return suite;
}
