/* The control socket: one message from httpd's parent, and the answer to it (docs/architecture.md, section 2). */
#ifndef MJ_CONTROL_H
#define MJ_CONTROL_H

#include "record.h"

#include <stdbool.h>
#include <sys/types.h>

#define MJ_CONTROL_MESSAGE_MAX 131072
#define MJ_CONTROL_FDS 3

typedef struct mj_message_t {
    char type;        /**< 0: the message was malformed */
    bool is_stranger; /**< it is not of httpd's parent: then there are no descriptors, and nothing of it counts */
    mj_span_t record;
    int fds[MJ_CONTROL_FDS]; /**< the caller closes them; -1 where there is none */
    char data[MJ_CONTROL_MESSAGE_MAX];
} mj_message_t;

/** Receives a message, if one is waiting; never blocks. Who sends it is told by the kernel (SO_PASSCRED, which httpd's parent has set).
 *  @param parent its pid
 *  @return APR_SUCCESS, APR_EAGAIN, APR_EOF, or why nothing can be received any more */
apr_status_t mj_control_receive(int fd, pid_t parent, mj_message_t *message);

/** Answers a commit. message: what is wrong; NULL: nothing. */
void mj_control_acknowledge(int fd, const char *wrong, apr_pool_t *scratch);

#endif
