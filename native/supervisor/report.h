/* A pool and its daemons as a client of the control socket is told of them: JSON
 * (docs/modjvm.md). */
#ifndef MJ_REPORT_H
#define MJ_REPORT_H

#include "client.h"
#include "pool.h"

/** Tells the client of a pool: one object, behind separator. */
void mj_report_pool(mj_client_t *client, const mj_pool_t *pool, const char *separator, int64_t now);

#endif
