/* The directives. */
#ifndef MJ_DIRECTIVES_H
#define MJ_DIRECTIVES_H

#include <httpd.h>

#include <http_config.h>

extern const command_rec mj_commands[];

#endif
