/* Files of file systems that a user mounts for himself, in a user namespace of his own: httpd has
 * not mounted them. */
#ifndef MJ_STUCK_FILE_H
#define MJ_STUCK_FILE_H

/** Opens a file of that many bytes on an overlay over FUSE. Everything about it is answered at
 * once, but no read of its content, ever. Leaves a process that serves it.
 *  @param fuse the device's path
 *  @return -1 if the machine does not let a user do that */
int mj_stuck_file_open(const char *fuse, unsigned long long size);

/** Opens a file of that text on an overlay over a tmpfs. @return -1 as above */
int mj_own_overlay_file_open(const char *text);

#endif
