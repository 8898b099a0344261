/* The control socket for people: RUNTIMEDIR/control, and who is connected to it (CONTROL.md, section 7). */
#ifndef MJ_SERVICE_H
#define MJ_SERVICE_H

#include "supervisor.h"

#include <poll.h>

#define MJ_CLIENTS_MAX 16
/** The most descriptors that it has polled. */
#define MJ_SERVICE_FDS (MJ_CLIENTS_MAX + 1)

typedef struct mj_service_t mj_service_t;

mj_service_t *mj_service_make(mj_supervisor_t *supervisor, apr_pool_t *pool);

/** Fills in descriptors to poll. @return how many, at most MJ_SERVICE_FDS */
size_t mj_service_watch(const mj_service_t *service, struct pollfd *fds, int64_t now);

/** Acts upon what poll found in these descriptors. */
void mj_service_react(mj_service_t *service, const struct pollfd *fds, int64_t now);

/** Does what is due, after the supervisor's tick. Opens the socket once the supervisor has a runtime directory.
 *  @return when to call it again at the latest */
int64_t mj_service_tick(mj_service_t *service, int64_t now);

/** Tells clients that it is over, and removes the socket. */
void mj_service_free(mj_service_t *service);

#endif
