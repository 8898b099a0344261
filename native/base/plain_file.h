/* Which open files may pass from a daemon to httpd: the daemon asks before it passes one, httpd
 * before it takes one. */
#ifndef MJ_PLAIN_FILE_H
#define MJ_PLAIN_FILE_H

#include "mounted.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** Whether whoever reads a descriptor reads a regular file of at least that size, and waits for
 * nothing but a disk, or what an administrator has mounted: the file is open for reading, not with
 * O_DIRECT (a read would wait for whoever writes), and on a tmpfs, in a memfd, or on a file system
 * that is mounted here. Asks no file system anything, since that may wait already. Thread-safe.
 *  @param fd any number, open or not
 *  @param has_mount_ids whether the file was opened in this mount namespace, so that mount ids say
 *    something about it
 *  @param file what the kernel knows of it; NULL: not wanted */
bool mj_is_plain_file(mj_mounted_t *mounted, int fd, uint64_t least_size, bool has_mount_ids, struct statx *file);

/** Whether a descriptor is of a file on a tmpfs, or of a memfd: its pages are nowhere but in
 * memory. Thread-safe. */
bool mj_is_in_memory(int fd);

#endif
