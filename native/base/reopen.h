/* Descriptors that only root can use: what is inherited is a mark of where the file is (O_PATH),
 * and opening it anew is subject to the file's mode. For files that have no name, such as memfds
 * and pipes. */
#ifndef MJ_REOPEN_H
#define MJ_REOPEN_H

#include <stdbool.h>

/** Makes *fd, an open file without a name, the calling user's alone (mode 0600), and replaces it by
 * a descriptor that nothing can be done with but mj_reopen. Closes what *fd was. @return false if
 * that fails: then errno says why, and *fd is as it was */
bool mj_close_off(int *fd);

/** Opens the file behind a descriptor anew, close-on-exec, as if by its name: its mode is asked.
 * @return -1 and errno where that is refused */
int mj_reopen(int fd, int flags);

#endif
