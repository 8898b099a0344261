/* Children of the supervisor that have ended: daemons, what makes archives, and what has lost
 * its parent. */
#ifndef MJ_REAPER_H
#define MJ_REAPER_H

#include "pool.h"

/** Reaps children that have ended, and kills what they had started. Where context->has_reapable
 *  is set, there may be more. */
void mj_reap(mj_context_t *context, int64_t now);

/** A process is dead: reaps it, or gives the daemon up if it cannot be reaped because somebody
 *  traces it. */
void mj_reap_dead(mj_context_t *context, pid_t pid, int64_t now);

#endif
