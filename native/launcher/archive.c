#include "archive.h"

#include "java_home.h"
#include "sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRST_AOT_RELEASE 25
#define PREFIX "archive-"
#define COMPILER ".compiler"
#define FAILED ".failed"
#define RETRY_S 3600

/* --- what the key is made from --- */

static uint64_t hash(uint64_t sum, const void *bytes, size_t len)
{
    const unsigned char *at = bytes, *end = at + len;
    while (at < end) {
        sum = (sum ^ *at++) * 1099511628211ULL; /* FNV-1a: whoever could forge an archive owns the folder */
    }
    return sum;
}

static uint64_t hash_text(uint64_t sum, const char *text)
{
    return hash(sum, text, strlen(text) + 1);
}

/* The content of a file; false where it cannot be read. */
static bool hash_file(uint64_t *sum, const char *folder, const char *name)
{
    char path[PATH_MAX], buffer[65536];
    ssize_t n = -1;
    int fd = snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    while (fd >= 0 && (n = read(fd, buffer, sizeof(buffer))) > 0) {
        *sum = hash(*sum, buffer, (size_t)n);
    }
    if (fd >= 0) {
        close(fd);
    }
    return n == 0;
}

/* The JVM itself is too large to be read at each start. */
static bool hash_jvm(uint64_t *sum, const char *java_home)
{
    char path[PATH_MAX];
    struct stat st;
    if (snprintf(path, sizeof(path), "%s/lib/server/libjvm.so", java_home) >= (int)sizeof(path) || stat(path, &st) != 0) {
        return false;
    }
    *sum = hash(*sum, &st.st_size, sizeof(st.st_size));
    *sum = hash(*sum, &st.st_mtim.tv_sec, sizeof(st.st_mtim.tv_sec));
    return hash_file(sum, java_home, "release");
}

const char *mj_archive_opponent(const mj_options_t *options)
{
    static const char *const opponents[] = {
        "-javaagent:", "-agentlib:", "-agentpath:", "-Xrun", "-Xshare", "-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit",
        "-XX:+AutoCreateSharedArchive", "-XX:SharedClassListFile", "-XX:Flags=", "-XX:VMOptionsFile=", "-Xbootclasspath",
        "--patch-module", "--module-path", "--upgrade-module-path", "--limit-modules", "-Djava.system.class.loader",
        "-Djava.class.path", "-Djava.home", "-Djdk.module", "-XX:DumpLoadedClassList", "-XX:+DynamicDumpSharedSpaces",
        "-XX:+RecordDynamicDumpInfo", "-XX:CDSManager"};
    int i;
    size_t j;

    for (i = 1; i < options->count; i++) { /* the first is our own class path */
        for (j = 0; j < sizeof(opponents) / sizeof(opponents[0]); j++) {
            if (strncmp(options->texts[i], opponents[j], strlen(opponents[j])) == 0) {
                return options->texts[i];
            }
        }
    }
    if (getenv("JAVA_TOOL_OPTIONS") != NULL) {
        return "JAVA_TOOL_OPTIONS";
    }
    return getenv("_JAVA_OPTIONS") != NULL ? "_JAVA_OPTIONS" : NULL;
}

static bool make_key(uint64_t *key, const char *java_home, const char *jars, const mj_options_t *options)
{
    int i;
    *key = 14695981039346656037ULL;
    for (i = 0; i < options->count; i++) {
        *key = hash_text(*key, options->texts[i]);
    }
    return hash_jvm(key, java_home) && hash_file(key, jars, "modjvm-api.jar") && hash_file(key, jars, "modjvm-host.jar");
}

/* --- trust --- */

/* @return NULL, or what is wrong: others than root and the caller could have made it */
static const char *find_stranger(const struct stat *st, char *why, size_t size)
{
    if (st->st_uid != 0 && st->st_uid != geteuid()) {
        (void)snprintf(why, size, "it belongs to UID %lu", (unsigned long)st->st_uid);
        return why;
    }
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        (void)snprintf(why, size, "others can write to it: its mode is %04o", (unsigned)(st->st_mode & 07777));
        return why;
    }
    return NULL;
}

bool mj_archive_check_state(const char *state)
{
    char text[64];
    const char *why = NULL;
    struct stat st;

    if (lstat(state, &st) != 0) {
        return false; /* in a chroot */
    }
    why = S_ISDIR(st.st_mode) ? find_stranger(&st, text, sizeof(text)) : "it is no folder";
    if (why != NULL) {
        (void)fprintf(stderr, "state: %s is not used: %s; mend that, or remove it\n", state, why);
    }
    return why == NULL;
}

/* The nanoseconds of the time at which the archive was made are such that they say of which key and how large it is. Whatever is written
 * to it, or cut off, changes them. Its content would have to be read as a whole to be surer, and a JVM crashes on some broken archives. */
static long seal_of(const char *path, off_t size)
{
    uint64_t sum = hash_text(14695981039346656037ULL, strrchr(path, '/') + 1);
    return (long)(hash(sum, &size, sizeof(size)) % 999999999) + 1;
}

bool mj_archive_look(mj_archive_t *archive, FILE *complaints)
{
    char text[64];
    const char *why = NULL;
    struct stat st;

    archive->is_usable = false;
    if (archive->path == NULL || lstat(archive->path, &st) != 0) {
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        why = "it is no regular file";
    } else if ((why = find_stranger(&st, text, sizeof(text))) == NULL && st.st_mtim.tv_nsec != seal_of(archive->path, st.st_size)) {
        why = "it is not as it was made";
    }
    if (why != NULL && complaints != NULL) {
        (void)fprintf(complaints, "archive: %s is ignored: %s; a new one takes its place\n", archive->path, why);
    }
    archive->is_usable = why == NULL;
    return archive->is_usable;
}

bool mj_archive_seal(const mj_archive_t *archive, const char *file)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = time(NULL)}};
    struct stat st;
    int fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool is_sealed = fd >= 0 && fchmod(fd, 0600) == 0 && fsync(fd) == 0 && fstat(fd, &st) == 0;

    if (is_sealed) {
        times[1].tv_nsec = seal_of(archive->path, st.st_size);
        is_sealed = futimens(fd, times) == 0;
    }
    if (fd >= 0) {
        close(fd);
    }
    return is_sealed;
}

/* --- use --- */

mj_archives_t mj_archives_find(const char *state, const char *java_home, const char *jars, mj_span_t record, const mj_options_t *options)
{
    mj_archives_t archives = {.plain.path = NULL, .compiling.is_for_compiler = true};
    uint64_t key;

    archives.plain.is_aot = archives.compiling.is_aot = mj_java_home_release(java_home) >= FIRST_AOT_RELEASE;
    /* In -XX:SharedArchiveFile a colon stands between two files. */
    if (mj_archive_opponent(options) != NULL || strpbrk(state, ":%") != NULL || !make_key(&key, java_home, jars, options)) {
        return archives;
    }
    if (asprintf(&archives.plain.path, "%s/" PREFIX "%016llx", state, (unsigned long long)key) < 0 ||
        (mj_sources_has_any(record) && asprintf(&archives.compiling.path, "%s" COMPILER, archives.plain.path) < 0)) {
        abort();
    }
    return archives;
}

void mj_archive_use(const mj_archive_t *archive, mj_options_t *options)
{
    mj_options_add(options, archive->is_aot ? "-XX:AOTCache=%s" : "-XX:SharedArchiveFile=%s", archive->path);
}

bool mj_archive_is_mapped(const mj_archive_t *archive)
{
    char *line = NULL;
    size_t size = 0;
    bool is_mapped = false;
    FILE *maps = fopen("/proc/self/maps", "re");

    if (maps == NULL) {
        return true; /* it cannot be told */
    }
    while (!is_mapped && getline(&line, &size, maps) > 0) {
        is_mapped = strstr(line, archive->path) != NULL;
    }
    free(line);
    (void)fclose(maps);
    return is_mapped;
}

void mj_archive_reject(mj_archive_t *archive)
{
    (void)fprintf(stderr, "archive: %s is ignored: the JVM does not take it; a new one takes its place\n", archive->path);
    (void)unlink(archive->path);
    archive->is_usable = false;
}

/* --- both, and what lies beside them --- */

static char *failure_of(const mj_archives_t *archives)
{
    char *path = NULL;
    if (asprintf(&path, "%s" FAILED, archives->plain.path) < 0) {
        abort();
    }
    return path;
}

static bool is_one_of(const mj_archives_t *archives, const char *name)
{
    const char *compiling = archives->compiling.path;
    return strcmp(name, strrchr(archives->plain.path, '/') + 1) == 0 || (compiling != NULL && strcmp(name, strrchr(compiling, '/') + 1) == 0);
}

void mj_archives_tidy(const mj_archives_t *archives)
{
    char *folder = strndup(archives->plain.path, (size_t)(strrchr(archives->plain.path, '/') + 1 - archives->plain.path));
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 && !is_one_of(archives, entry->d_name)) {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    free(folder);
}

bool mj_archives_are_due(const mj_archives_t *archives)
{
    struct stat st;
    char *failure;
    bool is_due;

    if (archives->plain.path == NULL || (archives->plain.is_usable && (archives->compiling.path == NULL || archives->compiling.is_usable))) {
        return false;
    }
    failure = failure_of(archives);
    is_due = lstat(failure, &st) != 0 || st.st_mtim.tv_sec + RETRY_S < time(NULL);
    free(failure);
    return is_due;
}

void mj_archives_note_failure(const mj_archives_t *archives)
{
    char *failure = failure_of(archives);
    int fd;
    (void)unlink(failure);
    fd = open(failure, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
    }
    free(failure);
}
