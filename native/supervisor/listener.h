/* A socket at which a pool's daemons are connected to, where all of a pool share one: the
 * supervisor keeps it, and a connection waits there while no daemon runs. Where each daemon has
 * a socket of its own, it dies with the daemon (spawn.h). */
#ifndef MJ_LISTENER_H
#define MJ_LISTENER_H

#include "poller.h"
#include "supervisor_config.h"

#include <sys/un.h>

typedef struct mj_listener_t {
    mj_polled_t socket;                                     /**< polled while nobody else would hear of a connection */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /**< "": it was inherited */
    dev_t dev;                                              /**< what lies at path */
    ino_t ino;
} mj_listener_t;

/** Makes a listening socket at a path, where nothing may be. Only httpd's user may connect.
 *  @param fd set to it, or to -1
 *  @return NULL, or the step that failed: errno says why */
const char *mj_listen_at(const char *path, const mj_supervisor_config_t *config, int backlog, int *fd);

/** Whether it can be had still: what it made lies at its path, or it was inherited. */
bool mj_listener_is_reachable(const mj_listener_t *listener);

/** Makes it at a path, in place of a socket that nobody listens at.
 *  @return NULL, or the step that failed: errno says why */
const char *mj_listener_open(mj_listener_t *listener, const char *path, const mj_supervisor_config_t *config, int backlog);

/** Closes it, and removes what it made. Does nothing if it is closed. */
void mj_listener_close(mj_listener_t *listener);

#endif
