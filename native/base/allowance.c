#include "allowance.h"

bool mj_allowance_is_closed(const mj_allowance_t *allowance, int64_t now)
{
    return now < allowance->closed_until;
}

bool mj_allowance_has_news(const mj_allowance_t *allowance, int64_t now)
{
    return allowance->lines_left_out > 0 && !mj_allowance_is_closed(allowance, now);
}

bool mj_allowance_take(mj_allowance_t *allowance, size_t len, int64_t now)
{
    int64_t passed = now - allowance->at;

    allowance->at = now;
    /* bounded first: it may have been a year */
    passed = passed > 100 * MJ_ALLOWANCE_PAUSE_US ? 100 * MJ_ALLOWANCE_PAUSE_US : passed < 0 ? 0 : passed;
    allowance->used -= passed * MJ_ALLOWANCE_RATE / 1000000;
    if (allowance->used < 0) {
        allowance->used = 0;
    }
    if (!mj_allowance_is_closed(allowance, now)) {
        allowance->used += (int64_t)len + MJ_ALLOWANCE_PREFIX;
        if (allowance->used <= MJ_ALLOWANCE_BURST) {
            return true;
        }
        allowance->used = MJ_ALLOWANCE_BURST;
        allowance->closed_until = now + MJ_ALLOWANCE_PAUSE_US;
    }
    allowance->lines_left_out++;
    allowance->bytes_left_out += len + 1;
    return false;
}
