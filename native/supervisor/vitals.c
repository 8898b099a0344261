#include "vitals.h"

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

int64_t mj_vitals_resident(pid_t pid)
{
    char path[64], text[256], *second;
    (void)snprintf(path, sizeof(path), "/proc/%ld/statm", (long)pid);
    if (!read_text(path, text, sizeof(text)) || (second = strchr(text, ' ')) == NULL) {
        return 0;
    }
    return strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE);
}

void mj_vitals_add_thread(mj_collector_t *collector, const char *stat)
{
    /* PID (NAME) STATE …; the name may hold anything, a parenthesis too */
    const char *name_end = strrchr(stat, ')'), *at = name_end;
    char *end;
    int i;

    for (i = 0; at != NULL && i < 12; i++) { /* from field 2, the name, to field 14, the time of user */
        at = strchr(at + 1, ' ');
    }
    if (at != NULL) {
        collector->is_running = collector->is_running || name_end[2] == 'R' || name_end[2] == 'D';
        collector->ticks += strtoull(at, &end, 10);
        collector->ticks += strtoull(end, NULL, 10);
    }
}

bool mj_vitals_is_collector(const char *name)
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

mj_collector_t mj_vitals_collector(pid_t pid)
{
    char folder[64], path[512], text[512];
    const struct dirent *entry;
    mj_collector_t collector = {0};
    DIR *tasks;

    (void)snprintf(folder, sizeof(folder), "/proc/%ld/task", (long)pid);
    tasks = opendir(folder);
    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        (void)snprintf(path, sizeof(path), "%s/%s/comm", folder, entry->d_name);
        if (entry->d_name[0] == '.' || !read_text(path, text, sizeof(text)) || !mj_vitals_is_collector(text)) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/%s/stat", folder, entry->d_name);
        if (read_text(path, text, sizeof(text))) {
            mj_vitals_add_thread(&collector, text);
        }
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
    return collector;
}

bool mj_vitals_catches(pid_t pid, int number)
{
    char path[64], text[4096];
    const char *caught = NULL;
    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    if (read_text(path, text, sizeof(text))) {
        caught = strstr(text, "\nSigCgt:");
    }
    return caught != NULL && ((strtoull(caught + 8, NULL, 16) >> (number - 1)) & 1) != 0;
}

uint64_t mj_vitals_oom_kills(void)
{
    char text[16384];
    const char *line = read_text("/proc/vmstat", text, sizeof(text)) ? strstr(text, "\noom_kill ") : NULL;
    return line == NULL ? 0 : strtoull(line + 10, NULL, 10);
}
