#include "pool_settings.h"

#include "path_names.h"
#include "wire.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define KILO ((int64_t)1024)
#define MEGA (KILO * 1024)
#define GIGA (MEGA * 1024)
#define MAX_TIME apr_time_from_sec(365 * 24 * 3600)
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
#define MAX_NAME 64

typedef enum option_kind_t { TEXT, FOLDER, FILENAME, PATHS, CLASSES, FOLDERS, LIST, ENV, MASK, NUMBER, RANGE, SIZE, TIME, SWITCH, ORDER } option_kind_t;

typedef struct option_t {
    const char *name;
    option_kind_t kind;
    size_t offset;
    int64_t min;
    int64_t max;
} option_t;

#define AT(field) offsetof(mj_pool_settings_t, field)

static const option_t options[] = {
    {"chroot", FOLDER, AT(chroot), 0, 0},
    {"class-path", CLASSES, AT(class_path), 0, 0},
    {"connect-timeout", TIME, AT(connect_timeout), 0, MAX_TIME},
    {"cpu-priority", NUMBER, AT(cpu_priority), -20, 19},
    {"deadlock-timeout", TIME, AT(deadlock_timeout), 0, MAX_TIME},
    {"display-name", TEXT, AT(display_name), 0, 0},
    {"env", ENV, AT(env), 0, 0},
    {"env-file", FILENAME, AT(env_file), 0, 0},
    {"graceful-timeout", TIME, AT(graceful_timeout), 0, MAX_TIME},
    {"group", TEXT, AT(group), 0, 0},
    {"header-buffer-size", SIZE, AT(header_buffer_size), KILO, MJ_MAX_RESPONSE},
    {"heap", SIZE, AT(heap), 4 * MEGA, 1024 * GIGA},
    {"home", FOLDER, AT(home), 0, 0},
    {"idle-timeout", TIME, AT(idle_timeout), 0, MAX_TIME},
    {"interrupt-timeout", TIME, AT(interrupt_timeout), 0, MAX_TIME},
    {"java-home", FOLDER, AT(java_home), 0, 0},
    {"java-option", LIST, AT(java_options), 0, 0},
    {"lang", TEXT, AT(lang), 0, 0},
    {"listen-backlog", NUMBER, AT(listen_backlog), 1, 65535},
    {"maximum-requests", NUMBER, AT(maximum_requests), 0, 1000000000},
    {"memory-limit", SIZE, AT(memory_limit), 0, 1024 * GIGA},
    {"private-tmp", SWITCH, AT(private_tmp), 0, 0},
    {"processes", RANGE, AT(processes), 1, 64},
    {"queue-size", NUMBER, AT(queue_size), 0, 1000000},
    {"queue-timeout", TIME, AT(queue_timeout), 0, MAX_TIME},
    {"read-only", PATHS, AT(read_only), 0, 0},
    {"receive-buffer-size", SIZE, AT(receive_buffer_size), 0, 64 * MEGA},
    {"reload-marker", FILENAME, AT(reload_marker), 0, 0},
    {"request-timeout", TIME, AT(request_timeout), 0, MAX_TIME},
    {"restart-interval", TIME, AT(restart_interval), 0, MAX_TIME},
    {"restart-order", ORDER, AT(stop_first), 0, 0},
    {"script-group", TEXT, AT(script_group), 0, 0},
    {"script-user", TEXT, AT(script_user), 0, 0},
    {"send-buffer-size", SIZE, AT(send_buffer_size), 0, 64 * MEGA},
    {"shutdown-timeout", TIME, AT(shutdown_timeout), 0, MAX_TIME},
    {"socket-timeout", TIME, AT(socket_timeout), 0, MAX_TIME},
    {"stack-size", SIZE, AT(stack_size), 256 * KILO, GIGA},
    {"startup-timeout", TIME, AT(startup_timeout), 0, MAX_TIME},
    {"supplementary-groups", TEXT, AT(supplementary_groups), 0, 0},
    {"target-folder", FOLDERS, AT(target_folders), 0, 0},
    {"threads", NUMBER, AT(threads), 1, 10000},
    {"tunnel-timeout", TIME, AT(tunnel_timeout), 0, MAX_TIME},
    {"umask", MASK, AT(umask), 0, 0777},
    {"user", TEXT, AT(user), 0, 0},
    {"virtual-threads", SWITCH, AT(virtual_threads), 0, 0},
};

mj_pool_settings_t *mj_pool_settings_make(apr_pool_t *pool, const char *name)
{
    mj_pool_settings_t *settings = apr_pcalloc(pool, sizeof(*settings));
    settings->name = name;
    settings->umask = 0027;
    settings->lang = "C.UTF-8";
    settings->display_name = apr_pstrcat(pool, "jvm:", name, NULL);
    settings->env = apr_array_make(pool, 2, sizeof(const char *));
    settings->java_options = apr_array_make(pool, 2, sizeof(const char *));
    settings->target_folders = apr_array_make(pool, 1, sizeof(const char *));
    settings->groups = apr_array_make(pool, 2, sizeof(gid_t));
    settings->login = "";
    settings->file_env = apr_array_make(pool, 2, sizeof(const char *));
    settings->script_uid = -1;
    settings->script_gid = -1;
    settings->processes = 1;
    settings->processes_max = 1;
    settings->threads = 25;
    settings->queue_size = 100;
    settings->listen_backlog = 100;
    settings->header_buffer_size = MJ_MAX_RESPONSE;
    settings->heap = 128 * MEGA;
    settings->stack_size = 512 * KILO;
    settings->queue_timeout = apr_time_from_sec(45);
    settings->connect_timeout = apr_time_from_sec(15);
    settings->socket_timeout = apr_time_from_sec(60);
    settings->interrupt_timeout = apr_time_from_sec(5);
    settings->deadlock_timeout = apr_time_from_sec(60);
    settings->startup_timeout = apr_time_from_sec(60);
    settings->tunnel_timeout = apr_time_from_sec(600);
    settings->graceful_timeout = apr_time_from_sec(15);
    settings->shutdown_timeout = apr_time_from_sec(5);
    return settings;
}

const char *mj_pool_name_check(apr_pool_t *pool, const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > MAX_NAME || strspn(name, NAME_CHARACTERS) != len || name[0] == '.') {
        return apr_psprintf(pool,
                            "'%s' is no name for a pool: use 1 to %d letters, digits, '.', '_' or '-', not starting with '.'",
                            name, MAX_NAME);
    }
    return NULL;
}

/* NULL, or the text with '?' for each control character. */
static const char *without_control(apr_pool_t *pool, const char *text)
{
    char *copy = apr_pstrdup(pool, text), *at;
    bool has_any = false;
    for (at = copy; *at != '\0'; at++) {
        if (apr_iscntrl(*at)) {
            *at = '?';
            has_any = true;
        }
    }
    return has_any ? copy : NULL;
}

/* Digits only, then *rest is what follows. */
static bool parse_digits(const char *text, int64_t *out, const char **rest)
{
    int64_t n = 0;
    if (!apr_isdigit(*text)) {
        return false;
    }
    for (; apr_isdigit(*text); text++) {
        if (n > (INT64_MAX - 9) / 10) {
            return false;
        }
        n = n * 10 + (*text - '0');
    }
    *out = n;
    *rest = text;
    return true;
}

typedef struct unit_t {
    const char *suffix;
    int64_t factor;
} unit_t;

static const unit_t size_units[] = {{"", 1}, {"k", KILO}, {"m", MEGA}, {"g", GIGA}, {NULL, 0}};
static const unit_t time_units[] = {{"", APR_USEC_PER_SEC},         {"ms", 1000},
                                    {"s", APR_USEC_PER_SEC},        {"min", 60 * APR_USEC_PER_SEC},
                                    {"h", 3600 * APR_USEC_PER_SEC}, {NULL, 0}};
static const unit_t no_units[] = {{"", 1}, {NULL, 0}};

static bool parse_quantity(const char *text, const unit_t *units, int64_t min, int64_t max, int64_t *out)
{
    const char *suffix;
    bool is_negative = min < 0 && *text == '-';
    int64_t n;
    if (!parse_digits(is_negative ? text + 1 : text, &n, &suffix)) {
        return false;
    }
    n = is_negative ? -n : n;
    for (; units->suffix != NULL; units++) {
        if (strcasecmp(units->suffix, suffix) == 0) {
            if (n > INT64_MAX / units->factor || n * units->factor < min || n * units->factor > max) {
                return false;
            }
            *out = n * units->factor;
            return true;
        }
    }
    return false;
}

static const char *size_text(apr_pool_t *pool, int64_t n)
{
    return n % GIGA == 0   ? apr_psprintf(pool, "%" APR_INT64_T_FMT "g", n / GIGA)
           : n % MEGA == 0 ? apr_psprintf(pool, "%" APR_INT64_T_FMT "m", n / MEGA)
                           : apr_psprintf(pool, "%" APR_INT64_T_FMT "k", n / KILO);
}

static const char *set_quantity(const option_t *option, void *field, apr_pool_t *pool, const char *value)
{
    const unit_t *units = option->kind == SIZE ? size_units : option->kind == TIME ? time_units : no_units;
    int64_t n;
    if (!parse_quantity(value, units, option->min, option->max, &n)) {
        switch (option->kind) {
        case SIZE:
            return apr_psprintf(pool, "%s=%s: give a size from %s to %s, in bytes or with k, m or g", option->name, value,
                                size_text(pool, option->min), size_text(pool, option->max));
        case TIME:
            return apr_psprintf(pool, "%s=%s: give a time in seconds, or with ms, s, min or h (90s), a year at most; 0 is off",
                                option->name, value);
        default:
            return apr_psprintf(pool, "%s=%s: give a number from %" APR_INT64_T_FMT " to %" APR_INT64_T_FMT, option->name, value,
                                option->min, option->max);
        }
    }
    *(int64_t *)field = n;
    return NULL;
}

/* N, or MIN-MAX. */
static const char *set_range(const option_t *option, mj_pool_settings_t *settings, apr_pool_t *pool, const char *value)
{
    const char *dash = strchr(value, '-');
    const char *low = dash == NULL ? value : apr_pstrmemdup(pool, value, (apr_size_t)(dash - value));
    const char *high = dash == NULL ? value : dash + 1;
    int64_t min, max;
    if (!parse_quantity(low, no_units, option->min, option->max, &min) ||
        !parse_quantity(high, no_units, option->min, option->max, &max) || min > max) {
        return apr_psprintf(pool,
                            "%s=%s: give a number from %" APR_INT64_T_FMT " to %" APR_INT64_T_FMT
                            ", or the least and the most (2-8)",
                            option->name, value, option->min, option->max);
    }
    settings->processes = min;
    settings->processes_max = max;
    return NULL;
}

/* One of two words; the second is true. */
static const char *set_choice(const option_t *option, void *field, apr_pool_t *pool, const char *value)
{
    const char *first = option->kind == SWITCH ? "off" : "start-first", *second = option->kind == SWITCH ? "on" : "stop-first";
    if (strcasecmp(value, first) != 0 && strcasecmp(value, second) != 0) {
        return apr_psprintf(pool, "%s=%s: give %s or %s", option->name, value, first, second);
    }
    *(bool *)field = strcasecmp(value, second) == 0;
    return NULL;
}

static const char *set_mask(const option_t *option, void *field, apr_pool_t *pool, const char *value)
{
    char *end;
    long mask = strtol(value, &end, 8);
    if (!apr_isdigit(*value) || *end != '\0' || mask < option->min || mask > option->max) {
        return apr_psprintf(pool, "%s=%s: give an octal mask from 0000 to 0777 (0027)", option->name, value);
    }
    *(int *)field = (int)mask;
    return NULL;
}

static const char *check_text(const option_t *option, apr_pool_t *pool, const char *value)
{
    const char *path, *name_end, *shown, *wrong;
    if (*value == '\0') {
        return apr_psprintf(pool, "%s= has no value: give one, or leave the option out", option->name);
    }
    shown = without_control(pool, value);
    if (shown != NULL) {
        return apr_psprintf(pool, "%s=%s: a control character stands where '?' is shown: leave it out", option->name, shown);
    }
    switch (option->kind) {
    case FOLDER:
    case FOLDERS:
    case FILENAME:
        if (*value != '/') {
            return apr_psprintf(pool, "%s=%s: give an absolute path", option->name, value);
        }
        wrong = option->kind == FILENAME ? mj_file_name_check(pool, value) : NULL;
        return wrong != NULL ? apr_pstrcat(pool, option->name, "=", wrong, NULL) : NULL;
    case PATHS:
    case CLASSES:
        for (path = value; path != NULL; path = strchr(path, ':')) {
            path += path != value; /* behind the colon */
            if (*path != '/') {
                return apr_psprintf(pool, "%s=%s: give absolute paths, separated by ':'", option->name, value);
            }
            wrong = option->kind == CLASSES ? mj_class_path_name_check(pool, apr_pstrmemdup(pool, path, strcspn(path, ":"))) : NULL;
            if (wrong != NULL) {
                return apr_pstrcat(pool, option->name, "=", wrong, NULL);
            }
        }
        return NULL;
    case ENV:
        name_end = strchr(value, '=');
        if (name_end == NULL || name_end == value || apr_isdigit(*value) ||
            strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") < (size_t)(name_end - value)) {
            return apr_psprintf(pool, "%s=%s: give NAME=VALUE, NAME of letters, digits and '_' (env=LOG_LEVEL=debug)",
                                option->name, value);
        }
        return NULL;
    case LIST:
        if (*value != '-') {
            return apr_psprintf(pool, "%s=%s: give an option of the JVM, it starts with '-' (java-option=-Dcolour=blue)",
                                option->name, value);
        }
        return NULL;
    default:
        return NULL;
    }
}

const char *mj_pool_settings_set(mj_pool_settings_t *settings, apr_pool_t *pool, const char *name, const char *value)
{
    const char *known = NULL, *wrong;
    size_t i;

    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const option_t *option = &options[i];
        void *field = (char *)settings + option->offset;
        if (strcmp(option->name, name) != 0) {
            known = known == NULL ? option->name : apr_pstrcat(pool, known, ", ", option->name, NULL);
            continue;
        }
        switch (option->kind) {
        case RANGE:
            return set_range(option, settings, pool, value);
        case SWITCH:
        case ORDER:
            return set_choice(option, field, pool, value);
        case NUMBER:
        case SIZE:
        case TIME:
            return set_quantity(option, field, pool, value);
        case MASK:
            return set_mask(option, field, pool, value);
        case TEXT:
            /* supplementary-groups= with nothing behind it means none at all */
            if (field == (void *)&settings->supplementary_groups && *value == '\0') {
                settings->supplementary_groups = "";
                return NULL;
            }
            break;
        default:
            break;
        }
        wrong = check_text(option, pool, value);
        if (wrong != NULL) {
            return wrong;
        }
        if (option->kind == LIST || option->kind == FOLDERS || option->kind == ENV) {
            APR_ARRAY_PUSH(*(apr_array_header_t **)field, const char *) = value;
        } else {
            *(const char **)field = value;
        }
        return NULL;
    }
    return apr_psprintf(pool, "there is no option '%s'; there are %s", name, known);
}

/* Reads up to a character of stops, or a closing quote if text starts with a quote. NULL at an open quote. */
static const char *take_word(apr_pool_t *pool, const char **text, const char *stops)
{
    const char *in = *text;
    const char quote = *in;
    char *word = apr_palloc(pool, strlen(in) + 1), *out = word;

    if (quote != '"' && quote != '\'') {
        size_t len = strcspn(in, stops);
        *text = in + len;
        return apr_pstrmemdup(pool, in, len);
    }
    for (in++; *in != quote; in++) {
        if (*in == '\0') {
            return NULL;
        }
        if (*in == '\\' && (in[1] == quote || in[1] == '\\')) {
            in++;
        }
        *out++ = *in;
    }
    *out = '\0';
    *text = in + 1;
    return word;
}

apr_status_t mj_option_next(apr_pool_t *pool, const char **line, const char **key, const char **value)
{
    const char *in = *line;
    const char *equals;

    while (apr_isspace(*in)) {
        in++;
    }
    if (*in == '\0') {
        *line = in;
        return APR_EOF;
    }
    *key = NULL;
    if (*in == '"' || *in == '\'') {
        const char *word = take_word(pool, &in, "");
        if (word == NULL) {
            return APR_EINVAL;
        }
        equals = strchr(word, '=');
        *key = equals == NULL ? word : apr_pstrmemdup(pool, word, (apr_size_t)(equals - word));
        *value = equals == NULL ? NULL : equals + 1;
    } else {
        *key = take_word(pool, &in, "= \t\r\n");
        *value = NULL;
        if (*in == '=') {
            in++;
            *value = take_word(pool, &in, " \t\r\n");
            if (*value == NULL) {
                *key = NULL;
                return APR_EINVAL;
            }
        }
    }
    *line = in;
    return *value == NULL ? APR_EINVAL : APR_SUCCESS;
}

static void add_all(mj_record_builder_t *record, const char *name, const apr_array_header_t *values)
{
    int i;
    for (i = 0; i < values->nelts; i++) {
        mj_record_add(record, name, APR_ARRAY_IDX(values, i, const char *));
    }
}

static void add_optional(mj_record_builder_t *record, const char *name, const char *value)
{
    if (value != NULL) {
        mj_record_add(record, name, value);
    }
}

static void add_optional_number(mj_record_builder_t *record, const char *name, int64_t value)
{
    if (value >= 0) {
        mj_record_add_number(record, name, value);
    }
}

static void add_identity(mj_record_builder_t *record, const mj_pool_settings_t *settings, apr_pool_t *pool)
{
    const char *groups = "";
    int i;
    for (i = 0; i < settings->groups->nelts; i++) {
        groups =
            apr_psprintf(pool, "%s%s%lu", groups, i > 0 ? "," : "", (unsigned long)APR_ARRAY_IDX(settings->groups, i, gid_t));
    }
    mj_record_add_number(record, "uid", (int64_t)settings->uid);
    mj_record_add_number(record, "gid", (int64_t)settings->gid);
    mj_record_add(record, "groups", groups);
}

mj_span_t mj_pool_settings_record(mj_pool_settings_t *settings, apr_pool_t *pool, unsigned index, int64_t httpd_uid, const char *java_home,
                                  const apr_array_header_t *applications, mj_span_t dynamic, const apr_array_header_t *warm_ups)
{
    mj_record_builder_t *record = mj_record_builder_make(pool);
    int i;

    mj_record_add(record, "name", settings->name);
    mj_record_add_number(record, "wire-version", MJ_VERSION_MAJOR);
    mj_record_add_number(record, "index", index);
    mj_record_add_number(record, "httpd-uid", httpd_uid);
    if (settings->has_identity) {
        add_identity(record, settings, pool);
    }
    mj_record_add(record, "user", settings->login);
    mj_record_add(record, "home", settings->home != NULL ? settings->home : "/");
    mj_record_add(record, "umask", apr_psprintf(pool, "%04o", (unsigned)settings->umask));
    mj_record_add(record, "display-name", settings->display_name);
    mj_record_add(record, "lang", settings->lang);
    add_all(record, "env", settings->file_env);
    add_all(record, "env", settings->env);
    mj_record_add(record, "java-home", java_home);
    add_all(record, "java-option", settings->java_options);
    add_optional(record, "class-path", settings->class_path);
    mj_record_add_number(record, "heap", settings->heap);
    mj_record_add_number(record, "stack-size", settings->stack_size);
    add_optional(record, "chroot", settings->chroot);
    add_optional(record, "read-only", settings->read_only);
    mj_record_add(record, "private-tmp", settings->private_tmp ? "on" : "off");
    add_optional_number(record, "script-uid", settings->script_uid);
    add_optional_number(record, "script-gid", settings->script_gid);
    mj_record_add_number(record, "processes", settings->processes);
    mj_record_add_number(record, "processes-max", settings->processes_max);
    mj_record_add_number(record, "threads", settings->threads);
    mj_record_add(record, "virtual-threads", settings->virtual_threads ? "on" : "off");
    mj_record_add_number(record, "memory-limit", settings->memory_limit);
    mj_record_add_number(record, "cpu-priority", settings->cpu_priority);
    mj_record_add_number(record, "maximum-requests", settings->maximum_requests);
    mj_record_add_number(record, "restart-interval", settings->restart_interval / 1000);
    mj_record_add(record, "restart-order", settings->stop_first ? "stop-first" : "start-first");
    add_optional(record, "reload-marker", settings->reload_marker);
    mj_record_add_number(record, "listen-backlog", settings->listen_backlog);
    mj_record_add_number(record, "receive-buffer-size", settings->receive_buffer_size);
    mj_record_add_number(record, "request-timeout", settings->request_timeout / 1000);
    mj_record_add_number(record, "interrupt-timeout", settings->interrupt_timeout / 1000);
    mj_record_add_number(record, "idle-timeout", settings->idle_timeout / 1000);
    mj_record_add_number(record, "deadlock-timeout", settings->deadlock_timeout / 1000);
    mj_record_add_number(record, "startup-timeout", settings->startup_timeout / 1000);
    mj_record_add_number(record, "graceful-timeout", settings->graceful_timeout / 1000);
    mj_record_add_number(record, "shutdown-timeout", settings->shutdown_timeout / 1000);
    for (i = 0; i < applications->nelts; i++) {
        mj_record_add_span(record, "application", APR_ARRAY_IDX(applications, i, mj_span_t));
    }
    if (dynamic.len > 0) {
        mj_record_add_span(record, "dynamic", dynamic);
    }
    for (i = 0; i < warm_ups->nelts; i++) {
        mj_record_add_span(record, "warm-up", APR_ARRAY_IDX(warm_ups, i, mj_span_t));
    }
    settings->fingerprint = (uint16_t)(1 + mj_span_hash(mj_record_bytes(record)) % UINT16_MAX); /* 0 says nothing */
    mj_record_add_number(record, "settings", settings->fingerprint);
    return mj_record_bytes(record);
}
