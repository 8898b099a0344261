/* What the server record says, checked, and the runtime directory. Read-only between two commits. */
#ifndef MJ_SITE_H
#define MJ_SITE_H

#include "record.h"

#include <sys/types.h>

#define MJ_CONTROL_VERSION 4

typedef struct mj_site_t {
    const char *runtime_dir;
    const char *state_dir; /**< NULL: pools keep nothing */
    const char *launcher;
    const char *jars;
    uid_t httpd_uid;
    gid_t httpd_gid;
    uid_t minimum_uid;
    unsigned concurrent_starts; /**< of all pools */
} mj_site_t;

/** @param pool lives as long as *out is used
 *  @return NULL, or what is wrong with the record or the runtime directory */
const char *mj_site_read(mj_site_t **out, mj_span_t record, apr_pool_t *pool);

/** True if sockets made for one are of no use to the other. */
bool mj_site_sockets_differ(const mj_site_t *a, const mj_site_t *b);

/** Removes the daemons' sockets that an earlier supervisor left in the runtime directory; not those that somebody listens on. */
void mj_site_clean(const mj_site_t *site);

/** Whether there is a socket that nobody listens at. */
bool mj_site_is_left_behind(const char *path);

#endif
