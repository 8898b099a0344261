/* The body of a request of httpd's, as its exchange reads it. */
#ifndef MJ_CLIENT_BODY_H
#define MJ_CLIENT_BODY_H

#include "exchange_client.h"

#include <httpd.h>

/** Sets what the head says of the request's body. */
void mj_client_declare_body(request_rec *r, mj_request_t *head);

/* Operations of mj_exchange_client_ops_t, of a mj_httpd_client_t. */

apr_status_t mj_client_read_body(void *client, unsigned char *out, apr_size_t max, bool may_wait, apr_size_t *len, bool *is_end);
int mj_client_read_status(void *client, apr_status_t rv);
uint64_t mj_client_body_length(void *client);

#endif
