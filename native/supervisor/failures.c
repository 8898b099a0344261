#include "failures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mj_failed_mounts_take(mj_failed_mounts_t *failed, const char *text)
{
    char *end;
    uint32_t hash = (uint32_t)strtoul(text, &end, 16);
    unsigned at = 0;

    if (end == text || (*end != '\0' && *end != ' ')) {
        return;
    }
    while (at < failed->count && failed->mounts[at].hash != hash) {
        at++;
    }
    if (*end == '\0' && at < failed->count) {
        failed->mounts[at] = failed->mounts[--failed->count];
    } else if (*end == ' ' && at < MJ_FAILED_MOUNTS) {
        failed->count = at == failed->count ? at + 1 : failed->count;
        failed->mounts[at].hash = hash;
        (void)snprintf(failed->mounts[at].reason, MJ_FAILED_REASON, "%s", end + 1);
    }
}

bool mj_failure_is_exclusive(const char *reason)
{
    /* of the JDK, H2, SQLite, Derby, Lucene, and the debugger's and JMX's ports */
    static const char *const signs[] = {"in use",           "BindException",  "OverlappingFileLock", "is locked",
                                        "already locked",   "lock held",      "LockObtainFailed",    "SQLITE_BUSY",
                                        "another instance", "another process"};
    size_t i;
    for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strcasestr(reason, signs[i]) != NULL) {
            return true;
        }
    }
    return false;
}

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
