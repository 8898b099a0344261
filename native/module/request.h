/* From request_rec to the head of a REQUEST frame. */
#ifndef MJ_REQUEST_H
#define MJ_REQUEST_H

#include "config.h"
#include "wire.h"

/** What a request is sent as: the head, encoded, and the pool that it is for. */
typedef struct mj_outgoing_t {
    const mj_pool_config_t *pool;
    mj_request_t head;
} mj_outgoing_t;

/** Fills the head from the request; all memory is the request's or its pool's. The body's fields
 *  are left to the caller.
 *  @return OK, or a status for the client (the reason is logged) */
int mj_request_fill(request_rec *r, mj_outgoing_t *out);

/** The trailer fields of the request's body; complete once it has been read to its end. */
const mj_pair_t *mj_request_trailers(request_rec *r, apr_size_t *count);

#endif
