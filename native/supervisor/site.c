#include "site.h"

#include "control.h"
#include "settings.h"
#include "starts.h"

#include <apr_strings.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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
        return apr_psprintf(pool, "runtime directory %s is no directory", path);
    }
    if (st.st_uid != geteuid()) {
        return apr_psprintf(pool, "runtime directory %s belongs to UID %lu, not to %lu", path, (unsigned long)st.st_uid,
                            (unsigned long)geteuid());
    }
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return apr_psprintf(pool, "runtime directory %s: others than its owner can write to it", path);
    }
    return NULL;
}

const char *mj_site_read(mj_site_t **out, mj_span_t arguments, apr_pool_t *pool)
{
    mj_site_t *site = apr_pcalloc(pool, sizeof(*site));
    const char *wrong;

    site->runtime_dir = read_path(arguments, "runtime-dir", pool);
    site->launcher = read_path(arguments, "launcher", pool);
    site->jars = read_path(arguments, "jars", pool);
    if (site->runtime_dir == NULL || site->launcher == NULL || site->jars == NULL ||
        !read_id(arguments, "httpd-uid", &site->httpd_uid) || !read_id(arguments, "httpd-gid", &site->httpd_gid) ||
        !read_id(arguments, "minimum-uid", &site->minimum_uid)) {
        return "an argument is missing, or malformed";
    }
    wrong = check_runtime_dir(site->runtime_dir, pool);
    if (wrong == NULL) {
        *out = site;
    }
    return wrong;
}

const char *mj_site_configure(mj_site_t **out, const mj_site_t *start, mj_span_t record, apr_pool_t *pool)
{
    mj_site_t *site = apr_pmemdup(pool, start, sizeof(*site));
    int64_t starts;

    if (mj_record_check(record) != APR_SUCCESS) {
        return "the server record is malformed";
    }
    if (mj_record_number(record, "version", -1) != MJ_CONTROL_VERSION) {
        return apr_psprintf(pool, "this supervisor speaks version %d of the control protocol: restart httpd", MJ_CONTROL_VERSION);
    }
    site->state_dir = read_path(record, "state-dir", pool);
    starts = mj_record_number(record, "concurrent-starts", 0);
    if (starts < 0 || starts > MJ_CONCURRENT_STARTS_MAX) {
        return "concurrent-starts is out of bounds";
    }
    site->concurrent_starts = starts > 0 ? (unsigned)starts : mj_starts_processors();
    *out = site;
    return NULL;
}

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* NAME.SLOT.SERIAL.sock: other programs may keep their sockets in the same folder. */
static bool is_daemon_socket(const char *name)
{
    const char *at;
    int numbers;

    if (!ends_with(name, ".sock")) {
        return false;
    }
    at = name + strlen(name) - strlen(".sock");
    for (numbers = 0; numbers < 2; numbers++) {
        const char *end = at;
        while (at > name && at[-1] >= '0' && at[-1] <= '9') {
            at--;
        }
        if (at == end || at == name || at[-1] != '.') {
            return false;
        }
        at--;
    }
    return at > name;
}

/* Sockets stay that somebody listens at: the daemons of another httpd with the same folder live. */
bool mj_site_is_left_behind(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_refused = false;

    if (fd >= 0 && strlen(path) < sizeof(address.sun_path)) {
        memcpy(address.sun_path, path, strlen(path));
        is_refused = connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 && errno == ECONNREFUSED;
    }
    if (fd >= 0) {
        close(fd);
    }
    return is_refused;
}

void mj_site_clean(const mj_site_t *site)
{
    DIR *dir = opendir(site->runtime_dir);
    struct dirent *entry;
    char path[PATH_MAX];

    if (dir == NULL) {
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        struct stat st;
        if (is_daemon_socket(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISSOCK(st.st_mode) &&
            snprintf(path, sizeof(path), "%s/%s", site->runtime_dir, entry->d_name) < (int)sizeof(path) && mj_site_is_left_behind(path)) {
            unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    closedir(dir);
}
