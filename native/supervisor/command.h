/* What a client of the control socket asks for, and what it is told: the verbs (docs/modjvm.md). */
#ifndef MJ_COMMAND_H
#define MJ_COMMAND_H

#include "client.h"
#include "supervisor.h"

typedef struct mj_command_t mj_command_t;

/** @return true if that user may see or steer anything at all */
bool mj_command_is_admitted(const mj_supervisor_t *supervisor, uid_t uid);

/** @return true if that user may see and steer every pool */
bool mj_command_is_master(uid_t uid);

/** Begins what the client's line asks for, or tells it why not. */
void mj_command_begin(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now);

/** Goes on with it, as far as that is possible now. @return when it wants to be called again at the
 * latest */
int64_t mj_command_resume(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now);

/** The client is about to be freed. */
void mj_command_end(mj_supervisor_t *supervisor, mj_client_t *client);

#endif
