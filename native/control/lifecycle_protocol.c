#include "lifecycle_protocol.h"

#include "descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int mj_lifecycle_record_file(mj_span_t record)
{
    int fd = memfd_create("mod_jvm settings", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, record.data, record.len) != (ssize_t)record.len) {
        mj_close(&fd);
    }
    return fd;
}

bool mj_lifecycle_send(int socket, char type, const char *text, size_t len, bool waits)
{
    char message[MJ_LIFECYCLE_MAX];
    ssize_t n;

    len = len < sizeof(message) - 1 ? len : sizeof(message) - 1;
    message[0] = type;
    memcpy(message + 1, text, len);
    do {
        n = send(socket, message, 1 + len, MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));
    } while (n < 0 && errno == EINTR);
    return n >= 0;
}

int mj_lifecycle_receive(int socket, mj_lifecycle_message_t *message, bool waits)
{
    char bytes[MJ_LIFECYCLE_MAX];
    ssize_t n;

    do {
        n = recv(socket, bytes, sizeof(bytes), waits ? 0 : MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n > 0) {
        message->type = bytes[0];
        memcpy(message->text, bytes + 1, (size_t)n - 1);
        message->text[n - 1] = '\0';
    }
    return (int)n;
}
