/* An exchange after its upgrade: bytes both ways. */
#include "exchange_case.h"
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define assert_logged(text) ck_assert_msg(strstr(fake.log, (text)) != NULL, "%s", fake.log)

static unsigned tunnels(void)
{
    return mj_board_tunnels(dispatcher.board, exchange.pool);
}

/* The daemon has upgraded, and what it says next is said by then. */
static void upgrade(void)
{
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_UPGRADED);
    ck_assert_uint_eq(tunnels(), 1);
    ck_assert_int_eq(fake.tunnels, 1);
}

static mj_ending_t tunnel(void)
{
    mj_ending_t end = mj_exchange_tunnel(&exchange);

    ck_assert_uint_eq(tunnels(), 0);
    ck_assert_int_eq(fake.tunnels, 0);
    ck_assert_int_eq(exchange.status, 0);
    return end;
}

static mj_ending_t tunnel_against(void *(*daemon)(void *))
{
    pthread_t thread;
    mj_ending_t end;

    ck_assert_int_eq(pthread_create(&thread, NULL, daemon, NULL), 0);
    end = tunnel();
    pthread_join(thread, NULL);
    return end;
}

static void say_upgraded(void)
{
    daemon_welcome();
    daemon_upgraded(1);
}

/* Reads what comes until it holds so many bytes. */
static void await_bytes(size_t len)
{
    static char bytes[1 << 20];

    while (len > 0) {
        ssize_t n = recv(daemon_fd, bytes, len, 0);
        ck_assert_int_gt(n, 0);
        len -= (size_t)n;
    }
}

/* Ends the tunnel when DATA of five bytes have come. */
static void *end_after_hello(void *data)
{
    (void)data;
    await_bytes(MJ_HEADER_SIZE + 5);
    daemon_data("back", 0);
    daemon_end();
    return NULL;
}

START_TEST(bytes_go_both_ways_until_the_daemon_ends_the_tunnel)
{
    fake_client_sends(&fake, FAKE_TEXT("hello"));
    say_upgraded();
    daemon_data("welcome", 0);
    upgrade();
    ck_assert_str_eq(daemon_heard(), "HELLO REQUEST");
    ck_assert_int_eq(tunnel_against(end_after_hello), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(fake.done, "upgrade(1) data(welcome) pass! data(back) pass!");
    ck_assert_str_eq(daemon_heard(), "END+CUT");
    ck_assert_str_eq(fake.log, "");
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

/* Ends the tunnel when the client has: DATA of five bytes and END have come. */
static void *end_after_the_client(void *data)
{
    (void)data;
    await_bytes(2 * MJ_HEADER_SIZE + 5);
    daemon_data("bye", 0);
    daemon_end();
    return NULL;
}

START_TEST(a_client_that_has_closed_its_half_gets_the_rest)
{
    static const mj_pair_t trailers[] = {{{"a", 1}, {"b", 1}}};

    fake.trailers = trailers; /* of the request; a tunnel has none */
    fake.trailer_count = 1;
    fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_FAILURE(APR_EOF));
    say_upgraded();
    upgrade();
    ck_assert_str_eq(daemon_heard(), "HELLO REQUEST");
    ck_assert_int_eq(tunnel_against(end_after_the_client), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(daemon_heard(), "");
    ck_assert_str_eq(fake.body, "bye");
    ck_assert_int_eq(exchange.body_state, MJ_BODY_ENDED);
    ck_assert(mj_exchange_leave_channel(&exchange));
}
END_TEST

/* Takes what the credit allows, and gives a little more. */
static void *give_little_credit(void *data)
{
    struct pollfd input = {.fd = daemon_fd, .events = POLLIN};

    (void)data;
    await_bytes(MJ_HEADER_SIZE + MJ_INITIAL_CREDIT);
    ck_assert_int_eq(poll(&input, 1, 100), 0); /* not a byte more */
    daemon_credit(10);
    await_bytes(MJ_HEADER_SIZE + 10);
    ck_assert_int_eq(poll(&input, 1, 100), 0);
    daemon_end();
    return NULL;
}

START_TEST(no_more_is_sent_than_there_is_credit_for)
{
    fake_client_sends(&fake, FAKE_LETTERS(100000));
    say_upgraded();
    upgrade();
    ck_assert_str_eq(daemon_heard(), "HELLO REQUEST");
    ck_assert_int_eq(tunnel_against(give_little_credit), MJ_ENDED_ANSWERED);
}
END_TEST

START_TEST(a_tunnel_without_a_daemon_is_lost)
{
    say_upgraded();
    daemon_data("half", 0);
    daemon_falls_silent();
    upgrade();
    ck_assert_int_eq(tunnel(), MJ_ENDED_LOST);
    assert_logged("MJ0043");
    ck_assert_ptr_nonnull(strstr(fake.done, "data(half) pass! flush break(502)"));
    ck_assert(!mj_exchange_leave_channel(&exchange));
}
END_TEST

START_TEST(what_came_before_a_breach_or_an_abort_is_the_clients)
{
    say_upgraded();
    daemon_data("half", 0);
    if (_i == 0) {
        daemon_abort("because");
    } else {
        daemon_trailers(1);
    }
    upgrade();
    ck_assert_int_eq(tunnel(), MJ_ENDED_BROKEN);
    ck_assert_str_eq(fake.done, _i == 0 ? "upgrade(1) data(half) flush break(500)" : "upgrade(1) data(half) flush break(502)");
    assert_logged(_i == 0 ? "MJ0047" : "a frame that is not allowed in a tunnel");
}
END_TEST

START_TEST(a_client_that_leaves_ends_the_tunnel)
{
    say_upgraded();
    switch (_i) {
    case 0:
        fake_client_sends(&fake, FAKE_FAILURE(APR_EGENERAL));
        break;
    case 1:
        daemon_data("hello", 0);
        fake.passes_left = 0;
        break;
    default:
        fake.is_aborted = true;
        settings->tunnel_timeout = apr_time_from_sec(30);
        fake_client_sends(&fake, FAKE_TEXT("hello"));
        break;
    }
    upgrade();
    ck_assert_int_eq(tunnel(), MJ_ENDED_ABANDONED);
    assert_logged("MJ0045");
    ck_assert(!mj_exchange_leave_channel(&exchange));
}
END_TEST

static void *log_without_end(void *data)
{
    (void)data;
    while (daemon_tries_to_say(MJ_FRAME_LOG, "\x08\0\1x", 4)) {
    }
    return NULL;
}

/* It closed its half first, so nothing is read from it any more. */
START_TEST(a_client_whose_connection_breaks_later_ends_the_tunnel)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    fake.fd = ends[0];
    fake_client_sends(&fake, FAKE_FAILURE(APR_EOF));
    say_upgraded();
    upgrade();
    close(ends[1]);
    if (_i == 0) { /* a daemon that is silent */
        ck_assert_int_eq(tunnel(), MJ_ENDED_ABANDONED);
    } else {
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, log_without_end, NULL), 0);
        ck_assert_uint_eq(mj_channel_await(channel, MJ_READABLE, 10000), MJ_READABLE); /* it is never silent from now on */
        ck_assert_int_eq(tunnel(), MJ_ENDED_ABANDONED);
        shutdown(channel->fd, SHUT_RDWR);
        pthread_join(thread, NULL);
    }
    assert_logged("MJ0045");
    close(ends[0]);
}
END_TEST

/* Whoever has closed its half is gone to is_gone, but not here. */
START_TEST(lines_in_the_log_are_no_reason_to_look_for_the_client)
{
    say_upgraded();
    daemon_log(MJ_LEVEL_ERROR, "one");
    daemon_end();
    upgrade();
    exchange.looked_at = 1; /* long ago */
    fake.is_gone = true;
    ck_assert_int_eq(tunnel(), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(fake.log, "E [pool shop] [id id-1] one\n");
}
END_TEST

/* Ends the tunnel once it has heard that it is over. */
static void *end_when_cut(void *data)
{
    (void)data;
    await_bytes(MJ_HEADER_SIZE);
    daemon_data("bye", 0);
    daemon_end();
    return NULL;
}

START_TEST(a_tunnel_in_which_nothing_moves_is_ended_by_the_application)
{
    settings->tunnel_timeout = apr_time_from_msec(60);
    say_upgraded();
    upgrade();
    ck_assert_str_eq(daemon_heard(), "HELLO REQUEST");
    ck_assert_int_eq(tunnel_against(end_when_cut), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(fake.body, "bye");
    assert_logged("I MJ0053: pool shop pid 4711: tunnel-timeout: neither side has sent anything for 60 ms; the connection is "
                  "closed");
    ck_assert_int_eq(exchange.body_state, MJ_BODY_CUT);
}
END_TEST

START_TEST(a_tunnel_in_which_nothing_moves_is_cut_at_once_where_the_client_has_closed_its_half)
{
    settings->tunnel_timeout = apr_time_from_msec(60);
    fake_client_sends(&fake, FAKE_FAILURE(APR_EOF));
    say_upgraded();
    upgrade();
    ck_assert_int_eq(tunnel(), MJ_ENDED_BROKEN);
    assert_logged("MJ0053");
    ck_assert(!mj_exchange_leave_channel(&exchange));
}
END_TEST

/* --- tunnels that do not come about --- */

START_TEST(there_are_as_many_tunnels_as_may_be)
{
    static const char *const why[] = {
        "E MJ0052: pool shop: it has 7 tunnels (WebSockets and other upgrades), the limit for the test's 9 workers of a "
        "kind: raise more, ",
        "E MJ0052: pool shop: it has 40 tunnels (WebSockets and other upgrades), the limit for httpd's 100 workers: raise "
        "MaxRequestWorkers, ",
        "E MJ0052: pool shop: all pools together have 60 tunnels (WebSockets and other upgrades), the limit for httpd's "
        "100 workers: ",
    };

    fake.has_tunnels = _i != 0;
    if (_i > 0) {
        mj_board_share_tunnels(dispatcher.board, _i == 1 ? 1 : 10, _i == 1 ? 10 : 1);
        ck_assert_int_eq(mj_board_tunnel_enter(dispatcher.board, exchange.pool, dispatcher.row), MJ_TUNNELED);
    }
    say_upgraded();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 503);
    ck_assert_int_eq(exchange.retry_after, 1);
    ck_assert_str_eq(fake.done, "");
    assert_logged(why[_i]);
    ck_assert_int_eq(fake.tunnels, 0);
    ck_assert_uint_eq(tunnels(), _i == 0 ? 0 : 1);
}
END_TEST

START_TEST(a_tunnel_that_the_client_did_not_ask_for_is_a_breach)
{
    fake.can_upgrade = false;
    say_upgraded();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 502);
    assert_logged("UPGRADED to what the client did not ask for");
    ck_assert_int_eq(fake.tunnels, 0);
    ck_assert_uint_eq(tunnels(), 0);
}
END_TEST

START_TEST(a_request_with_a_body_is_not_upgraded)
{
    head.flags = MJ_FLAG_REQUEST_BODY;
    head.content_length = MJ_LENGTH_UNKNOWN;
    fake_client_sends(&fake, FAKE_END);
    say_upgraded();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    assert_logged("UPGRADED for a request with a body");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("exchange_tunnel");
    TCase *tcase = mj_exchange_case(suite, "tunnel");

    tcase_add_test(tcase, bytes_go_both_ways_until_the_daemon_ends_the_tunnel);
    tcase_add_test(tcase, a_client_that_has_closed_its_half_gets_the_rest);
    tcase_add_test(tcase, no_more_is_sent_than_there_is_credit_for);
    tcase_add_test(tcase, a_tunnel_without_a_daemon_is_lost);
    tcase_add_loop_test(tcase, what_came_before_a_breach_or_an_abort_is_the_clients, 0, 2);
    tcase_add_loop_test(tcase, a_client_that_leaves_ends_the_tunnel, 0, 3);
    tcase_add_loop_test(tcase, a_client_whose_connection_breaks_later_ends_the_tunnel, 0, 2);
    tcase_add_test(tcase, lines_in_the_log_are_no_reason_to_look_for_the_client);
    tcase_add_test(tcase, a_tunnel_in_which_nothing_moves_is_ended_by_the_application);
    tcase_add_test(tcase, a_tunnel_in_which_nothing_moves_is_cut_at_once_where_the_client_has_closed_its_half);
    tcase = mj_exchange_case(suite, "none");
    tcase_add_loop_test(tcase, there_are_as_many_tunnels_as_may_be, 0, 3);
    tcase_add_test(tcase, a_tunnel_that_the_client_did_not_ask_for_is_a_breach);
    tcase_add_test(tcase, a_request_with_a_body_is_not_upgraded);
    return suite;
}
