/* Starts a daemon's process: its listening socket, pipes, lifecycle socket and record. */
#ifndef MJ_SPAWN_H
#define MJ_SPAWN_H

#include "key.h"
#include "process_spec.h"

#include <sys/un.h>

typedef struct mj_spawned_t {
    pid_t pid;
    int pidfd;    /**< readable when the process is dead, even while somebody traces it; -1: none could be had */
    mj_key_t key; /**< what httpd shows when it connects */
    int lifecycle;
    int out; /**< the ends that the supervisor reads, non-blocking */
    int err;
} mj_spawned_t;

typedef struct mj_spawn_t {
    const mj_process_spec_t *spec;
    const mj_supervisor_config_t *config;
    bool has_state;      /**< the daemon is told of the pool's state folder */
    const char *archive; /**< path of that for the pool's key, of which the daemon is told; NULL: none */
    uint32_t serial;     /**< of the daemon: its route (core/route.h) */
    int listener;        /**< a listening socket, the caller's; -1: the daemon gets one of its own */
    const char *path;    /**< of the daemon's own, where nothing is yet. It stays when the daemon ends: the caller unlinks it */
} mj_spawn_t;

/** @param child set on success
 *  @return NULL, or the step that failed, errno saying why; nothing is left behind then */
const char *mj_spawn(const mj_spawn_t *what, mj_spawned_t *child);

#endif
