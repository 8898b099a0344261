#include "pool_log.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 2048

void mj_pool_log_write(mj_pool_log_t *log, const char *level, const char *number, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    mj_log(log->target, level, "%s%s", number, message);
    if (strcmp(level, "error") == 0) {
        mj_pool_log_note(log, message);
    }
}

void mj_pool_log_note(mj_pool_log_t *log, const char *error)
{
    apr_cpystrn(log->last_error, error, sizeof(log->last_error));
    log->last_error_at = apr_time_now();
    log->has_new_error = true;
}
