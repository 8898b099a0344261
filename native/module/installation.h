/* Where things lie: what was installed with the module, and the folders that it uses. */
#ifndef MJ_INSTALLATION_H
#define MJ_INSTALLATION_H

#include <httpd.h>

/** @return a path below the prefix in which the module is installed: its .so is in
 *  lib/apache2/modules */
const char *mj_installed(apr_pool_t *pool, const char *relative);

/** @return the runtime directory: JVMRuntimeDir, or the default. NULL if DefaultRuntimeDir is
 *  invalid */
const char *mj_runtime_dir(apr_pool_t *pool, const server_rec *main_server);

/** @param made_below set to a folder that may be missing, as may all folders between it and the
 *  result; NULL: at most the result itself is missing
 *  @return the folder of what pools keep (JVMStateDir, or the default). NULL if it is off, or if
 *  there is no runtime directory */
const char *mj_state_dir(apr_pool_t *pool, const server_rec *main_server, const char **made_below);

#endif
