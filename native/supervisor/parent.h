/* httpd's parent: it speaks to the supervisor on the control socket, and when it dies the
 * supervisor ends. A supervisor can go without. */
#ifndef MJ_PARENT_H
#define MJ_PARENT_H

#include "supervisor.h"

typedef struct mj_parent_t mj_parent_t;

/** Listens to the process that has started this one. Settings have to come from it soon
 *  (mj_supervisor_await_settings).
 *  @param pid its pid: getppid(), asked as early as possible
 *  @param listener the control socket, where it connects
 *  @return NULL and errno if it cannot be watched */
mj_parent_t *mj_parent_make(mj_supervisor_t *supervisor, pid_t pid, int listener, int64_t now, apr_pool_t *pool);

/** Does what is due, before the supervisor's tick. @return when to call it again at the latest */
int64_t mj_parent_tick(mj_parent_t *parent, int64_t now);

/** True until it has died, and the supervisor was told to stop for that. */
bool mj_parent_lives(const mj_parent_t *parent);

#endif
