/* FNV-1a: hashes that tell things apart, and keep no secret. Pure. */
#ifndef MJ_FNV_H
#define MJ_FNV_H

#include <stddef.h>
#include <stdint.h>

/** Of 32 bits: what daemons and the supervisor name definitions by
 *  (tests/protocol/LIFECYCLE.md). */
uint32_t mj_fnv32(const void *bytes, size_t len);

#define MJ_FNV64_BEGIN UINT64_C(14695981039346656037)

/** Of 64 bits, piece by piece. @param hash of what came before; MJ_FNV64_BEGIN */
uint64_t mj_fnv64(uint64_t hash, const void *bytes, size_t len);

#endif
