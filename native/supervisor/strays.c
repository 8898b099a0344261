#include "strays.h"

#include "procfs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_daemon(const mj_pool_t *pools, pid_t pid)
{
    const mj_pool_t *pool;
    const mj_daemon_t *daemon;
    for (pool = pools; pool != NULL; pool = pool->next) {
        for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
            if (daemon->pid == pid) {
                return true;
            }
        }
    }
    return false;
}

/* A process cannot get rid of its user (PR_SET_NO_NEW_PRIVS), nor of the time when it was born. Who
 * is in a daemon's session is of that daemon; of who has left it, nobody can tell which of several
 * daemons it was. */
static bool may_have_parent(const mj_pool_t *pools, pid_t ended, const mj_kin_t *kin)
{
    const mj_pool_t *pool;
    const mj_daemon_t *daemon;
    if (kin->session == ended) {
        return false;
    }
    for (pool = pools; pool != NULL; pool = pool->next) {
        for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
            if (daemon->pid != ended && daemon->uid == kin->uid && daemon->born <= kin->born) {
                return true;
            }
        }
    }
    return false;
}

unsigned mj_strays_end(const mj_pool_t *pools, pid_t training, pid_t ended)
{
    char path[64];
    unsigned left = 0;
    mj_kin_t kin;
    FILE *children;
    char *word = NULL;
    size_t size = 0;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
    children = fopen(path, "re");
    while (children != NULL && getdelim(&word, &size, ' ', children) > 0) {
        pid_t pid = (pid_t)strtol(word, NULL, 10);
        if (pid <= 0 || pid == training || is_daemon(pools, pid) || !mj_procfs_kin(pid, &kin) || kin.is_dead) {
            continue;
        }
        left++;
        if (!may_have_parent(pools, ended, &kin)) {
            kill(pid, SIGKILL); /* a child of ours: nobody else has its number */
        }
    }
    if (children != NULL) {
        (void)fclose(children);
    }
    free(word);
    return left;
}
