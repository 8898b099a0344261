#include "control.h"

#include <apr_strings.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

apr_status_t mj_control_send(int control, char type, mj_span_t record, const int *fds)
{
    struct iovec parts[2] = {{&type, 1}, {(void *)record.data, record.len}};
    union {
        char space[CMSG_SPACE(MJ_CONTROL_FDS * sizeof(int))];
        struct cmsghdr align;
    } ancillary;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = record.len > 0 ? 2 : 1};
    size_t count = 0;

    if (record.len + 1 > MJ_CONTROL_MAX) {
        return APR_ENOSPC;
    }
    while (fds != NULL && count < MJ_CONTROL_FDS && fds[count] >= 0) {
        count++;
    }
    if (count > 0) {
        struct cmsghdr *header;
        memset(&ancillary, 0, sizeof(ancillary));
        message.msg_control = ancillary.space;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, count * sizeof(int));
    }
    while (sendmsg(control, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) {
            return errno;
        }
    }
    return APR_SUCCESS;
}

const char *mj_control_await_acknowledgement(int control, apr_pool_t *pool)
{
    char *buffer = apr_palloc(pool, MJ_CONTROL_MAX);
    ssize_t n;
    mj_span_t record, status;

    do {
        n = recv(control, buffer, MJ_CONTROL_MAX, 0);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return n == 0 ? "it ended" : apr_psprintf(pool, "no answer: %s", strerror(errno));
    }
    record = (mj_span_t){buffer + 1, (apr_size_t)n - 1};
    if (buffer[0] != 'A' || mj_record_check(record) != APR_SUCCESS || !mj_record_find(record, "status", &status)) {
        return "it answered in another language: are its version and the module's the same?";
    }
    return mj_span_is(status, "ok") ? NULL : mj_record_text(record, "message", "it gave no reason", pool);
}
