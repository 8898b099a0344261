#include "path_names.h"

#include <apr_strings.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* What no folder of classes ends in. Left out is what may be a version or the name of a host
 * (example.pl, example.sh). */
static const char *const other_files[] = {".bat",    ".bz2", ".class", ".clj",  ".conf", ".css",       ".csv",  ".ear",
                                          ".groovy", ".gz",  ".htm",   ".html", ".jmod", ".js",        ".json", ".jsp",
                                          ".kt",     ".kts", ".log",   ".php",  ".rb",   ".scala",     ".sql",  ".tar",
                                          ".tgz",    ".txt", ".xml",   ".yaml", ".yml",  ".properties"};

static const char *suffix_of(const char *path, size_t len)
{
    const char *end = path + len, *at = end;
    while (at > path && at[-1] != '/' && at[-1] != '.') {
        at--;
    }
    return at > path + 1 && at[-1] == '.' && at[-2] != '/' ? at - 1 : end;
}

static bool is(const char *suffix, size_t len, const char *known)
{
    return strlen(known) == len && strncasecmp(suffix, known, len) == 0;
}

static bool is_other_file(const char *suffix, size_t len)
{
    size_t i;
    for (i = 0; i < sizeof(other_files) / sizeof(other_files[0]); i++) {
        if (is(suffix, len, other_files[i])) {
            return true;
        }
    }
    return false;
}

static const char *check_kind(apr_pool_t *pool, const char *path, bool can_be_source)
{
    size_t len = strlen(path), suffix_len;
    const char *wanted = can_be_source ? "a .java file, a .jar, a .war or a folder" : "a .jar or a folder of classes";
    const char *suffix;
    bool is_file;

    while (len > 0 && path[len - 1] == '/') {
        len--;
    }
    if (len == 0) {
        return apr_psprintf(pool, "%s does not name the file or folder of an application: name %s", path, wanted);
    }
    suffix = suffix_of(path, len);
    suffix_len = (size_t)(path + len - suffix);
    is_file = is(suffix, suffix_len, ".jar") || is(suffix, suffix_len, ".java") || is(suffix, suffix_len, ".war");
    if (is_file && path[len] == '/') {
        return apr_psprintf(pool, "%s names a file, but ends in a slash: leave the slash out", path);
    }
    if (is_file && strncmp(suffix, ".java", suffix_len) != 0 && strncmp(suffix, ".jar", suffix_len) != 0 &&
        strncmp(suffix, ".war", suffix_len) != 0) {
        return apr_psprintf(pool, "%s: only .java, .jar and .war in lower case are recognised: rename the file", path);
    }
    if (is(suffix, suffix_len, ".class")) {
        return apr_psprintf(pool, "%s is a single class: name the folder above its package", path);
    }
    if ((is_file && !can_be_source && !is(suffix, suffix_len, ".jar")) || is_other_file(suffix, suffix_len)) {
        return apr_psprintf(pool, "%s: a name that ends in %.*s cannot be used here: name %s", path, (int)suffix_len, suffix,
                            wanted);
    }
    return NULL;
}

const char *mj_target_name_check(apr_pool_t *pool, const char *path)
{
    return check_kind(pool, path, true);
}

const char *mj_class_path_name_check(apr_pool_t *pool, const char *path)
{
    size_t len = strlen(path);
    if (len > 1 && path[len - 1] == '*' && path[len - 2] == '/') {
        return apr_psprintf(pool, "%s: '*' is not expanded: name each jar", path);
    }
    return check_kind(pool, path, false);
}

const char *mj_file_name_check(apr_pool_t *pool, const char *path)
{
    return path[strlen(path) - 1] == '/' ? apr_psprintf(pool, "%s: it ends in a slash, so it is not a file: name a file", path)
                                         : NULL;
}
