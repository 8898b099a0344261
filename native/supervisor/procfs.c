#include "procfs.h"

#include <apr_strings.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first bytes of a file below /proc as text. */
static bool read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;
    if (fd < 0) {
        return false;
    }
    n = read(fd, text, size - 1);
    close(fd);
    if (n < 0) {
        return false;
    }
    text[n] = '\0';
    return true;
}

static DIR *open_threads(pid_t pid)
{
    char folder[64];
    (void)snprintf(folder, sizeof(folder), "/proc/%ld/task", (long)pid);
    return opendir(folder);
}

/* @return whether there is one more; *path is its file of that name then */
static bool next_thread(DIR *threads, pid_t pid, const char *file, char *path, size_t size)
{
    const struct dirent *entry;
    while (threads != NULL && (entry = readdir(threads)) != NULL) {
        if (entry->d_name[0] != '.') {
            (void)snprintf(path, size, "/proc/%ld/task/%s/%s", (long)pid, entry->d_name, file);
            return true;
        }
    }
    return false;
}

static void close_threads(DIR *threads)
{
    if (threads != NULL) {
        closedir(threads);
    }
}

/* Of a file as /proc/PID/statm. */
static int64_t read_resident(const char *path)
{
    char text[256], *second;
    if (!read_text(path, text, sizeof(text)) || (second = strchr(text, ' ')) == NULL) {
        return 0;
    }
    return strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE);
}

int64_t mj_procfs_resident(pid_t pid)
{
    char path[512];
    int64_t resident;
    DIR *threads;

    (void)snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
    resident = read_resident(path);
    if (resident > 0) {
        return resident;
    }
    /* The process's own file shows what its first thread has, which is nothing once that has ended:
     * any other thread tells. */
    threads = open_threads(pid);
    while (resident == 0 && next_thread(threads, pid, "statm", path, sizeof(path))) {
        resident = read_resident(path);
    }
    close_threads(threads);
    return resident;
}

/* The number in a field of /proc/PID/stat, counted from 1, behind the name, which may hold
 * anything. */
static uint64_t field_of(const char *stat, int field)
{
    const char *at = strrchr(stat, ')');
    int i;
    for (i = 2; at != NULL && i < field; i++) {
        at = strchr(at + 1, ' ');
    }
    return at != NULL ? strtoull(at, NULL, 10) : 0;
}

/* Adds the children of one thread to those that there are. @return how many there are then */
static size_t add_children(const char *path, pid_t *family, size_t count)
{
    FILE *children = fopen(path, "re");
    char *word = NULL;
    size_t size = 0;

    while (children != NULL && count < MJ_FAMILY_MAX && getdelim(&word, &size, ' ', children) > 0) {
        family[count++] = (pid_t)strtol(word, NULL, 10);
    }
    free(word);
    if (children != NULL) {
        (void)fclose(children);
    }
    return count;
}

/* Whichever of its threads has started them. */
static size_t add_children_of(pid_t pid, pid_t *family, size_t count)
{
    char path[512];
    DIR *threads = open_threads(pid);
    while (count < MJ_FAMILY_MAX && next_thread(threads, pid, "children", path, sizeof(path))) {
        count = add_children(path, family, count);
    }
    close_threads(threads);
    return count;
}

uint64_t mj_procfs_used_us(pid_t pid)
{
    pid_t family[MJ_FAMILY_MAX] = {pid};
    size_t count = 1, i;
    uint64_t ticks = 0;
    char path[64], stat[1024];

    for (i = 0; i < count; i++) {
        (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)family[i]);
        if (read_text(path, stat, sizeof(stat))) { /* of user and system, then the same of children that it has waited for */
            ticks += field_of(stat, 14) + field_of(stat, 15) + field_of(stat, 16) + field_of(stat, 17);
        }
        count = add_children_of(family[i], family, count);
    }
    return ticks * UINT64_C(1000000) / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Of the thread that waited longest: it may be the one that all others wait for. */
static uint64_t longest_wait_us(pid_t pid)
{
    char path[512], text[128];
    const char *second; /* what it ran, what it waited, in nanoseconds */
    uint64_t longest = 0, waited;
    DIR *threads = open_threads(pid);

    while (next_thread(threads, pid, "schedstat", path, sizeof(path))) {
        if (read_text(path, text, sizeof(text)) && (second = strchr(text, ' ')) != NULL) {
            waited = strtoull(second, NULL, 10) / 1000;
            longest = waited > longest ? waited : longest;
        }
    }
    close_threads(threads);
    return longest;
}

uint64_t mj_procfs_waited_us(pid_t pid)
{
    pid_t family[MJ_FAMILY_MAX] = {pid};
    size_t count = 1, i;
    uint64_t waited = 0;

    for (i = 0; i < count; i++) {
        waited += longest_wait_us(family[i]);
        count = add_children_of(family[i], family, count);
    }
    return waited;
}

static uint64_t status_of(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    return line != NULL ? strtoull(line + strlen(name), NULL, 10) : 0;
}

bool mj_procfs_kin(pid_t pid, mj_kin_t *kin)
{
    char path[64], stat[1024], status[4096];
    const char *name_end;

    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    if (!read_text(path, stat, sizeof(stat)) || (name_end = strrchr(stat, ')')) == NULL) {
        return false;
    }
    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    if (!read_text(path, status, sizeof(status))) {
        return false;
    }
    kin->uid = (uid_t)status_of(status, "\nUid:");
    kin->session = (pid_t)field_of(stat, 6);
    kin->born = field_of(stat, 22);
    kin->is_dead = name_end[1] == ' ' && (name_end[2] == 'Z' || name_end[2] == 'X');
    return true;
}

const char *mj_procfs_holder(pid_t pid, apr_pool_t *pool)
{
    char path[64], status[4096];
    const char *state;
    long tracer;

    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    if (!read_text(path, status, sizeof(status))) {
        return "it was killed, and nothing is known about it";
    }
    tracer = (long)status_of(status, "\nTracerPid:");
    if (tracer > 0) {
        return apr_psprintf(pool, "it is dead, but process %ld traces it and does not release it", tracer);
    }
    state = strstr(status, "\nState:\t");
    return state != NULL && state[8] == 'Z' ? "it is dead, but a process traces one of its threads and does not release it"
                                            : "it was killed, but the kernel does not end it: does a file system not answer?";
}

void mj_procfs_add_thread(mj_collector_t *collector, const char *stat)
{
    const char *name_end = strrchr(stat, ')');

    if (name_end != NULL) {
        collector->is_running = collector->is_running || (name_end[1] == ' ' && (name_end[2] == 'R' || name_end[2] == 'D'));
        collector->ticks += field_of(stat, 14) + field_of(stat, 15); /* of user and system */
    }
}

bool mj_procfs_is_collector(const char *name)
{
    static const char *const prefixes[] = {"VM Thread", "GC Thread#", "G1 ", "ZWorker", "XWorker", "Shenandoah"};
    size_t i;
    for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) {
            return true;
        }
    }
    return false;
}

mj_collector_t mj_procfs_collector(pid_t pid)
{
    char path[512], text[512];
    mj_collector_t collector = {0};
    DIR *threads = open_threads(pid);

    while (next_thread(threads, pid, "comm", path, sizeof(path))) {
        if (!read_text(path, text, sizeof(text)) || !mj_procfs_is_collector(text)) {
            continue;
        }
        memcpy(strrchr(path, '/'), "/stat", sizeof("/stat"));
        if (read_text(path, text, sizeof(text))) {
            mj_procfs_add_thread(&collector, text);
        }
    }
    close_threads(threads);
    return collector;
}

bool mj_procfs_catches(pid_t pid, int number)
{
    char path[64], text[4096];
    const char *caught = NULL;
    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    if (read_text(path, text, sizeof(text))) {
        caught = strstr(text, "\nSigCgt:");
    }
    return caught != NULL && ((strtoull(caught + 8, NULL, 16) >> (number - 1)) & 1) != 0;
}

uint64_t mj_procfs_oom_kills(void)
{
    char text[16384];
    const char *line = read_text("/proc/vmstat", text, sizeof(text)) ? strstr(text, "\noom_kill ") : NULL;
    return line == NULL ? 0 : strtoull(line + 10, NULL, 10);
}
