/* Sockets in the runtime directory that nobody listens at: an earlier supervisor has left them. */
#ifndef MJ_STALE_SOCKETS_H
#define MJ_STALE_SOCKETS_H

#include <stdbool.h>

/** Removes the sockets of daemons from the runtime directory that nobody listens at. */
void mj_stale_sockets_remove(const char *runtime_dir);

/** Whether there is a socket that nobody listens at. */
bool mj_socket_is_stale(const char *path);

#endif
