#include "plan.h"

#define SECOND INT64_C(1000000)
#define QUICK_END (10 * SECOND)
#define LONGEST_DELAY (30 * SECOND)
#define FAILURES_UNTIL_DOWN 2

/* 1 s, 2 s, 4 s … 30 s */
static int64_t backoff(unsigned times)
{
    return times > 5 ? LONGEST_DELAY : SECOND << (times - 1);
}

void mj_plan_begin(mj_plan_t *plan, unsigned processes)
{
    *plan = (mj_plan_t){0};
    mj_plan_renew(plan, processes);
}

void mj_plan_renew(mj_plan_t *plan, unsigned processes)
{
    unsigned generation = plan->generation + 1;
    *plan = (mj_plan_t){.processes = processes, .generation = generation, .failed_at = -1, .quick_end_at = -1};
}

bool mj_plan_start_failed(mj_plan_t *plan, int64_t started_at, int64_t now)
{
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

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

mj_decision_t mj_plan_decide(mj_plan_t *plan, const mj_member_t *members, unsigned count, int64_t now)
{
    mj_decision_t decision = {.wake_at = MJ_NEVER};
    unsigned i, starting = 0, ready = 0, old_ready = 0, old_starting = 0;
    unsigned free_slots = count < MJ_BOARD_SLOTS ? MJ_BOARD_SLOTS - count : 0;
    int64_t start_at;

    for (i = 0; i < count; i++) {
        const mj_member_t *member = &members[i];
        bool is_current = member->generation == plan->generation;
        /* One that startup-timeout has killed counts as starting until it is reaped and its failed start counted: else its
         * replacement would start at once. */
        bool is_late = member->state == MJ_LIFE_KILLED && member->ready_at == MJ_NEVER && is_current;
        if (member->state == MJ_LIFE_STARTING || is_late) {
            *(is_current ? &starting : &old_starting) += 1;
        } else if (member->state == MJ_LIFE_READY) {
            *(is_current ? &ready : &old_ready) += 1;
            /* The replacement of one that ended quickly has lasted: what was wrong has passed. */
            if (plan->quick_ends > 0 && member->started_at >= plan->quick_end_at && now - member->ready_at >= QUICK_END) {
                plan->quick_ends = 0;
            }
        }
    }
    if (plan->is_removed) {
        decision.drain_old = true;
        decision.state = count > 0 ? MJ_POOL_ENDING : MJ_POOL_FREE;
        return decision;
    }

    start_at = plan->retry_at > plan->replace_at ? plan->retry_at : plan->replace_at;
    if (starting + ready < plan->processes) {
        if (now < start_at) {
            decision.wake_at = earlier(decision.wake_at, start_at);
        } else if (plan->failed_starts > 0) {
            decision.starts = starting == 0 ? 1 : 0; /* one tries for all */
        } else {
            decision.starts = plan->processes - starting - ready;
        }
        if (decision.starts > free_slots) {
            decision.starts = free_slots;
        }
    }
    decision.drain_old = ready >= plan->processes;
    decision.drain_unready = old_starting > 0;

    if (ready + old_ready > 0) {
        decision.state = MJ_POOL_READY;
    } else {
        decision.state = mj_plan_is_down(plan) ? MJ_POOL_DOWN : MJ_POOL_STARTING;
    }
    return decision;
}
