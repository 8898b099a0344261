#include "listener.h"

#include "stale_sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The directory belongs to the supervisor's user alone, so that the path cannot be exchanged
 * between these calls. */
const char *mj_listen_at(const char *path, const mj_supervisor_config_t *config, int backlog, int *fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bool is_given = config->httpd_uid != geteuid() || config->httpd_gid != getegid();
    mode_t old_mask;
    bool is_bound;
    int error;

    *fd = -1;
    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return path;
    }
    memcpy(address.sun_path, path, strlen(path));
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return "socket";
    }
    old_mask = umask(0177);
    is_bound = bind(*fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    umask(old_mask);
    if (is_bound && (!is_given || lchown(path, config->httpd_uid, config->httpd_gid) == 0) && listen(*fd, backlog) == 0) {
        return NULL;
    }
    error = errno;
    if (is_bound) {
        unlink(path);
    }
    close(*fd);
    *fd = -1;
    errno = error;
    return path;
}

bool mj_listener_is_reachable(const mj_listener_t *listener)
{
    struct stat st;
    return listener->socket.fd >= 0 && (listener->path[0] == '\0' || (lstat(listener->path, &st) == 0 &&
                                                                      st.st_dev == listener->dev && st.st_ino == listener->ino));
}

const char *mj_listener_open(mj_listener_t *listener, const char *path, const mj_supervisor_config_t *config, int backlog)
{
    const char *failed;
    struct stat st;

    if (mj_socket_is_stale(path)) {
        unlink(path);
    }
    failed = mj_listen_at(path, config, backlog, &listener->socket.fd);
    if (failed == NULL) {
        memcpy(listener->path, path, strlen(path) + 1);
        if (lstat(path, &st) == 0) {
            listener->dev = st.st_dev;
            listener->ino = st.st_ino;
        }
    }
    return failed;
}

void mj_listener_close(mj_listener_t *listener)
{
    if (listener->path[0] != '\0' && mj_listener_is_reachable(listener)) {
        unlink(listener->path);
    }
    mj_polled_close(&listener->socket);
    listener->path[0] = '\0';
}
