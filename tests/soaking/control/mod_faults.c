/* A handler `faults` that commits the fault that the query names: heap or int. */
#include "faults.h"

#include <httpd.h> /* before the others of httpd, which need it */

#include <http_config.h>
#include <http_protocol.h>
#include <string.h>

static int handler(request_rec *r)
{
    if (r->handler == NULL || strcmp(r->handler, "faults") != 0) {
        return DECLINED;
    }
    ap_rprintf(r, "%d\n", r->args != NULL && strcmp(r->args, "heap") == 0 ? fault_heap() : fault_int());
    return OK;
}

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(faults) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks, 0};
