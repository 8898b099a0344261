/* What httpd's parent says in a conversation on the control socket (tests/protocol/CONTROL.md,
 * section 3). */
#ifndef MJ_SESSION_H
#define MJ_SESSION_H

#include "control.h"
#include "supervisor.h"

typedef struct mj_session_t mj_session_t;

mj_session_t *mj_session_make(mj_supervisor_t *supervisor, apr_pool_t *pool);

/** Takes a message; connection is where the answer goes. */
void mj_session_receive(mj_session_t *session, mj_control_message_t *message, int connection, int64_t now);

/** The conversation is over: what was begun and not committed is dropped. Another may follow. */
void mj_session_end(mj_session_t *session);

#endif
