#include "descriptor.h"

#include "busy_poll.h"
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define SPARES 8

static bool look_at_peer(int socket, struct ucred *peer)
{
    socklen_t len = sizeof(*peer);
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, peer, &len) == 0;
}

int64_t mj_descriptor_peer(int socket)
{
    struct ucred peer;
    return look_at_peer(socket, &peer) ? (int64_t)peer.uid : -1;
}

int64_t mj_descriptor_peer_process(int socket)
{
    struct ucred peer;
    return look_at_peer(socket, &peer) ? (int64_t)peer.pid : -1;
}

/* Written before there are threads, and by the one that awaits commands. */
static int spares[SPARES];

void mj_descriptor_spare(int fd)
{
    size_t i;
    for (i = 0; i < SPARES; i++) {
        spares[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    }
}

void mj_descriptor_give_spares(void)
{
    size_t i;
    for (i = 0; i < SPARES; i++) {
        if (spares[i] > 0) {
            close(spares[i]);
        }
        spares[i] = 0;
    }
}

int64_t mj_descriptor_exhausted(void)
{
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    struct rlimit limit;

    if (fd >= 0) {
        close(fd);
        return 0;
    }
    return errno == EMFILE && getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (int64_t)limit.rlim_cur : 0;
}

void mj_descriptor_await(int socket)
{
    static _Thread_local mj_busy_poll_t busy; /* a platform thread has one connection */
    while (mj_busy_poll(&busy, socket, -1) < 0 && errno == EINTR) {
    }
}

/* The JDK makes a socket that virtual threads use non-blocking. @return whether a send that has
 * just failed is to be tried again */
static bool await_room(int socket)
{
    struct pollfd room = {.fd = socket, .events = POLLOUT};
    return (errno == EAGAIN || errno == EWOULDBLOCK) && (poll(&room, 1, -1) >= 0 || errno == EINTR);
}

ssize_t mj_descriptor_send(int socket, const void *bytes, size_t len, int file)
{
    mj_attached_t attached;
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t n;

    mj_attach(&message, &attached, file);
    do {
        n = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (n < 0 && (errno == EINTR || await_room(socket)));
    return n;
}

ssize_t mj_descriptor_try_send(int socket, const void *bytes, size_t len)
{
    ssize_t n = send(socket, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? 0 : n;
}
