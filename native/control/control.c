#include "control.h"

#include "descriptors.h"

#include <apr_strings.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for more descriptors than a message may bear: the kernel would drop what does not fit, and
 * here all are seen and closed. */
#define FDS_ROOM 16

apr_status_t mj_control_send(int connection, char type, mj_span_t record, int fd)
{
    struct iovec parts[2] = {{&type, 1}, {(void *)(uintptr_t)record.data, record.len}};
    mj_attached_t attached;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = record.len > 0 ? 2 : 1};

    if (record.len + 1 > MJ_CONTROL_MAX) {
        return APR_ENOSPC;
    }
    if (fd >= 0) {
        mj_attach(&message, &attached, fd);
    }
    while (sendmsg(connection, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) {
            return errno;
        }
    }
    return APR_SUCCESS;
}

apr_status_t mj_control_send_begin(int connection, unsigned generation, const char *state_dir, int64_t concurrent_starts,
                                   apr_pool_t *scratch)
{
    mj_record_builder_t *record = mj_record_builder_make(scratch);

    mj_record_add_number(record, "version", MJ_CONTROL_VERSION);
    mj_record_add_number(record, "generation", generation);
    if (state_dir != NULL) {
        mj_record_add(record, "state-dir", state_dir);
    }
    mj_record_add_number(record, "concurrent-starts", concurrent_starts);
    return mj_control_send(connection, MJ_CONTROL_BEGIN, mj_record_bytes(record), -1);
}

const char *mj_control_await_answer(int connection, bool *is_refused, apr_pool_t *pool)
{
    char *buffer = apr_palloc(pool, MJ_CONTROL_MAX);
    ssize_t n;
    mj_span_t record, status;

    *is_refused = false;
    do {
        n = recv(connection, buffer, MJ_CONTROL_MAX, 0);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return n == 0 ? "it ended" : apr_psprintf(pool, "no answer: %s", strerror(errno));
    }
    record = (mj_span_t){buffer + 1, (apr_size_t)n - 1};
    if (buffer[0] != MJ_CONTROL_ANSWER || mj_record_check(record) != APR_SUCCESS || !mj_record_find(record, "status", &status)) {
        return "its answer is malformed: does it have the module's version?";
    }
    *is_refused = mj_span_is(status, "error");
    return mj_span_is(status, "ok") ? NULL : mj_record_text(record, "message", "it gave no reason", pool);
}

/* httpd -X has become User when it says that it stops. */
static bool is_of_parent(struct msghdr *header, pid_t parent, char type)
{
    struct cmsghdr *control;
    struct ucred sender;

    for (control = CMSG_FIRSTHDR(header); control != NULL; control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_CREDENTIALS &&
            control->cmsg_len == CMSG_LEN(sizeof(sender))) {
            memcpy(&sender, CMSG_DATA(control), sizeof(sender));
            return sender.pid == parent && (sender.uid == geteuid() || type == MJ_CONTROL_STOP);
        }
    }
    return false;
}

apr_status_t mj_control_receive(int connection, pid_t parent, mj_control_message_t *message)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(FDS_ROOM * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec parts[2] = {{&message->type, 1}, {message->data, sizeof(message->data)}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(connection, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    if (n < 0) {
        return errno == EINTR ? APR_EAGAIN : errno;
    }
    if (n == 0) {
        return APR_EOF;
    }
    message->fd = -1;
    (void)mj_detach(&header, &message->fd);
    message->is_stranger = parent != getppid() || !is_of_parent(&header, parent, message->type);
    if (message->is_stranger) {
        mj_close(&message->fd);
    }
    message->record.data = message->data;
    message->record.len = (apr_size_t)n - 1;
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || mj_record_check(message->record) != APR_SUCCESS) {
        message->type = 0;
    }
    return APR_SUCCESS;
}

void mj_control_answer(int connection, const char *wrong, bool is_ending, apr_pool_t *scratch)
{
    mj_record_builder_t *record = mj_record_builder_make(scratch);
    char type = MJ_CONTROL_ANSWER;
    struct iovec parts[2] = {{&type, 1}, {NULL, 0}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
    mj_span_t bytes;

    mj_record_add(record, "status", wrong == NULL ? "ok" : is_ending ? "ending" : "error");
    mj_record_add(record, "message", wrong == NULL ? "" : wrong);
    bytes = mj_record_bytes(record);
    parts[1].iov_base = (void *)(uintptr_t)bytes.data;
    parts[1].iov_len = bytes.len;
    /* A parent that does not listen gets no answer. */
    while (sendmsg(connection, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
}
