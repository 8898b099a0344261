/* Fuzzes the reading of records. */
#include "record.h"
#include "status.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mj_record_iter_t iter = {.rest = {(const char *)data, size}};
    apr_status_t checked = mj_record_check(iter.rest);
    apr_size_t walked = 0;
    apr_status_t rv;

    (void)mj_record_number(iter.rest, "n", 0);
    while ((rv = mj_record_next(&iter)) == APR_SUCCESS) {
        walked += 1 + iter.name.len + 4 + iter.value.len;
    }
    if ((rv != APR_EOF && rv != MJ_EBADRECORD) || checked != (rv == APR_EOF ? APR_SUCCESS : rv) ||
        walked + iter.rest.len != size) {
        abort();
    }
    return 0;
}
