/* Every frame of a daemon in every state of a response, over a socket: what is allowed goes on,
 * anything else is a breach, which the client and the log are told. */
#include "exchange_case.h"
#include "harness.h"

#include <string.h>

typedef void say_fn(void);

/* --- the frames --- */

static void say_welcome(void)
{
    daemon_say(MJ_FRAME_WELCOME, 0, "MJVM\2\0\0\0\0\0\0\1", 12);
}

static void say_response(void)
{
    daemon_response(200, MJ_FLAG_RESPONSE_BODY, MJ_LENGTH_UNKNOWN);
}

static void say_data(void)
{
    daemon_data("more", 0);
}

static void say_credit(void)
{
    daemon_credit(1);
}

static void say_refused(void)
{
    daemon_refused(MJ_REFUSED_FULL);
}

static void say_failed(void)
{
    daemon_failed(500, "why");
}

static void say_abort(void)
{
    daemon_abort("why");
}

static void say_inform(void)
{
    daemon_inform(103);
}

static void say_trailers(void)
{
    daemon_trailers(1);
}

static void say_upgraded(void)
{
    daemon_upgraded(1);
}

static void say_log(void)
{
    daemon_log(MJ_LEVEL_ERROR, "line");
}

static void say_place(void)
{
    daemon_say(MJ_FRAME_PLACE, 0, NULL, 0);
    daemon_say(MJ_FRAME_PLACE, MJ_FLAG_PLACE_HELD, NULL, 0);
}

static const struct {
    const char *name;
    say_fn *say;
} frames[] = {
    {"WELCOME", say_welcome}, {"RESPONSE", say_response}, {"DATA", say_data},         {"END", daemon_end},
    {"CREDIT", say_credit},   {"REFUSED", say_refused},   {"FAILED", say_failed},     {"ABORT", say_abort},
    {"INFORM", say_inform},   {"TRAILERS", say_trailers}, {"UPGRADED", say_upgraded}, {"LOG", say_log},
    {"PLACE", say_place},
};
#define FRAMES ((int)(sizeof(frames) / sizeof(frames[0])))

/* --- the states, and what leads there --- */

static void go_nowhere(void)
{
}

static void go_trailed(void)
{
    say_response();
    say_trailers();
}

static const struct {
    const char *name;
    say_fn *go;
    bool is_body_wanted;
    const char *goes_on; /* the frames that leave the exchange under way */
    const char *ends;    /* those that end it in order */
} states[] = {
    {"awaited", go_nowhere, true, "RESPONSE INFORM LOG PLACE", "REFUSED FAILED UPGRADED"},
    {"accepted", say_inform, true, "RESPONSE INFORM LOG PLACE", "FAILED UPGRADED"},
    {"body", say_response, true, "DATA TRAILERS LOG PLACE", "END ABORT"},
    {"unwanted", say_response, false, "DATA TRAILERS LOG PLACE", "END ABORT"},
    {"trailed", go_trailed, true, "LOG PLACE", "END ABORT"},
    {"tunnel", say_upgraded, true, "DATA LOG CREDIT", "END ABORT"},
};
#define STATES ((int)(sizeof(states) / sizeof(states[0])))

static bool is_among(const char *name, const char *names)
{
    size_t len = strlen(name);

    for (const char *at = strstr(names, name); at != NULL; at = strstr(at + 1, name)) {
        if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

/* Lets the daemon say all that, and no more: an exchange that goes on then is lost. */
static mj_ending_t play(say_fn *go, say_fn *say)
{
    mj_ending_t end;

    daemon_welcome();
    go();
    say();
    daemon_falls_silent();
    end = mj_begin_and_run();
    return end == MJ_ENDED_UPGRADED ? mj_exchange_tunnel(&exchange) : end;
}

static const char *breach_in(const char *log)
{
    return strstr(log, "E MJ0041: pool shop pid 4711: the daemon breaks the protocol: ");
}

START_TEST(a_frame_in_a_state)
{
    int state = _i / FRAMES, frame = _i % FRAMES;
    const char *name = frames[frame].name;
    bool is_tunnel = strcmp(states[state].name, "tunnel") == 0;
    bool has_begun = states[state].go != go_nowhere && states[state].go != say_inform;
    mj_ending_t end;

    fake.head_result = states[state].is_body_wanted ? MJ_HEAD_PASSED : MJ_HEAD_ALONE;
    end = play(states[state].go, frames[frame].say);
    if (is_among(name, states[state].goes_on)) {
        ck_assert_msg(end == MJ_ENDED_LOST, "%s, %s: %d %s", states[state].name, name, end, fake.log);
        ck_assert_ptr_null(breach_in(fake.log));
    } else if (is_among(name, states[state].ends)) {
        ck_assert_ptr_null(breach_in(fake.log));
        ck_assert_msg(end != MJ_ENDED_LOST || strcmp(name, "UPGRADED") == 0, "%s, %s: %s", states[state].name, name, fake.log);
    } else {
        ck_assert_msg(end == MJ_ENDED_BROKEN, "%s, %s: %d", states[state].name, name, end);
        ck_assert_ptr_nonnull(breach_in(fake.log));
        ck_assert_int_eq(exchange.status, has_begun ? 0 : MJ_HTTP_BAD_GATEWAY);
        ck_assert(channel->is_broken);
        ck_assert((strstr(fake.done, "break(502)") != NULL) == has_begun);
    }
    ck_assert(!is_tunnel || fake.tunnels == 0);
}
END_TEST

static void say_failed_request(void)
{
    daemon_failed(500, "broken");
}

/* Whatever the daemon says last of a request that waits. */
START_TEST(a_request_that_waits_has_its_place_in_the_end)
{
    static const struct {
        say_fn *say;
        mj_ending_t end;
    } endings[] = {{say_failed_request, MJ_ENDED_ANSWERED},
                   {go_nowhere, MJ_ENDED_LOST},
                   {say_data, MJ_ENDED_BROKEN},
                   {say_place, MJ_ENDED_LOST}};
    unsigned before = mj_board_in_flight(dispatcher.board, ticket.pool, ticket.slot);

    daemon_welcome();
    daemon_say(MJ_FRAME_PLACE, 0, NULL, 0);
    daemon_say(MJ_FRAME_PLACE, 0, NULL, 0); /* nothing new */
    endings[_i].say();
    daemon_falls_silent();
    ck_assert_int_eq(mj_begin_and_run(), endings[_i].end);
    ck_assert_uint_eq(mj_board_in_flight(dispatcher.board, ticket.pool, ticket.slot), before);
    ck_assert_uint_eq(mj_board_tunnels(dispatcher.board, ticket.pool), 0);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("exchange_frames");
    TCase *tcase = mj_exchange_case(suite, "frames");

    tcase_add_loop_test(tcase, a_frame_in_a_state, 0, STATES * FRAMES);
    tcase_add_loop_test(tcase, a_request_that_waits_has_its_place_in_the_end, 0, 4);
    return suite;
}
