/* The socket of a daemon that a test plays, and channels to it. */
#ifndef MJ_DAEMON_SOCKET_H
#define MJ_DAEMON_SOCKET_H

#include "channel.h"

extern const char *socket_path;
extern int socket_listener;

/** Listens at a new socket_path, in a temporary folder. */
void mj_listen(int backlog);

/** Opens a channel to socket_path. @param accepted the daemon's end of it */
mj_channel_t *mj_open_channel(unsigned slot, uint32_t daemon, int *accepted);

/** Has the channel be as it is after HELLO and WELCOME, in a request of that serial. */
void mj_greet_at_once(mj_channel_t *channel, uint16_t serial);

#endif
