/* The control socket: httpd's parent connects to it when it has something to say, and keeps nothing
 * of it that others could use.
 *
 * The socket has no name. Its file, of mode 0600, is removed as soon as it is made, and what the
 * parent keeps is a mark of it (O_PATH, see reopen.h): whoever inherits the mark has to pass the
 * file's mode to connect. Nobody can remove what has no name. */
#ifndef MJ_CONTROL_SOCKET_H
#define MJ_CONTROL_SOCKET_H

#include <sys/types.h>

/** Makes a socket that the supervisor is to listen at.
 *  @param folder the caller's own, where the file lies for a moment
 *  @param listener set to a descriptor that is close-on-exec
 *  @param mark set to what mj_control_connect takes; close-on-exec
 *  @return NULL, or the step that failed: errno says why */
const char *mj_control_listen(const char *folder, int *listener, int *mark);

/** Connects to the supervisor. Sending and receiving then takes 10 s at most. @return -1 and errno
 * where that fails */
int mj_control_connect(int mark);

/** Accepts a connection; never waits.
 *  @param parent whose it has to be, with the caller's user
 *  @return -1 and errno if there is none; EPERM if it is somebody else's, and closed */
int mj_control_accept(int listener, pid_t parent);

#endif
