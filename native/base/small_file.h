/* Small files that somebody else may have made: a FIFO, a device, a lease or a file without end
 * must not keep the reader. */
#ifndef MJ_SMALL_FILE_H
#define MJ_SMALL_FILE_H

#include <stdbool.h>
#include <stddef.h>

/** Opens a regular file for reading. Nothing else is ever opened, not even for a moment: to open a
 * device can do something.
 *  @param follows_link whether path may be a link itself
 *  @param why set on failure: static text, what is wrong
 *  @return a descriptor with close-on-exec, or -1 */
int mj_small_file_open(const char *path, bool follows_link, const char **why);

/** Reads the whole of it, which may have most bytes.
 *  @param text has room for most + 1
 *  @param why set on failure: static text, what is wrong
 *  @return whether it was read */
bool mj_small_file_read(int fd, char *text, size_t most, size_t *len, const char **why);

#endif
