/* Messages between httpd's parent and the supervisor (docs/architecture.md, section 2). */
#ifndef MJ_CONTROL_H
#define MJ_CONTROL_H

#include "record.h"

#define MJ_CONTROL_MAX 131072 /**< bytes of a message */

#define MJ_CONTROL_FDS 3 /**< descriptors of a message */

/** Sends a message with descriptors: those of fds, MJ_CONTROL_FDS at most, before the first that is -1. NULL: none.
 *  @return APR_SUCCESS; APR_ENOSPC if it is too long; an error of the socket */
apr_status_t mj_control_send(int control, char type, mj_span_t record, const int *fds);

/** Waits for the answer to a commit.
 *  @return NULL if the settings were taken, else why not */
const char *mj_control_await_acknowledgement(int control, apr_pool_t *pool);

#endif
