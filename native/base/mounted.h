/* The file systems that are mounted where this process looks from: what administrators have
 * mounted, and not what a user has mounted in a namespace of his own, where he may keep whoever
 * reads waiting for ever. */
#ifndef MJ_MOUNTED_H
#define MJ_MOUNTED_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** What /proc/self/mountinfo says, kept until a mount changes. mj_mounted_has is thread-safe. */
typedef struct mj_mounted_t {
    pthread_mutex_t mutex;
    FILE *table;            /**< stays open, since it tells of changes; NULL: there is no /proc here */
    struct mj_mount_t *all; /**< but those whose files are not for others to read */
    size_t count;
    size_t room;
} mj_mounted_t;

/** Reads the table. Where it cannot be read, the file system of the root folder is all that is
 * known. */
void mj_mounted_open(mj_mounted_t *mounted);
void mj_mounted_close(mj_mounted_t *mounted);

/** @param device as of stat()
 *  @param mount as STATX_MNT_ID has it, which finds file systems that give their files other
 *    devices (btrfs, some overlays); 0: not known
 *  @return whether a file is on one of them, and it is neither FUSE, where a user answers, nor
 *    procfs, where a read may wait for another process's memory, nor hugetlbfs, whose pages may be
 *    none when they are looked at */
bool mj_mounted_has(mj_mounted_t *mounted, uint64_t device, uint64_t mount);

#endif
