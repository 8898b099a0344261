#include "board.h"
#include "harness.h"
#include "pool_name.h"
#include "pool_options.h"
#include "pool_settings.h"

#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECONDS(n) (APR_USEC_PER_SEC * INT64_C(n))

static mj_pool_settings_t *fresh(void)
{
    return mj_pool_settings_make(test_pool, "shop");
}

static const char *set(mj_pool_settings_t *settings, const char *option, const char *value)
{
    return mj_pool_settings_set(settings, test_pool, option, value);
}

static mj_span_t record_of(mj_pool_settings_t *settings)
{
    return mj_pool_settings_record(settings, test_pool, 0, 33, "/java", apr_array_make(test_pool, 1, sizeof(mj_span_t)),
                                   (mj_span_t){NULL, 0}, apr_array_make(test_pool, 1, sizeof(mj_span_t)));
}

/* Everything that options decide, as bytes to compare. */
static mj_span_t describe(mj_pool_settings_t *settings)
{
    const char *const texts[] = {settings->user,      settings->group,    settings->supplementary_groups, settings->home,
                                 settings->java_home, settings->env_file, settings->script_user,          settings->script_group};
    mj_record_builder_t *builder = mj_record_builder_make(test_pool);

    mj_record_add_span(builder, "record", record_of(settings));
    for (size_t i = 0; i < COUNT(texts); i++) {
        mj_record_add(builder, texts[i] == NULL ? "unset" : "set", texts[i] == NULL ? "" : texts[i]);
    }
    mj_record_add_number(builder, "queue-size", settings->queue_size);
    mj_record_add_number(builder, "queue-timeout", settings->queue_timeout);
    mj_record_add_number(builder, "connect-timeout", settings->connect_timeout);
    mj_record_add_number(builder, "socket-timeout", settings->socket_timeout);
    mj_record_add_number(builder, "send-buffer-size", settings->send_buffer_size);
    mj_record_add_number(builder, "header-buffer-size", settings->header_buffer_size);
    return mj_record_bytes(builder);
}

/* The part of a page between two of its strings. */
static char *part_of(const char *page, const char *from, const char *to)
{
    apr_size_t len;
    const char *text = mj_read_file(apr_pstrcat(test_pool, MJ_SOURCE_DIR "/", page, NULL), &len);
    const char *start = strstr(text, from);
    const char *end = start == NULL ? NULL : strstr(start + strlen(from), to);

    ck_assert_msg(end != NULL, "%s: no \"%s\" before \"%s\"", page, from, to);
    return apr_pstrmemdup(test_pool, start + strlen(from), (apr_size_t)(end - start) - strlen(from));
}

/* The next words in backticks; NULL if there are none. */
static const char *next_code(char **text)
{
    char *start = strchr(*text, '`');
    char *end = start == NULL ? NULL : strchr(start + 1, '`');

    if (end == NULL) {
        return NULL;
    }
    *text = end + 1;
    return apr_pstrmemdup(test_pool, start + 1, (apr_size_t)(end - start) - 1);
}

typedef struct sample_t {
    const char *option;
    const char *value;
    size_t offset;
    enum { TEXT, ITEM, MASK, NUMBER, CHOICE } kind;
    int64_t number;
} sample_t;

#define AT(field) offsetof(mj_pool_settings_t, field)

/* For each option a value that is not its default, and no other option's. */
static const sample_t samples[] = {
    {"chroot", "/srv/jail", AT(chroot), TEXT, 0},
    {"class-path", "/a.jar:/classes", AT(class_path), TEXT, 0},
    {"connect-timeout", "14", AT(connect_timeout), NUMBER, SECONDS(14)},
    {"cpu-priority", "-7", AT(cpu_priority), NUMBER, -7},
    {"deadlock-timeout", "61", AT(deadlock_timeout), NUMBER, SECONDS(61)},
    {"display-name", "a shop", AT(display_name), TEXT, 0},
    {"env", "GREETING=good morning", AT(env), ITEM, 0},
    {"env-file", "/etc/shop.env", AT(env_file), TEXT, 0},
    {"graceful-timeout", "16", AT(graceful_timeout), NUMBER, SECONDS(16)},
    {"group", "sellers", AT(group), TEXT, 0},
    {"header-buffer-size", "8k", AT(header_buffer_size), NUMBER, 8 << 10},
    {"heap", "64m", AT(heap), NUMBER, 64 << 20},
    {"home", "/srv/shop", AT(home), TEXT, 0},
    {"idle-timeout", "10min", AT(idle_timeout), NUMBER, SECONDS(600)},
    {"interrupt-timeout", "6", AT(interrupt_timeout), NUMBER, SECONDS(6)},
    {"java-home", "/opt/java", AT(java_home), TEXT, 0},
    {"java-option", "-Dcolour=blue", AT(java_options), ITEM, 0},
    {"lang", "de_AT.UTF-8", AT(lang), TEXT, 0},
    {"listen-backlog", "511", AT(listen_backlog), NUMBER, 511},
    {"maximum-requests", "1000", AT(maximum_requests), NUMBER, 1000},
    {"memory-limit", "300m", AT(memory_limit), NUMBER, 300 << 20},
    {"private-tmp", "on", AT(private_tmp), CHOICE, true},
    {"processes", "3-5", AT(processes), NUMBER, 3},
    {"queue-size", "101", AT(queue_size), NUMBER, 101},
    {"queue-timeout", "46s", AT(queue_timeout), NUMBER, SECONDS(46)},
    {"read-only", "/srv:/home", AT(read_only), TEXT, 0},
    {"receive-buffer-size", "32k", AT(receive_buffer_size), NUMBER, 32 << 10},
    {"reload-marker", "/srv/shop/restart", AT(reload_marker), TEXT, 0},
    {"request-timeout", "2min", AT(request_timeout), NUMBER, SECONDS(120)},
    {"restart-interval", "24h", AT(restart_interval), NUMBER, SECONDS(86400)},
    {"restart-order", "stop-first", AT(stop_first), CHOICE, true},
    {"script-group", "authors", AT(script_group), TEXT, 0},
    {"script-user", "#1002", AT(script_user), TEXT, 0},
    {"send-buffer-size", "64k", AT(send_buffer_size), NUMBER, 64 << 10},
    {"shutdown-timeout", "1500ms", AT(shutdown_timeout), NUMBER, 1500000},
    {"socket-timeout", "59", AT(socket_timeout), NUMBER, SECONDS(59)},
    {"stack-size", "1m", AT(stack_size), NUMBER, 1 << 20},
    {"startup-timeout", "1h", AT(startup_timeout), NUMBER, SECONDS(3600)},
    {"supplementary-groups", "www-data,#1234", AT(supplementary_groups), TEXT, 0},
    {"target-folder", "/srv/www", AT(target_folders), ITEM, 0},
    {"threads", "26", AT(threads), NUMBER, 26},
    {"tunnel-timeout", "30s", AT(tunnel_timeout), NUMBER, SECONDS(30)},
    {"umask", "0077", AT(umask), MASK, 077},
    {"user", "alice", AT(user), TEXT, 0},
    {"virtual-threads", "on", AT(virtual_threads), CHOICE, true},
};

static void assert_item(const apr_array_header_t *items, const char *value)
{
    ck_assert_int_eq(items->nelts, 1);
    ck_assert_str_eq(APR_ARRAY_IDX(items, 0, const char *), value);
}

START_TEST(an_option_sets_its_field_and_no_other)
{
    const sample_t *sample = &samples[_i];
    static const size_t sizes[] = {[TEXT] = sizeof(char *),
                                   [ITEM] = sizeof(char *),
                                   [MASK] = sizeof(int),
                                   [NUMBER] = sizeof(int64_t),
                                   [CHOICE] = sizeof(bool)};
    mj_pool_settings_t *settings = fresh();
    mj_pool_settings_t before = *settings;
    const char *field = (const char *)settings + sample->offset;

    ck_assert_ptr_null(set(settings, sample->option, sample->value));
    switch (sample->kind) {
    case TEXT:
        ck_assert_str_eq(*(const char *const *)(const void *)field, sample->value);
        break;
    case ITEM:
        assert_item(*(const apr_array_header_t *const *)(const void *)field, sample->value);
        break;
    case MASK:
        ck_assert_int_eq(*(const int *)(const void *)field, sample->number);
        break;
    case NUMBER:
        ck_assert_int_eq(*(const int64_t *)(const void *)field, sample->number);
        break;
    case CHOICE:
        ck_assert(*(const bool *)field);
        break;
    }
    memcpy((char *)&before + sample->offset, field, sizes[sample->kind]);
    if (sample->offset == AT(processes)) {
        ck_assert_int_eq(settings->processes_max, 5);
        before.processes_max = 5;
    }
    ck_assert_mem_eq(&before, settings, sizeof(before));
    ck_assert_int_eq(settings->env->nelts, strcmp(sample->option, "env") == 0);
    ck_assert_int_eq(settings->java_options->nelts, strcmp(sample->option, "java-option") == 0);
    ck_assert_int_eq(settings->target_folders->nelts, strcmp(sample->option, "target-folder") == 0);
}
END_TEST

START_TEST(an_unknown_option_is_told_all_that_there_are)
{
    const char *wrong = set(fresh(), "haep", "64m");
    const char *at = strstr(wrong, "the options are ");
    char *state = NULL;
    size_t count = 0;

    ck_assert_ptr_nonnull(strstr(wrong, "'haep'"));
    ck_assert_ptr_nonnull(at);
    for (const char *name = apr_strtok(apr_pstrdup(test_pool, at + strlen("the options are ")), ", ", &state); name != NULL;
         name = apr_strtok(NULL, ", ", &state)) {
        ck_assert_msg(count < COUNT(samples) && strcmp(name, samples[count].option) == 0, "%s is not among the samples", name);
        count++;
    }
    ck_assert_uint_eq(count, COUNT(samples));
}
END_TEST

START_TEST(repeatable_options_keep_each_value_in_order)
{
    mj_pool_settings_t *settings = fresh();

    ck_assert_ptr_null(set(settings, "env", "A=1"));
    ck_assert_ptr_null(set(settings, "java-option", "-ea"));
    ck_assert_ptr_null(set(settings, "env", "_b2="));
    ck_assert_ptr_null(set(settings, "java-option", "-ea"));
    ck_assert_int_eq(settings->env->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(settings->env, 0, const char *), "A=1");
    ck_assert_str_eq(APR_ARRAY_IDX(settings->env, 1, const char *), "_b2=");
    ck_assert_int_eq(settings->java_options->nelts, 2);
}
END_TEST

START_TEST(other_options_take_the_last_value)
{
    mj_pool_settings_t *settings = fresh();

    ck_assert_ptr_null(set(settings, "heap", "64m"));
    ck_assert_ptr_null(set(settings, "heap", "65m"));
    ck_assert_ptr_null(set(settings, "user", "alice"));
    ck_assert_ptr_null(set(settings, "user", "bob"));
    ck_assert_int_eq(settings->heap, 65 << 20);
    ck_assert_str_eq(settings->user, "bob");
}
END_TEST

START_TEST(supplementary_groups_may_be_none)
{
    mj_pool_settings_t *settings = fresh();

    ck_assert_ptr_null(settings->supplementary_groups);
    ck_assert_ptr_null(set(settings, "supplementary-groups", ""));
    ck_assert_str_eq(settings->supplementary_groups, "");
}
END_TEST

static const struct {
    const char *option;
    const char *value;
    int64_t number;
} quantities[] = {
    {"heap", "4194304", 4 << 20},
    {"heap", "4096k", 4 << 20},
    {"heap", "4M", 4 << 20},
    {"heap", "1024g", INT64_C(1) << 40},
    {"stack-size", "256K", 256 << 10},
    {"stack-size", "1G", 1 << 30},
    {"processes", "1", 1},
    {"processes", "64", 64},
    {"processes", "2-64", 2},
    {"cpu-priority", "-20", -20},
    {"cpu-priority", "19", 19},
    {"memory-limit", "0", 0},
    {"threads", "1", 1},
    {"threads", "010000", 10000},
    {"queue-size", "0", 0},
    {"queue-size", "1000000", 1000000},
    {"queue-timeout", "0", 0},
    {"queue-timeout", "0ms", 0},
    {"queue-timeout", "1", SECONDS(1)},
    {"queue-timeout", "250ms", 250000},
    {"queue-timeout", "3s", SECONDS(3)},
    {"queue-timeout", "4min", SECONDS(240)},
    {"queue-timeout", "5h", SECONDS(18000)},
    {"queue-timeout", "8760H", SECONDS(31536000)},
};

START_TEST(quantities_have_units_and_bounds)
{
    mj_pool_settings_t *settings = fresh();
    size_t i = 0;

    while (strcmp(samples[i].option, quantities[_i].option) != 0) {
        i++;
    }
    ck_assert_ptr_null(set(settings, quantities[_i].option, quantities[_i].value));
    ck_assert_int_eq(*(const int64_t *)(const void *)((const char *)settings + samples[i].offset), quantities[_i].number);
}
END_TEST

static const struct {
    const char *option;
    const char *value;
    const char *mend;
} mistakes[] = {
    {"class-path", "", "give one"},
    {"class-path", "a.jar", "give absolute paths"},
    {"class-path", "/a.jar:b.jar", "give absolute paths"},
    {"class-path", "/a.jar:", "give absolute paths"},
    {"class-path", ":/a.jar", "give absolute paths"},
    {"class-path", "/a.jar::/b.jar", "give absolute paths"},
    {"display-name", "", "give one"},
    {"env", "", "give one"},
    {"env", "GREETING", "give NAME=VALUE"},
    {"env", "=hello", "give NAME=VALUE"},
    {"env", "1A=hello", "give NAME=VALUE"},
    {"env", "A-B=hello", "give NAME=VALUE"},
    {"env", "A B=hello", "give NAME=VALUE"},
    {"graceful-timeout", "-1", "give a time"},
    {"graceful-timeout", "8761h", "give a time"},
    {"group", "", "give one"},
    {"heap", "", "give a size"},
    {"heap", "4095k", "from 4m to 1024g"},
    {"heap", "1025g", "from 4m to 1024g"},
    {"heap", "128mb", "give a size"},
    {"heap", "128 m", "give a size"},
    {"heap", "1.5g", "give a size"},
    {"heap", "99999999999999999999", "give a size"},
    {"heap", "9223372036854775807g", "give a size"},
    {"heap", "17179869185g", "give a size"}, /* in 64 bits the same as 1g */
    {"home", "", "give one"},
    {"home", "srv", "give an absolute path"},
    {"java-home", "", "give one"},
    {"java-home", "java-17", "give an absolute path"},
    {"java-option", "", "give one"},
    {"java-option", "Dcolour=blue", "starts with '-'"},
    {"lang", "", "give one"},
    {"processes", "", "from 1 to 64"},
    {"processes", "0", "from 1 to 64"},
    {"processes", "65", "from 1 to 64"},
    {"processes", "2k", "from 1 to 64"},
    {"processes", "4-1", "from 1 to 64"},
    {"processes", "0-4", "from 1 to 64"},
    {"processes", "1-65", "from 1 to 64"},
    {"processes", "1-", "from 1 to 64"},
    {"processes", "-4", "from 1 to 64"},
    {"chroot", "jail", "give an absolute path"},
    {"cpu-priority", "-21", "from -20 to 19"},
    {"cpu-priority", "20", "from -20 to 19"},
    {"cpu-priority", "--5", "from -20 to 19"},
    {"env-file", "shop.env", "give an absolute path"},
    {"header-buffer-size", "0", "from 1k to 64k"},
    {"header-buffer-size", "65537", "from 1k to 64k"}, /* more than the wire carries */
    {"listen-backlog", "0", "from 1 to 65535"},
    {"maximum-requests", "-1", "from 0 to"},
    {"private-tmp", "yes", "give off or on"},
    {"read-only", "srv", "give absolute paths"},
    {"reload-marker", "", "give one"},
    {"restart-order", "old-first", "give start-first or stop-first"},
    {"virtual-threads", "", "give off or on"},
    {"queue-size", "-1", "from 0 to 1000000"},
    {"queue-size", "1000001", "from 0 to 1000000"},
    {"queue-timeout", "1d", "ms, s, min or h"},
    {"request-timeout", "m", "ms, s, min or h"},
    {"shutdown-timeout", "5 s", "ms, s, min or h"},
    {"stack-size", "255k", "from 256k to 1g"},
    {"stack-size", "1025m", "from 256k to 1g"},
    {"startup-timeout", "+1", "ms, s, min or h"},
    {"threads", "0", "from 1 to 10000"},
    {"threads", "10001", "from 1 to 10000"},
    {"umask", "", "give an octal mask"},
    {"umask", "1000", "give an octal mask"},
    {"umask", "0088", "give an octal mask"},
    {"umask", "-1", "give an octal mask"},
    {"umask", "0x1", "give an octal mask"},
    {"umask", "77777777777777777777777777", "give an octal mask"},
    {"user", "", "give one"},
};

START_TEST(a_mistake_is_named_with_its_value_and_mend_and_changes_nothing)
{
    mj_pool_settings_t *settings = fresh();
    mj_span_t before = describe(settings);
    const char *wrong = set(settings, mistakes[_i].option, mistakes[_i].value);
    const char *named = apr_pstrcat(test_pool, mistakes[_i].option, "=", mistakes[_i].value, NULL);

    ck_assert_ptr_nonnull(wrong);
    ck_assert_msg(strncmp(wrong, named, strlen(named)) == 0, "\"%s\" does not start with \"%s\"", wrong, named);
    ck_assert_msg(strstr(wrong, mistakes[_i].mend) != NULL, "\"%s\" does not say \"%s\"", wrong, mistakes[_i].mend);
    ck_assert(mj_span_equal(before, describe(settings)));
}
END_TEST

START_TEST(a_control_character_is_shown_as_a_question_mark)
{
    for (size_t i = 0; i < COUNT(samples); i++) {
        const char *wrong;

        if (samples[i].kind != TEXT && samples[i].kind != ITEM) {
            continue;
        }
        wrong = set(fresh(), samples[i].option, apr_pstrcat(test_pool, samples[i].value, "\nx\x7f", NULL));
        ck_assert_msg(wrong != NULL, "%s", samples[i].option);
        ck_assert_msg(strstr(wrong, apr_pstrcat(test_pool, samples[i].option, "=", samples[i].value, "?x?: ", NULL)) == wrong,
                      "%s", wrong);
        ck_assert_ptr_nonnull(strstr(wrong, "leave it out"));
    }
}
END_TEST

/* The table of options in docs/directives.md, row by row. */
START_TEST(defaults_are_those_of_the_documentation)
{
    char *state = NULL, *table = part_of("docs/directives.md", "| Option | Default | Meaning |\n| --- | --- | --- |\n", "\n\n");
    size_t rows = 0;

    for (char *row = apr_strtok(table, "\n", &state); row != NULL; row = apr_strtok(NULL, "\n", &state)) {
        const char *option = next_code(&row);
        mj_pool_settings_t *settings = fresh();
        mj_span_t before = describe(settings);
        const char *value;
        char *cell;
        size_t i;

        ck_assert_ptr_nonnull(option);
        for (i = 0; i < COUNT(samples) && strcmp(samples[i].option, option) != 0; i++) {
        }
        ck_assert_msg(i < COUNT(samples), "%s is documented and is no option", option);
        row = strchr(row, '|');
        cell = apr_pstrmemdup(test_pool, row + 1, strcspn(row + 1, "|"));
        value = strncmp(cell, " `", 2) == 0 ? next_code(&cell) : NULL;
        if (value == NULL || samples[i].kind == ITEM) {
            const char *field = (const char *)settings + samples[i].offset;

            ck_assert_msg(samples[i].kind == ITEM || samples[i].kind == TEXT, "%s has a default that is not documented", option);
            ck_assert_msg(samples[i].kind == ITEM || *(const char *const *)(const void *)field == NULL, "%s", option);
            ck_assert_msg(value == NULL, "%s", option);
        } else {
            value = strcmp(value, "jvm:NAME") == 0 ? "jvm:shop" : value;
            ck_assert_msg(set(settings, option, value) == NULL, "%s=%s", option, value);
            ck_assert_msg(mj_span_equal(before, describe(settings)), "the default of %s is not %s", option, value);
        }
        rows++;
    }
    ck_assert_uint_eq(rows, COUNT(samples));
}
END_TEST

START_TEST(the_text_of_the_table_is_up_to_date)
{
    apr_size_t len;
    /* else: the target pool-options */
    ck_assert_str_eq(mj_options_text(test_pool), mj_read_file(MJ_SOURCE_DIR "/native/pool-options.txt", &len));
}
END_TEST

START_TEST(a_pool_may_have_as_many_processes_as_the_board_shows)
{
    ck_assert_int_eq(mj_option_find("processes")->max, MJ_BOARD_SLOTS / 2);
    ck_assert_ptr_null(mj_option_find("process"));
}
END_TEST

static mj_span_t entry_of(const char *name, const char *value)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    mj_record_add(record, name, value);
    return mj_record_bytes(record);
}

START_TEST(entries_have_the_bounds_and_defaults_of_their_options)
{
    const mj_span_t none = {NULL, 0};
    int64_t number;
    int mask;

    ck_assert(mj_entry_number(none, "threads", &number) && number == 25);
    ck_assert(mj_entry_number(none, "heap", &number) && number == 128 << 20);
    ck_assert(mj_entry_number(entry_of("threads", "10000"), "threads", &number) && number == 10000);
    ck_assert(!mj_entry_number(entry_of("threads", "10001"), "threads", &number));
    ck_assert(!mj_entry_number(entry_of("threads", "0"), "threads", &number));
    ck_assert(!mj_entry_number(entry_of("threads", "many"), "threads", &number));
    ck_assert(mj_entry_number(entry_of("cpu-priority", "-20"), "cpu-priority", &number) && number == -20);
    ck_assert(mj_entry_time(none, "startup-timeout", &number) && number == 0);
    ck_assert(mj_entry_time(entry_of("startup-timeout", "1500"), "startup-timeout", &number) && number == 1500000);
    ck_assert(mj_entry_time(entry_of("startup-timeout", "31536000000"), "startup-timeout", &number));
    ck_assert(!mj_entry_time(entry_of("startup-timeout", "31536000001"), "startup-timeout", &number));
    ck_assert(!mj_entry_time(entry_of("startup-timeout", "9223372036854775807"), "startup-timeout", &number));
    ck_assert(!mj_entry_time(entry_of("startup-timeout", "-1"), "startup-timeout", &number));
    ck_assert(mj_entry_mask(none, "umask", test_pool, &mask) && mask == 0027);
    ck_assert(mj_entry_mask(entry_of("umask", "0777"), "umask", test_pool, &mask) && mask == 0777);
    ck_assert(!mj_entry_mask(entry_of("umask", "1000"), "umask", test_pool, &mask));
    ck_assert_str_eq(mj_entry_text(none, "lang", "shop", test_pool), "C.UTF-8");
    ck_assert_str_eq(mj_entry_text(none, "display-name", "shop", test_pool), "jvm:shop");
    ck_assert_str_eq(mj_entry_text(entry_of("lang", "C"), "lang", "shop", test_pool), "C");
    ck_assert_ptr_null(mj_entry_text(none, "class-path", "shop", test_pool));
}
END_TEST

START_TEST(names_of_pools_are_checked)
{
    static const char *const bad[] = {"", ".", ".hidden", "a b", "a/b", "a\nb", "\xc3\xa4"};
    static const char *const good[] = {"a",   "-",          "_",
                                       "a.b", "Shop-2_x.y", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};

    for (size_t i = 0; i < COUNT(good); i++) {
        ck_assert_msg(mj_pool_name_check(test_pool, good[i]) == NULL, "'%s'", good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *wrong = mj_pool_name_check(test_pool, bad[i]);

        ck_assert_msg(wrong != NULL, "'%s'", bad[i]);
        ck_assert_ptr_nonnull(strstr(wrong, apr_psprintf(test_pool, "'%s'", bad[i])));
        ck_assert_ptr_nonnull(strstr(wrong, "use 1 to 64 letters"));
    }
    ck_assert_ptr_nonnull(mj_pool_name_check(test_pool, apr_pstrcat(test_pool, good[COUNT(good) - 1], "x", NULL)));
}
END_TEST

static mj_pool_settings_t *complete(void)
{
    mj_pool_settings_t *settings = fresh();
    apr_array_header_t *groups = apr_array_make(test_pool, 2, sizeof(gid_t));

    for (size_t i = 0; i < COUNT(samples); i++) {
        ck_assert_ptr_null(set(settings, samples[i].option, samples[i].value));
    }
    ck_assert_ptr_null(set(settings, "env", "B=2"));
    APR_ARRAY_PUSH((apr_array_header_t *)(uintptr_t)settings->file_env, const char *) = "GREETING=hello";
    settings->script_uid = 1002;
    settings->script_gid = 1003;
    APR_ARRAY_PUSH(groups, gid_t) = 4;
    APR_ARRAY_PUSH(groups, gid_t) = 4294967294U;
    settings->has_identity = true;
    settings->uid = 4294967294U;
    settings->gid = 1001;
    settings->groups = groups;
    settings->login = "alice";
    return settings;
}

START_TEST(settings_that_differ_have_other_fingerprints)
{
    mj_pool_settings_t *one = complete(), *same = complete(), *other = complete();
    mj_span_t record = record_of(one);

    (void)record_of(same);
    ck_assert_ptr_null(set(other, "env", "ANOTHER=1"));
    (void)record_of(other);
    ck_assert_int_eq(mj_record_number(record, "settings", -1), one->fingerprint);
    ck_assert_uint_eq(one->fingerprint, same->fingerprint);
    ck_assert_uint_ne(one->fingerprint, other->fingerprint);
}
END_TEST

START_TEST(the_record_holds_each_entry_with_its_value)
{
    static const char *const expected[][2] = {
        {"name", "shop"},
        {"wire-version", "2"},
        {"index", "7"},
        {"httpd-uid", "33"},
        {"uid", "4294967294"},
        {"gid", "1001"},
        {"groups", "4,4294967294"},
        {"user", "alice"},
        {"home", "/srv/shop"},
        {"umask", "0077"},
        {"display-name", "a shop"},
        {"lang", "de_AT.UTF-8"},
        {"env", "GREETING=hello"},
        {"env", "GREETING=good morning"},
        {"env", "B=2"},
        {"java-home", "/usr/lib/jvm/chosen"},
        {"java-option", "-Dcolour=blue"},
        {"class-path", "/a.jar:/classes"},
        {"heap", "67108864"},
        {"stack-size", "1048576"},
        {"chroot", "/srv/jail"},
        {"read-only", "/srv:/home"},
        {"private-tmp", "on"},
        {"script-uid", "1002"},
        {"script-gid", "1003"},
        {"processes", "3"},
        {"processes-max", "5"},
        {"threads", "26"},
        {"virtual-threads", "on"},
        {"memory-limit", "314572800"},
        {"cpu-priority", "-7"},
        {"maximum-requests", "1000"},
        {"restart-interval", "86400000"},
        {"restart-order", "stop-first"},
        {"reload-marker", "/srv/shop/restart"},
        {"listen-backlog", "511"},
        {"receive-buffer-size", "32768"},
        {"request-timeout", "120000"},
        {"interrupt-timeout", "6000"},
        {"idle-timeout", "600000"},
        {"deadlock-timeout", "61000"},
        {"startup-timeout", "3600000"},
        {"graceful-timeout", "16000"},
        {"shutdown-timeout", "1500"},
        {"application", "first"},
        {"application", "second"},
        {"dynamic", "fourth"},
        {"warm-up", "third"},
    };
    apr_array_header_t *warm_ups = apr_array_make(test_pool, 1, sizeof(mj_span_t));
    apr_array_header_t *applications = apr_array_make(test_pool, 2, sizeof(mj_span_t));
    char *documented = part_of("tests/protocol/CONTROL.md", "### Pool record", "### Server record");
    char *state = NULL;
    const char *names = "";
    mj_record_iter_t iter = {0};

    APR_ARRAY_PUSH(applications, mj_span_t) = (mj_span_t){"first", 5};
    APR_ARRAY_PUSH(applications, mj_span_t) = (mj_span_t){"second", 6};
    APR_ARRAY_PUSH(warm_ups, mj_span_t) = (mj_span_t){"third", 5};
    iter.rest = mj_pool_settings_record(complete(), test_pool, 7, 33, "/usr/lib/jvm/chosen", applications,
                                        (mj_span_t){"fourth", 6}, warm_ups);
    for (size_t i = 0; i < COUNT(expected); i++) {
        ck_assert_int_eq(mj_record_next(&iter), APR_SUCCESS);
        ck_assert_msg(mj_span_is(iter.name, expected[i][0]), "%.*s for %s", (int)iter.name.len, iter.name.data, expected[i][0]);
        ck_assert_msg(mj_span_is(iter.value, expected[i][1]), "%s is %.*s", expected[i][0], (int)iter.value.len, iter.value.data);
        if (i == 0 || strcmp(expected[i][0], expected[i - 1][0]) != 0) {
            names = apr_pstrcat(test_pool, names, expected[i][0], " ", NULL);
        }
    }
    ck_assert_int_eq(mj_record_next(&iter), APR_SUCCESS);
    ck_assert_msg(mj_span_is(iter.name, "settings"), "%.*s for settings", (int)iter.name.len, iter.name.data);
    names = apr_pstrcat(test_pool, names, "settings ", NULL);
    ck_assert_int_eq(mj_record_next(&iter), APR_EOF);

    /* and these are the entries of CONTROL.md, in its order */
    for (char *row = apr_strtok(strstr(documented, "| ---"), "\n", &state); row != NULL; row = apr_strtok(NULL, "\n", &state)) {
        char *cell = apr_pstrmemdup(test_pool, row, *row == '|' ? 1 + strcspn(row + 1, "|") : 0);

        for (const char *name = next_code(&cell); name != NULL; name = next_code(&cell)) {
            ck_assert_msg(strncmp(names, name, strlen(name)) == 0 && names[strlen(name)] == ' ', "%s is documented before %s",
                          name, names);
            names += strlen(name) + 1;
        }
    }
    ck_assert_msg(*names == '\0', "not documented: %s", names);
}
END_TEST

START_TEST(the_record_leaves_out_what_there_is_not)
{
    mj_pool_settings_t *settings = fresh();
    mj_span_t record = record_of(settings);
    mj_span_t value;

    ck_assert(!mj_record_find(record, "uid", &value));
    ck_assert(!mj_record_find(record, "gid", &value));
    ck_assert(!mj_record_find(record, "groups", &value));
    ck_assert(!mj_record_find(record, "class-path", &value));
    ck_assert(!mj_record_find(record, "chroot", &value));
    ck_assert(!mj_record_find(record, "read-only", &value));
    ck_assert(!mj_record_find(record, "script-uid", &value));
    ck_assert(!mj_record_find(record, "script-gid", &value));
    ck_assert(!mj_record_find(record, "reload-marker", &value));
    ck_assert(!mj_record_find(record, "warm-up", &value));
    ck_assert(!mj_record_find(record, "env", &value));
    ck_assert(!mj_record_find(record, "java-option", &value));
    ck_assert(!mj_record_find(record, "application", &value));
    ck_assert_str_eq(mj_record_text(record, "user", NULL, test_pool), "");
    ck_assert_str_eq(mj_record_text(record, "home", NULL, test_pool), "/");
    settings->has_identity = true;
    ck_assert_str_eq(mj_record_text(record_of(settings), "groups", NULL, test_pool), "");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("pool_settings");
    TCase *tcase = mj_case(suite, "options");

    tcase_add_loop_test(tcase, an_option_sets_its_field_and_no_other, 0, (int)COUNT(samples));
    tcase_add_test(tcase, an_unknown_option_is_told_all_that_there_are);
    tcase_add_test(tcase, repeatable_options_keep_each_value_in_order);
    tcase_add_test(tcase, other_options_take_the_last_value);
    tcase_add_test(tcase, supplementary_groups_may_be_none);
    tcase_add_loop_test(tcase, quantities_have_units_and_bounds, 0, (int)COUNT(quantities));
    tcase_add_loop_test(tcase, a_mistake_is_named_with_its_value_and_mend_and_changes_nothing, 0, (int)COUNT(mistakes));
    tcase_add_test(tcase, a_control_character_is_shown_as_a_question_mark);
    tcase_add_test(tcase, defaults_are_those_of_the_documentation);
    tcase_add_test(tcase, the_text_of_the_table_is_up_to_date);
    tcase_add_test(tcase, a_pool_may_have_as_many_processes_as_the_board_shows);
    tcase_add_test(tcase, entries_have_the_bounds_and_defaults_of_their_options);
    tcase_add_test(tcase, names_of_pools_are_checked);
    tcase = mj_case(suite, "record");
    tcase_add_test(tcase, settings_that_differ_have_other_fingerprints);
    tcase_add_test(tcase, the_record_holds_each_entry_with_its_value);
    tcase_add_test(tcase, the_record_leaves_out_what_there_is_not);
    return suite;
}
