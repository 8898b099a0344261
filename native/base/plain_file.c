#include "plain_file.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define TMPFS_MAGIC 0x01021994

static bool is_open_for_reading(int fd)
{
    int flags = fd >= 0 ? fcntl(fd, F_GETFL) : -1;
    return flags >= 0 && (flags & (O_PATH | O_DIRECT)) == 0 && (flags & O_ACCMODE) != O_WRONLY;
}

bool mj_is_in_memory(int fd)
{
    struct statfs system;
    /* Only these and hugetlbfs have seals: no other file system is asked, which might not
     * answer. */
    return fcntl(fd, F_GET_SEALS) >= 0 && fstatfs(fd, &system) == 0 && system.f_type == TMPFS_MAGIC;
}

bool mj_is_plain_file(mj_mounted_t *mounted, int fd, uint64_t least_size, bool has_mount_ids, struct statx *file)
{
    const unsigned wanted = STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_INO | STATX_MNT_ID;
    struct statx own;

    if (file == NULL) {
        file = &own;
    }
    if (!is_open_for_reading(fd) || statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, wanted, file) != 0 ||
        !S_ISREG(file->stx_mode) || file->stx_size < least_size) {
        return false;
    }
    return mj_mounted_has(mounted, makedev(file->stx_dev_major, file->stx_dev_minor),
                          has_mount_ids && (file->stx_mask & STATX_MNT_ID) != 0 ? file->stx_mnt_id : 0) ||
           mj_is_in_memory(fd);
}
