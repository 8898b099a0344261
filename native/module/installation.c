#include "installation.h"

#include "config.h"
#include "fnv.h"
#include "mod_jvm.h"

#include <apr_strings.h>
#include <dlfcn.h>
#include <http_config.h>
#include <http_core.h>
#include <http_main.h>
#include <libgen.h>
#include <limits.h>
#include <mpm_common.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The cache folder of httpd's layout lies above it. */
#ifndef DEFAULT_EXP_PROXYCACHEDIR
#define DEFAULT_EXP_PROXYCACHEDIR "/var/cache/apache2/proxy"
#endif

const char *mj_installed(apr_pool_t *pool, const char *relative)
{
    Dl_info info;
    char real[PATH_MAX], *file;

    if (dladdr(&jvm_module, &info) == 0 || info.dli_fname == NULL || realpath(info.dli_fname, real) == NULL) {
        return apr_pstrcat(pool, "/usr/", relative, NULL);
    }
    /* PREFIX/lib/apache2/modules/mod_jvm.so */
    file = apr_pstrdup(pool, real);
    return apr_pstrcat(pool, dirname(dirname(dirname(dirname(file)))), "/", relative, NULL);
}

/* Tells httpds apart. */
static const char *name_of_httpd(apr_pool_t *pool)
{
    const char *pid_file = ap_server_root_relative(pool, ap_pid_fname);
    uint64_t hash = mj_fnv64(MJ_FNV64_BEGIN, pid_file, pid_file != NULL ? strlen(pid_file) : 0);

    return apr_psprintf(pool, "jvm-%08x", (unsigned)(hash ^ (hash >> 32)));
}

const char *mj_runtime_dir(apr_pool_t *pool, const server_rec *main_server)
{
    const char *dir = mj_server_config(main_server)->runtime_dir;
    return dir != NULL ? dir : ap_runtime_dir_relative(pool, name_of_httpd(pool));
}

const char *mj_state_dir(apr_pool_t *pool, const server_rec *main_server, const char **made_below)
{
    const char *dir = mj_server_config(main_server)->state_dir, *runtime_dir;

    *made_below = NULL;
    if (dir != NULL) {
        return *dir != '\0' ? dir : NULL;
    }
    if (geteuid() == 0) { /* what users can fill is not on /run, which the whole machine needs */
        *made_below = dirname(apr_pstrdup(pool, DEFAULT_EXP_PROXYCACHEDIR));
        return apr_pstrcat(pool, *made_below, "/mod_jvm/", name_of_httpd(pool), NULL);
    }
    runtime_dir = mj_runtime_dir(pool, main_server);
    return runtime_dir != NULL ? apr_pstrcat(pool, runtime_dir, "/state", NULL) : NULL;
}
