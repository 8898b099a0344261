#include "confinement.h"

#include "paths.h"
#include "pool_paths.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const temporary[] = {"/tmp", "/var/tmp"};

static const char *check_privileges(const mj_pool_settings_t *settings, apr_pool_t *pool, uid_t euid)
{
    const char *option = settings->chroot != NULL      ? apr_pstrcat(pool, "chroot=", settings->chroot, NULL)
                         : settings->private_tmp       ? "private-tmp=on"
                         : settings->read_only != NULL ? apr_pstrcat(pool, "read-only=", settings->read_only, NULL)
                         : settings->cpu_priority < 0
                             ? apr_psprintf(pool, "cpu-priority=%" APR_INT64_T_FMT, settings->cpu_priority)
                             : NULL;
    if (euid == 0 || option == NULL) {
        return NULL;
    }
    return apr_psprintf(pool,
                        "%s: httpd was not started by root (its UID is %lu), so it cannot do that: leave it out or start httpd "
                        "as root",
                        option, (unsigned long)euid);
}

/* struct open_how, which not every C library has. */
typedef struct open_how_t {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
} open_how_t;

#define RESOLVE_AS_ROOT 0x10 /* RESOLVE_IN_ROOT */

/* Whether a path is there for a process whose root directory is root: absolute links lead to what
 * lies below it. */
static bool is_below(apr_pool_t *pool, const char *root, const char *path)
{
    open_how_t how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_AS_ROOT};
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    long fd = folder < 0 ? -1 : syscall(SYS_openat2, folder, path, &how, sizeof(how));
    bool is_unknown = folder >= 0 && fd < 0 && (errno == ENOSYS || errno == EPERM);

    if (folder >= 0) {
        close(folder);
    }
    if (fd >= 0) {
        close((int)fd);
    }
    return fd >= 0 || (is_unknown && access(apr_pstrcat(pool, root, path, NULL), F_OK) == 0);
}

static bool is_visible(const mj_pool_settings_t *settings, apr_pool_t *pool, const char *path)
{
    return settings->chroot != NULL ? is_below(pool, settings->chroot, path) : access(path, F_OK) == 0;
}

static void check_visible(const mj_pool_settings_t *settings, apr_pool_t *pool, const char *what, const char *path,
                          mj_findings_t *findings)
{
    const char *root = settings->chroot != NULL ? settings->chroot : "", *wrong;

    if (is_visible(settings, pool, path)) {
        return;
    }
    wrong = settings->chroot == NULL
                ? apr_psprintf(pool, "%s=%s: %s: make it, or name another", what, path, strerror(errno))
                : apr_psprintf(pool, "chroot=%s: %s, %s, is missing inside it: bind-mount it (mount --bind) to %s%s",
                               settings->chroot, what, path, settings->chroot, path);
    mj_findings_add(findings, root, path, wrong);
}

/* Root puts something over it later, by its path. */
static const char *check_temporary(const mj_pool_settings_t *settings, apr_pool_t *pool, const char *path)
{
    const char *root = settings->chroot != NULL ? settings->chroot : "";
    const char *folder = apr_pstrmemdup(pool, path, (apr_size_t)(strrchr(path, '/') - path) + 1);
    bool is_owners;
    const char *wrong = mj_code_check(pool, root, folder, 0, (gid_t)-1, &is_owners);
    return wrong != NULL ? apr_pstrcat(pool, "private-tmp=on: ", wrong, NULL) : NULL;
}

static const char *check_chroot(mj_pool_settings_t *settings, apr_pool_t *pool, const apr_array_header_t *needed,
                                mj_findings_t *findings)
{
    const char *wrong;
    struct stat st;
    int i;

    wrong = mj_folder_check(pool, settings->chroot, 0, false);
    if (wrong == NULL) {
        wrong = mj_path_resolve(pool, "", settings->chroot, &settings->chroot);
    }
    if (wrong != NULL) {
        return apr_pstrcat(pool, "chroot=", wrong, NULL);
    }
    if (stat(settings->chroot, &st) != 0) { /* only root can have removed it */
        APR_ARRAY_PUSH(findings->doubts, const char *) =
            apr_psprintf(pool, "chroot=%s: %s: make it, or name another", settings->chroot, strerror(errno));
        return NULL;
    }
    if (!(st.st_mode & 0001)) {
        return apr_psprintf(pool, "chroot=%s is closed to other users (mode %04o): chmod o+x it", settings->chroot,
                            (unsigned)(st.st_mode & 07777));
    }
    for (i = 0; i < needed->nelts; i++) {
        const mj_needed_t *one = &APR_ARRAY_IDX(needed, i, mj_needed_t);
        if (one->is_required) {
            check_visible(settings, pool, one->what, one->path, findings);
        }
    }
    for (i = 0; settings->private_tmp && i < 2; i++) {
        check_visible(settings, pool, "private-tmp's folder", temporary[i], findings);
    }
    return NULL;
}

static bool is_temporary(const char *path)
{
    size_t i;
    for (i = 0; i < sizeof(temporary) / sizeof(temporary[0]); i++) {
        size_t len = strlen(temporary[i]);
        if (strncmp(path, temporary[i], len) == 0 && (path[len] == '/' || path[len] == '\0')) {
            return true;
        }
    }
    return false;
}

const char *mj_confinement_hides(const mj_pool_settings_t *settings, apr_pool_t *pool, const char *what, const char *path)
{
    return settings->private_tmp && is_temporary(path)
               ? apr_psprintf(pool,
                              "private-tmp=on: %s, %s, is in a folder that private-tmp hides: move it out of /tmp and /var/tmp",
                              what, path)
               : NULL;
}

static const char *check_hidden(const mj_pool_settings_t *settings, apr_pool_t *pool, const apr_array_header_t *needed)
{
    const char *wrong = NULL;
    char real[PATH_MAX];
    int i;

    for (i = 0; wrong == NULL && i < needed->nelts; i++) {
        const mj_needed_t *one = &APR_ARRAY_IDX(needed, i, mj_needed_t);
        wrong = mj_confinement_hides(settings, pool, one->what, one->path);
        if (wrong == NULL && one->is_required && settings->chroot == NULL && realpath(one->path, real) != NULL) {
            wrong = mj_confinement_hides(settings, pool, one->what, real);
        }
    }
    return wrong;
}

/* Daemons find these paths without links (native/supervisor/confine.c), so those of root are
 * followed here, once. */
static const char *check_read_only(mj_pool_settings_t *settings, apr_pool_t *pool, mj_findings_t *findings)
{
    const apr_array_header_t *paths = mj_split_paths(pool, settings->read_only);
    apr_array_header_t *resolved = apr_array_make(pool, paths->nelts, sizeof(const char *));
    int i;

    if (syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) != 0 && errno == ENOSYS) {
        return apr_psprintf(pool, "read-only=%s: this kernel has no mount_setattr: leave it out, or use Linux 5.12 or later",
                            settings->read_only);
    }
    for (i = 0; i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);
        const char *wrong = mj_path_resolve(pool, settings->chroot != NULL ? settings->chroot : "", path, &path);
        if (wrong != NULL) {
            mj_findings_add(findings, settings->chroot != NULL ? settings->chroot : "", path,
                            apr_pstrcat(pool, "read-only=", wrong, NULL));
        } else {
            check_visible(settings, pool, "read-only", path, findings);
        }
        APR_ARRAY_PUSH(resolved, const char *) = path;
    }
    settings->read_only = apr_array_pstrcat(pool, resolved, ':');
    return NULL;
}

/* What the settings name, beside what needed holds. */
static apr_array_header_t *all_needed(const mj_pool_settings_t *settings, apr_pool_t *pool, bool is_home_given,
                                      const apr_array_header_t *needed)
{
    apr_array_header_t *all = apr_array_copy(pool, needed);
    const apr_array_header_t *class_path = mj_split_paths(pool, settings->class_path);
    int i;

    for (i = 0; i < class_path->nelts; i++) {
        APR_ARRAY_PUSH(all, mj_needed_t) = (mj_needed_t){"class-path", APR_ARRAY_IDX(class_path, i, const char *), false};
    }
    if (settings->reload_marker != NULL) {
        APR_ARRAY_PUSH(all, mj_needed_t) = (mj_needed_t){"reload-marker", settings->reload_marker, false};
    }
    if (is_home_given) {
        APR_ARRAY_PUSH(all, mj_needed_t) = (mj_needed_t){"home", settings->home, true};
    }
    return all;
}

const char *mj_confinement_check(mj_pool_settings_t *settings, apr_pool_t *pool, uid_t euid, bool is_home_given,
                                 const apr_array_header_t *needed, mj_findings_t *findings)
{
    const char *wrong = check_privileges(settings, pool, euid);
    int i;

    if (wrong == NULL && settings->chroot != NULL) {
        wrong = check_chroot(settings, pool, needed, findings);
    }
    for (i = 0; wrong == NULL && settings->private_tmp && i < 2; i++) {
        wrong = check_temporary(settings, pool, temporary[i]);
    }
    if (wrong == NULL && settings->private_tmp) {
        wrong = check_hidden(settings, pool, all_needed(settings, pool, is_home_given, needed));
    }
    if (wrong == NULL && settings->read_only != NULL) {
        wrong = check_read_only(settings, pool, findings);
    }
    if (wrong == NULL && !is_home_given && settings->home != NULL && settings->private_tmp && is_temporary(settings->home)) {
        settings->home = "/";
    }
    return wrong;
}
