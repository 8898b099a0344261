#include "record.h"

#include "fnv.h"
#include "status.h"

#include <apr_strings.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 255
#define VALUE_LENGTH_SIZE 4
#define FIRST_CAPACITY 512

struct mj_record_builder_t {
    apr_pool_t *pool;
    char *data;
    apr_size_t len;
    apr_size_t capacity;
};

mj_record_builder_t *mj_record_builder_make(apr_pool_t *pool)
{
    mj_record_builder_t *builder = apr_palloc(pool, sizeof(*builder));

    builder->pool = pool;
    builder->data = apr_palloc(pool, FIRST_CAPACITY);
    builder->len = 0;
    builder->capacity = FIRST_CAPACITY;
    return builder;
}

static void reserve(mj_record_builder_t *builder, apr_size_t more)
{
    apr_size_t capacity = builder->capacity;
    char *data;

    if (more <= capacity - builder->len) {
        return;
    }
    capacity = capacity * 2 + more;
    data = apr_palloc(builder->pool, capacity);
    memcpy(data, builder->data, builder->len);
    explicit_bzero(builder->data, builder->len); /* it may hold secrets */
    builder->data = data;
    builder->capacity = capacity;
}

static void append(mj_record_builder_t *builder, const void *data, apr_size_t len)
{
    if (len > 0) {
        memcpy(builder->data + builder->len, data, len);
        builder->len += len;
    }
}

void mj_record_add(mj_record_builder_t *builder, const char *name, const char *value)
{
    mj_record_add_span(builder, name, (mj_span_t){value, strlen(value)});
}

void mj_record_add_span(mj_record_builder_t *builder, const char *name, mj_span_t value)
{
    apr_size_t name_len = strlen(name);
    unsigned char name_length = (unsigned char)name_len;
    unsigned char value_length[VALUE_LENGTH_SIZE] = {
        (unsigned char)(value.len >> 24),
        (unsigned char)(value.len >> 16),
        (unsigned char)(value.len >> 8),
        (unsigned char)value.len,
    };

    /* A caller's mistake; a record with a wrong length would be read as other entries. */
    if (name_len == 0 || name_len > NAME_MAX_LEN || value.len > UINT32_MAX) {
        abort();
    }
    reserve(builder, 1 + name_len + VALUE_LENGTH_SIZE + value.len);
    append(builder, &name_length, 1);
    append(builder, name, name_len);
    append(builder, value_length, VALUE_LENGTH_SIZE);
    append(builder, value.data, value.len);
}

void mj_record_add_number(mj_record_builder_t *builder, const char *name, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    mj_record_add(builder, name, text);
}

mj_span_t mj_record_bytes(const mj_record_builder_t *builder)
{
    return (mj_span_t){builder->data, builder->len};
}

void mj_span_wipe(mj_span_t span)
{
    if (span.len > 0) {
        explicit_bzero((void *)(uintptr_t)span.data, span.len);
    }
}

apr_status_t mj_record_next(mj_record_iter_t *iter)
{
    const unsigned char *at = (const unsigned char *)iter->rest.data;
    apr_size_t left = iter->rest.len;
    apr_size_t name_len;
    apr_size_t value_len;

    if (left == 0) {
        return APR_EOF;
    }
    name_len = at[0];
    at += 1;
    left -= 1;
    if (name_len == 0 || left < name_len || left - name_len < VALUE_LENGTH_SIZE) {
        return MJ_EBADRECORD;
    }
    iter->name = (mj_span_t){(const char *)at, name_len};
    at += name_len;
    left -= name_len + VALUE_LENGTH_SIZE;
    value_len = (apr_size_t)at[0] << 24 | (apr_size_t)at[1] << 16 | (apr_size_t)at[2] << 8 | at[3];
    at += VALUE_LENGTH_SIZE;
    if (left < value_len) {
        return MJ_EBADRECORD;
    }
    iter->value = (mj_span_t){(const char *)at, value_len};
    iter->rest = (mj_span_t){(const char *)at + value_len, left - value_len};
    return APR_SUCCESS;
}

apr_status_t mj_record_check(mj_span_t record)
{
    mj_record_iter_t iter = {.rest = record};
    apr_status_t rv;

    do {
        rv = mj_record_next(&iter);
    } while (rv == APR_SUCCESS);
    return rv == APR_EOF ? APR_SUCCESS : rv;
}

bool mj_record_find(mj_span_t record, const char *name, mj_span_t *value)
{
    mj_record_iter_t iter = {.rest = record};

    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, name)) {
            *value = iter.value;
            return true;
        }
    }
    return false;
}

const char *mj_record_text(mj_span_t record, const char *name, const char *otherwise, apr_pool_t *pool)
{
    mj_span_t value;

    if (!mj_record_find(record, name, &value) || (value.len > 0 && memchr(value.data, '\0', value.len))) {
        return otherwise;
    }
    return apr_pstrmemdup(pool, value.data, value.len);
}

int64_t mj_record_number(mj_span_t record, const char *name, int64_t otherwise)
{
    mj_span_t text;
    bool is_negative;
    apr_size_t i;
    int64_t number = 0; /* counted downwards, because INT64_MIN has no positive counterpart */

    if (!mj_record_find(record, name, &text)) {
        return otherwise;
    }
    is_negative = text.len > 0 && text.data[0] == '-';
    i = is_negative ? 1 : 0;
    if (i == text.len) {
        return otherwise;
    }
    for (; i < text.len; i++) {
        int digit = text.data[i] - '0';

        if (digit < 0 || digit > 9 || number < (INT64_MIN + digit) / 10) {
            return otherwise;
        }
        number = number * 10 - digit;
    }
    if (is_negative) {
        return number;
    }
    return number == INT64_MIN ? otherwise : -number;
}

bool mj_span_equal(mj_span_t a, mj_span_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool mj_span_is(mj_span_t span, const char *text)
{
    return mj_span_equal(span, (mj_span_t){text, strlen(text)});
}

uint32_t mj_span_hash(mj_span_t span)
{
    return mj_fnv32(span.data, span.len);
}
