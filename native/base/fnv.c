#include "fnv.h"

uint32_t mj_fnv32(const void *bytes, size_t len)
{
    const unsigned char *each = bytes;
    uint32_t hash = 2166136261U;
    size_t i;
    for (i = 0; i < len; i++) {
        hash = (hash ^ each[i]) * 16777619U;
    }
    return hash;
}

uint64_t mj_fnv64(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *each = bytes;
    size_t i;
    for (i = 0; i < len; i++) {
        hash = (hash ^ each[i]) * UINT64_C(1099511628211);
    }
    return hash;
}
