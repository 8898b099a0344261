#include "archive_file.h"

#include "archive_key.h"
#include "descriptors.h"
#include "fnv.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SEAL_RANGE 999999999

/* The content of a file; false where it cannot be read. */
static bool hash_content(uint64_t *sum, const char *path)
{
    char buffer[65536];
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    while (fd >= 0 && (n = read(fd, buffer, sizeof(buffer))) > 0) {
        *sum = mj_fnv64(*sum, buffer, (size_t)n);
    }
    mj_close(&fd);
    return n == 0;
}

static bool hash_looks(uint64_t *sum, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return false;
    }
    *sum = mj_fnv64(*sum, &st.st_size, sizeof(st.st_size));
    *sum = mj_fnv64(*sum, &st.st_mtim.tv_sec, sizeof(st.st_mtim.tv_sec));
    return true;
}

const char *mj_archive_installation(const char *java_home, const char *jars, const char *launcher, uint64_t *hash,
                                    apr_pool_t *pool)
{
    const char *jvm = apr_pstrcat(pool, java_home, "/lib/server/libjvm.so", NULL),
               *release = apr_pstrcat(pool, java_home, "/release", NULL);
    static const char *const names[] = {"/modjvm-api.jar", "/modjvm-spi.jar", "/modjvm-host.jar"};
    size_t i;

    *hash = mj_fnv64(MJ_FNV64_BEGIN, jars, strlen(jars) + 1); /* the class path */
    if (!hash_looks(hash, jvm)) {
        return jvm;
    }
    if (!hash_looks(hash, launcher)) {
        return launcher;
    }
    if (!hash_content(hash, release)) {
        return release;
    }
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *jar = apr_pstrcat(pool, jars, names[i], NULL);

        if (!hash_content(hash, jar)) {
            return jar;
        }
    }
    return NULL;
}

/* The nanoseconds of the time at which the archive was made are such that they say of which key and
 * how large it is. Whatever is written to it, or cut off, changes them. Its content would have to
 * be read as a whole to be surer, and a JVM crashes on some broken archives. */
static long seal_of(const char *name, off_t size)
{
    uint64_t sum = mj_fnv64(MJ_FNV64_BEGIN, name, strlen(name) + 1);
    return (long)(mj_fnv64(sum, &size, sizeof(size)) % SEAL_RANGE) + 1;
}

bool mj_archive_seal(int fd, const char *name)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = time(NULL)}};
    struct stat st;

    if (fchmod(fd, 0444) != 0 || fsync(fd) != 0 || fstat(fd, &st) != 0) {
        return false;
    }
    times[1].tv_nsec = seal_of(name, st.st_size);
    return futimens(fd, times) == 0;
}

bool mj_is_strangers(const struct stat *st, char *fault)
{
    if (st->st_uid != 0 && st->st_uid != geteuid()) {
        (void)snprintf(fault, MJ_FAULT_MAX, "it belongs to UID %lu", (unsigned long)st->st_uid);
        return true;
    }
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        (void)snprintf(fault, MJ_FAULT_MAX, "others can write to it: its mode is %04o", (unsigned)(st->st_mode & 07777));
        return true;
    }
    return false;
}

bool mj_archive_is_whole(const char *path, char *fault)
{
    struct stat st;

    *fault = '\0';
    if (lstat(path, &st) != 0) {
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        apr_cpystrn(fault, "it is not a regular file", MJ_FAULT_MAX);
        return false;
    }
    if (mj_is_strangers(&st, fault)) {
        return false;
    }
    if (st.st_mtim.tv_nsec != seal_of(strrchr(path, '/') + 1, st.st_size)) {
        apr_cpystrn(fault, "it was changed after it was made", MJ_FAULT_MAX);
        return false;
    }
    return true;
}
