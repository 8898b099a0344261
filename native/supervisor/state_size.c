#include "state_size.h"

#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CURE "empty it or remove it, and it will be used again"
#define MEGABYTE (UINT64_C(1) << 20)
/* One that had very many files once may be slow to read, although it is empty now. */
#define MAX_FOLDER_BYTES (4 * MEGABYTE)

/* struct open_how, which not every C library has. */
typedef struct open_how_t {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
} open_how_t;

#define RESOLVE_ONLY_HERE (0x01 | 0x04 | 0x08) /* RESOLVE_NO_XDEV, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH */

typedef struct sum_t {
    uid_t uid;
    uint64_t bytes;
    unsigned entries;
    char *why;
    size_t why_size;
} sum_t;

int mj_state_open(int folder, const char *name, int flags)
{
    open_how_t how = {.flags = (uint64_t)flags, .resolve = RESOLVE_ONLY_HERE};
    return (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
}

static bool fail(sum_t *sum, int error)
{
    if (error == EXDEV) {
        (void)snprintf(sum->why, sum->why_size, "a file system is mounted in it: umount it");
    } else {
        (void)snprintf(sum->why, sum->why_size, "its contents cannot be read: %s; " CURE, strerror(error));
    }
    return false;
}

/* A file that has several names counts as often. */
static bool add(sum_t *sum, const struct stat *st)
{
    sum->bytes += (uint64_t)st->st_blocks * 512;
    if (++sum->entries > MJ_STATE_MAX_ENTRIES) {
        (void)snprintf(sum->why, sum->why_size, "it holds more than %d files and folders: " CURE, MJ_STATE_MAX_ENTRIES);
        return false;
    }
    if (sum->bytes > MJ_STATE_MAX_BYTES) {
        (void)snprintf(sum->why, sum->why_size, "it holds at least %lu MB, and the limit is %lu MB: " CURE,
                       (unsigned long)(sum->bytes / MEGABYTE), (unsigned long)(MJ_STATE_MAX_BYTES / MEGABYTE));
        return false;
    }
    return true;
}

static bool check_folder(sum_t *sum, const struct stat *st, unsigned depth)
{
    if (depth > MJ_STATE_MAX_DEPTH) {
        (void)snprintf(sum->why, sum->why_size, "it holds folders more than %d deep: " CURE, MJ_STATE_MAX_DEPTH);
    } else if (st->st_uid != sum->uid) {
        (void)snprintf(sum->why, sum->why_size, "a folder in it belongs to UID %lu, so its size is not known: " CURE,
                       (unsigned long)st->st_uid);
    } else if ((uint64_t)st->st_size > MAX_FOLDER_BYTES) {
        (void)snprintf(sum->why, sum->why_size, "the names in it, or in a folder in it, take %lu MB: remove it",
                       (unsigned long)((uint64_t)st->st_size / MEGABYTE));
    } else {
        return true;
    }
    return false;
}

static bool look_into(sum_t *sum, int place, unsigned depth);

static bool is_entered(const struct stat *st, const char *name, unsigned depth)
{
    return S_ISDIR(st->st_mode) && (depth > 0 || (strcmp(name, MJ_STATE_WEB) != 0 && strcmp(name, MJ_STATE_SESSIONS) != 0));
}

/* Nothing is asked of a file system before it is known to be the folder's own. */
static bool look_at(sum_t *sum, int folder, const char *name, unsigned depth)
{
    int entry = mj_state_open(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    bool is_small;

    if (entry < 0) {
        return errno == ENOENT || fail(sum, errno);
    }
    if (fstat(entry, &st) != 0) {
        is_small = fail(sum, errno);
    } else {
        is_small = add(sum, &st) && (!is_entered(&st, name, depth) || look_into(sum, entry, depth + 1));
    }
    close(entry);
    return is_small;
}

/* place: the folder, open in whatever way. */
static bool look_into(sum_t *sum, int place, unsigned depth)
{
    struct stat st;
    struct dirent *entry;
    bool is_small = true;
    int folder;
    DIR *dir;

    if (fstat(place, &st) != 0) {
        return fail(sum, errno);
    }
    if (!check_folder(sum, &st, depth)) {
        return false;
    }
    folder = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = folder >= 0 ? fdopendir(folder) : NULL;
    if (dir == NULL) {
        is_small = fail(sum, errno);
        mj_close(&folder);
        return is_small;
    }
    while (is_small && (errno = 0, entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            is_small = look_at(sum, dirfd(dir), entry->d_name, depth);
        }
    }
    if (is_small && errno != 0) {
        is_small = errno == ENOENT || fail(sum, errno);
    }
    closedir(dir);
    return is_small;
}

bool mj_state_is_small(int folder, uid_t uid, char *why, size_t size)
{
    sum_t sum = {.uid = uid, .why = why, .why_size = size};
    return look_into(&sum, folder, 0);
}
