#include "exchange_state.h"

#include "wire.h"

#include <stddef.h>

static const mj_body_state_t body_table[MJ_BODY_STATE_COUNT][MJ_BODY_EVENT_COUNT] = {
    [MJ_BODY_NONE] =
        {
            [MJ_BODY_IS_READ] = MJ_BODY_NONE,
            [MJ_BODY_IS_ENDED] = MJ_BODY_NONE,
            [MJ_BODY_IS_RESENT] = MJ_BODY_NONE,
        },
    [MJ_BODY_COMING] =
        {
            [MJ_BODY_IS_READ] = MJ_BODY_READ,
            [MJ_BODY_IS_ENDED] = MJ_BODY_CUT,
            [MJ_BODY_IS_RESENT] = MJ_BODY_COMING,
        },
    [MJ_BODY_READ] =
        {
            [MJ_BODY_IS_READ] = MJ_BODY_READ,
            [MJ_BODY_IS_ENDED] = MJ_BODY_ENDED,
            [MJ_BODY_IS_RESENT] = MJ_BODY_READ,
        },
    [MJ_BODY_ENDED] =
        {
            [MJ_BODY_IS_READ] = MJ_BODY_ENDED,
            [MJ_BODY_IS_ENDED] = MJ_BODY_ENDED,
            [MJ_BODY_IS_RESENT] = MJ_BODY_READ,
        },
    [MJ_BODY_CUT] =
        {
            [MJ_BODY_IS_READ] = MJ_BODY_ENDED,
            [MJ_BODY_IS_ENDED] = MJ_BODY_CUT,
            [MJ_BODY_IS_RESENT] = MJ_BODY_COMING,
        },
};

mj_body_state_t mj_body_next(mj_body_state_t state, mj_body_event_t event)
{
    return body_table[state][event];
}

bool mj_body_is_read(mj_body_state_t state)
{
    return state != MJ_BODY_COMING && state != MJ_BODY_CUT;
}

bool mj_body_is_ended(mj_body_state_t state)
{
    return state != MJ_BODY_COMING && state != MJ_BODY_READ;
}

bool mj_response_is_begun(mj_response_state_t state)
{
    return state >= MJ_RESPONSE_BODY;
}

#define FRAME_TYPE_COUNT (MJ_FRAME_LOG + 1)

/* A frame without a cell is wrong. */
typedef struct cell_t {
    mj_frame_action_t action;
    mj_response_state_t next;
    const char *wrong;
} cell_t;

/* clang-format off */
#define TAKE(action, next) {(action), (next), NULL}
#define WRONG(text) {MJ_FRAME_IS_WRONG, MJ_RESPONSE_UNSEEN, (text)}

/* Before the head. */
#define BEFORE_HEAD \
    [MJ_FRAME_WELCOME] = WRONG("a second WELCOME"), \
    [MJ_FRAME_RESPONSE] = TAKE(MJ_TAKE_RESPONSE, MJ_RESPONSE_ACCEPTED), \
    [MJ_FRAME_DATA] = WRONG("DATA before RESPONSE"), \
    [MJ_FRAME_END] = WRONG("END before RESPONSE"), \
    [MJ_FRAME_CREDIT] = TAKE(MJ_TAKE_CREDIT, MJ_RESPONSE_ACCEPTED), \
    [MJ_FRAME_FAILED] = TAKE(MJ_TAKE_FAILED, MJ_RESPONSE_ACCEPTED), \
    [MJ_FRAME_ABORT] = WRONG("ABORT before RESPONSE"), \
    [MJ_FRAME_INFORM] = TAKE(MJ_TAKE_INFORM, MJ_RESPONSE_ACCEPTED), \
    [MJ_FRAME_TRAILERS] = WRONG("TRAILERS before RESPONSE"), \
    [MJ_FRAME_UPGRADED] = TAKE(MJ_TAKE_UPGRADED, MJ_RESPONSE_ACCEPTED), \
    [MJ_FRAME_PLACE] = TAKE(MJ_TAKE_PLACE, MJ_RESPONSE_ACCEPTED), \
    [MJ_FRAME_LOG] = TAKE(MJ_TAKE_LOG, MJ_RESPONSE_ACCEPTED)

/* After the head; without the frames of the body. */
#define AFTER_HEAD(state) \
    [MJ_FRAME_WELCOME] = WRONG("a second WELCOME"), \
    [MJ_FRAME_RESPONSE] = WRONG("a second RESPONSE"), \
    [MJ_FRAME_CREDIT] = TAKE(MJ_TAKE_CREDIT, (state)), \
    [MJ_FRAME_REFUSED] = WRONG("a bad REFUSED"), \
    [MJ_FRAME_FAILED] = WRONG("FAILED after RESPONSE"), \
    [MJ_FRAME_ABORT] = TAKE(MJ_TAKE_ABORT, (state)), \
    [MJ_FRAME_INFORM] = WRONG("INFORM after RESPONSE"), \
    [MJ_FRAME_UPGRADED] = WRONG("UPGRADED after RESPONSE"), \
    [MJ_FRAME_PLACE] = TAKE(MJ_TAKE_PLACE, (state)), \
    [MJ_FRAME_LOG] = TAKE(MJ_TAKE_LOG, (state))
/* clang-format on */

static const cell_t response_table[MJ_RESPONSE_STATE_COUNT][FRAME_TYPE_COUNT] = {
    [MJ_RESPONSE_UNSEEN] =
        {
            BEFORE_HEAD,
            [MJ_FRAME_REFUSED] = TAKE(MJ_TAKE_REFUSED, MJ_RESPONSE_UNSEEN),
        },
    [MJ_RESPONSE_AWAITED] =
        {
            BEFORE_HEAD,
            [MJ_FRAME_REFUSED] = TAKE(MJ_TAKE_REFUSED, MJ_RESPONSE_AWAITED),
        },
    [MJ_RESPONSE_ACCEPTED] =
        {
            BEFORE_HEAD,
            [MJ_FRAME_REFUSED] = WRONG("a bad REFUSED"),
        },
    [MJ_RESPONSE_BODY] =
        {
            AFTER_HEAD(MJ_RESPONSE_BODY),
            [MJ_FRAME_DATA] = TAKE(MJ_TAKE_DATA, MJ_RESPONSE_BODY),
            [MJ_FRAME_TRAILERS] = TAKE(MJ_TAKE_TRAILERS, MJ_RESPONSE_TRAILED),
            [MJ_FRAME_END] = TAKE(MJ_TAKE_END, MJ_RESPONSE_ENDED),
        },
    [MJ_RESPONSE_UNWANTED] =
        {
            AFTER_HEAD(MJ_RESPONSE_UNWANTED),
            [MJ_FRAME_DATA] = TAKE(MJ_SKIP_DATA, MJ_RESPONSE_UNWANTED),
            [MJ_FRAME_TRAILERS] = TAKE(MJ_TAKE_TRAILERS, MJ_RESPONSE_TRAILED),
            [MJ_FRAME_END] = TAKE(MJ_TAKE_END, MJ_RESPONSE_ENDED),
        },
    [MJ_RESPONSE_TRAILED] =
        {
            AFTER_HEAD(MJ_RESPONSE_TRAILED),
            [MJ_FRAME_DATA] = WRONG("DATA after TRAILERS"),
            [MJ_FRAME_TRAILERS] = WRONG("a second TRAILERS"),
            [MJ_FRAME_END] = TAKE(MJ_TAKE_END, MJ_RESPONSE_ENDED),
        },
    [MJ_RESPONSE_TUNNEL] =
        {
            [MJ_FRAME_DATA] = TAKE(MJ_TAKE_TUNNEL_DATA, MJ_RESPONSE_TUNNEL),
            [MJ_FRAME_END] = TAKE(MJ_TAKE_TUNNEL_END, MJ_RESPONSE_ENDED),
            [MJ_FRAME_CREDIT] = TAKE(MJ_TAKE_CREDIT, MJ_RESPONSE_TUNNEL),
            [MJ_FRAME_ABORT] = TAKE(MJ_TAKE_ABORT, MJ_RESPONSE_TUNNEL),
            [MJ_FRAME_LOG] = TAKE(MJ_TAKE_LOG, MJ_RESPONSE_TUNNEL),
        },
    /* nothing more is received */
    [MJ_RESPONSE_FILE] = {{0}},
    [MJ_RESPONSE_ENDED] = {{0}},
};

/* What depends on whether the request has a body. */
static const char *wrong_for_body(mj_body_state_t body, mj_frame_action_t action)
{
    if (action == MJ_TAKE_CREDIT && body == MJ_BODY_NONE) {
        return "a bad CREDIT";
    }
    if (action == MJ_TAKE_UPGRADED && body != MJ_BODY_NONE) {
        return "UPGRADED for a request with a body";
    }
    return NULL;
}

mj_frame_action_t mj_response_step(mj_response_state_t *state, mj_body_state_t body, uint8_t type, const char **wrong)
{
    static const cell_t none = {0};
    const cell_t *cell = type < FRAME_TYPE_COUNT ? &response_table[*state][type] : &none;

    if (cell->action == MJ_FRAME_IS_WRONG) {
        *wrong = cell->wrong != NULL            ? cell->wrong
                 : *state == MJ_RESPONSE_TUNNEL ? "a frame that is not allowed in a tunnel"
                                                : "a frame that may not come now";
        return MJ_FRAME_IS_WRONG;
    }
    *wrong = wrong_for_body(body, cell->action);
    if (*wrong != NULL) {
        return MJ_FRAME_IS_WRONG;
    }
    *state = cell->next;
    return cell->action;
}
