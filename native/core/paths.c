#include "paths.h"

#include <apr_strings.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path without links, as far as it exists; what is missing at its end is kept. NULL if it cannot be resolved. */
static const char *resolve(apr_pool_t *pool, const char *path)
{
    char *head = apr_pstrdup(pool, path);
    const char *tail = "";
    char real[PATH_MAX];

    for (;;) {
        char *slash;
        if (realpath(*head == '\0' ? "/" : head, real) != NULL) {
            return *tail == '\0' ? apr_pstrdup(pool, real) : apr_pstrcat(pool, strcmp(real, "/") == 0 ? "" : real, tail, NULL);
        }
        slash = strrchr(head, '/');
        if (errno != ENOENT || slash == NULL) {
            return NULL;
        }
        tail = apr_pstrcat(pool, slash, tail, NULL);
        *slash = '\0';
    }
}

static const char *check_one(apr_pool_t *pool, const char *path, const struct stat *st, bool is_last, uid_t owner,
                             bool must_be_searchable)
{
    if (!S_ISDIR(st->st_mode)) {
        return apr_psprintf(pool, "%s is no folder", path);
    }
    if (st->st_uid != 0 && st->st_uid != owner) {
        return apr_psprintf(pool, "%s belongs to UID %lu, who could replace what lies in it: choose a folder of %s, or chown it", path,
                            (unsigned long)st->st_uid, owner == 0 ? "root" : "the user that runs httpd, or of root");
    }
    if ((st->st_mode & 0022) != 0 && (is_last || !(st->st_mode & S_ISVTX) || st->st_uid != 0)) {
        return apr_psprintf(pool, "%s can be written by others (mode %04o): chmod go-w it, or choose another", path,
                            (unsigned)(st->st_mode & 07777));
    }
    if (must_be_searchable && !(st->st_mode & 0001)) {
        return apr_psprintf(pool, "%s is closed to other users (mode %04o), so httpd's children cannot reach the sockets: chmod o+x it, or choose another",
                            path, (unsigned)(st->st_mode & 07777));
    }
    return NULL;
}

/* Steps through the folders of a path: "/", "/run", "/run/apache2" ... @return false behind the last */
static bool next_folder(const char *path, size_t *len)
{
    if (*len == 0) {
        *len = 1;
        return true;
    }
    if (path[*len] == '\0') {
        return false;
    }
    *len += path[*len] == '/';
    *len += strcspn(path + *len, "/");
    return true;
}

const char *mj_folder_check(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable)
{
    const char *real = resolve(pool, path);
    size_t len = 0;

    if (real == NULL) {
        return apr_psprintf(pool, "%s: %s", path, strerror(errno));
    }
    while (next_folder(real, &len)) {
        const char *folder = apr_pstrmemdup(pool, real, len);
        const char *wrong;
        struct stat st;
        if (lstat(folder, &st) != 0) {
            return errno == ENOENT ? NULL : apr_psprintf(pool, "%s: %s", folder, strerror(errno));
        }
        wrong = check_one(pool, folder, &st, real[len] == '\0', owner, must_be_searchable);
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

const char *mj_file_reachable(apr_pool_t *pool, const char *path, bool must_be_executable)
{
    const char *real = resolve(pool, path);
    struct stat st;
    size_t len = 0;

    if (real == NULL || stat(real, &st) != 0 || !S_ISREG(st.st_mode)) {
        return apr_psprintf(pool, "%s is missing: install mod_jvm whole (cmake --install)", path);
    }
    if (!(st.st_mode & (must_be_executable ? 0001 : 0004))) {
        return apr_psprintf(pool, "%s cannot be %s by other users (mode %04o): chmod it", path, must_be_executable ? "executed" : "read",
                            (unsigned)(st.st_mode & 07777));
    }
    while (next_folder(real, &len) && real[len] != '\0') {
        const char *folder = apr_pstrmemdup(pool, real, len);
        if (stat(folder, &st) == 0 && !(st.st_mode & 0001)) {
            return apr_psprintf(pool, "%s lies below %s, which is closed to other users (mode %04o): the pools' users cannot run it; "
                                      "chmod o+x the folder, or install elsewhere",
                                path, folder, (unsigned)(st.st_mode & 07777));
        }
    }
    return NULL;
}

const char *mj_runtime_dir_make(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable, const char **resolved)
{
    const char *wrong = mj_folder_check(pool, path, owner, must_be_searchable);
    if (wrong != NULL) {
        return wrong;
    }
    if (mkdir(path, 0711) == 0) {
        if (chmod(path, 0711) != 0) { /* httpd's umask may have taken something off */
            return apr_psprintf(pool, "%s: chmod: %s", path, strerror(errno));
        }
    }
    else if (errno != EEXIST) {
        return apr_psprintf(pool, "%s cannot be made: %s", path, strerror(errno));
    }
    wrong = mj_folder_check(pool, path, owner, must_be_searchable);
    if (wrong == NULL) {
        *resolved = resolve(pool, path);
    }
    return wrong;
}
