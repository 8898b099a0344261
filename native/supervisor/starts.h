/* The starts of all pools: counts those that are under way, and lets others begin (admission.h). */
#ifndef MJ_STARTS_H
#define MJ_STARTS_H

#include "pool.h"

/** Between mj_pool_prepare and mj_pool_run_due of all pools: sets what each may start now, and
 * whether all is quiet.
 *  @return when to call again at the latest */
int64_t mj_starts_admit(mj_context_t *context, mj_pool_t *pools, int64_t now);

/** Processors that this process can use. */
unsigned mj_starts_processors(void);

#endif
