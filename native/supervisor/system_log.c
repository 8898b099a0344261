#include "system_log.h"

#include "descriptors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_MAX 256

static bool reach(mj_system_log_t *log)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (log->fd >= 0) {
        return true;
    }
    if (strlen(log->path) >= sizeof(address.sun_path)) {
        return false;
    }
    memcpy(address.sun_path, log->path, strlen(log->path));
    log->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (log->fd >= 0 && connect(log->fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        mj_close(&log->fd);
    }
    return log->fd >= 0;
}

void mj_system_log_send(mj_system_log_t *log, int priority, const char *tag, pid_t pid, time_t at, const char *text, size_t len)
{
    char date[32], head[HEAD_MAX];
    struct iovec parts[2] = {{head, 0}, {(void *)(uintptr_t)text, len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    struct tm local;
    int tries, n;

    localtime_r(&at, &local);
    (void)strftime(date, sizeof(date), "%b %e %H:%M:%S", &local);
    n = snprintf(head, sizeof(head), "<%d>%s %.128s[%ld]: ", priority, date, tag, (long)pid);
    parts[0].iov_len = (size_t)n;
    for (tries = 0; tries < 2 && reach(log); tries++) {
        ssize_t sent;
        do {
            sent = sendmsg(log->fd, &message, MSG_NOSIGNAL);
        } while (sent < 0 && errno == EINTR);
        if (sent >= 0 || errno == EAGAIN || errno == ENOBUFS) {
            return;
        }
        mj_close(&log->fd);
    }
}
