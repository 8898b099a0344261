/* What identifies the module to httpd. */
#ifndef MJ_MOD_JVM_H
#define MJ_MOD_JVM_H

#include "log_id.h"

#include <httpd.h>

#include <ap_mmn.h>
#include <http_config.h>

#if !AP_MODULE_MAGIC_AT_LEAST(20120211, 129)
#error "mod_jvm needs httpd 2.4.58 or later (ap_get_pollfd_from_conn)"
#endif

/** The one symbol that the .so exports. */
extern __attribute__((visibility("default"))) module jvm_module;

/** The handler of a request that an application serves. */
#define MJ_HANDLER "jvm-application"

#endif
