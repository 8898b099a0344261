#include "paths.h"

#include "path_walk.h"

#include <apr_strings.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Who may own and write what lies on a path. */
typedef struct trust_t {
    uid_t owner;            /* beside root */
    const char *owner_name; /* for messages; NULL: root alone */
    gid_t groups[2];        /* that may write, too; -1: none */
    bool must_be_searchable;
    bool may_end_in_file;
    bool is_owners; /* something that owner has was passed; he may be the cause of what is wrong */
} trust_t;

static trust_t trust_of(uid_t owner, bool must_be_searchable)
{
    return (trust_t){.owner = owner,
                     .owner_name = owner == 0 ? NULL : "the user that runs httpd",
                     .groups = {(gid_t)-1, (gid_t)-1},
                     .must_be_searchable = must_be_searchable};
}

static bool can_others_write(const trust_t *trust, const struct stat *st)
{
    bool is_own_group = st->st_gid == trust->groups[0] || st->st_gid == trust->groups[1];
    return (st->st_mode & 0002) != 0 || ((st->st_mode & 0020) != 0 && !is_own_group);
}

static const char *check_trust(mj_walk_t *walk, const char *path, const struct stat *st, bool is_last)
{
    trust_t *trust = walk->context;
    const char *owners = trust->owner_name == NULL ? "root" : apr_pstrcat(walk->pool, trust->owner_name, ", or of root", NULL);
    bool is_file = is_last && trust->may_end_in_file && S_ISREG(st->st_mode);

    trust->is_owners = trust->is_owners || (st->st_uid == trust->owner && st->st_uid != 0);
    if (S_ISLNK(st->st_mode)) {
        return st->st_uid == 0 || st->st_uid == trust->owner
                   ? NULL
                   : apr_psprintf(walk->pool, "%s is a symbolic link of UID %lu, who could change it: name the folder itself",
                                  path, (unsigned long)st->st_uid);
    }
    if (!S_ISDIR(st->st_mode) && !is_file) {
        return apr_psprintf(walk->pool, "%s is not a folder", path);
    }
    if (st->st_uid != 0 && st->st_uid != trust->owner) {
        return apr_psprintf(walk->pool, "%s belongs to UID %lu, who could replace its contents: choose a %s of %s, or chown it",
                            path, (unsigned long)st->st_uid, is_file ? "file" : "folder", owners);
    }
    if (can_others_write(trust, st) && (is_last || !(st->st_mode & S_ISVTX) || st->st_uid != 0)) {
        return apr_psprintf(walk->pool, "%s can be written by others (mode %04o): chmod go-w it, or choose another", path,
                            (unsigned)(st->st_mode & 07777));
    }
    if (trust->must_be_searchable && !(st->st_mode & 0001)) {
        return apr_psprintf(walk->pool,
                            "%s is closed to other users (mode %04o), who must reach the files below it: chmod o+x it, or "
                            "choose another",
                            path, (unsigned)(st->st_mode & 07777));
    }
    return NULL;
}

static const char *walk_trusted(apr_pool_t *pool, const char *path, trust_t *trust, const char **real, bool *is_there)
{
    mj_walk_t walk = {.pool = pool, .root = "", .check = check_trust, .context = trust};
    const char *wrong = mj_walk(&walk, path);
    *real = walk.real;
    *is_there = walk.is_there;
    return wrong;
}

const char *mj_folder_check(apr_pool_t *pool, const char *path, uid_t owner, bool must_be_searchable)
{
    trust_t trust = trust_of(owner, must_be_searchable);
    const char *real;
    bool is_there;
    return walk_trusted(pool, path, &trust, &real, &is_there);
}

const char *mj_code_check(apr_pool_t *pool, const char *root, const char *path, uid_t owner, gid_t group, bool *is_owners)
{
    trust_t trust = {
        .owner = owner, .owner_name = owner == 0 ? NULL : "the pool's user", .groups = {0, group}, .may_end_in_file = true};
    mj_walk_t walk = {.pool = pool, .root = root, .check = check_trust, .context = &trust};
    const char *wrong = mj_walk(&walk, path);
    *is_owners = trust.is_owners;
    return wrong;
}

static const char *check_links(mj_walk_t *walk, const char *path, const struct stat *st, bool is_last)
{
    (void)is_last;
    return S_ISLNK(st->st_mode) && walk->is_users
               ? apr_psprintf(walk->pool, "%s is a symbolic link that users other than root can change: name the folder itself",
                              path)
               : NULL;
}

const char *mj_path_resolve(apr_pool_t *pool, const char *root, const char *path, const char **resolved)
{
    mj_walk_t walk = {.pool = pool, .root = root, .check = check_links};
    const char *wrong = mj_walk(&walk, path);
    if (wrong == NULL) {
        *resolved = walk.real;
    }
    return wrong;
}

/* Whom folders have to let through. */
typedef struct visitor_t {
    uid_t uid;
    gid_t gid;
    const apr_array_header_t *groups; /* of gid_t */
} visitor_t;

static bool is_member(const visitor_t *visitor, gid_t group)
{
    bool is_found = visitor->gid == group;
    int i;
    for (i = 0; !is_found && i < visitor->groups->nelts; i++) {
        is_found = APR_ARRAY_IDX(visitor->groups, i, gid_t) == group;
    }
    return is_found;
}

#define CANNOT_TELL ""

static const char *check_passable(mj_walk_t *walk, const char *path, const struct stat *st, bool is_last)
{
    const visitor_t *visitor = walk->context;
    mode_t needed = st->st_uid == visitor->uid ? 0100 : is_member(visitor, st->st_gid) ? 0010 : 0001;

    (void)is_last;
    if (S_ISLNK(st->st_mode)) {
        return walk->is_users ? CANNOT_TELL : NULL;
    }
    if (!S_ISDIR(st->st_mode)) {
        return apr_psprintf(walk->pool, "%s is not a folder: name one", path);
    }
    if ((st->st_mode & needed) == 0 && lgetxattr(path, "system.posix_acl_access", NULL, 0) < 0 &&
        !(visitor->uid == geteuid() && access(path, X_OK) == 0)) {
        return apr_psprintf(walk->pool,
                            "%s (owner UID %lu, mode %04o) is closed to the pool's user, UID %lu: chmod it, or name another "
                            "folder",
                            path, (unsigned long)st->st_uid, (unsigned)(st->st_mode & 07777), (unsigned long)visitor->uid);
    }
    return NULL;
}

const char *mj_folder_reachable(apr_pool_t *pool, const char *root, const char *path, uid_t uid, gid_t gid,
                                const apr_array_header_t *groups)
{
    visitor_t visitor = {uid, gid, groups};
    mj_walk_t walk = {.pool = pool, .root = root, .check = check_passable, .context = &visitor};
    const char *wrong = mj_walk(&walk, path);
    if (wrong == NULL && !walk.is_there) {
        wrong = apr_psprintf(pool, "%s%s: make it, or name another folder", strerror(ENOENT),
                             *root != '\0' ? apr_pstrcat(pool, " in chroot=", root, NULL) : "");
    }
    return wrong != NULL && *wrong == '\0' ? NULL : wrong;
}

/* Steps through the folders of a path: "/", "/run", "/run/apache2" ... @return false behind the
 * last */
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
        return apr_psprintf(pool, "%s is missing: install all of mod_jvm (cmake --install)", path);
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
    trust_t trust = trust_of(owner, must_be_searchable);
    const char *real = path, *wrong;
    bool is_there = false;

    wrong = walk_trusted(pool, path, &trust, &real, &is_there);
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
        wrong = walk_trusted(pool, real, &trust, &real, &is_there);
        if (wrong == NULL && !is_there) {
            return apr_psprintf(pool, "%s: somebody removes it as soon as it is made: choose another", path);
        }
    }
    if (wrong == NULL) {
        *resolved = real;
    }
    return wrong;
}
