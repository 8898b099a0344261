#include "settlement.h"

/* After so many daemons that died before they had read the request, it is given up. */
#define MAX_ATTEMPTS 20

/* clang-format off */
#define FINAL(counter) {true, (counter), false, false, 0, MJ_NO_PAUSE}
#define RETRY(counter, most, pause) {false, (counter), true, false, (most), (pause)}
#define RETRY_ELSEWHERE {false, NO_COUNTER, true, true, 0, MJ_NO_PAUSE}
/* clang-format on */
#define NO_COUNTER MJ_COUNTER_COUNT

/* The first time that a request ends so, and later.
 * A daemon that refuses is alive, and one that cannot be reached is soon taken off the board: only
 * queue-timeout limits these tries. */
static const mj_settlement_t table[MJ_ENDING_COUNT][2] = {
    [MJ_GOES_ON] = {FINAL(NO_COUNTER), FINAL(NO_COUNTER)},
    [MJ_ENDED_ANSWERED] = {FINAL(NO_COUNTER), FINAL(NO_COUNTER)},
    [MJ_ENDED_BROKEN] = {FINAL(NO_COUNTER), FINAL(NO_COUNTER)},
    [MJ_ENDED_LOST] = {FINAL(MJ_COUNTER_LOST), FINAL(MJ_COUNTER_LOST)},
    [MJ_ENDED_ABANDONED] = {FINAL(MJ_COUNTER_ABANDONED), FINAL(MJ_COUNTER_ABANDONED)},
    [MJ_ENDED_UPGRADED] = {FINAL(MJ_COUNTER_UPGRADED), FINAL(MJ_COUNTER_UPGRADED)},
    [MJ_ENDED_REFUSED] = {RETRY(NO_COUNTER, 0, MJ_NO_PAUSE), RETRY(NO_COUNTER, 0, MJ_NO_PAUSE)},
    [MJ_ENDED_UNCONFIGURED] = {RETRY_ELSEWHERE, RETRY_ELSEWHERE},
    [MJ_ENDED_UNSEEN] =
        {
            RETRY(MJ_COUNTER_MOVED, MAX_ATTEMPTS, MJ_NO_PAUSE),
            /* Every release changes the board, so a wait for a change would not be a pause. */
            RETRY(MJ_COUNTER_MOVED, MAX_ATTEMPTS, MJ_PAUSE_AFTER),
        },
    [MJ_ENDED_UNREACHED] =
        {
            RETRY(MJ_COUNTER_MOVED, 0, MJ_NO_PAUSE),
            RETRY(NO_COUNTER, 0, MJ_PAUSE_IN_PLACE),
        },
};

const mj_settlement_t *mj_settle(mj_ending_t end, bool is_first)
{
    return &table[end][is_first ? 0 : 1];
}
