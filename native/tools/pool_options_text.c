/* Prints the options of JVMDaemonProcess as text: native/pool-options.txt. */
#include "pool_options.h"

#include <apr_general.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    apr_pool_t *pool;
    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return EXIT_FAILURE;
    }
    return fputs(mj_options_text(pool), stdout) >= 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
