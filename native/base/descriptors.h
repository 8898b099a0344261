/* Descriptors: an end to them, and their way from one process to another (SCM_RIGHTS).
 * Async-signal-safe. */
#ifndef MJ_DESCRIPTORS_H
#define MJ_DESCRIPTORS_H

#include <stddef.h>
#include <sys/socket.h>

/** Closes a descriptor, which becomes -1. Does nothing if it is -1. Leaves errno alone. */
void mj_close(int *fd);

/** Room for a message's descriptor. */
typedef union mj_attached_t {
    struct cmsghdr aligned;
    char space[CMSG_SPACE(sizeof(int))];
} mj_attached_t;

/** Attaches a descriptor to a message that is about to be sent.
 *  @param room lives until it is sent */
void mj_attach(struct msghdr *message, mj_attached_t *room, int fd);

/** Takes the descriptors that came with a message: *fd becomes the first of them, unless it is
 *  one already, and all others are closed.
 *  @return how many were closed */
size_t mj_detach(struct msghdr *message, int *fd);

#endif
