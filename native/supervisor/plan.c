#include "plan.h"

#define SECOND INT64_C(1000000)
#define QUICK_END (10 * SECOND)
#define LONGEST_DELAY (30 * SECOND)
#define FAILURES_UNTIL_DOWN 2

/* A pool's daemons, counted. Those of the current generation that are not retired are new, all
 * others old. */
typedef struct census_t {
    unsigned starting;
    unsigned ready;
    unsigned old_starting;
    unsigned old_ready;
    unsigned leaving; /* they drain or end */
} census_t;

/* 1 s, 2 s, 4 s … 30 s */
static int64_t backoff(unsigned times)
{
    return times > 5 ? LONGEST_DELAY : SECOND << (times - 1);
}

static unsigned less(unsigned a, unsigned b)
{
    return a > b ? a - b : 0;
}

static unsigned lower(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

void mj_plan_begin(mj_plan_t *plan, unsigned least, unsigned most, bool stop_first)
{
    *plan = (mj_plan_t){0};
    mj_plan_renew(plan, least, most, stop_first);
}

void mj_plan_renew(mj_plan_t *plan, unsigned least, unsigned most, bool stop_first)
{
    bool is_idle = plan->is_idle && !plan->is_removed;
    *plan = (mj_plan_t){.scale = plan->scale,
                        .stop_first = stop_first,
                        .generation = plan->generation + 1,
                        .is_idle = is_idle,
                        .served = plan->served,
                        .failed_at = -1,
                        .quick_end_at = -1};
    mj_scale_bound(&plan->scale, least, most);
}

bool mj_plan_start_failed(mj_plan_t *plan, int64_t started_at, bool is_refused, int64_t now)
{
    plan->is_refused = plan->is_refused || is_refused;
    if (plan->failed_starts > 0 && started_at < plan->failed_at) {
        return false;
    }
    plan->failed_starts++;
    plan->failed_at = now;
    plan->retry_at = now + backoff(plan->failed_starts);
    return true;
}

void mj_plan_ready(mj_plan_t *plan)
{
    plan->is_refused = false;
    plan->failed_starts = 0;
    plan->retry_at = 0;
}

void mj_plan_ended(mj_plan_t *plan, int64_t ready_at, int64_t now)
{
    if (now - ready_at >= QUICK_END) {
        plan->quick_ends = 0;
        plan->replace_at = 0;
        return;
    }
    plan->quick_ends++;
    plan->quick_end_at = now;
    plan->replace_at = plan->quick_ends == 1 ? 0 : now + backoff(plan->quick_ends - 1);
}

bool mj_plan_is_down(const mj_plan_t *plan)
{
    return plan->failed_starts >= FAILURES_UNTIL_DOWN;
}

static census_t count_members(mj_plan_t *plan, const mj_member_t *members, unsigned count, int64_t now)
{
    census_t census = {0};
    unsigned i;

    for (i = 0; i < count; i++) {
        const mj_member_t *member = &members[i];
        bool is_new = member->generation == plan->generation && !member->is_retired;
        /* One that startup-timeout ends counts as starting until it is reaped and its failed start
         * counted: else its replacement would start at once. */
        bool is_late =
            (member->state == MJ_LIFE_DUMPING || member->state == MJ_LIFE_KILLED) && member->ready_at == MJ_NEVER && is_new;
        /* So does one that is about to end by itself, until it is known whether it does so again
         * and again. */
        bool is_leaving = member->state == MJ_LIFE_LEFT && is_new;
        if (member->state == MJ_LIFE_STARTING || is_late || is_leaving) {
            *(is_new ? &census.starting : &census.old_starting) += 1;
        } else if (member->state == MJ_LIFE_READY) {
            *(is_new ? &census.ready : &census.old_ready) += 1;
            /* The replacement of one that ended quickly has lasted: what was wrong has passed. */
            if (plan->quick_ends > 0 && member->started_at >= plan->quick_end_at && now - member->ready_at >= QUICK_END) {
                plan->quick_ends = 0;
            }
        } else {
            census.leaving++;
        }
    }
    return census;
}

/* How many may be started beside those that there are: one more than are wanted while old ones
 * serve; with stop-first none, and what is leaving has its memory still. */
static unsigned room(const mj_plan_t *plan, const census_t *census)
{
    unsigned alive = census->starting + census->ready + census->old_ready;
    if (plan->stop_first) {
        return less(plan->scale.wanted, alive + census->old_starting + census->leaving);
    }
    return less(plan->scale.wanted + (census->old_ready > 0 ? 1 : 0), alive);
}

static void decide_starts(const mj_plan_t *plan, const census_t *census, unsigned count, int64_t now, mj_decision_t *decision)
{
    unsigned there = census->starting + census->ready;
    unsigned missing = less(plan->scale.wanted, there);
    int64_t start_at = plan->retry_at > plan->replace_at ? plan->retry_at : plan->replace_at;

    if (plan->is_refused && census->ready == 0) { /* the old ones count: nothing is to take their place */
        missing = less(plan->scale.wanted, there + census->old_ready);
    }
    missing = lower(missing, room(plan, census));
    if (missing > 0 && now < start_at) {
        decision->wake_at = mj_earlier(decision->wake_at, start_at);
    } else if (plan->failed_starts > 0) {
        decision->starts = lower(missing, census->starting == 0 ? 1 : 0); /* one tries for all */
    } else {
        decision->starts = missing;
    }
    decision->starts = lower(decision->starts, less(MJ_BOARD_SLOTS, count));
    decision->replaces = lower(decision->starts, less(plan->served, there));
    decision->is_first = there + census->old_ready == 0;
    decision->has_made_way = plan->stop_first && census->leaving > 0 && there + census->old_ready < plan->scale.wanted;
}

static void decide_drains(const mj_plan_t *plan, const census_t *census, int64_t now, mj_decision_t *decision)
{
    unsigned surplus = less(census->ready + census->old_ready, plan->scale.wanted);
    bool may_stop_first = plan->stop_first && !plan->is_refused && census->starting == 0 && census->leaving == 0 &&
                          decision->starts == 0 && now >= plan->retry_at && now >= plan->replace_at;

    decision->drain_old = lower(surplus, census->old_ready);
    decision->drain_surplus = surplus - decision->drain_old;
    decision->makes_way = surplus == 0 && may_stop_first && census->old_ready > 0;
    decision->drain_unready = census->old_starting > 0;
}

mj_decision_t mj_plan_decide(mj_plan_t *plan, const mj_member_t *members, unsigned count, const mj_load_t *load, int64_t now)
{
    mj_decision_t decision = {.wake_at = MJ_NEVER};
    census_t census = count_members(plan, members, count, now);

    if (plan->is_removed || plan->is_idle) {
        plan->served = 0;
        decision.drain_old = census.old_ready;
        decision.drain_surplus = census.ready;
        decision.drain_unready = true;
        decision.state = plan->is_idle && !plan->is_removed ? MJ_POOL_IDLE : count > 0 ? MJ_POOL_ENDING : MJ_POOL_FREE;
        return decision;
    }
    if (plan->scale.most > plan->scale.least) {
        bool can_grow = census.ready >= plan->scale.wanted && plan->failed_starts == 0 && now >= plan->replace_at;
        decision.wake_at = mj_scale_look(&plan->scale, load, can_grow, now);
    }
    if (plan->served < census.ready + census.old_ready) {
        plan->served = census.ready + census.old_ready;
    }
    plan->served = lower(plan->served, plan->scale.wanted);
    decide_starts(plan, &census, count, now, &decision);
    decide_drains(plan, &census, now, &decision);
    if (census.ready + census.old_ready > 0) {
        decision.state = MJ_POOL_READY;
    } else if (mj_plan_is_down(plan)) {
        decision.state = MJ_POOL_DOWN;
    } else {
        decision.state = decision.starts > 0 && census.starting == 0 ? MJ_POOL_QUEUED : MJ_POOL_STARTING;
    }
    return decision;
}
