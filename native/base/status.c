#include "status.h"

#include <stddef.h>

static const char *const names[] = {
    "FRAME_TOO_LARGE", "UNKNOWN_FRAME", "BAD_FLAGS",  "BAD_LENGTH", "BAD_MAGIC",  "BAD_VERSION", "BAD_STRING",
    "BAD_HEADER",      "BAD_STATUS",    "BAD_REASON", "BAD_LEVEL",  "BAD_SERIAL", "BAD_RECORD",  "BAD_DESCRIPTOR",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == MJ_STATUS_END - MJ_STATUS_BASE, "one name for each code");

const char *mj_status_name(apr_status_t status)
{
    if (status < MJ_STATUS_BASE || status >= MJ_STATUS_END) {
        return NULL;
    }
    return names[status - MJ_STATUS_BASE];
}
