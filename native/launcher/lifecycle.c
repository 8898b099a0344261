#include "lifecycle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define LIFECYCLE_FD 3

static bool report(char type, const char *text, size_t len, int flags)
{
    char message[1 + MJ_LIFECYCLE_TEXT_MAX];
    ssize_t n;

    if (len > MJ_LIFECYCLE_TEXT_MAX) {
        len = MJ_LIFECYCLE_TEXT_MAX;
    }
    message[0] = type;
    memcpy(message + 1, text, len);
    do {
        n = send(LIFECYCLE_FD, message, 1 + len, MSG_NOSIGNAL | flags);
    } while (n < 0 && errno == EINTR);
    return n >= 0;
}

bool mj_lifecycle_report(char type, const char *text, size_t len)
{
    return report(type, text, len, 0);
}

bool mj_lifecycle_try_report(char type, const char *text, size_t len)
{
    return report(type, text, len, MSG_DONTWAIT);
}

int mj_lifecycle_await(void)
{
    unsigned char message[1 + MJ_LIFECYCLE_TEXT_MAX];
    ssize_t n;
    do {
        n = recv(LIFECYCLE_FD, message, sizeof(message), 0);
    } while (n < 0 && errno == EINTR);
    return n > 0 ? message[0] : -1;
}

void mj_lifecycle_fail(const char *format, ...)
{
    char text[MJ_LIFECYCLE_TEXT_MAX + 1];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (!mj_lifecycle_report('F', text, strlen(text))) {
        (void)fprintf(stderr, "%s\n", text);
    }
}
