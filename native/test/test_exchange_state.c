/* The states of an exchange: every cell of their tables. */
#include "exchange_state.h"
#include "harness.h"
#include "wire.h"

#include <string.h>

#define TYPES 256

/* --- the request's body --- */

START_TEST(every_step_of_a_body_is_known)
{
    static const struct {
        mj_body_state_t read, ended, resent;
        bool is_read, is_ended;
    } expected[MJ_BODY_STATE_COUNT] = {
        [MJ_BODY_NONE] = {MJ_BODY_NONE, MJ_BODY_NONE, MJ_BODY_NONE, true, true},
        [MJ_BODY_COMING] = {MJ_BODY_READ, MJ_BODY_CUT, MJ_BODY_COMING, false, false},
        [MJ_BODY_READ] = {MJ_BODY_READ, MJ_BODY_ENDED, MJ_BODY_READ, true, false},
        [MJ_BODY_ENDED] = {MJ_BODY_ENDED, MJ_BODY_ENDED, MJ_BODY_READ, true, true},
        [MJ_BODY_CUT] = {MJ_BODY_ENDED, MJ_BODY_CUT, MJ_BODY_COMING, false, true},
    };
    mj_body_state_t state = (mj_body_state_t)_i;

    ck_assert_int_eq(mj_body_next(state, MJ_BODY_IS_READ), expected[_i].read);
    ck_assert_int_eq(mj_body_next(state, MJ_BODY_IS_ENDED), expected[_i].ended);
    ck_assert_int_eq(mj_body_next(state, MJ_BODY_IS_RESENT), expected[_i].resent);
    ck_assert(mj_body_is_read(state) == expected[_i].is_read);
    ck_assert(mj_body_is_ended(state) == expected[_i].is_ended);
}
END_TEST

/* --- the response --- */

static const uint8_t types[] = {MJ_FRAME_WELCOME,  MJ_FRAME_RESPONSE, MJ_FRAME_DATA,  MJ_FRAME_END,    MJ_FRAME_CREDIT,
                                MJ_FRAME_REFUSED,  MJ_FRAME_FAILED,   MJ_FRAME_ABORT, MJ_FRAME_INFORM, MJ_FRAME_TRAILERS,
                                MJ_FRAME_UPGRADED, MJ_FRAME_LOG,      MJ_FRAME_PLACE};

/* What each letter is. */
static const char letters[] = "rdstTeEcfaFiulp";
static const mj_frame_action_t actions[] = {MJ_TAKE_RESPONSE,    MJ_TAKE_DATA,  MJ_SKIP_DATA,       MJ_TAKE_TRAILERS,
                                            MJ_TAKE_TUNNEL_DATA, MJ_TAKE_END,   MJ_TAKE_TUNNEL_END, MJ_TAKE_CREDIT,
                                            MJ_TAKE_REFUSED,     MJ_TAKE_ABORT, MJ_TAKE_FAILED,     MJ_TAKE_INFORM,
                                            MJ_TAKE_UPGRADED,    MJ_TAKE_LOG,   MJ_TAKE_PLACE};

/* A letter for each of the types above: what is done with such a frame; and where it leads, a
 * digit: the number of the state. */
static const struct {
    const char *action;
    const char *next;
} table[MJ_RESPONSE_STATE_COUNT] = {
    /*                        WRDECRFAITULP */
    [MJ_RESPONSE_UNSEEN] = {".r..cfF.i.ulp", ".2..202.2.222"},   [MJ_RESPONSE_AWAITED] = {".r..cfF.i.ulp", ".2..212.2.222"},
    [MJ_RESPONSE_ACCEPTED] = {".r..c.F.i.ulp", ".2..2.2.2.222"}, [MJ_RESPONSE_BODY] = {"..dec..a.t.lp", "..383..3.5.33"},
    [MJ_RESPONSE_UNWANTED] = {"..sec..a.t.lp", "..484..4.5.44"}, [MJ_RESPONSE_TRAILED] = {"...ec..a...lp", "...85..5...55"},
    [MJ_RESPONSE_TUNNEL] = {"..TEc..a...l.", "..686..6...6."},   [MJ_RESPONSE_FILE] = {".............", "............."},
    [MJ_RESPONSE_ENDED] = {".............", "............."},
};

static mj_frame_action_t action_of(char letter)
{
    return letter == '.' ? MJ_FRAME_IS_WRONG : actions[strchr(letters, letter) - letters];
}

static int index_of(uint8_t type)
{
    const uint8_t *found = memchr(types, type, sizeof(types));
    return found != NULL ? (int)(found - types) : -1;
}

/* Each type that a byte can hold, in each state, with a body and without. */
START_TEST(every_frame_in_every_state_is_judged)
{
    for (int type = 0; type < TYPES; type++) {
        for (int body = 0; body < MJ_BODY_STATE_COUNT; body++) {
            int column = index_of((uint8_t)type);
            mj_frame_action_t expected = column < 0 ? MJ_FRAME_IS_WRONG : action_of(table[_i].action[column]);
            mj_response_state_t state = (mj_response_state_t)_i;
            const char *wrong = NULL;
            mj_frame_action_t action;

            if ((expected == MJ_TAKE_CREDIT && body == MJ_BODY_NONE) || (expected == MJ_TAKE_UPGRADED && body != MJ_BODY_NONE)) {
                expected = MJ_FRAME_IS_WRONG;
            }
            action = mj_response_step(&state, (mj_body_state_t)body, (uint8_t)type, &wrong);
            ck_assert_msg(action == expected, "state %d, type %d, body %d: %d", _i, type, body, action);
            if (expected == MJ_FRAME_IS_WRONG) {
                ck_assert_ptr_nonnull(wrong);
                ck_assert_int_eq(state, _i); /* what is wrong leads nowhere */
            } else {
                ck_assert_ptr_null(wrong);
                ck_assert_int_eq(state, table[_i].next[column] - '0');
            }
        }
    }
}
END_TEST

START_TEST(the_log_is_told_what_is_wrong)
{
    static const struct {
        mj_response_state_t state;
        mj_body_state_t body;
        uint8_t type;
        const char *wrong;
    } cases[] = {
        {MJ_RESPONSE_UNSEEN, MJ_BODY_NONE, MJ_FRAME_WELCOME, "a second WELCOME"},
        {MJ_RESPONSE_BODY, MJ_BODY_NONE, MJ_FRAME_WELCOME, "a second WELCOME"},
        {MJ_RESPONSE_AWAITED, MJ_BODY_NONE, MJ_FRAME_DATA, "DATA before RESPONSE"},
        {MJ_RESPONSE_ACCEPTED, MJ_BODY_NONE, MJ_FRAME_END, "END before RESPONSE"},
        {MJ_RESPONSE_UNSEEN, MJ_BODY_NONE, MJ_FRAME_TRAILERS, "TRAILERS before RESPONSE"},
        {MJ_RESPONSE_UNSEEN, MJ_BODY_NONE, MJ_FRAME_ABORT, "ABORT before RESPONSE"},
        {MJ_RESPONSE_ACCEPTED, MJ_BODY_NONE, MJ_FRAME_REFUSED, "a bad REFUSED"},
        {MJ_RESPONSE_BODY, MJ_BODY_NONE, MJ_FRAME_REFUSED, "a bad REFUSED"},
        {MJ_RESPONSE_UNSEEN, MJ_BODY_NONE, MJ_FRAME_CREDIT, "a bad CREDIT"},
        {MJ_RESPONSE_BODY, MJ_BODY_NONE, MJ_FRAME_CREDIT, "a bad CREDIT"},
        {MJ_RESPONSE_UNSEEN, MJ_BODY_CUT, MJ_FRAME_UPGRADED, "UPGRADED for a request with a body"},
        {MJ_RESPONSE_UNWANTED, MJ_BODY_NONE, MJ_FRAME_RESPONSE, "a second RESPONSE"},
        {MJ_RESPONSE_TRAILED, MJ_BODY_NONE, MJ_FRAME_TRAILERS, "a second TRAILERS"},
        {MJ_RESPONSE_TRAILED, MJ_BODY_NONE, MJ_FRAME_DATA, "DATA after TRAILERS"},
        {MJ_RESPONSE_BODY, MJ_BODY_NONE, MJ_FRAME_INFORM, "INFORM after RESPONSE"},
        {MJ_RESPONSE_BODY, MJ_BODY_NONE, MJ_FRAME_FAILED, "FAILED after RESPONSE"},
        {MJ_RESPONSE_BODY, MJ_BODY_NONE, MJ_FRAME_UPGRADED, "UPGRADED after RESPONSE"},
        {MJ_RESPONSE_TUNNEL, MJ_BODY_COMING, MJ_FRAME_RESPONSE, "a frame that is not allowed in a tunnel"},
        {MJ_RESPONSE_ENDED, MJ_BODY_NONE, MJ_FRAME_LOG, "a frame that may not come now"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        mj_response_state_t state = cases[i].state;
        const char *wrong = NULL;

        ck_assert_int_eq(mj_response_step(&state, cases[i].body, cases[i].type, &wrong), MJ_FRAME_IS_WRONG);
        ck_assert_str_eq(wrong, cases[i].wrong);
    }
}
END_TEST

START_TEST(a_response_has_begun_when_the_client_has_its_head)
{
    ck_assert(mj_response_is_begun((mj_response_state_t)_i) == (_i >= MJ_RESPONSE_BODY));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("exchange_state");
    TCase *states = mj_case(suite, "states");

    tcase_add_loop_test(states, every_step_of_a_body_is_known, 0, MJ_BODY_STATE_COUNT);
    tcase_add_loop_test(states, every_frame_in_every_state_is_judged, 0, MJ_RESPONSE_STATE_COUNT);
    tcase_add_test(states, the_log_is_told_what_is_wrong);
    tcase_add_loop_test(states, a_response_has_begun_when_the_client_has_its_head, 0, MJ_RESPONSE_STATE_COUNT);
    return suite;
}
