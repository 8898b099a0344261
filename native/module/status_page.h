/* The status page. */
#ifndef MJ_STATUS_PAGE_H
#define MJ_STATUS_PAGE_H

#include <httpd.h>

#define MJ_STATUS_HANDLER "jvm-status"

/** The content handler of the status page: every pool of the server, as HTML, ?json or
 *  ?prometheus. */
int mj_status_handler(request_rec *r);

#endif
