#include "descriptors.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void mj_close(int *fd)
{
    int error = errno;
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
    errno = error;
}

void mj_attach(struct msghdr *message, mj_attached_t *room, int fd)
{
    struct cmsghdr *header;

    memset(room, 0, sizeof(*room));
    message->msg_control = room->space;
    message->msg_controllen = sizeof(room->space);
    header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(header), &fd, sizeof(fd));
}

size_t mj_detach(struct msghdr *message, int *fd)
{
    struct cmsghdr *header;
    size_t closed = 0;

    for (header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
        size_t i, count;
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (i = 0; i < count; i++) {
            int each;
            memcpy(&each, CMSG_DATA(header) + i * sizeof(each), sizeof(each));
            if (*fd < 0) {
                *fd = each;
            } else {
                close(each);
                closed++;
            }
        }
    }
    return closed;
}
