#include "plain_file.h"

#include <sys/stat.h>
#include <sys/vfs.h>

#define FUSE_MAGIC 0x65735546
#define TMPFS_MAGIC 0x01021994

bool mj_is_plain_file(int fd, uint64_t least_size)
{
    struct stat file;
    struct statfs system;
    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && (uint64_t)file.st_size >= least_size && fstatfs(fd, &system) == 0 &&
           system.f_type != FUSE_MAGIC;
}

bool mj_is_in_memory(int fd)
{
    struct statfs system;
    return fstatfs(fd, &system) == 0 && system.f_type == TMPFS_MAGIC;
}
