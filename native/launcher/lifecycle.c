#include "lifecycle.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool mj_lifecycle_report(char type, const char *text, size_t len)
{
    return mj_lifecycle_send(MJ_LIFECYCLE_FD, type, text, len, true);
}

bool mj_lifecycle_try_report(char type, const char *text, size_t len)
{
    return mj_lifecycle_send(MJ_LIFECYCLE_FD, type, text, len, false);
}

int mj_lifecycle_await(void)
{
    mj_lifecycle_message_t message;
    return mj_lifecycle_receive(MJ_LIFECYCLE_FD, &message, true) > 0 ? (unsigned char)message.type : -1;
}

void mj_lifecycle_fail(const char *format, ...)
{
    char text[MJ_LIFECYCLE_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (!mj_lifecycle_report(MJ_LIFECYCLE_FAILED, text, strlen(text))) {
        (void)fprintf(stderr, "%s\n", text);
    }
}
