#include "control_socket.h"

#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_S 10
#define BACKLOG 4
#define NAME_SIZE 32

static void address_of(struct sockaddr_un *address, int fd, const char *name)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d%s%s", fd, *name != '\0' ? "/" : "", name);
}

static int fail(int fd)
{
    mj_close(&fd);
    return -1;
}

/* Before the first message: the kernel notes with each who sends it. Whoever is accepted has
 * inherited the option. */
static int make_socket(void)
{
    const int on = 1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0 ? fail(fd) : fd;
}

/* Through the folder's descriptor, for its path may be too long for a socket's. */
static bool bind_without_name(int listener, int folder, int *mark)
{
    struct sockaddr_un address;
    char name[NAME_SIZE];
    mode_t old_mask;
    int error;

    (void)snprintf(name, sizeof(name), "control.%ld.new", (long)getpid());
    address_of(&address, folder, name);
    unlinkat(folder, name, 0); /* of an httpd that was killed, and had this number */
    old_mask = umask(0177);
    *mark = bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0
                ? openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)
                : -1;
    error = errno;
    umask(old_mask);
    unlinkat(folder, name, 0);
    errno = error;
    return *mark >= 0;
}

const char *mj_control_listen(const char *folder, int *listener, int *mark)
{
    int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const char *failed = NULL;

    if (folder_fd < 0) {
        return folder;
    }
    *mark = -1;
    *listener = make_socket();
    if (*listener < 0) {
        failed = "socket";
    } else if (!bind_without_name(*listener, folder_fd, mark)) {
        failed = folder;
    } else if (listen(*listener, BACKLOG) != 0) {
        failed = "listen";
    }
    if (failed != NULL) {
        fail(*listener);
        fail(*mark);
    }
    fail(folder_fd);
    return failed;
}

int mj_control_connect(int mark)
{
    const struct timeval timeout = {.tv_sec = TIMEOUT_S};
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    address_of(&address, mark, "");
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        return fail(fd);
    }
    return fd;
}

int mj_control_accept(int listener, pid_t parent)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (fd >= 0 && (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid != parent || peer.uid != geteuid())) {
        errno = EPERM;
        return fail(fd);
    }
    return fd;
}
