#include "sources.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool ends_with(mj_span_t text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

/* @return whether there was a next one */
static bool next_source(mj_record_iter_t *iter, mj_span_t *path)
{
    while (mj_record_next(iter) == APR_SUCCESS) {
        if (mj_span_is(iter->name, "application") && mj_record_check(iter->value) == APR_SUCCESS &&
            mj_record_find(iter->value, "target", path) && ends_with(*path, ".java")) {
            return true;
        }
    }
    return false;
}

bool mj_sources_has_any(mj_span_t record)
{
    mj_record_iter_t iter = {.rest = record};
    mj_span_t path;
    return next_source(&iter, &path);
}

static bool is_older(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec < b->st_ctim.tv_sec ||
           (a->st_mtim.tv_sec == b->st_ctim.tv_sec && a->st_mtim.tv_nsec < b->st_ctim.tv_nsec);
}

/* KeptClasses names its files by the same hash. */
bool mj_sources_need_compiler(mj_span_t record, const char *state)
{
    mj_record_iter_t iter = {.rest = record};
    char source_path[PATH_MAX], kept_path[PATH_MAX];
    struct stat source, kept;
    mj_span_t path;

    while (next_source(&iter, &path)) {
        if (snprintf(source_path, sizeof(source_path), "%.*s", (int)path.len, path.data) < (int)sizeof(source_path) &&
            snprintf(kept_path, sizeof(kept_path), "%s/classes-%08x", state, mj_span_hash(path)) < (int)sizeof(kept_path) &&
            stat(source_path, &source) == 0 && (lstat(kept_path, &kept) != 0 || is_older(&kept, &source))) {
            return true;
        }
    }
    return false;
}
