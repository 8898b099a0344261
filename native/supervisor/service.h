/* The control socket for people: RUNTIMEDIR/control, and who is connected to it (CONTROL.md,
 * section 7). */
#ifndef MJ_SERVICE_H
#define MJ_SERVICE_H

#include "supervisor.h"

typedef struct mj_service_t mj_service_t;

mj_service_t *mj_service_make(mj_supervisor_t *supervisor, apr_pool_t *pool);

/** Does what is due, after the supervisor's tick. Opens the socket once the supervisor has a
 * runtime directory.
 *  @return when to call it again at the latest */
int64_t mj_service_tick(mj_service_t *service, int64_t now);

/** Tells clients that it is over, and removes the socket. */
void mj_service_free(mj_service_t *service);

#endif
