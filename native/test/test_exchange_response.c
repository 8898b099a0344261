/* A response on its way from the daemon to the client. */
#include "exchange_case.h"
#include "harness.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define assert_done(words) ck_assert_str_eq(fake.done, (words))
#define assert_logged(text) ck_assert_msg(strstr(fake.log, (text)) != NULL, "%s", fake.log)

/* Whether the channel may serve another request. */
static bool is_reusable(void)
{
    return mj_exchange_leave_channel(&exchange);
}

static void assert_answered(void)
{
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(fake.log, "");
}

/* --- whole responses --- */

START_TEST(a_head_alone_is_a_response)
{
    daemon_welcome();
    daemon_response(204, 0, MJ_LENGTH_UNKNOWN);
    assert_answered();
    ck_assert_int_eq(exchange.status, 0);
    assert_done("head(204) end pass");
    ck_assert_str_eq(daemon_heard(), "HELLO REQUEST");
    ck_assert(is_reusable());
}
END_TEST

START_TEST(frames_that_came_together_are_passed_on_together)
{
    daemon_welcome();
    daemon_response(200, MJ_FLAG_RESPONSE_BODY, 10);
    daemon_data("hello", 0);
    daemon_data("world", 0);
    daemon_end();
    assert_answered();
    assert_done("head(200) data(hello) data(world) end pass");
    ck_assert_str_eq(fake.body, "helloworld");
    ck_assert(is_reusable());
}
END_TEST

START_TEST(what_is_to_leave_at_once_is_marked)
{
    daemon_welcome();
    daemon_response(200, MJ_FLAG_RESPONSE_BODY | MJ_FLAG_RESPONSE_FLUSH, MJ_LENGTH_UNKNOWN);
    daemon_data("hello", MJ_FLAG_DATA_FLUSH);
    daemon_trailers(2);
    daemon_end();
    assert_answered();
    assert_done("head(200) flush data(hello) flush trailers(2) end pass");
}
END_TEST

START_TEST(interim_responses_go_ahead)
{
    daemon_welcome();
    daemon_inform(102);
    daemon_inform(103);
    daemon_response(200, 0, 0);
    assert_answered();
    assert_done("inform(102,0) inform(103,0) head(200) end pass");
}
END_TEST

START_TEST(a_plain_client_gets_no_interim_responses_and_no_tunnel)
{
    fake_client_make_plain(&fake);
    daemon_welcome();
    daemon_inform(103);
    daemon_upgraded(1);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 502);
    assert_done("");
    assert_logged("UPGRADED to what the client did not ask for");
    ck_assert_uint_eq(mj_board_tunnels(dispatcher.board, exchange.pool), 0);
}
END_TEST

START_TEST(the_second_request_of_a_channel_says_no_hello)
{
    daemon_welcome();
    daemon_response(200, 0, 0);
    assert_answered();
    ck_assert_str_eq(daemon_heard(), "HELLO REQUEST");
    daemon_serial = 2;
    daemon_response(200, 0, 0);
    assert_answered();
    ck_assert_str_eq(daemon_heard(), "REQUEST");
}
END_TEST

START_TEST(the_body_of_a_response_to_head_is_counted_and_not_passed_on)
{
    fake.head_result = MJ_HEAD_ALONE;
    daemon_welcome();
    daemon_response(200, MJ_FLAG_RESPONSE_BODY, 5);
    daemon_data(_i == 0 ? "hello" : "too long", 0);
    daemon_end();
    if (_i == 0) {
        assert_answered();
        assert_done("head(200) end pass");
        ck_assert(is_reusable());
    } else {
        ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
        assert_logged("more DATA than the content length");
    }
}
END_TEST

START_TEST(a_length_may_stand_without_a_body_where_none_is_due)
{
    fake.head_result = _i == 0 ? MJ_HEAD_ALONE : MJ_HEAD_PASSED;
    daemon_welcome();
    daemon_response(_i == 0 ? 200 : 304, 0, 1234);
    assert_answered();
}
END_TEST

/* --- what httpd makes of a head --- */

START_TEST(a_condition_that_holds_completes_the_response)
{
    fake.head_result = MJ_HEAD_COMPLETE;
    daemon_welcome();
    daemon_response(200, _i == 0 ? 0 : MJ_FLAG_RESPONSE_BODY, 0);
    assert_answered();
    ck_assert_int_eq(exchange.status, 0);
    assert_done("head(200) end pass");
    ck_assert(is_reusable() == (_i == 0)); /* else a body follows that nobody wants */
}
END_TEST

START_TEST(a_condition_that_fails_replaces_the_response)
{
    fake.head_result = MJ_HEAD_REPLACED;
    fake.head_status = 412;
    daemon_welcome();
    daemon_response(200, _i == 0 ? 0 : MJ_FLAG_RESPONSE_BODY, 0);
    assert_answered();
    ck_assert_int_eq(exchange.status, 412);
    assert_done("head(200)");
    ck_assert(is_reusable() == (_i == 0));
}
END_TEST

/* --- files --- */

static int open_file(void)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void say_file(uint64_t offset, uint64_t length)
{
    int fd = open_file();

    daemon_welcome();
    daemon_file(fd, offset, length);
    close(fd);
}

START_TEST(a_small_file_leaves_at_once)
{
    say_file(3, 65536);
    assert_answered();
    assert_done("head(200) file(3,65536) end pass");
    ck_assert_int_ge(fake.file, 0);
    ck_assert(is_reusable());
    mj_exchange_send_file(&exchange);
    assert_done("head(200) file(3,65536) end pass");
}
END_TEST

START_TEST(a_large_file_leaves_when_the_daemon_is_free)
{
    say_file(0, 65537);
    assert_answered();
    assert_done("head(200) file(0,65537) end");
    ck_assert(is_reusable());
    mj_exchange_send_file(&exchange);
    assert_done("head(200) file(0,65537) end pass");
}
END_TEST

START_TEST(a_file_without_a_body_to_send_is_its_head)
{
    fake.head_result = _i == 0 ? MJ_HEAD_ALONE : _i == 1 ? MJ_HEAD_PASSED : MJ_HEAD_COMPLETE;
    say_file(0, _i == 1 ? 0 : 5);
    assert_answered();
    assert_done("head(200) end pass");
    ck_assert(is_reusable());
}
END_TEST

START_TEST(a_file_that_is_not_wanted_is_replaced)
{
    fake.head_result = MJ_HEAD_REPLACED;
    fake.head_status = 412;
    say_file(0, 5);
    assert_answered();
    ck_assert_int_eq(exchange.status, 412);
    ck_assert(is_reusable());
}
END_TEST

START_TEST(a_descriptor_that_will_not_do_is_a_breach)
{
    fake.head_result = MJ_HEAD_BAD_FILE;
    if (_i == 0) {
        say_file(0, 5);
    } else {
        daemon_welcome();
        daemon_file(-1, 0, 5);
    }
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 502);
    assert_logged("BAD_DESCRIPTOR");
    assert_done(_i == 0 ? "head(200)" : ""); /* where none came, the client is not asked */
    ck_assert(!is_reusable());
}
END_TEST

START_TEST(a_frame_behind_the_last_spoils_the_channel)
{
    daemon_welcome();
    daemon_response(200, 0, 0);
    daemon_log(MJ_LEVEL_ERROR, "too late");
    assert_answered();
    ck_assert(!is_reusable()); /* the next request would take it for its own */
}
END_TEST

START_TEST(a_file_that_cannot_be_read_breaks_the_response_off)
{
    fake.has_whole_file = false;
    say_file(0, _i == 0 ? 5 : 65537);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert(is_reusable()); /* it is not the daemon's fault by now */
    mj_exchange_send_file(&exchange);
    assert_done(_i == 0 ? "head(200) file(0,5) end pass break(500)" : "head(200) file(0,65537) end pass break(500)");
    ck_assert_str_eq(fake.log, "E MJ0051: pool shop pid 4711: a file could not be read up to the size that it had when it was "
                               "opened; 500\n");
}
END_TEST

/* --- responses that fail --- */

START_TEST(a_request_that_failed_has_the_status_of_the_daemon)
{
    daemon_welcome();
    daemon_failed(_i == 0 ? 500 : 404, "because");
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_int_eq(exchange.status, _i == 0 ? 500 : 404);
    ck_assert_str_eq(fake.log,
                     _i == 0 ? "E MJ0046: pool shop pid 4711: because; 500\n" : "I MJ0046: pool shop pid 4711: because; 404\n");
    assert_done("");
    ck_assert(is_reusable());
}
END_TEST

START_TEST(a_response_that_the_daemon_breaks_off_is_never_whole)
{
    daemon_welcome();
    daemon_response(200, MJ_FLAG_RESPONSE_BODY, MJ_LENGTH_UNKNOWN);
    daemon_data("half", 0);
    daemon_abort("because");
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 0);
    assert_done("head(200) data(half) break(500)");
    assert_logged("E MJ0047: pool shop pid 4711: the response is broken off: because");
    ck_assert(!is_reusable());
}
END_TEST

START_TEST(a_body_has_the_length_that_its_head_says)
{
    static const struct {
        uint64_t length;
        const char *data;
        const char *wrong;
    } cases[] = {{6, "hello", "less DATA than the content length"}, {4, "hello", "more DATA than the content length"}};

    daemon_welcome();
    daemon_response(200, MJ_FLAG_RESPONSE_BODY, cases[_i].length);
    daemon_data(cases[_i].data, 0);
    daemon_end();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    assert_logged(cases[_i].wrong);
    ck_assert_ptr_nonnull(strstr(fake.done, "break(502)"));
    ck_assert_ptr_null(strstr(fake.done, "end"));
}
END_TEST

START_TEST(a_length_without_a_body_is_a_breach)
{
    daemon_welcome();
    daemon_response(200, 0, _i == 0 ? 5 : (uint64_t)INT64_MAX + 1);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    assert_logged(_i == 0 ? "a length without a body" : "a content length that is too large");
    ck_assert_int_eq(exchange.status, _i == 0 ? 0 : 502);
}
END_TEST

START_TEST(a_head_may_be_as_long_as_header_buffer_size)
{
    settings->header_buffer_size = 13;
    daemon_welcome();
    if (_i == 0) {
        daemon_response(200, 0, 0); /* 12 bytes */
        assert_answered();
        return;
    }
    if (_i == 1) {
        daemon_file(-1, 0, 0); /* 20 */
    } else {
        daemon_upgraded(2); /* 14 */
    }
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 502);
    assert_logged("header-buffer-size: the head of the response has ");
}
END_TEST

START_TEST(no_more_than_so_many_interim_responses_are_taken)
{
    daemon_welcome();
    for (int i = 0; i < MJ_MAX_INFORMS + _i; i++) {
        daemon_inform(103);
    }
    daemon_response(200, 0, 0);
    ck_assert_int_eq(mj_begin_and_run(), _i == 0 ? MJ_ENDED_ANSWERED : MJ_ENDED_BROKEN);
    ck_assert(_i == 0 || strstr(fake.log, "more INFORM than MAX_INFORMS") != NULL);
}
END_TEST

START_TEST(a_frame_that_is_malformed_is_a_breach)
{
    static const struct {
        uint8_t type, flags;
        const char *payload;
        size_t len;
        const char *name;
    } cases[] = {
        {MJ_FRAME_RESPONSE, 0, "\0\xc8", 2, "BAD_LENGTH"},
        {MJ_FRAME_RESPONSE, 0x80, "", 0, "BAD_FLAGS"},
        {0x77, 0, "", 0, "UNKNOWN_FRAME"},
        {MJ_FRAME_INFORM, 0, "\0\x64\0\0", 4, "BAD_STATUS"},
        {MJ_FRAME_FAILED, 0, "\0\xc8\0\0", 4, "BAD_STATUS"},
        {MJ_FRAME_REFUSED, 0, "\x63", 1, "a bad REFUSED"},
        {MJ_FRAME_LOG, 0, "\x09\0\0", 3, "BAD_LEVEL"},
        {MJ_FRAME_UPGRADED, 0, "\0\1\0\0\0\0", 6, "BAD_HEADER"},
        {MJ_FRAME_CREDIT, 0, "\0\0\0\0", 4, "a bad CREDIT"},
    };

    daemon_welcome();
    daemon_say(cases[_i].type, cases[_i].flags, cases[_i].payload, cases[_i].len);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 502);
    assert_logged(cases[_i].name);
    assert_logged("E MJ0041: pool shop pid 4711: the daemon breaks the protocol: ");
    ck_assert(!is_reusable());
}
END_TEST

START_TEST(a_malformed_frame_in_a_response_breaks_it_off)
{
    daemon_welcome();
    daemon_response(200, MJ_FLAG_RESPONSE_BODY, MJ_LENGTH_UNKNOWN);
    if (_i == 0) {
        daemon_say(MJ_FRAME_TRAILERS, 0, "\0\1", 2);
    } else {
        daemon_say(MJ_FRAME_ABORT, 0, "", 0);
    }
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    assert_done("head(200) break(502)");
    assert_logged("BAD_LENGTH");
}
END_TEST

START_TEST(a_daemon_of_another_version_is_told_of)
{
    daemon_response(200, 0, 0);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    ck_assert_int_eq(exchange.status, 502);
    assert_logged("no WELCOME of this version: do its jars and the module come from the same installation?; 502");
}
END_TEST

START_TEST(an_answer_to_another_request_is_a_breach)
{
    daemon_welcome();
    daemon_serial = 2;
    daemon_response(200, 0, 0);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_BROKEN);
    assert_logged("BAD_SERIAL");
}
END_TEST

/* --- what applications log --- */

START_TEST(lines_of_the_application_are_logged_at_its_level)
{
    daemon_welcome();
    daemon_log(MJ_LEVEL_ERROR, "one");
    daemon_log(7, "two"); /* debug: not logged */
    daemon_log(MJ_LEVEL_INFO, "three");
    daemon_response(200, 0, 0);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(fake.log, "E [pool shop] [id id-1] one\nI [pool shop] [id id-1] three\n");
}
END_TEST

START_TEST(a_request_without_an_id_has_none_in_the_log)
{
    head.log_id = (mj_span_t){"", 0};
    daemon_welcome();
    daemon_log(MJ_LEVEL_ERROR, "one");
    daemon_response(200, 0, 0);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_str_eq(fake.log, "E [pool shop] [id -] one\n");
}
END_TEST

START_TEST(lines_beyond_the_allowance_are_left_out_and_told)
{
    mj_allowance_t *allowance = &dispatcher.allowances[exchange.pool];

    daemon_welcome();
    daemon_log(MJ_LEVEL_ERROR, "one");
    daemon_log(MJ_LEVEL_ERROR, "two");
    daemon_response(200, 0, 0);
    allowance->used = MJ_ALLOWANCE_BURST;
    allowance->at = apr_time_now();
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    ck_assert_ptr_null(strstr(fake.log, "one"));
    ck_assert_ptr_null(strstr(fake.log, "two"));
    /* Once it may log again, the first line tells. */
    allowance->used = 0;
    allowance->closed_until = 0;
    daemon_serial = 2;
    daemon_log(MJ_LEVEL_ERROR, "three");
    daemon_response(200, 0, 0);
    ck_assert_int_eq(mj_begin_and_run(), MJ_ENDED_ANSWERED);
    assert_logged("W MJ0131: pool shop: its requests log more than 256 KB a second in this child of httpd: 2 lines, 1 KB, were "
                  "left out");
    assert_logged("] three");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("exchange_response");
    TCase *tcase = mj_exchange_case(suite, "whole");

    tcase_add_test(tcase, a_head_alone_is_a_response);
    tcase_add_test(tcase, frames_that_came_together_are_passed_on_together);
    tcase_add_test(tcase, what_is_to_leave_at_once_is_marked);
    tcase_add_test(tcase, interim_responses_go_ahead);
    tcase_add_test(tcase, a_plain_client_gets_no_interim_responses_and_no_tunnel);
    tcase_add_test(tcase, the_second_request_of_a_channel_says_no_hello);
    tcase_add_test(tcase, a_frame_behind_the_last_spoils_the_channel);
    tcase_add_loop_test(tcase, the_body_of_a_response_to_head_is_counted_and_not_passed_on, 0, 2);
    tcase_add_loop_test(tcase, a_length_may_stand_without_a_body_where_none_is_due, 0, 2);
    tcase_add_loop_test(tcase, a_condition_that_holds_completes_the_response, 0, 2);
    tcase_add_loop_test(tcase, a_condition_that_fails_replaces_the_response, 0, 2);
    tcase = mj_exchange_case(suite, "files");
    tcase_add_test(tcase, a_small_file_leaves_at_once);
    tcase_add_test(tcase, a_large_file_leaves_when_the_daemon_is_free);
    tcase_add_loop_test(tcase, a_file_without_a_body_to_send_is_its_head, 0, 3);
    tcase_add_test(tcase, a_file_that_is_not_wanted_is_replaced);
    tcase_add_loop_test(tcase, a_descriptor_that_will_not_do_is_a_breach, 0, 2);
    tcase_add_loop_test(tcase, a_file_that_cannot_be_read_breaks_the_response_off, 0, 2);
    tcase = mj_exchange_case(suite, "failures");
    tcase_add_loop_test(tcase, a_request_that_failed_has_the_status_of_the_daemon, 0, 2);
    tcase_add_test(tcase, a_response_that_the_daemon_breaks_off_is_never_whole);
    tcase_add_loop_test(tcase, a_body_has_the_length_that_its_head_says, 0, 2);
    tcase_add_loop_test(tcase, a_length_without_a_body_is_a_breach, 0, 2);
    tcase_add_loop_test(tcase, a_head_may_be_as_long_as_header_buffer_size, 0, 3);
    tcase_add_loop_test(tcase, no_more_than_so_many_interim_responses_are_taken, 0, 2);
    tcase_add_loop_test(tcase, a_frame_that_is_malformed_is_a_breach, 0, 9);
    tcase_add_loop_test(tcase, a_malformed_frame_in_a_response_breaks_it_off, 0, 2);
    tcase_add_test(tcase, a_daemon_of_another_version_is_told_of);
    tcase_add_test(tcase, an_answer_to_another_request_is_a_breach);
    tcase = mj_exchange_case(suite, "log");
    tcase_add_test(tcase, lines_of_the_application_are_logged_at_its_level);
    tcase_add_test(tcase, a_request_without_an_id_has_none_in_the_log);
    tcase_add_test(tcase, lines_beyond_the_allowance_are_left_out_and_told);
    return suite;
}
