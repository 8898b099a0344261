/* What the vectors cannot show: limits, sizes that would make large files, every single byte, and
 * what failure leaves untouched. */
#include "daemon_frame.h"
#include "harness.h"

#include <apr_strings.h>
#include <string.h>

static mj_span_t span(const char *text)
{
    return (mj_span_t){text, strlen(text)};
}

static mj_span_t filled(apr_size_t len, char byte)
{
    char *data = apr_palloc(test_pool, len);

    memset(data, byte, len);
    return (mj_span_t){data, len};
}

static apr_status_t encode(const mj_request_t *request, apr_size_t *len)
{
    unsigned char *out;
    apr_status_t rv = mj_request_encode(NULL, 0, 1, request, len);

    if (rv != APR_ENOSPC) {
        return rv;
    }
    out = mj_exact_copy(apr_pcalloc(test_pool, *len), *len);
    return mj_request_encode(out, *len, 1, request, len);
}

/* --- frame headers --- */

static const unsigned char *frame_header(uint32_t len, uint8_t type, uint8_t flags)
{
    unsigned char bytes[MJ_HEADER_SIZE] = {
        (unsigned char)(len >> 24),
        (unsigned char)(len >> 16),
        (unsigned char)(len >> 8),
        (unsigned char)len,
        type,
        flags,
        0xab,
        0xcd,
    };

    return mj_exact_copy(bytes, sizeof(bytes));
}

static const struct {
    uint32_t limit;
    uint8_t type;
    uint8_t flags;
} rules[] = {
    {256, MJ_FRAME_WELCOME, 0},  {65536, MJ_FRAME_RESPONSE, 7}, {65536, MJ_FRAME_DATA, 1},     {0, MJ_FRAME_END, 0},
    {4, MJ_FRAME_CREDIT, 0},     {1, MJ_FRAME_REFUSED, 0},      {4096, MJ_FRAME_FAILED, 0},    {4096, MJ_FRAME_ABORT, 0},
    {65536, MJ_FRAME_INFORM, 0}, {65536, MJ_FRAME_TRAILERS, 0}, {65536, MJ_FRAME_UPGRADED, 0}, {4096, MJ_FRAME_LOG, 0},
    {0, MJ_FRAME_PLACE, 1},
};

#define RULE_COUNT ((int)(sizeof(rules) / sizeof(rules[0])))

static int rule_of(int type)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        if (rules[i].type == type) {
            return i;
        }
    }
    return -1;
}

START_TEST(each_type_has_its_limit_and_flags)
{
    for (int type = 0; type < 256; type++) {
        int rule = rule_of(type);
        mj_frame_t frame;

        if (rule < 0) {
            ck_assert_int_eq(mj_frame_decode(frame_header(0, (uint8_t)type, 0), MJ_HEADER_SIZE, &frame), MJ_EUNKNOWNFRAME);
            continue;
        }
        ck_assert_int_eq(mj_frame_decode(frame_header(rules[rule].limit, (uint8_t)type, 0), MJ_HEADER_SIZE, &frame), APR_SUCCESS);
        ck_assert_uint_eq(frame.len, rules[rule].limit);
        ck_assert_uint_eq(frame.type, type);
        ck_assert_uint_eq(frame.serial, 0xabcd);
        ck_assert_int_eq(mj_frame_decode(frame_header(rules[rule].limit + 1, (uint8_t)type, 0), MJ_HEADER_SIZE, &frame),
                         MJ_EFRAMETOOLARGE);
        for (int flags = 0; flags < 256; flags++) {
            apr_status_t rv =
                mj_frame_decode(frame_header(rules[rule].limit, (uint8_t)type, (uint8_t)flags), MJ_HEADER_SIZE, &frame);

            bool is_contradiction =
                type == MJ_FRAME_RESPONSE && (flags & MJ_FLAG_RESPONSE_BODY) && (flags & MJ_FLAG_RESPONSE_FILE);

            ck_assert_int_eq(rv, (flags & ~rules[rule].flags) || is_contradiction ? MJ_EBADFLAGS : APR_SUCCESS);
        }
    }
}
END_TEST

START_TEST(failure_leaves_results_untouched)
{
    mj_frame_t frame = {.len = 42};
    mj_response_t response = {.status = 42};
    mj_fields_t fields = {.count = 42};
    mj_span_t message = {"untouched", 9};
    uint32_t number = 42;
    uint16_t status = 42;
    uint8_t reason = 42;

    ck_assert_int_ne(mj_frame_decode(frame_header(0, MJ_FRAME_DATA, 0), MJ_HEADER_SIZE, &frame), APR_SUCCESS);
    ck_assert_int_ne(mj_frame_decode(frame_header(5, MJ_FRAME_CREDIT, 0), MJ_HEADER_SIZE, &frame), APR_SUCCESS);
    ck_assert_int_ne(mj_frame_decode(frame_header(0, MJ_FRAME_END, 0), 7, &frame), APR_SUCCESS);
    ck_assert_uint_eq(frame.len, 42);
    ck_assert_int_ne(mj_response_decode(mj_exact_copy("\0\xc8\0\0\0\0\0\0\0\0\0\1", 12), 12, 0, &response), APR_SUCCESS);
    ck_assert_uint_eq(response.status, 42);
    ck_assert_int_ne(mj_welcome_decode(mj_exact_copy("MJVM\2\0\0\0\0\0\0", 11), 11, &number), APR_SUCCESS);
    ck_assert_int_ne(mj_credit_decode(mj_exact_copy("\0\0\0\0", 4), 4, &number), APR_SUCCESS);
    ck_assert_int_ne(mj_credit_decode(mj_exact_copy("\0\0\0\1\0", 5), 5, &number), APR_SUCCESS);
    ck_assert_uint_eq(number, 42);
    ck_assert_int_ne(mj_refused_decode(mj_exact_copy("\5", 1), 1, &reason), APR_SUCCESS);
    ck_assert_uint_eq(reason, 42);
    ck_assert_int_ne(mj_failed_decode(mj_exact_copy("\1\xf4\0\1aa", 6), 6, &status, &message), APR_SUCCESS);
    ck_assert_int_ne(mj_failed_decode(mj_exact_copy("\1\xf4\0\1\0", 5), 5, &status, &message), APR_SUCCESS);
    ck_assert_int_ne(mj_abort_decode(mj_exact_copy("\0\1aa", 4), 4, &message), APR_SUCCESS);
    ck_assert_int_ne(mj_log_decode(mj_exact_copy("\3\0\1aa", 5), 5, &reason, &message), APR_SUCCESS);
    ck_assert_int_ne(mj_log_decode(mj_exact_copy("\2\0\1a", 4), 4, &reason, &message), APR_SUCCESS);
    ck_assert_uint_eq(reason, 42);
    ck_assert_int_ne(mj_fields_decode(mj_exact_copy("\0\1", 2), 2, &fields), APR_SUCCESS);
    ck_assert_uint_eq(fields.count, 42);
    ck_assert_uint_eq(status, 42);
    ck_assert(mj_span_is(message, "untouched"));
}
END_TEST

/* --- responses --- */

/* A response's payload with one header field. */
static apr_status_t decode_header(mj_span_t name, mj_span_t value, mj_response_t *response)
{
    apr_size_t len = 12 + 2 + name.len + 2 + value.len;
    unsigned char *in = apr_pcalloc(test_pool, len);
    unsigned char *at = in + 12;

    in[1] = 200;
    in[11] = 1;
    *at++ = (unsigned char)(name.len >> 8);
    *at++ = (unsigned char)name.len;
    memcpy(at, name.data, name.len);
    at += name.len;
    *at++ = (unsigned char)(value.len >> 8);
    *at++ = (unsigned char)value.len;
    memcpy(at, value.data, value.len);
    return mj_response_decode(mj_exact_copy(in, len), len, 0, response);
}

static bool is_tchar(int c)
{
    return c != 0 && strchr("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", c) != NULL;
}

START_TEST(a_name_of_a_response_is_a_token)
{
    for (int c = 0; c < 256; c++) {
        char name[] = {'a', (char)c, 'b'};
        apr_status_t expected = c == 0 ? MJ_EBADSTRING : is_tchar(c) ? APR_SUCCESS : MJ_EBADHEADER;
        mj_response_t response;

        ck_assert_msg(decode_header((mj_span_t){name, 3}, span("v"), &response) == expected, "byte %d", c);
        ck_assert_msg(decode_header((mj_span_t){name + 1, 1}, span("v"), &response) == expected, "byte %d alone", c);
    }
}
END_TEST

START_TEST(a_value_of_a_response_holds_no_control)
{
    for (int c = 0; c < 256; c++) {
        char value[] = {'a', (char)c, 'b'};
        bool is_control = (c < 32 && c != '\t') || c == 127;
        apr_status_t expected = c == 0 ? MJ_EBADSTRING : is_control ? MJ_EBADHEADER : APR_SUCCESS;
        mj_response_t response;

        ck_assert_msg(decode_header(span("n"), (mj_span_t){value, 3}, &response) == expected, "byte %d", c);
    }
}
END_TEST

START_TEST(a_status_is_of_its_range)
{
    for (uint32_t status = 0; status <= 65535; status++) {
        unsigned char in[12] = {(unsigned char)(status >> 8), (unsigned char)status};
        mj_response_t response;
        mj_span_t message;
        uint16_t failed;

        ck_assert_int_eq(mj_response_decode(in, 12, 0, &response), status >= 200 && status <= 599 ? APR_SUCCESS : MJ_EBADSTATUS);
        ck_assert_int_eq(mj_inform_decode(in, 4, &response), status >= 102 && status <= 199 ? APR_SUCCESS : MJ_EBADSTATUS);
        ck_assert_int_eq(mj_failed_decode(in, 4, &failed, &message),
                         status >= 400 && status <= 599 ? APR_SUCCESS : MJ_EBADSTATUS);
    }
}
END_TEST

START_TEST(the_largest_response_is_decoded)
{
    mj_response_t response;
    mj_span_t value = filled(MJ_MAX_RESPONSE - 12 - 2 - 1 - 2, 'v');
    mj_pair_t header;
    mj_span_t rest;

    ck_assert_int_eq(decode_header(span("n"), value, &response), APR_SUCCESS);
    rest = response.fields.pairs;
    ck_assert(mj_header_next(&rest, &header));
    ck_assert(mj_span_is(header.name, "n"));
    ck_assert(mj_span_equal(header.value, value));
    ck_assert(!mj_header_next(&rest, &header));
}
END_TEST

START_TEST(walking_stays_within_a_piece)
{
    static const char pieces[] = "\0\1n\0\5value";

    for (apr_size_t len = 0; len < sizeof(pieces) - 1; len++) {
        mj_span_t rest = {(const char *)mj_exact_copy(pieces, len), len};
        mj_pair_t header;

        ck_assert(!mj_header_next(&rest, &header));
    }
}
END_TEST

/* --- requests --- */

START_TEST(a_request_needs_its_size)
{
    mj_request_t request = {.method = span("GET")};
    apr_size_t len = 0;
    unsigned char *out;

    ck_assert_int_eq(mj_request_encode(NULL, 0, 1, &request, &len), APR_ENOSPC);
    ck_assert_uint_eq(len, MJ_HEADER_SIZE + 12 + 14 * 2 + 3 + 2 + 2);
    out = mj_exact_copy(apr_pcalloc(test_pool, len), len);
    ck_assert_int_eq(mj_request_encode(out, len - 1, 1, &request, &len), APR_ENOSPC);
    ck_assert_mem_eq(out, apr_pcalloc(test_pool, len), len);
    ck_assert_int_eq(mj_request_encode(out, len, 1, &request, &len), APR_SUCCESS);
}
END_TEST

START_TEST(a_string_of_65535_bytes_has_the_long_form)
{
    static const apr_size_t lengths[] = {65534, 65535, 65536, 1000000};
    apr_size_t least = 0;

    ck_assert_int_eq(encode(&(mj_request_t){.method = span("")}, &least), APR_SUCCESS);
    for (int i = 0; i < 4; i++) {
        apr_size_t extra = lengths[i] < MJ_LONG_STRING ? 0 : 4;
        mj_span_t text = filled(lengths[i], 'x');
        mj_pair_t pair = {span("n"), text};
        unsigned char *out;
        apr_size_t len = 0;

        ck_assert_int_eq(encode(&(mj_request_t){.headers = &pair, .header_count = 1}, &len), APR_SUCCESS);
        ck_assert_uint_eq(len, least + 2 + 1 + 2 + extra + lengths[i]);
        ck_assert_int_eq(encode(&(mj_request_t){.variables = &pair, .variable_count = 1}, &len), APR_SUCCESS);
        ck_assert_int_eq(encode(&(mj_request_t){.method = text}, &len), APR_SUCCESS);
        ck_assert_uint_eq(len, least + extra + lengths[i]);
        out = apr_palloc(test_pool, len);
        ck_assert_int_eq(mj_request_encode(out, len, 1, &(mj_request_t){.method = text}, &len), APR_SUCCESS);
        out += MJ_HEADER_SIZE + 12;
        if (extra == 0) {
            ck_assert_mem_eq(out, "\xff\xfex", 3);
        } else {
            ck_assert_mem_eq(out, "\xff\xff\0", 3);
            ck_assert_uint_eq((apr_size_t)out[3] << 16 | (apr_size_t)out[4] << 8 | out[5], lengths[i]);
            ck_assert_mem_eq(out + 6, "x", 1);
        }
    }
}
END_TEST

START_TEST(an_application_has_65535_bytes_at_most)
{
    apr_size_t len = 42;

    ck_assert_int_eq(encode(&(mj_request_t){.application = filled(65536, 'x')}, &len), MJ_EFRAMETOOLARGE);
    ck_assert_uint_eq(len, 42);
    ck_assert_int_eq(encode(&(mj_request_t){.application = filled(65535, 'x')}, &len), APR_SUCCESS);
}
END_TEST

START_TEST(a_request_has_four_mebibytes_at_most)
{
    mj_pair_t pairs[4];
    mj_request_t request = {.variables = pairs, .variable_count = 4};
    apr_size_t len = 0;
    apr_size_t surplus;

    for (int i = 0; i < 4; i++) {
        pairs[i] = (mj_pair_t){span("n"), filled(1200000, 'v')};
    }
    pairs[3].value.len = 70000;
    ck_assert_int_eq(encode(&request, &len), APR_SUCCESS);
    pairs[3].value.len += MJ_HEADER_SIZE + MJ_MAX_REQUEST - len;
    ck_assert_uint_le(pairs[3].value.len, 1200000);
    ck_assert_int_eq(encode(&request, &len), APR_SUCCESS);
    ck_assert_uint_eq(len, MJ_HEADER_SIZE + MJ_MAX_REQUEST);
    pairs[3].value.len++;
    surplus = len;
    ck_assert_int_eq(encode(&request, &surplus), MJ_EFRAMETOOLARGE);
    ck_assert_uint_eq(surplus, len);
    /* two bytes too many, of the count of the variables */
    pairs[3].value.len -= 3;
    request.headers = pairs;
    request.header_count = 4;
    request.variable_count = 0;
    ck_assert_int_eq(encode(&request, &len), APR_SUCCESS);
    pairs[3].value.len += 3;
    ck_assert_int_eq(encode(&request, &len), MJ_EFRAMETOOLARGE);
    /* by far */
    pairs[0].value = (mj_span_t){filled(8, 'v').data, SIZE_MAX};
    ck_assert_int_eq(encode(&(mj_request_t){.application = pairs[0].value}, &len), MJ_EFRAMETOOLARGE);
}
END_TEST

START_TEST(a_count_is_65535_at_most)
{
    mj_pair_t *pairs = apr_pcalloc(test_pool, 65536 * sizeof(*pairs));
    apr_size_t len;

    ck_assert_int_eq(encode(&(mj_request_t){.variables = pairs, .variable_count = 65535}, &len), APR_SUCCESS);
    ck_assert_int_eq(encode(&(mj_request_t){.variables = pairs, .variable_count = 65536}, &len), MJ_EFRAMETOOLARGE);
    ck_assert_int_eq(encode(&(mj_request_t){.headers = pairs, .header_count = 65536}, &len), MJ_EFRAMETOOLARGE);
}
END_TEST

static apr_status_t encode_headers(mj_span_t name, mj_span_t value)
{
    mj_pair_t header = {name, value};
    apr_size_t len;

    return encode(&(mj_request_t){.headers = &header, .header_count = 1}, &len);
}

static apr_status_t encode_variables(mj_span_t name, mj_span_t value)
{
    mj_pair_t variable = {name, value};
    apr_size_t len;

    return encode(&(mj_request_t){.variables = &variable, .variable_count = 1}, &len);
}

START_TEST(a_request_holds_no_forbidden_byte)
{
    for (int c = 0; c < 256; c++) {
        char text[] = {'a', (char)c, 'b'};
        mj_span_t tested = {text, 3};
        apr_status_t nul = c == 0 ? MJ_EBADSTRING : APR_SUCCESS;
        apr_size_t len;

        ck_assert_int_eq(encode(&(mj_request_t){.method = tested}, &len), nul);
        ck_assert_int_eq(encode(&(mj_request_t){.path_info = tested}, &len), nul);
        ck_assert_int_eq(encode(&(mj_request_t){.log_id = tested}, &len), nul);
        ck_assert_int_eq(encode(&(mj_request_t){.application = tested}, &len), APR_SUCCESS);
        ck_assert_int_eq(encode_variables(tested, span("v")), nul);
        ck_assert_int_eq(encode_variables(span("n"), tested), nul);
        ck_assert_int_eq(encode_headers(tested, span("v")), c == 0 ? MJ_EBADSTRING : is_tchar(c) ? APR_SUCCESS : MJ_EBADHEADER);
        ck_assert_int_eq(encode_headers(span("n"), tested), c == 0                   ? MJ_EBADSTRING
                                                            : c == '\r' || c == '\n' ? MJ_EBADHEADER
                                                                                     : APR_SUCCESS);
    }
}
END_TEST

START_TEST(an_empty_name_is_no_token)
{
    ck_assert_int_eq(encode_headers(span(""), span("v")), MJ_EBADHEADER);
}
END_TEST

START_TEST(flags_and_length_of_a_request_agree)
{
    apr_size_t len;

    ck_assert_int_eq(encode(&(mj_request_t){.flags = MJ_FLAG_REQUEST_EXPECT}, &len), MJ_EBADFLAGS);
    ck_assert_int_eq(encode(&(mj_request_t){.flags = MJ_FLAG_REQUEST_WHOLE}, &len), MJ_EBADFLAGS);
    ck_assert_int_eq(encode(&(mj_request_t){.flags = MJ_FLAG_REQUEST_BODY | MJ_FLAG_REQUEST_EXPECT | MJ_FLAG_REQUEST_WHOLE},
                            &len),
                     MJ_EBADFLAGS);
    ck_assert_int_eq(encode(&(mj_request_t){.flags = MJ_FLAG_REQUEST_BODY | 0x80}, &len), MJ_EBADFLAGS);
    ck_assert_int_eq(encode(&(mj_request_t){.content_length = 1}, &len), MJ_EBADLENGTH);
    ck_assert_int_eq(encode(&(mj_request_t){.content_length = MJ_LENGTH_UNKNOWN}, &len), MJ_EBADLENGTH);
    ck_assert_int_eq(encode(&(mj_request_t){.flags = MJ_FLAG_REQUEST_BODY, .content_length = 1}, &len), APR_SUCCESS);
}
END_TEST

START_TEST(a_request_that_is_encoded_can_be_marked_whole)
{
    const mj_request_t request = {.flags = MJ_FLAG_REQUEST_BODY, .content_length = 1};
    const mj_request_t whole = {.flags = MJ_FLAG_REQUEST_BODY | MJ_FLAG_REQUEST_WHOLE, .content_length = 1};
    unsigned char marked[256], expected[256];
    apr_size_t len;

    ck_assert_int_eq(mj_request_encode(marked, sizeof(marked), 1, &request, &len), APR_SUCCESS);
    mj_request_mark_whole(marked);
    ck_assert_int_eq(mj_request_encode(expected, sizeof(expected), 1, &whole, &len), APR_SUCCESS);
    ck_assert_mem_eq(marked, expected, len);
}
END_TEST

START_TEST(the_largest_data_has_its_header)
{
    static const unsigned char expected[] = {0, 1, 0, 0, MJ_FRAME_DATA, 0, 0xff, 0xff};
    unsigned char *out = mj_exact_copy(expected, sizeof(expected));

    memset(out, 0x55, sizeof(expected));
    mj_data_header_encode(out, 65535, MJ_MAX_DATA);
    ck_assert_mem_eq(out, expected, sizeof(expected));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("wire");
    TCase *decode_case = mj_case(suite, "decode");
    TCase *encode_case = mj_case(suite, "encode");

    tcase_add_test(decode_case, each_type_has_its_limit_and_flags);
    tcase_add_test(decode_case, failure_leaves_results_untouched);
    tcase_add_test(decode_case, a_name_of_a_response_is_a_token);
    tcase_add_test(decode_case, a_value_of_a_response_holds_no_control);
    tcase_add_test(decode_case, a_status_is_of_its_range);
    tcase_add_test(decode_case, the_largest_response_is_decoded);
    tcase_add_test(decode_case, walking_stays_within_a_piece);
    tcase_add_test(encode_case, a_request_needs_its_size);
    tcase_add_test(encode_case, a_string_of_65535_bytes_has_the_long_form);
    tcase_add_test(encode_case, an_application_has_65535_bytes_at_most);
    tcase_add_test(encode_case, a_request_has_four_mebibytes_at_most);
    tcase_add_test(encode_case, a_count_is_65535_at_most);
    tcase_add_test(encode_case, a_request_holds_no_forbidden_byte);
    tcase_add_test(encode_case, an_empty_name_is_no_token);
    tcase_add_test(encode_case, flags_and_length_of_a_request_agree);
    tcase_add_test(encode_case, a_request_that_is_encoded_can_be_marked_whole);
    tcase_add_test(encode_case, the_largest_data_has_its_header);
    return suite;
}
