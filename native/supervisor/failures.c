#include "failures.h"

#include <stdlib.h>
#include <string.h>

static bool has_failed(const char *failed, uint32_t hash)
{
    while (*failed != '\0') {
        char *end;
        if (strtoul(failed, &end, 16) == hash && end != failed) {
            return true;
        }
        failed = end != failed && *end == ' ' ? end + 1 : "";
    }
    return false;
}

static bool has_application(mj_span_t record, mj_span_t definition)
{
    mj_record_iter_t iter = {.rest = record};
    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "application") && mj_span_equal(iter.value, definition)) {
            return true;
        }
    }
    return false;
}

bool mj_failures_lose(const mj_served_t *old, const mj_served_t *new, mj_span_t *target)
{
    mj_record_iter_t iter = {.rest = new->record};

    while (*new->failed != '\0' && mj_record_next(&iter) == APR_SUCCESS) {
        uint32_t hash;
        if (!mj_span_is(iter.name, "application")) {
            continue;
        }
        hash = mj_span_hash(iter.value);
        if (has_failed(new->failed, hash) && !has_failed(old->failed, hash) && has_application(old->record, iter.value)) {
            if (!mj_record_find(iter.value, "target", target)) {
                *target = (mj_span_t){"", 0};
            }
            return true;
        }
    }
    return false;
}
