#include "java_home.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION_PARTS 4

static const char *const usual_places[] = {"/usr/lib/jvm", "/usr/java", "/opt/java", "/opt", "/usr/local/lib/jvm", "/usr/local"};

typedef struct version_t {
    long parts[VERSION_PARTS]; /* 17.0.15.1; all 0: not known */
} version_t;

/* Reads JAVA_VERSION="17.0.15" from the file `release`, which every JDK and JRE has. */
static version_t read_version(const char *home)
{
    version_t version = {{0}};
    char path[PATH_MAX], line[256];
    FILE *file = snprintf(path, sizeof(path), "%s/release", home) < (int)sizeof(path) ? fopen(path, "re") : NULL;
    bool is_start = true; /* of a line: a longer one comes in pieces */
    int i;

    if (file == NULL) {
        return version;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        const char *at = line;
        bool is_version = is_start && strncmp(line, "JAVA_VERSION=", 13) == 0;
        is_start = strchr(line, '\n') != NULL;
        if (!is_version) {
            continue;
        }
        at += strcspn(at, "0123456789");
        for (i = 0; i < VERSION_PARTS && *at >= '0' && *at <= '9'; i++) {
            char *end;
            version.parts[i] = strtol(at, &end, 10);
            at = *end == '.' ? end + 1 : end;
        }
        break;
    }
    (void)fclose(file);
    return version;
}

long mj_java_home_release(const char *home)
{
    return read_version(home).parts[0];
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
    version_t version;
    if (*path != '/') {
        return apr_psprintf(pool, "%s: give an absolute path", path);
    }
    if (access(libjvm_path(pool, path), R_OK) != 0) {
        return apr_psprintf(
            pool, "%s: there is no lib/server/libjvm.so in it: give the folder of a JDK or JRE (/usr/lib/jvm/...)", path);
    }
    version = read_version(path);
    if (version.parts[0] < MJ_JAVA_OLDEST) {
        return version.parts[0] == 0
                   ? apr_psprintf(
                         pool,
                         "%s: its file `release` is missing or names no JAVA_VERSION: give the folder of a whole JDK or JRE",
                         path)
                   : apr_psprintf(pool, "%s: this is Java %ld, mod_jvm needs %d or later", path, version.parts[0],
                                  MJ_JAVA_OLDEST);
    }
    return NULL;
}

const char *mj_java_home_find(apr_pool_t *pool, const char *root)
{
    version_t best_version = {{0}};
    const char *best = NULL;
    size_t i;

    for (i = 0; i < sizeof(usual_places) / sizeof(usual_places[0]); i++) {
        apr_finfo_t entry;
        apr_dir_t *dir;
        const char *place = apr_pstrcat(pool, root, usual_places[i], NULL);
        if (apr_dir_open(&dir, place, pool) != APR_SUCCESS) {
            continue;
        }
        while (apr_dir_read(&entry, APR_FINFO_NAME, dir) == APR_SUCCESS) {
            const char *home = apr_pstrcat(pool, place, "/", entry.name, NULL);
            version_t version;
            if (entry.name[0] == '.' || access(libjvm_path(pool, home), R_OK) != 0) {
                continue;
            }
            version = read_version(home);
            /* of equal ones the first by name, so that the choice does not hang on the order of a directory */
            if (version.parts[0] >= MJ_JAVA_OLDEST && (best == NULL || is_newer(&version, &best_version) ||
                                                       (!is_newer(&best_version, &version) && strcmp(home, best) < 0))) {
                best = home;
                best_version = version;
            }
        }
        apr_dir_close(dir);
    }
    return best;
}
