#include "control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for more descriptors than a message may bear: the kernel would drop what does not fit, and here all are seen and closed. */
#define FDS_ROOM 16

static void take_fds(struct msghdr *header, mj_message_t *message)
{
    struct cmsghdr *control;
    int taken = 0;

    for (control = CMSG_FIRSTHDR(header); control != NULL; control = CMSG_NXTHDR(header, control)) {
        size_t i, count;
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof(int));
            if (taken < MJ_CONTROL_FDS) {
                message->fds[taken++] = fd;
            } else {
                close(fd);
            }
        }
    }
}

/* httpd -X has become User when it says that it stops. */
static bool is_of_parent(struct msghdr *header, pid_t parent, char type)
{
    struct cmsghdr *control;
    struct ucred sender;

    for (control = CMSG_FIRSTHDR(header); control != NULL; control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_CREDENTIALS && control->cmsg_len == CMSG_LEN(sizeof(sender))) {
            memcpy(&sender, CMSG_DATA(control), sizeof(sender));
            return sender.pid == parent && (sender.uid == geteuid() || type == 'S');
        }
    }
    return false;
}

static void drop_fds(mj_message_t *message)
{
    int i;
    for (i = 0; i < MJ_CONTROL_FDS; i++) {
        if (message->fds[i] >= 0) {
            close(message->fds[i]);
        }
        message->fds[i] = -1;
    }
}

apr_status_t mj_control_receive(int fd, pid_t parent, mj_message_t *message)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(FDS_ROOM * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec parts[2] = {{&message->type, 1}, {message->data, sizeof(message->data)}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int i;

    if (n < 0) {
        return errno == EINTR ? APR_EAGAIN : errno;
    }
    if (n == 0) {
        return APR_EOF;
    }
    for (i = 0; i < MJ_CONTROL_FDS; i++) {
        message->fds[i] = -1;
    }
    take_fds(&header, message);
    message->is_stranger = parent != getppid() || !is_of_parent(&header, parent, message->type);
    if (message->is_stranger) {
        drop_fds(message);
    }
    message->record.data = message->data;
    message->record.len = (apr_size_t)n - 1;
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || mj_record_check(message->record) != APR_SUCCESS) {
        message->type = 0;
    }
    return APR_SUCCESS;
}

void mj_control_acknowledge(int fd, const char *wrong, apr_pool_t *scratch)
{
    mj_record_builder_t *record = mj_record_builder_make(scratch);
    char type = 'A';
    struct iovec parts[2] = {{&type, 1}, {NULL, 0}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
    mj_span_t bytes;

    mj_record_add(record, "status", wrong == NULL ? "ok" : "error");
    mj_record_add(record, "message", wrong == NULL ? "" : wrong);
    bytes = mj_record_bytes(record);
    parts[1].iov_base = (void *)(uintptr_t)bytes.data;
    parts[1].iov_len = bytes.len;
    /* A parent that does not listen gets no answer. */
    while (sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
}
