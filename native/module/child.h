/* What a child of httpd holds. */
#ifndef MJ_CHILD_H
#define MJ_CHILD_H

#include "dispatcher.h"
#include "http2_tunnels.h"
#include "mounted.h"

#include <httpd.h>

typedef struct mj_child_t {
    mj_dispatcher_t dispatcher;
    /** How many threads may wait for their client's next request at once; 0: the MPM is not
     *  asynchronous. */
    apr_uint32_t most_awaiting;
    volatile apr_uint32_t awaiting; /**< how many do; changed by all threads, atomically */
    mj_mounted_t mounted;           /**< the file systems from which a daemon may pass files */
    mj_http2_tunnels_t http2_tunnels;
} mj_child_t;

void mj_child_init(apr_pool_t *pchild, server_rec *main_server);

/** @return NULL if the configuration declares no pool, or if the board could not be opened. Set
 *   once in child_init, before there are threads */
mj_child_t *mj_child(void);

#endif
