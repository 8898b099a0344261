#include "mounted.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define FUSE_MAGIC 0x65735546

typedef struct mj_mount_t {
    uint64_t device;
    uint64_t id;
} mj_mount_t;

static void add(mj_mounted_t *mounted, uint64_t device, uint64_t id)
{
    if (mounted->count == mounted->room) {
        size_t room = mounted->room == 0 ? 64 : mounted->room * 2;
        mj_mount_t *all = realloc(mounted->all, room * sizeof(*all));
        if (all == NULL) {
            return; /* its files are not passed, then */
        }
        mounted->all = all;
        mounted->room = room;
    }
    mounted->all[mounted->count++] = (mj_mount_t){device, id};
}

static bool is_to_be_read(const char *type, size_t len)
{
    static const char *const others[] = {"fuse", "fuseblk", "virtiofs", "proc", "hugetlbfs"};
    size_t i;

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (len == strlen(others[i]) && strncmp(type, others[i], len) == 0) {
            return false;
        }
    }
    return strncmp(type, "fuse.", strlen("fuse.")) != 0;
}

/* A line: id, parent's id, major:minor, root, mount point, options, optional fields, a hyphen,
 * type, … */
static void add_line(mj_mounted_t *mounted, const char *line)
{
    const char *type = strstr(line, " - ");
    char *end;
    uint64_t id = strtoull(line, &end, 10);
    unsigned long major, minor;

    (void)strtoul(end, &end, 10);
    major = strtoul(end, &end, 10);
    if (type == NULL || *end != ':') {
        return;
    }
    minor = strtoul(end + 1, &end, 10);
    type += strlen(" - ");
    if (*end == ' ' && is_to_be_read(type, strcspn(type, " "))) {
        add(mounted, makedev((unsigned)major, (unsigned)minor), id);
    }
}

/* In a chroot, the table lacks the mount that the root folder is on. */
static void add_root(mj_mounted_t *mounted)
{
    struct statfs system;
    struct stat root;

    if (stat("/", &root) == 0 && statfs("/", &system) == 0 && system.f_type != FUSE_MAGIC) {
        add(mounted, root.st_dev, 0);
    }
}

static void read_table(mj_mounted_t *mounted)
{
    char *line = NULL;
    size_t size = 0;

    mounted->count = 0;
    add_root(mounted);
    if (mounted->table != NULL) {
        rewind(mounted->table);
        while (getline(&line, &size, mounted->table) > 0) {
            add_line(mounted, line);
        }
        free(line);
    }
}

static bool has_changed(const mj_mounted_t *mounted)
{
    struct pollfd table = {.fd = mounted->table != NULL ? fileno(mounted->table) : -1, .events = POLLPRI};
    return poll(&table, 1, 0) > 0;
}

void mj_mounted_open(mj_mounted_t *mounted)
{
    memset(mounted, 0, sizeof(*mounted));
    pthread_mutex_init(&mounted->mutex, NULL);
    mounted->table = fopen("/proc/self/mountinfo", "re");
    read_table(mounted);
}

void mj_mounted_close(mj_mounted_t *mounted)
{
    if (mounted->table != NULL) {
        (void)fclose(mounted->table);
    }
    free(mounted->all);
    pthread_mutex_destroy(&mounted->mutex);
}

bool mj_mounted_has(mj_mounted_t *mounted, uint64_t device, uint64_t mount)
{
    bool is_there = false;
    size_t i;

    pthread_mutex_lock(&mounted->mutex);
    if (has_changed(mounted)) { /* at once: the numbers of what is gone are given to what comes */
        read_table(mounted);
    }
    for (i = 0; i < mounted->count && !is_there; i++) {
        is_there = mounted->all[i].device == device || (mount != 0 && mounted->all[i].id == mount);
    }
    pthread_mutex_unlock(&mounted->mutex);
    return is_there;
}
