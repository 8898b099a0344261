#include "unused_id.h"

#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define COUNT (MJ_UNUSED_ID_LAST - MJ_UNUSED_ID_FIRST + 1)
#define KINDS_OF_ID 4 /* real, effective, saved, of the file system */

static void note(bool *is_used, unsigned long id)
{
    if (id >= MJ_UNUSED_ID_FIRST && id <= MJ_UNUSED_ID_LAST) {
        is_used[id - MJ_UNUSED_ID_FIRST] = true;
    }
}

/* The owner of /proc/PID is not always the process's user. */
static void note_process(bool *is_used, const char *pid)
{
    char path[300], line[256];
    unsigned long ids[KINDS_OF_ID];
    FILE *status;
    int i;

    (void)snprintf(path, sizeof(path), "/proc/%s/status", pid);
    status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        /* NOLINTNEXTLINE(cert-err34-c) */
        if (sscanf(line, "%*[UG]id: %lu %lu %lu %lu", &ids[0], &ids[1], &ids[2], &ids[3]) == KINDS_OF_ID) {
            for (i = 0; i < KINDS_OF_ID; i++) {
                note(is_used, ids[i]);
            }
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
}

static bool note_processes(bool *is_used)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;

    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
            note_process(is_used, entry->d_name);
        }
    }
    return proc != NULL && closedir(proc) == 0;
}

/* systemd keeps a file for each that it has given to a service, which may not run at the moment. */
static bool is_systemds(unsigned id)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/run/systemd/dynamic-uid/%u", id);
    return access(path, F_OK) == 0;
}

uid_t mj_unused_id(const uid_t *taken, size_t count)
{
    static bool is_used[COUNT];
    unsigned start, i;

    for (; count > 0; count--) {
        note(is_used, *taken++);
    }
    if (getrandom(&start, sizeof(start), 0) != sizeof(start) || !note_processes(is_used)) {
        return 0;
    }
    for (i = 0; i < COUNT; i++) {
        unsigned at = (start % COUNT + i) % COUNT, id = MJ_UNUSED_ID_FIRST + at;
        if (!is_used[at] && !is_systemds(id) && getpwuid(id) == NULL && getgrgid(id) == NULL) {
            return id;
        }
    }
    return 0;
}
