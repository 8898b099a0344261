/* The numbers and names of the specification are those of the code, both ways. */
#include "harness.h"
#include "wire.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* Macros of wire.h and key.h that are made of others, or say how C writes a number that PROTOCOL.md
 * gives in words. */
static const char *const derived[] = {"WIRE_H", "KEY_H", "HELLO_SIZE", "WELCOME_SIZE", "LENGTH_UNKNOWN", "H", "PROTOCOL_H"};

static unsigned long *number_of(const char *text)
{
    unsigned long *number = apr_palloc(test_pool, sizeof(*number));
    char *end;

    if (text[0] == '\'' && text[1] != '\0' && text[2] == '\'') {
        *number = (unsigned char)text[1];
        return number;
    }
    *number = strtoul(text, &end, 0);
    ck_assert_msg(*text != '\0' && *end == '\0', "\"%s\" is no number", text);
    return number;
}

static bool is_derived(const char *name)
{
    for (apr_size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++) {
        if (strcmp(name, derived[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The lines of a file that start with prefix, as names (what follows up to a space) and numbers.
 * Without a prefix, # starts a comment. */
static apr_hash_t *read_numbers(const char *path, const char *prefix)
{
    apr_hash_t *numbers = apr_hash_make(test_pool);
    apr_size_t prefix_len = strlen(prefix);
    apr_size_t len;
    char *state = NULL;

    for (char *line = apr_strtok(mj_read_file(path, &len), "\n", &state); line; line = apr_strtok(NULL, "\n", &state)) {
        char *words = NULL;
        const char *name;

        if (strncmp(line, prefix, prefix_len) != 0 || (prefix_len == 0 && line[0] == '#')) {
            continue;
        }
        name = apr_strtok(line + prefix_len, " ", &words);
        if (is_derived(name)) {
            continue;
        }
        ck_assert_msg(!apr_hash_get(numbers, name, APR_HASH_KEY_STRING), "%s stands twice", name);
        apr_hash_set(numbers, name, APR_HASH_KEY_STRING, number_of(apr_strtok(NULL, " ", &words)));
    }
    ck_assert_uint_gt(apr_hash_count(numbers), 0);
    return numbers;
}

/* Every entry of a is in b, with the same number. */
static void check_within(apr_hash_t *a, apr_hash_t *b, const char *where)
{
    for (apr_hash_index_t *at = apr_hash_first(test_pool, a); at; at = apr_hash_next(at)) {
        const char *name = apr_hash_this_key(at);
        const unsigned long *number = apr_hash_this_val(at);
        const unsigned long *other = apr_hash_get(b, name, APR_HASH_KEY_STRING);

        ck_assert_msg(other != NULL, "%s is not in %s", name, where);
        ck_assert_msg(*other == *number, "%s is %lu, but %lu in %s", name, *number, *other, where);
    }
}

START_TEST(macros_are_the_constants)
{
    apr_hash_t *macros = apr_hash_overlay(test_pool, read_numbers(MJ_SOURCE_DIR "/native/base/key.h", "#define MJ_"),
                                          read_numbers(MJ_SOURCE_DIR "/native/wire/wire.h", "#define MJ_"));
    apr_hash_t *constants = read_numbers(MJ_SOURCE_DIR "/tests/protocol/constants.txt", "");

    check_within(macros, constants, "constants.txt");
    check_within(constants, macros, "wire.h or key.h");
}
END_TEST

static void check_both_ways(const char *header, const char *prefix, const char *specified)
{
    apr_hash_t *macros = read_numbers(apr_pstrcat(test_pool, MJ_SOURCE_DIR "/native/control/", header, NULL), prefix);
    apr_hash_t *constants = read_numbers(apr_pstrcat(test_pool, MJ_SOURCE_DIR "/tests/protocol/", specified, NULL), "");

    check_within(macros, constants, specified);
    check_within(constants, macros, header);
}

START_TEST(macros_of_the_control_protocol_are_its_constants)
{
    check_both_ways("control.h", "#define MJ_CONTROL_", "control.txt");
}
END_TEST

START_TEST(macros_of_the_lifecycle_protocol_are_its_constants)
{
    check_both_ways("lifecycle_protocol.h", "#define MJ_LIFECYCLE_", "lifecycle.txt");
}
END_TEST

/* The cells of a row of a table in Markdown, blanks around them taken away; NULL at the end and
 * where the line is no row. */
static char *next_cell(char **line)
{
    char *cell = *line;
    char *end;

    if (*cell != '|' || !(end = strchr(cell + 1, '|'))) {
        return NULL;
    }
    *line = end;
    cell = apr_pstrndup(test_pool, cell + 1, (apr_size_t)(end - cell - 1));
    apr_collapse_spaces(cell, cell);
    return cell;
}

START_TEST(types_are_those_of_the_specification)
{
    apr_hash_t *constants = read_numbers(MJ_SOURCE_DIR "/tests/protocol/constants.txt", "");
    apr_size_t len;
    char *state = NULL;
    char *text = mj_read_file(MJ_SOURCE_DIR "/tests/protocol/PROTOCOL.md", &len);
    int count = 0;

    for (char *line = apr_strtok(text, "\n", &state); line; line = apr_strtok(NULL, "\n", &state)) {
        const char *number = next_cell(&line);
        const char *name;
        const char *from;
        const unsigned long *constant;

        if (!number || strncmp(number, "0x", 2) != 0) {
            continue;
        }
        name = next_cell(&line);
        from = next_cell(&line);
        constant = apr_hash_get(constants, apr_pstrcat(test_pool, "FRAME_", name, NULL), APR_HASH_KEY_STRING);
        ck_assert_msg((constant != NULL) == (*from != '\0'), "%s", name); /* reserved types come from nobody */
        if (constant) {
            ck_assert_uint_eq(*constant, *number_of(number));
            count++;
        }
    }
    ck_assert_int_eq(count, 15);
}
END_TEST

/* The letters of a page's table of messages are those of its constants, and no others. */
static void check_letters(const char *page, const char *section, const char *specified)
{
    apr_hash_t *constants = read_numbers(apr_pstrcat(test_pool, MJ_SOURCE_DIR "/tests/protocol/", specified, NULL), "");
    apr_size_t len;
    char *state = NULL,
         *text = strstr(mj_read_file(apr_pstrcat(test_pool, MJ_SOURCE_DIR "/tests/protocol/", page, NULL), &len), section);
    char documented[128] = "", defined[128] = "";

    ck_assert_ptr_nonnull(text);
    for (char *line = apr_strtok(text + strlen(section), "\n", &state); line && strncmp(line, "## ", 3) != 0;
         line = apr_strtok(NULL, "\n", &state)) {
        const char *type = next_cell(&line) ? next_cell(&line) : NULL; /* behind whom it comes from */
        if (type && type[0] == '`' && type[1] != '\0' && type[2] == '`') {
            documented[(unsigned char)type[1]] = 1;
        }
    }
    for (apr_hash_index_t *at = apr_hash_first(test_pool, constants); at; at = apr_hash_next(at)) {
        const unsigned long *number = apr_hash_this_val(at);
        if (*number >= 'A' && *number <= 'Z') {
            defined[*number] = 1;
        }
    }
    for (int letter = 'A'; letter <= 'Z'; letter++) {
        ck_assert_msg(documented[letter] == defined[letter], "%c in %s", letter, page);
    }
}

START_TEST(messages_are_those_of_the_specifications)
{
    check_letters("CONTROL.md", "\n## 3. Messages\n", "control.txt");
    check_letters("LIFECYCLE.md", "\n## 3. Messages\n", "lifecycle.txt");
}
END_TEST

START_TEST(errors_are_those_of_the_specification)
{
    apr_size_t len;
    char *state = NULL;
    char *text = strstr(mj_read_file(MJ_SOURCE_DIR "/tests/protocol/PROTOCOL.md", &len), "\n## 4. ");
    int status = MJ_STATUS_BASE;

    ck_assert_ptr_nonnull(text);
    for (char *line = apr_strtok(text, "\n", &state); line; line = apr_strtok(NULL, "\n", &state)) {
        const char *name = next_cell(&line);

        if (strncmp(line, "## 5", 4) == 0) {
            break;
        }
        if (name && strcmp(name, "name") != 0 && strncmp(name, "---", 3) != 0) {
            ck_assert_msg(status < MJ_STATUS_END, "%s has no status", name);
            ck_assert_str_eq(name, mj_status_name(status));
            status++;
        }
    }
    ck_assert_int_eq(status, MJ_STATUS_END);
    ck_assert_ptr_null(mj_status_name(MJ_STATUS_BASE - 1));
    ck_assert_ptr_null(mj_status_name(MJ_STATUS_END));
    ck_assert_ptr_null(mj_status_name(APR_SUCCESS));
}
END_TEST

START_TEST(derived_macros_follow_the_specification)
{
    ck_assert_uint_eq(MJ_HELLO_SIZE, 36);
    ck_assert_uint_eq(MJ_WELCOME_SIZE, 20);
    ck_assert_uint_eq(MJ_LENGTH_UNKNOWN, 0xffffffffffffffffu);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("constants");
    TCase *tcase = mj_case(suite, "constants");

    tcase_add_test(tcase, macros_are_the_constants);
    tcase_add_test(tcase, macros_of_the_control_protocol_are_its_constants);
    tcase_add_test(tcase, macros_of_the_lifecycle_protocol_are_its_constants);
    tcase_add_test(tcase, messages_are_those_of_the_specifications);
    tcase_add_test(tcase, types_are_those_of_the_specification);
    tcase_add_test(tcase, errors_are_those_of_the_specification);
    tcase_add_test(tcase, derived_macros_follow_the_specification);
    return suite;
}
