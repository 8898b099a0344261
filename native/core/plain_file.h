/* Which open files may pass from a daemon to httpd: the daemon asks before it passes one, httpd before it takes one. */
#ifndef MJ_PLAIN_FILE_H
#define MJ_PLAIN_FILE_H

#include <stdbool.h>
#include <stdint.h>

/** Whether a descriptor is of a regular file of at least that size, and not on FUSE, whose owner could keep a reader waiting. Thread-safe.
 *  @param fd any number, open or not */
bool mj_is_plain_file(int fd, uint64_t least_size);

/** Whether a descriptor is of a file on a tmpfs, or of a memfd: its pages are nowhere but in memory. Thread-safe. */
bool mj_is_in_memory(int fd);

#endif
