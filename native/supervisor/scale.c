#include "scale.h"

#include "life.h"

#define LOOK_US INT64_C(1000000)

void mj_scale_bound(mj_scale_t *scale, unsigned least, unsigned most)
{
    scale->least = least;
    scale->most = most;
    if (scale->wanted < least) {
        scale->wanted = least;
    } else if (scale->wanted > most) {
        scale->wanted = most;
    }
    scale->pressed_since = MJ_NEVER;
    scale->slack_since = MJ_NEVER;
}

static void grow(mj_scale_t *scale, int64_t now)
{
    if (scale->pressed_since == MJ_NEVER) {
        scale->pressed_since = now;
    } else if (now - scale->pressed_since >= MJ_GROW_US) {
        scale->wanted++;
        scale->pressed_since = now;
    }
}

static void shrink(mj_scale_t *scale, int64_t now)
{
    if (scale->slack_since == MJ_NEVER) {
        scale->slack_since = now;
    } else if (now - scale->slack_since >= MJ_SHRINK_US) {
        scale->wanted--;
        scale->slack_since = now;
    }
}

int64_t mj_scale_look(mj_scale_t *scale, const mj_load_t *load, bool can_grow, int64_t now)
{
    bool is_pressed = load->waiting > 0 && can_grow && scale->wanted < scale->most;
    bool is_slack = load->waiting == 0 && scale->wanted > scale->least &&
                    (uint64_t)load->in_flight * 2 <= (uint64_t)(scale->wanted - 1) * load->threads;

    if (is_pressed) {
        grow(scale, now);
    } else {
        scale->pressed_since = MJ_NEVER;
    }
    if (is_slack) {
        shrink(scale, now);
    } else {
        scale->slack_since = MJ_NEVER;
    }
    if (scale->pressed_since != MJ_NEVER && scale->wanted < scale->most) {
        return scale->pressed_since + MJ_GROW_US;
    }
    return scale->wanted > scale->least ? now + LOOK_US : MJ_NEVER;
}
