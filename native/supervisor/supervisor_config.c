#include "supervisor_config.h"

#include "control.h"
#include "settings.h"
#include "starts.h"

#include <apr_strings.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An absolute path, or NULL. */
static const char *read_path(mj_span_t record, const char *name, apr_pool_t *pool)
{
    const char *path = mj_record_text(record, name, NULL, pool);
    return path != NULL && path[0] == '/' ? path : NULL;
}

/* -1 is "leave as it is" to chown and friends: never an id. */
static bool read_id(mj_span_t record, const char *name, uid_t *id)
{
    int64_t number = mj_record_number(record, name, -1);
    *id = (uid_t)number;
    return number >= 0 && number < UINT32_MAX;
}

static const char *check_runtime_dir(const char *path, apr_pool_t *pool)
{
    struct stat st;
    if (lstat(path, &st) != 0) {
        return apr_psprintf(pool, "runtime directory %s: %s", path, strerror(errno));
    }
    if (!S_ISDIR(st.st_mode)) {
        return apr_psprintf(pool, "runtime directory %s is not a directory", path);
    }
    if (st.st_uid != geteuid()) {
        return apr_psprintf(pool, "runtime directory %s belongs to UID %lu, not to %lu", path, (unsigned long)st.st_uid,
                            (unsigned long)geteuid());
    }
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return apr_psprintf(pool, "runtime directory %s: users other than its owner can write to it", path);
    }
    return NULL;
}

const char *mj_supervisor_config_read(mj_supervisor_config_t **out, mj_span_t arguments, apr_pool_t *pool)
{
    mj_supervisor_config_t *config = apr_pcalloc(pool, sizeof(*config));
    const char *wrong;

    config->runtime_dir = read_path(arguments, "runtime-dir", pool);
    config->launcher = read_path(arguments, "launcher", pool);
    config->jars = read_path(arguments, "jars", pool);
    if (config->runtime_dir == NULL || config->launcher == NULL || config->jars == NULL ||
        !read_id(arguments, "httpd-uid", &config->httpd_uid) || !read_id(arguments, "httpd-gid", &config->httpd_gid) ||
        !read_id(arguments, "minimum-uid", &config->minimum_uid)) {
        return "an argument is missing, or malformed";
    }
    wrong = check_runtime_dir(config->runtime_dir, pool);
    if (wrong == NULL) {
        *out = config;
    }
    return wrong;
}

const char *mj_supervisor_config_complete(mj_supervisor_config_t **out, const mj_supervisor_config_t *start, mj_span_t record,
                                          apr_pool_t *pool)
{
    mj_supervisor_config_t *config = apr_pmemdup(pool, start, sizeof(*config));
    int64_t starts;

    if (mj_record_check(record) != APR_SUCCESS) {
        return "the server record is malformed";
    }
    if (mj_record_number(record, "version", -1) != MJ_CONTROL_VERSION) {
        return apr_psprintf(pool, "this supervisor speaks version %d of the control protocol: restart httpd", MJ_CONTROL_VERSION);
    }
    config->state_dir = read_path(record, "state-dir", pool);
    starts = mj_record_number(record, "concurrent-starts", 0);
    if (starts < 0 || starts > MJ_CONCURRENT_STARTS_MAX) {
        return "concurrent-starts is out of bounds";
    }
    config->concurrent_starts = starts > 0 ? (unsigned)starts : mj_starts_processors();
    *out = config;
    return NULL;
}
