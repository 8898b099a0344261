/* A record: a sequence of named values, the form in which settings and application definitions
 * travel (PROTOCOL.md, section 5).
 *
 * Pure functions over caller's memory: no I/O, no allocation but the builder's, no logging. */
#ifndef MJ_RECORD_H
#define MJ_RECORD_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

/** A run of bytes that belongs to somebody else; not NUL-terminated. */
typedef struct mj_span_t {
    const char *data;
    apr_size_t len;
} mj_span_t;

/** Grows in a pool. */
typedef struct mj_record_builder_t mj_record_builder_t;

mj_record_builder_t *mj_record_builder_make(apr_pool_t *pool);

/** Appends an entry. name has 1 to 255 bytes; both are copied. */
void mj_record_add(mj_record_builder_t *builder, const char *name, const char *value);
void mj_record_add_span(mj_record_builder_t *builder, const char *name, mj_span_t value);
void mj_record_add_number(mj_record_builder_t *builder, const char *name, int64_t value);

/** What was appended so far; valid until the next append. */
mj_span_t mj_record_bytes(const mj_record_builder_t *builder);

/** Overwrites bytes that the caller owns: nothing of them stays in memory. */
void mj_span_wipe(mj_span_t span);

/** A position in a record: start with the whole record in rest. */
typedef struct mj_record_iter_t {
    mj_span_t rest;
    mj_span_t name;
    mj_span_t value;
} mj_record_iter_t;

/** Steps to the next entry and sets name and value.
 *  @return APR_SUCCESS; APR_EOF after the last entry; MJ_EBADRECORD where the bytes are
 *    malformed. */
apr_status_t mj_record_next(mj_record_iter_t *iter);

/** @return APR_SUCCESS if every entry of the record is well formed, else MJ_EBADRECORD. */
apr_status_t mj_record_check(mj_span_t record);

/** Finds the first entry of that name in a well-formed record.
 *  @return false, and *value untouched, where there is none. */
bool mj_record_find(mj_span_t record, const char *name, mj_span_t *value);

/** The first entry of that name as a NUL-terminated copy in pool; otherwise if there is none, or if
 * it holds a NUL. */
const char *mj_record_text(mj_span_t record, const char *name, const char *otherwise, apr_pool_t *pool);

/** The first entry of that name as a decimal number; otherwise if there is none or it is not a
 * number of 64 bits. */
int64_t mj_record_number(mj_span_t record, const char *name, int64_t otherwise);

bool mj_span_equal(mj_span_t a, mj_span_t b);
bool mj_span_is(mj_span_t span, const char *text);

/** mj_fnv32 of its bytes. */
uint32_t mj_span_hash(mj_span_t span);

#endif
