/* The next request of a fast client. */
#ifndef MJ_NEXT_REQUEST_H
#define MJ_NEXT_REQUEST_H

#include <httpd.h>

/** The log_transaction hook, behind all others: what it waits is not part of the request's time. */
int mj_await_next_request(request_rec *r);

#endif
