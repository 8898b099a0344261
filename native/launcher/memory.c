#include "memory.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Below a variable of a function, so much of its stack may belong to it and to what it calls. */
#define IN_USE 8192

int64_t mj_memory_resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128], *rest;
    int64_t pages = 0;

    if (file == NULL) {
        return 0;
    }
    if (fgets(line, sizeof(line), file) != NULL) {
        (void)strtoll(line, &rest, 10); /* the size of all; what is resident comes next */
        pages = strtoll(rest, NULL, 10);
    }
    (void)fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static void unmap(uintptr_t begin, uintptr_t end)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    begin = (begin + page - 1) & -page;
    end &= -page;
    if (begin < end) {
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED); /* NOLINT(performance-no-int-to-ptr) */
    }
}

void mj_memory_hollow(void *bytes, size_t len)
{
    unmap((uintptr_t)bytes, (uintptr_t)bytes + len);
}

/* A part of the process's memory, as /proc/self/smaps tells of it. */
typedef struct part_t {
    uintptr_t begin;
    uintptr_t end;
    bool is_file_of_jdk; /* mapped at the start, once and for all, and not writable */
} part_t;

static bool ends_with(const char *line, size_t len, const char *suffix)
{
    size_t suffix_len = strlen(suffix);
    return len >= suffix_len && memcmp(line + len - suffix_len, suffix, suffix_len) == 0;
}

/* `BEGIN-END RIGHTS …  PATH`, in hexadecimal; other lines begin with a name and a colon, some of
 * them with hexadecimal digits. */
static bool read_part(const char *line, size_t len, part_t *part)
{
    static const char *const files[] = {"/libjvm.so\n", "/lib/modules\n", ".jsa\n"};
    uintptr_t begin, end;
    char *rest;

    begin = strtoul(line, &rest, 16);
    if (*rest != '-') {
        return false;
    }
    end = strtoul(rest + 1, &rest, 16);
    *part = (part_t){begin, end, false};
    if (strncmp(rest, " r-", 3) == 0) {
        part->is_file_of_jdk = strstr(line, "/archive-") != NULL; /* archive.c */
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
            part->is_file_of_jdk = part->is_file_of_jdk || ends_with(line, len, files[i]);
        }
    }
    return true;
}

/* @return false if the line is about something else */
static bool read_size(const char *line, const char *name, long long *kilobytes)
{
    size_t len = strlen(name);
    if (strncmp(line, name, len) != 0) {
        return false;
    }
    *kilobytes = strtoll(line + len, NULL, 10);
    return true;
}

/* Pages that are still as the file has them come back from there; others must stay (the loader has
 * written to some, for instance). */
static void unmap_clean_files(void)
{
    FILE *smaps = fopen("/proc/self/smaps", "re");
    part_t part = {.is_file_of_jdk = false};
    long long written = -1, swapped;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (smaps == NULL) {
        return;
    }
    while ((len = getline(&line, &room, smaps)) > 0) {
        if (read_part(line, (size_t)len, &part)) {
            written = -1; /* not told yet */
        } else if (!read_size(line, "Anonymous:", &written) && read_size(line, "Swap:", &swapped) && part.is_file_of_jdk &&
                   written == 0 && swapped == 0) {
            unmap(part.begin, part.end);
        }
    }
    free(line);
    (void)fclose(smaps);
}

void mj_memory_give_back_stack(void)
{
    pthread_attr_t attributes;
    void *lowest;
    size_t size;

    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        if (pthread_attr_getstack(&attributes, &lowest, &size) == 0) {
            unmap((uintptr_t)lowest, (uintptr_t)&attributes - IN_USE);
        }
        (void)pthread_attr_destroy(&attributes);
    }
}

void mj_memory_give_back(void)
{
    (void)malloc_trim(0);
    unmap_clean_files();
}
