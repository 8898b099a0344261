#include "paths.h"

#include <apr_strings.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40 /* as the kernel */

static const char *check_one(apr_pool_t *pool, const char *path, const struct stat *st, bool is_last, uid_t owner,
                             bool must_be_searchable)
{
    if (!S_ISDIR(st->st_mode)) {
        return apr_psprintf(pool, "%s is no folder", path);
    }
    if (st->st_uid != 0 && st->st_uid != owner) {
        return apr_psprintf(pool, "%s belongs to UID %lu, who could replace what lies in it: choose a folder of %s, or chown it",
                            path, (unsigned long)st->st_uid, owner == 0 ? "root" : "the user that runs httpd, or of root");
    }
    if ((st->st_mode & 0022) != 0 && (is_last || !(st->st_mode & S_ISVTX) || st->st_uid != 0)) {
        return apr_psprintf(pool, "%s can be written by others (mode %04o): chmod go-w it, or choose another", path,
                            (unsigned)(st->st_mode & 07777));
    }
    if (must_be_searchable && !(st->st_mode & 0001)) {
        return apr_psprintf(pool,
                            "%s is closed to other users (mode %04o), who have to reach what lies below it: chmod o+x it, or "
                            "choose another",
                            path, (unsigned)(st->st_mode & 07777));
    }
    return NULL;
}

/* Reads a link that nobody but root and the owner can have placed. */
static const char *read_link(apr_pool_t *pool, const char *path, const struct stat *st, uid_t owner, const char **target)
{
    char text[PATH_MAX];
    ssize_t len;
    if (st->st_uid != 0 && st->st_uid != owner) {
        return apr_psprintf(pool, "%s is a link of UID %lu, who could turn it elsewhere: name the folder itself", path,
                            (unsigned long)st->st_uid);
    }
    len = readlink(path, text, sizeof(text));
    if (len < 0 || (size_t)len == sizeof(text)) {
        return apr_psprintf(pool, "%s: %s", path, strerror(len < 0 ? errno : ENAMETOOLONG));
    }
    *target = apr_pstrmemdup(pool, text, (apr_size_t)len);
    return NULL;
}

/* Goes along the path as the kernel would, and looks at each folder and link before what lies behind it.
 * On success *real is the path without links; what does not exist is kept at its end, and *is_there is then false. */
static const char *walk(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable, const char **real,
                        bool *is_there)
{
    const char *done = "/", *rest = path, *wrong;
    int links = 0;
    struct stat st;

    if (*path != '/') {
        return apr_psprintf(pool, "%s: give an absolute path", path);
    }
    for (;;) {
        const char *name, *next;
        if (lstat(done, &st) != 0) {
            return apr_psprintf(pool, "%s: %s", done, strerror(errno));
        }
        rest += strspn(rest, "/");
        wrong = check_one(pool, done, &st, *rest == '\0', owner, must_be_searchable);
        if (wrong != NULL || *rest == '\0') {
            *real = done;
            *is_there = true;
            return wrong;
        }
        name = apr_pstrmemdup(pool, rest, strcspn(rest, "/"));
        rest += strlen(name);
        if (strcmp(name, ".") == 0) {
            continue;
        }
        if (strcmp(name, "..") == 0) {
            const char *slash = strrchr(done, '/');
            done = slash == done ? "/" : apr_pstrmemdup(pool, done, (apr_size_t)(slash - done));
            continue;
        }
        next = apr_pstrcat(pool, strcmp(done, "/") == 0 ? "" : done, "/", name, NULL);
        if (lstat(next, &st) != 0) {
            *real = apr_pstrcat(pool, next, strspn(rest, "/") == strlen(rest) ? "" : rest, NULL);
            *is_there = false;
            return errno == ENOENT ? NULL : apr_psprintf(pool, "%s: %s", next, strerror(errno));
        }
        if (!S_ISLNK(st.st_mode)) {
            done = next;
            continue;
        }
        wrong = read_link(pool, next, &st, owner, &name);
        if (wrong != NULL || ++links > MAX_LINKS) {
            return wrong != NULL ? wrong : apr_psprintf(pool, "%s: %s", path, strerror(ELOOP));
        }
        done = *name == '/' ? "/" : done;
        rest = apr_pstrcat(pool, name, "/", rest, NULL);
    }
}

const char *mj_folder_check(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable)
{
    const char *real;
    bool is_there;
    return walk(pool, path, owner, must_be_searchable, &real, &is_there);
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

const char *mj_file_reachable(apr_pool_t *pool, const char *path, bool must_be_executable, bool by_others)
{
    const char *use = must_be_executable ? "executed" : "read";
    char real[PATH_MAX];
    struct stat st;
    size_t len = 0;

    if (realpath(path, real) == NULL || stat(real, &st) != 0 || !S_ISREG(st.st_mode)) {
        return apr_psprintf(pool, "%s is missing: install mod_jvm whole (cmake --install)", path);
    }
    if (!by_others) {
        return access(real, must_be_executable ? X_OK : R_OK) == 0
                   ? NULL
                   : apr_psprintf(pool, "%s cannot be %s (mode %04o): chmod it", path, use, (unsigned)(st.st_mode & 07777));
    }
    if (!(st.st_mode & (must_be_executable ? 0001 : 0004))) {
        return apr_psprintf(pool, "%s cannot be %s by other users (mode %04o): chmod it", path, use,
                            (unsigned)(st.st_mode & 07777));
    }
    while (next_folder(real, &len) && real[len] != '\0') {
        const char *folder = apr_pstrmemdup(pool, real, len);
        if (stat(folder, &st) == 0 && !(st.st_mode & 0001)) {
            return apr_psprintf(pool,
                                "%s lies below %s, which is closed to other users (mode %04o): the pools' users cannot run it; "
                                "chmod o+x the folder, or install elsewhere",
                                path, folder, (unsigned)(st.st_mode & 07777));
        }
    }
    return NULL;
}

const char *mj_folder_make(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable, const char **resolved)
{
    const char *real = path, *wrong;
    bool is_there = false;

    wrong = walk(pool, path, owner, must_be_searchable, &real, &is_there);
    if (wrong == NULL && !is_there) {
        if (mkdir(real, 0711) == 0) {
            if (chmod(real, 0711) != 0) { /* httpd's umask may have taken something off */
                return apr_psprintf(pool, "%s: chmod: %s", real, strerror(errno));
            }
        } else if (errno != EEXIST) {
            return apr_psprintf(pool, "%s cannot be made: %s%s", path, strerror(errno),
                                errno == ENOENT ? "; make the folder above it" : "");
        }
        /* Again: in a sticky folder somebody may have been faster. */
        wrong = walk(pool, real, owner, must_be_searchable, &real, &is_there);
        if (wrong == NULL && !is_there) {
            return apr_psprintf(pool, "%s: somebody removes it as soon as it is made: choose another", path);
        }
    }
    if (wrong == NULL) {
        *resolved = real;
    }
    return wrong;
}
