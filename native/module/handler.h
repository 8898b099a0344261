/* The content handler of applications. */
#ifndef MJ_HANDLER_H
#define MJ_HANDLER_H

#include <httpd.h>

int mj_handler(request_rec *r);

#endif
