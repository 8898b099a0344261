/* Where the error log of a server is, for the supervisor, which writes to it too. */
#ifndef MJ_LOG_TARGET_H
#define MJ_LOG_TARGET_H

#include "record.h"

#include <httpd.h>

/** The descriptor of a server's error log; -1 where it has none. */
int mj_log_descriptor(const server_rec *server);

/** What the supervisor has to know of a server's error log beside that, for the message `L`. */
mj_span_t mj_log_record(apr_pool_t *pool, const server_rec *server, const server_rec *main_server);

#endif
