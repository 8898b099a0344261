#include "flags.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PREFIX "-XX:"

/* An exported variable of a JVM; NULL: it has none of that name. */
static const void *find(void *library, const char *name)
{
    return dlsym(library, name);
}

static bool read_number(void *library, const char *name, uint64_t *number)
{
    const uint64_t *found = find(library, name);
    if (found != NULL) {
        *number = *found;
    }
    return found != NULL;
}

static const char *text_at(const char *entry, uint64_t offset)
{
    return *(const char *const *)(const void *)(entry + offset);
}

static uint64_t number_at(const char *entry, uint64_t offset)
{
    return *(const uint64_t *)(const void *)(entry + offset);
}

static bool is(const char *text, const char *expected)
{
    return text != NULL && strcmp(text, expected) == 0;
}

/* HotSpot describes its own structures in two arrays, which end with an entry without names. */
static bool find_row(void *library, mj_flags_t *flags)
{
    const char *const *types = find(library, "gHotSpotVMTypes");
    uint64_t name, size, stride;
    const char *entry;

    if (types == NULL || !read_number(library, "gHotSpotVMTypeEntryTypeNameOffset", &name) ||
        !read_number(library, "gHotSpotVMTypeEntrySizeOffset", &size) ||
        !read_number(library, "gHotSpotVMTypeEntryArrayStride", &stride)) {
        return false;
    }
    for (entry = *types; text_at(entry, name) != NULL; entry += stride) {
        if (is(text_at(entry, name), "JVMFlag")) {
            flags->row_size = number_at(entry, size);
        }
    }
    return flags->row_size != 0;
}

static bool find_fields(void *library, mj_flags_t *flags)
{
    const char *const *fields = find(library, "gHotSpotVMStructs");
    uint64_t type, field, offset, address, stride;
    const char *entry;

    if (fields == NULL || !read_number(library, "gHotSpotVMStructEntryTypeNameOffset", &type) ||
        !read_number(library, "gHotSpotVMStructEntryFieldNameOffset", &field) ||
        !read_number(library, "gHotSpotVMStructEntryOffsetOffset", &offset) ||
        !read_number(library, "gHotSpotVMStructEntryAddressOffset", &address) ||
        !read_number(library, "gHotSpotVMStructEntryArrayStride", &stride)) {
        return false;
    }
    flags->name_offset = flags->row_size;
    for (entry = *fields; text_at(entry, type) != NULL; entry += stride) {
        if (!is(text_at(entry, type), "JVMFlag")) {
            continue;
        }
        if (is(text_at(entry, field), "_name")) {
            flags->name_offset = number_at(entry, offset);
        } else if (is(text_at(entry, field), "flags")) {
            flags->rows = text_at(text_at(entry, address), 0);
        } else if (is(text_at(entry, field), "numFlags")) {
            flags->count = number_at(text_at(entry, address), 0);
        }
    }
    return flags->name_offset + sizeof(char *) <= flags->row_size;
}

mj_flags_t mj_flags_of(void *library)
{
    mj_flags_t flags = {.rows = NULL};
    if (!find_row(library, &flags) || !find_fields(library, &flags)) {
        flags.rows = NULL;
    }
    return flags;
}

bool mj_flag_is_known(const mj_flags_t *flags, const char *option)
{
    const char *name = option + strlen(PREFIX);
    size_t len;
    uint64_t i;

    if (strncmp(option, PREFIX, strlen(PREFIX)) != 0) {
        return true;
    }
    name += *name == '+' || *name == '-' ? 1 : 0;
    len = strcspn(name, "=");
    for (i = 0; flags->rows != NULL && i < flags->count; i++) {
        const char *known = text_at(flags->rows + i * flags->row_size, flags->name_offset);
        if (known != NULL && strncmp(known, name, len) == 0 && known[len] == '\0') {
            return true;
        }
    }
    return false;
}

void mj_flags_keep_known(const mj_flags_t *flags, mj_options_t *options)
{
    int from, to = 0, own = options->own_count;
    for (from = 0; from < options->count; from++) {
        if (from >= own || mj_flag_is_known(flags, options->texts[from])) {
            options->texts[to++] = options->texts[from];
        } else {
            options->own_count--;
        }
    }
    options->count = to;
}
