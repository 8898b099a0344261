/* What ends the wait for a daemon: time, a client that leaves, a daemon that goes. */
#include "exchange_case.h"
#include "exchange_steps.h"
#include "harness.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#define assert_logged(text) ck_assert_msg(strstr(fake.log, (text)) != NULL, "%s", fake.log)

static const apr_interval_time_t brief = apr_time_from_msec(60);

/* The daemon says what has begun by then: nothing, that it has accepted, or a part of a
 * response. */
static bool begin_answer(int how)
{
    daemon_welcome();
    if (how == 1) {
        daemon_log(MJ_LEVEL_ERROR, "begun");
    }
    if (how == 2) {
        daemon_response(200, MJ_FLAG_RESPONSE_BODY, MJ_LENGTH_UNKNOWN);
        daemon_data("half", 0);
    }
    return how == 2;
}

static void assert_ended(bool has_begun, int status)
{
    ck_assert_int_eq(exchange.status, has_begun ? 0 : status);
    ck_assert((strstr(fake.done, "break(") != NULL) == has_begun);
    ck_assert(!mj_exchange_leave_channel(&exchange));
}

START_TEST(request_timeout_ends_an_exchange)
{
    bool has_begun = begin_answer(_i);
    apr_time_t began = apr_time_now();

    settings->request_timeout = brief;
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_ge(apr_time_now() - began, brief);
    assert_logged("E MJ0042: pool shop pid 4711: request-timeout: not complete within 60 ms; 504");
    assert_ended(has_begun, 504);
    ck_assert(!has_begun || strstr(fake.done, "pass break(504)") != NULL); /* what had come was passed on before the wait */
}
END_TEST

START_TEST(socket_timeout_ends_an_exchange)
{
    bool has_begun = begin_answer(_i);

    settings->socket_timeout = brief;
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    assert_logged("E MJ0049: pool shop pid 4711: socket-timeout: the daemon sent and accepted nothing for 60 ms; ");
    assert_logged(has_begun ? "the response is broken off" : "504");
    assert_ended(has_begun, 504);
}
END_TEST

/* Some bytes of a frame that is not whole end a silence; whoever is silent again has all of
 * socket-timeout. */
START_TEST(a_daemon_that_sends_something_is_not_silent)
{
    const unsigned char *payload;
    mj_frame_t frame;

    settings->socket_timeout = apr_time_from_sec(30);
    ck_assert_int_eq(mj_exchange_begin(&exchange, &dispatcher, &fake.client, settings, 0, &head), 0);
    exchange.channel = channel;
    exchange.ticket = &ticket;
    mj_exchange_note_progress(&exchange);
    ck_assert_int_eq(mj_exchange_check_read_timeout(&exchange, 0), MJ_GOES_ON);
    ck_assert_int_ne(exchange.silent_since, 0);
    exchange.silent_since = apr_time_now() - apr_time_from_sec(60);
    daemon_say_bytes("\0\0", 2);
    ck_assert_int_eq(mj_channel_receive(channel, 1, &frame, &payload), APR_TIMEUP);
    ck_assert_int_eq(mj_exchange_check_read_timeout(&exchange, MJ_CHANNEL_SLICE), MJ_GOES_ON);
    ck_assert_int_gt(exchange.silent_since, apr_time_now() - apr_time_from_sec(10));
    ck_assert_str_eq(fake.log, "");
    exchange.silent_since = apr_time_now() - apr_time_from_sec(30);
    ck_assert_int_eq(mj_exchange_check_read_timeout(&exchange, 0), MJ_ENDED_BROKEN);
    assert_logged("socket-timeout");
}
END_TEST

/* The wait that has just ended without a word belongs to the silence. */
START_TEST(a_silence_begins_with_the_wait_for_its_end)
{
    settings->socket_timeout = MJ_CHANNEL_SLICE;
    ck_assert_int_eq(mj_exchange_begin(&exchange, &dispatcher, &fake.client, settings, 0, &head), 0);
    exchange.channel = channel;
    exchange.ticket = &ticket;
    mj_exchange_note_progress(&exchange);
    ck_assert_int_eq(mj_exchange_check_read_timeout(&exchange, MJ_CHANNEL_SLICE), MJ_ENDED_BROKEN);
}
END_TEST

START_TEST(a_tunnel_may_be_silent)
{
    settings->socket_timeout = 1;
    ck_assert_int_eq(mj_exchange_begin(&exchange, &dispatcher, &fake.client, settings, 0, &head), 0);
    exchange.channel = channel;
    exchange.ticket = &ticket;
    exchange.response = MJ_RESPONSE_TUNNEL;
    mj_exchange_note_progress(&exchange);
    ck_assert_int_eq(mj_exchange_check_read_timeout(&exchange, MJ_CHANNEL_SLICE), MJ_GOES_ON);
}
END_TEST

START_TEST(a_client_that_leaves_while_it_is_waited_for_ends_the_exchange)
{
    bool has_begun = begin_answer(_i);

    fake.is_gone = true;
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ABANDONED);
    assert_logged("I MJ0045: the client left before the response was complete");
    ck_assert_int_eq(exchange.status, has_begun ? 0 : MJ_CLIENT_IS_GONE);
    ck_assert(!mj_exchange_leave_channel(&exchange)); /* closing it tells the daemon */
    ck_assert_ptr_null(strstr(fake.done, "break("));
}
END_TEST

START_TEST(a_client_that_takes_nothing_more_ends_the_exchange)
{
    begin_answer(2);
    fake.passes_left = 0;
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ABANDONED);
    ck_assert_int_eq(exchange.status, 0);
    ck_assert_str_eq(fake.done, "head(200) data(half) pass");
    ck_assert(!mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(a_client_that_leaves_at_the_end_changes_nothing)
{
    begin_answer(2);
    daemon_end();
    fake.passes_left = 0;
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(fake.done, "head(200) data(half) end pass");
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(a_client_that_is_gone_when_it_is_informed_ends_the_exchange)
{
    daemon_welcome();
    daemon_inform(103);
    fake.is_aborted = true;
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ABANDONED);
    ck_assert_int_eq(exchange.status, MJ_CLIENT_IS_GONE);
}
END_TEST

static void *flood_with_data(void *data)
{
    (void)data;
    while (daemon_tries_to_say(MJ_FRAME_DATA, "x", 1)) {
    }
    return NULL;
}

static void *flood_with_lines(void *data)
{
    (void)data;
    while (daemon_tries_to_say(MJ_FRAME_LOG, "\x08\0\1x", 4)) {
    }
    return NULL;
}

/* One that has enough to say keeps the exchange from ever waiting. */
START_TEST(a_daemon_that_never_stops_keeps_nobody_from_looking_around)
{
    pthread_t thread;

    daemon_welcome();
    daemon_response(200, MJ_FLAG_RESPONSE_BODY, MJ_LENGTH_UNKNOWN);
    fake.head_result = MJ_HEAD_ALONE; /* nothing is passed on */
    if (_i < 2) {
        settings->request_timeout = apr_time_from_msec(700);
    } else {
        fake.is_gone = true;
    }
    ck_assert_int_eq(pthread_create(&thread, NULL, _i % 2 == 0 ? flood_with_data : flood_with_lines, NULL), 0);
    ck_assert_int_eq(mj_begin_and_run(), _i < 2 ? MJ_ENDED_BROKEN : MJ_ENDED_ABANDONED);
    ck_assert(!mj_exchange_leave_channel(&exchange));
    shutdown(channel->fd, SHUT_RDWR);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(a_daemon_that_goes_is_lost)
{
    bool has_begun = begin_answer(_i);

    daemon_falls_silent();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_LOST);
    assert_logged("E MJ0043: pool shop pid 4711: the daemon was lost while it handled the request; ");
    assert_logged(has_begun ? "the response is broken off" : "502");
    assert_ended(has_begun, 502);
}
END_TEST

/* The request does not fit the socket, and the daemon takes nothing. */
START_TEST(a_daemon_that_takes_nothing_is_not_waited_for_for_ever)
{
    static char much[1 << 20];

    memset(much, 'x', sizeof(much));
    head.query = (mj_span_t){much, sizeof(much)};
    switch (_i) {
    case 0:
        settings->socket_timeout = brief;
        break;
    case 1:
        settings->request_timeout = brief;
        break;
    default:
        fake.is_gone = true;
        break;
    }
    ck_assert_int_eq(mj_begin_and_run(), _i < 2 ? MJ_ENDED_BROKEN : MJ_ENDED_ABANDONED);
    ck_assert_int_eq(exchange.status, _i < 2 ? 504 : MJ_CLIENT_IS_GONE);
    assert_logged(_i == 0 ? "MJ0049" : _i == 1 ? "MJ0042" : "MJ0045");
    ck_assert(!mj_exchange_leave_channel(&exchange));
}
END_TEST

/* With a body to bring: the daemon gives credit, and then neither sends nor takes. */
START_TEST(a_daemon_that_takes_no_more_of_a_body_is_not_waited_for_for_ever)
{
    head.flags = MJ_FLAG_REQUEST_BODY;
    head.content_length = MJ_LENGTH_UNKNOWN;
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET, FAKE_LETTERS(900000), FAKE_END);
    settings->socket_timeout = brief;
    daemon_welcome();
    daemon_credit(MJ_MAX_CREDIT);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 504);
    assert_logged("MJ0049");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("exchange_waits");
    TCase *tcase = mj_exchange_case(suite, "waits");

    tcase_add_loop_test(tcase, request_timeout_ends_an_exchange, 0, 3);
    tcase_add_loop_test(tcase, socket_timeout_ends_an_exchange, 0, 3);
    tcase_add_test(tcase, a_daemon_that_sends_something_is_not_silent);
    tcase_add_test(tcase, a_silence_begins_with_the_wait_for_its_end);
    tcase_add_test(tcase, a_tunnel_may_be_silent);
    tcase_add_loop_test(tcase, a_client_that_leaves_while_it_is_waited_for_ends_the_exchange, 0, 3);
    tcase_add_test(tcase, a_client_that_takes_nothing_more_ends_the_exchange);
    tcase_add_test(tcase, a_client_that_leaves_at_the_end_changes_nothing);
    tcase_add_test(tcase, a_client_that_is_gone_when_it_is_informed_ends_the_exchange);
    tcase_add_loop_test(tcase, a_daemon_that_never_stops_keeps_nobody_from_looking_around, 0, 4);
    tcase_add_loop_test(tcase, a_daemon_that_goes_is_lost, 0, 3);
    tcase_add_loop_test(tcase, a_daemon_that_takes_nothing_is_not_waited_for_for_ever, 0, 3);
    tcase_add_test(tcase, a_daemon_that_takes_no_more_of_a_body_is_not_waited_for_for_ever);
    return suite;
}
