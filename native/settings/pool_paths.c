#include "pool_paths.h"

#include "path_walk.h"
#include "paths.h"

#include <apr_strings.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

apr_array_header_t *mj_split_paths(apr_pool_t *pool, const char *paths)
{
    apr_array_header_t *split = apr_array_make(pool, 4, sizeof(const char *));
    char *state, *path;

    if (paths != NULL) {
        char *list = apr_pstrdup(pool, paths);
        for (path = apr_strtok(list, ":", &state); path != NULL; path = apr_strtok(NULL, ":", &state)) {
            APR_ARRAY_PUSH(split, const char *) = path;
        }
    }
    return split;
}

static void check_home(mj_pool_settings_t *settings, apr_pool_t *pool, bool is_given, mj_findings_t *findings)
{
    const char *root = settings->chroot != NULL ? settings->chroot : "";
    const char *wrong = mj_folder_reachable(pool, root, settings->home, settings->uid, settings->gid, settings->groups);

    if (wrong == NULL) {
        return;
    }
    if (is_given) {
        mj_findings_add(findings, root, settings->home, apr_psprintf(pool, "home=%s: %s", settings->home, wrong));
    } else {
        settings->home = "/";
    }
}

static const char *stop_at_users_link(mj_walk_t *walk, const char *path, const struct stat *st, bool is_last)
{
    (void)is_last;
    return S_ISLNK(st->st_mode) && walk->is_users ? path : NULL;
}

/* Whether it is missing. Not told of what lies behind a user's link. */
static bool is_missing(const mj_pool_settings_t *settings, apr_pool_t *pool, const char *path)
{
    mj_walk_t walk = {.pool = pool, .root = settings->chroot != NULL ? settings->chroot : "", .check = stop_at_users_link};
    return mj_walk(&walk, path) == NULL && !walk.is_there;
}

void mj_pool_paths_check(mj_pool_settings_t *settings, apr_pool_t *pool, bool is_home_given, mj_findings_t *findings)
{
    const apr_array_header_t *class_path = mj_split_paths(pool, settings->class_path);
    int i;

    if (settings->chroot != NULL && access(settings->chroot, F_OK) != 0) {
        return; /* which is said already */
    }
    if (settings->home != NULL) {
        check_home(settings, pool, is_home_given, findings);
    }
    /* Both are looked for while the pool runs, and may come later. */
    for (i = 0; i < class_path->nelts; i++) {
        const char *path = APR_ARRAY_IDX(class_path, i, const char *);
        if (is_missing(settings, pool, path)) {
            APR_ARRAY_PUSH(findings->warnings, const char *) =
                apr_psprintf(pool, "class-path=%s: %s: put it there, or leave it out", path, strerror(ENOENT));
        }
    }
    if (settings->reload_marker != NULL) {
        const char *slash = strrchr(settings->reload_marker, '/');
        const char *folder = apr_pstrmemdup(pool, settings->reload_marker, (apr_size_t)(slash - settings->reload_marker) + 1);
        if (is_missing(settings, pool, folder)) {
            APR_ARRAY_PUSH(findings->warnings, const char *) =
                apr_psprintf(pool, "reload-marker=%s: the folder %s does not exist: make it, or name another file",
                             settings->reload_marker, folder);
        }
    }
}
