#include "starts.h"

#include "procfs.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

unsigned mj_starts_processors(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t usable;

    if (sched_getaffinity(0, sizeof(usable), &usable) == 0) {
        return (unsigned)CPU_COUNT(&usable);
    }
    return online > 0 ? (unsigned)online : 1; /* more than a set has room for */
}

/* From its birth until it is ready, or has ended. */
static bool is_starting(const mj_daemon_t *daemon)
{
    return daemon->life.ready_at == MJ_NEVER;
}

/* @return whether the start takes a place */
static bool look_at_start(mj_daemon_t *daemon, int64_t now, int64_t *wake_at)
{
    mj_effort_t *effort = &daemon->effort;
    if (now - effort->looked_at >= MJ_EFFORT_PERIOD_US) {
        mj_effort_note(effort, mj_procfs_used_us(daemon->pid), now);
    }
    *wake_at = mj_earlier(*wake_at, effort->looked_at + MJ_EFFORT_PERIOD_US);
    return mj_effort_counts(effort, now);
}

typedef struct census_t {
    unsigned starts; /* that take a place */
    unsigned gaps;   /* as mj_admission_decide has it */
    unsigned claims;
} census_t;

static census_t count(mj_pool_t *pools, int64_t now, int64_t *wake_at)
{
    census_t census = {0};
    mj_pool_t *pool;
    mj_daemon_t *daemon;

    for (pool = pools; pool != NULL; pool = pool->next) {
        census.claims += pool->claim.starts > 0 || pool->claim.makes_way;
        census.gaps += pool->decision.has_made_way;
        for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
            census.starts += is_starting(daemon) && look_at_start(daemon, now, wake_at);
        }
    }
    return census;
}

int64_t mj_starts_admit(mj_context_t *context, mj_pool_t *pools, int64_t now)
{
    int64_t wake_at = MJ_NEVER;
    census_t census = count(pools, now, &wake_at);
    mj_claim_t **claims;
    mj_pool_t *pool;
    unsigned i = 0;

    context->is_quiet = census.claims == 0 && census.starts == 0;
    if (census.claims == 0 || census.starts >= context->config->concurrent_starts) {
        return wake_at;
    }
    claims = calloc(census.claims, sizeof(mj_claim_t *));
    if (claims == NULL) {
        abort();
    }
    for (pool = pools; pool != NULL; pool = pool->next) {
        if (pool->claim.starts > 0 || pool->claim.makes_way) {
            claims[i++] = &pool->claim;
        }
    }
    mj_admission_decide(claims, census.claims, context->config->concurrent_starts - census.starts, census.gaps);
    free((void *)claims);
    return wake_at;
}
