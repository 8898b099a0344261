#include "java_home.h"

#include "descriptors.h"
#include "paths.h"
#include "small_file.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION_PARTS 4

static const char *const usual_places[] = {"/usr/lib/jvm", "/usr/java", "/opt/java", "/opt", "/usr/local/lib/jvm", "/usr/local"};

typedef struct version_t {
    long parts[VERSION_PARTS]; /* 17.0.15.1; all 0: not known */
} version_t;

/* Takes the version from a line JAVA_VERSION="17.0.15" of the text. */
static version_t find_version(const char *text)
{
    version_t version = {{0}};
    const char *at;
    int i;

    for (at = text; strncmp(at, "JAVA_VERSION=", 13) != 0; at++) {
        at = strchr(at, '\n');
        if (at == NULL) {
            return version;
        }
    }
    for (at += 13; *at != '\n' && (*at < '0' || *at > '9'); at++) {
        if (*at == '\0') {
            return version;
        }
    }
    for (i = 0; i < VERSION_PARTS && *at >= '0' && *at <= '9'; i++) {
        char *end;
        version.parts[i] = strtol(at, &end, 10);
        at = *end == '.' ? end + 1 : end;
    }
    return version;
}

/* Reads the file `release`, which every JDK and JRE has. *why: static text, why it cannot be
 * told. */
static version_t read_version(const char *home, const char **why)
{
    version_t version = {{0}};
    char path[PATH_MAX], text[MJ_JAVA_RELEASE_MAX + 1];
    size_t len;
    int fd;

    *why = "its path is too long";
    fd = snprintf(path, sizeof(path), "%s/release", home) < (int)sizeof(path) ? mj_small_file_open(path, true, why) : -1;
    if (fd >= 0 && mj_small_file_read(fd, text, MJ_JAVA_RELEASE_MAX, &len, why)) {
        text[len] = '\0';
        version = find_version(text);
        *why = version.parts[0] == 0 ? "it has no JAVA_VERSION" : NULL;
    }
    mj_close(&fd);
    return version;
}

long mj_java_home_release(const char *home)
{
    const char *why;
    return read_version(home, &why).parts[0];
}

static bool is_newer(const version_t *a, const version_t *b)
{
    int i;
    for (i = 0; i < VERSION_PARTS; i++) {
        if (a->parts[i] != b->parts[i]) {
            return a->parts[i] > b->parts[i];
        }
    }
    return false;
}

static const char *libjvm_path(apr_pool_t *pool, const char *home)
{
    return apr_pstrcat(pool, home, "/lib/server/libjvm.so", NULL);
}

const char *mj_java_home_check(apr_pool_t *pool, const char *path)
{
    const char *why;
    version_t version;
    if (*path != '/') {
        return apr_psprintf(pool, "%s: give an absolute path", path);
    }
    if (access(libjvm_path(pool, path), R_OK) != 0) {
        return apr_psprintf(pool,
                            "%s: there is no lib/server/libjvm.so in it: give the folder of a JDK or JRE (/usr/lib/jvm/...)",
                            path);
    }
    version = read_version(path, &why);
    if (why != NULL) {
        return apr_psprintf(pool, "%s: its file `release` does not say its version: %s; give the folder of a complete JDK or JRE",
                            path, why);
    }
    if (version.parts[0] < MJ_JAVA_OLDEST) {
        return apr_psprintf(pool, "%s: this is Java %ld, mod_jvm needs %d or later", path, version.parts[0], MJ_JAVA_OLDEST);
    }
    return NULL;
}

const char *mj_java_home_guard(apr_pool_t *pool, const char *root, const char *path, uid_t owner, gid_t group, bool *is_owners)
{
    static const char *const parts[] = {"/lib/server/libjvm.so", "/lib/modules", "/release"};
    const char *wrong = NULL;
    size_t i;

    *is_owners = false;
    for (i = 0; wrong == NULL && i < sizeof(parts) / sizeof(parts[0]); i++) {
        wrong = mj_code_check(pool, root, apr_pstrcat(pool, path, parts[i], NULL), owner, group, is_owners);
    }
    return wrong;
}

/* Of equal ones the first by name, so that the choice does not hang on the order of a directory. */
static void consider(mj_java_found_t *found, version_t *best, const char *home, apr_pool_t *pool)
{
    const char *why, *wrong;
    version_t version;
    bool is_owners;

    if (access(libjvm_path(pool, home), R_OK) != 0) {
        return;
    }
    wrong = mj_java_home_guard(pool, "", home, geteuid(), (gid_t)-1, &is_owners);
    if (wrong != NULL) {
        found->passed_over = found->passed_over != NULL ? found->passed_over : wrong;
        return;
    }
    version = read_version(home, &why);
    if (version.parts[0] >= MJ_JAVA_OLDEST &&
        (found->home == NULL || is_newer(&version, best) || (!is_newer(best, &version) && strcmp(home, found->home) < 0))) {
        found->home = home;
        *best = version;
    }
}

mj_java_found_t mj_java_home_find(apr_pool_t *pool, const char *root)
{
    mj_java_found_t found = {NULL, NULL};
    version_t best = {{0}};
    size_t i;

    for (i = 0; i < sizeof(usual_places) / sizeof(usual_places[0]); i++) {
        apr_finfo_t entry;
        apr_dir_t *dir;
        const char *place = apr_pstrcat(pool, root, usual_places[i], NULL);
        if (apr_dir_open(&dir, place, pool) != APR_SUCCESS) {
            continue;
        }
        while (apr_dir_read(&entry, APR_FINFO_NAME, dir) == APR_SUCCESS) {
            if (entry.name[0] != '.') {
                consider(&found, &best, apr_pstrcat(pool, place, "/", entry.name, NULL), pool);
            }
        }
        apr_dir_close(dir);
    }
    return found;
}
