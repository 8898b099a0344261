#include "path_walk.h"

#include <apr_strings.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define MAX_LINKS 40 /* as the kernel */

/* In the machine's own root directory. */
static const char *full(const mj_walk_t *walk, const char *path)
{
    return *walk->root == '\0' ? path : apr_pstrcat(walk->pool, walk->root, path, NULL);
}

/* Others than root and the caller can add names to such a folder, and take away their own. */
static bool is_open(const struct stat *st)
{
    return S_ISDIR(st->st_mode) && (st->st_mode & 0022) != 0;
}

static const char *look(mj_walk_t *walk, const char *path, const struct stat *st, bool is_last)
{
    bool is_others = st->st_uid != 0 && st->st_uid != geteuid();
    bool is_sticky = st->st_uid == 0 && (st->st_mode & S_ISVTX); /* nobody takes away what is somebody else's */
    walk->is_users = walk->is_users || is_others || (!is_last && is_open(st) && !is_sticky);
    return walk->check(walk, full(walk, path), st, is_last);
}

static const char *read_link(const mj_walk_t *walk, const char *path, const char **target)
{
    char text[PATH_MAX];
    ssize_t len = readlink(path, text, sizeof(text));
    if (len < 0 || (size_t)len == sizeof(text)) {
        return apr_psprintf(walk->pool, "%s: %s", path, strerror(len < 0 ? errno : ENAMETOOLONG));
    }
    *target = apr_pstrmemdup(walk->pool, text, (apr_size_t)len);
    return NULL;
}

static const char *parent_of(const mj_walk_t *walk, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == path ? "/" : apr_pstrmemdup(walk->pool, path, (apr_size_t)(slash - path));
}

static const char *end_at_missing(mj_walk_t *walk, const struct stat *folder, const char *next, const char *rest)
{
    int error = errno;
    walk->is_users = walk->is_users || is_open(folder);
    walk->real = apr_pstrcat(walk->pool, next, strspn(rest, "/") == strlen(rest) ? "" : rest, NULL);
    walk->is_there = false;
    return error == ENOENT ? NULL : apr_psprintf(walk->pool, "%s: %s", full(walk, next), strerror(error));
}

const char *mj_walk(mj_walk_t *walk, const char *path)
{
    const char *done = "/", *rest = path, *wrong;
    int links = 0;
    struct stat st, next_st;

    walk->is_users = false;
    walk->is_there = false;
    walk->real = path;
    if (*walk->root != '\0' && access(walk->root, F_OK) != 0 && errno == ENOENT) {
        return NULL;
    }
    if (*path != '/') {
        return apr_psprintf(walk->pool, "%s: give an absolute path", path);
    }
    for (;;) {
        const char *name, *next;
        if (lstat(full(walk, done), &st) != 0) {
            return apr_psprintf(walk->pool, "%s: %s", full(walk, done), strerror(errno));
        }
        rest += strspn(rest, "/");
        wrong = look(walk, done, &st, *rest == '\0');
        if (wrong != NULL || *rest == '\0') {
            walk->real = done;
            walk->is_there = true;
            return wrong;
        }
        name = apr_pstrmemdup(walk->pool, rest, strcspn(rest, "/"));
        rest += strlen(name);
        if (strcmp(name, ".") == 0) {
            continue;
        }
        if (strcmp(name, "..") == 0) {
            done = parent_of(walk, done);
            continue;
        }
        next = apr_pstrcat(walk->pool, strcmp(done, "/") == 0 ? "" : done, "/", name, NULL);
        if (lstat(full(walk, next), &next_st) != 0) {
            return end_at_missing(walk, &st, next, rest);
        }
        if (!S_ISLNK(next_st.st_mode)) {
            done = next;
            continue;
        }
        wrong = look(walk, next, &next_st, false);
        if (wrong == NULL) {
            wrong = ++links > MAX_LINKS ? apr_psprintf(walk->pool, "%s: %s", path, strerror(ELOOP))
                                        : read_link(walk, full(walk, next), &name);
        }
        if (wrong != NULL) {
            return wrong;
        }
        done = *name == '/' ? "/" : done;
        rest = apr_pstrcat(walk->pool, name, "/", rest, NULL);
    }
}

static const char *stop_at_users(mj_walk_t *walk, const char *path, const struct stat *st, bool is_last)
{
    (void)st;
    (void)is_last;
    return walk->is_users ? path : NULL;
}

bool mj_path_is_users(apr_pool_t *pool, const char *root, const char *path)
{
    mj_walk_t walk = {.pool = pool, .root = root, .check = stop_at_users};
    (void)mj_walk(&walk, path);
    return walk.is_users;
}
