/* What the supervisor was started with and the server record says, checked, and the runtime
 * directory. Read-only between two commits. */
#ifndef MJ_SUPERVISOR_CONFIG_H
#define MJ_SUPERVISOR_CONFIG_H

#include "record.h"

#include <sys/types.h>

typedef struct mj_supervisor_config_t {
    const char *runtime_dir;
    const char *state_dir;      /**< NULL: pools keep nothing */
    unsigned concurrent_starts; /**< of all pools */
    const char *launcher;
    const char *jars;
    uid_t httpd_uid;
    gid_t httpd_gid;
    uid_t minimum_uid;
} mj_supervisor_config_t;

/** Reads what the supervisor is started with, and keeps: all but state_dir and concurrent_starts.
 *  @param arguments NAME=VALUE, as a record
 *  @param pool lives as long as *out is used
 *  @return NULL, or what is wrong with the arguments or the runtime directory */
const char *mj_supervisor_config_read(mj_supervisor_config_t **out, mj_span_t arguments, apr_pool_t *pool);

/** The same with what a server record says beside it.
 *  @return NULL, or what is wrong with the record */
const char *mj_supervisor_config_complete(mj_supervisor_config_t **out, const mj_supervisor_config_t *start, mj_span_t record,
                                          apr_pool_t *pool);

#endif
