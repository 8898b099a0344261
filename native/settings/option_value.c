#include "option_value.h"

#include "path_names.h"
#include "pool_settings.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

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

static const unit_t size_units[] = {{"", 1}, {"k", MJ_KILO}, {"m", MJ_MEGA}, {"g", MJ_GIGA}, {NULL, 0}};
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

bool mj_option_is_quantity(mj_option_kind_t kind)
{
    return kind == MJ_OPTION_NUMBER || kind == MJ_OPTION_RANGE || kind == MJ_OPTION_SIZE || kind == MJ_OPTION_TIME;
}

const char *const *mj_option_words(mj_option_kind_t kind)
{
    static const char *const switches[] = {"off", "on"}, *const orders[] = {"start-first", "stop-first"};
    return kind == MJ_OPTION_SWITCH ? switches : orders;
}

bool mj_option_may_repeat(mj_option_kind_t kind)
{
    return kind == MJ_OPTION_FOLDERS || kind == MJ_OPTION_JVM_OPTIONS || kind == MJ_OPTION_VARIABLES;
}

static bool parse_mask(const char *value, int64_t min, int64_t max, int64_t *number)
{
    char *end;
    *number = strtol(value, &end, 8);
    return apr_isdigit(*value) && *end == '\0' && *number >= min && *number <= max;
}

bool mj_option_parse(const mj_option_t *option, const char *value, int64_t *number)
{
    const unit_t *units = option->kind == MJ_OPTION_SIZE ? size_units : option->kind == MJ_OPTION_TIME ? time_units : no_units;
    return option->kind == MJ_OPTION_MASK ? parse_mask(value, option->min, option->max, number)
                                          : parse_quantity(value, units, option->min, option->max, number);
}

static const char *size_text(apr_pool_t *pool, int64_t n)
{
    return n == 0             ? "0"
           : n % MJ_GIGA == 0 ? apr_psprintf(pool, "%" APR_INT64_T_FMT "g", n / MJ_GIGA)
           : n % MJ_MEGA == 0 ? apr_psprintf(pool, "%" APR_INT64_T_FMT "m", n / MJ_MEGA)
                              : apr_psprintf(pool, "%" APR_INT64_T_FMT "k", n / MJ_KILO);
}

const char *mj_option_quantity(const mj_option_t *option, int64_t number, apr_pool_t *pool)
{
    switch (option->kind) {
    case MJ_OPTION_SIZE:
        return size_text(pool, number);
    case MJ_OPTION_TIME:
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, number / APR_USEC_PER_SEC);
    case MJ_OPTION_MASK:
        return apr_psprintf(pool, "%04o", (unsigned)number);
    default:
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, number);
    }
}

/* --- messages --- */

static const char *refuse_quantity(const mj_option_t *option, apr_pool_t *pool, const char *value)
{
    const char *min = mj_option_quantity(option, option->min, pool), *max = mj_option_quantity(option, option->max, pool);
    switch (option->kind) {
    case MJ_OPTION_SIZE:
        return apr_psprintf(pool, "%s=%s: give a size from %s to %s, in bytes or with k, m or g", option->name, value, min, max);
    case MJ_OPTION_TIME:
        return apr_psprintf(pool, "%s=%s: give a time in seconds, or with ms, s, min or h (90s), a year at most; 0 is off",
                            option->name, value);
    case MJ_OPTION_MASK:
        return apr_psprintf(pool, "%s=%s: give an octal mask from %s to %s (%s)", option->name, value, min, max, option->preset);
    case MJ_OPTION_RANGE:
        return apr_psprintf(pool, "%s=%s: give a number from %s to %s, or the minimum and the maximum (2-8)", option->name, value,
                            min, max);
    default:
        return apr_psprintf(pool, "%s=%s: give a number from %s to %s", option->name, value, min, max);
    }
}

static const char *check_text(const mj_option_t *option, apr_pool_t *pool, const char *value)
{
    const char *path, *name_end, *shown, *wrong;
    if (*value == '\0') {
        return apr_psprintf(pool, "%s= has no value: give one, or leave the option out", option->name);
    }
    shown = without_control(pool, value);
    if (shown != NULL) {
        return apr_psprintf(pool, "%s=%s: the character shown as '?' is a control character: leave it out", option->name, shown);
    }
    switch (option->kind) {
    case MJ_OPTION_FOLDER:
    case MJ_OPTION_FOLDERS:
    case MJ_OPTION_FILE:
        if (*value != '/') {
            return apr_psprintf(pool, "%s=%s: give an absolute path", option->name, value);
        }
        wrong = option->kind == MJ_OPTION_FILE ? mj_file_name_check(pool, value) : NULL;
        return wrong != NULL ? apr_pstrcat(pool, option->name, "=", wrong, NULL) : NULL;
    case MJ_OPTION_PATHS:
    case MJ_OPTION_CLASSES:
        for (path = value; path != NULL; path = strchr(path, ':')) {
            path += path != value; /* behind the colon */
            if (*path != '/') {
                return apr_psprintf(pool, "%s=%s: give absolute paths, separated by ':'", option->name, value);
            }
            wrong = option->kind == MJ_OPTION_CLASSES
                        ? mj_class_path_name_check(pool, apr_pstrmemdup(pool, path, strcspn(path, ":")))
                        : NULL;
            if (wrong != NULL) {
                return apr_pstrcat(pool, option->name, "=", wrong, NULL);
            }
        }
        return NULL;
    case MJ_OPTION_VARIABLES:
        name_end = strchr(value, '=');
        if (name_end == NULL || name_end == value || apr_isdigit(*value) ||
            strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") < (size_t)(name_end - value)) {
            return apr_psprintf(pool, "%s=%s: give NAME=VALUE, NAME of letters, digits and '_' (env=LOG_LEVEL=debug)",
                                option->name, value);
        }
        return NULL;
    case MJ_OPTION_JVM_OPTIONS:
        if (*value != '-') {
            return apr_psprintf(pool, "%s=%s: give an option of the JVM, which starts with '-' (java-option=-Dcolour=blue)",
                                option->name, value);
        }
        return NULL;
    default:
        return NULL;
    }
}

/* --- fields --- */

/* N, or MIN-MAX. */
static bool apply_range(const mj_option_t *option, mj_pool_settings_t *settings, apr_pool_t *pool, const char *value)
{
    const char *dash = strchr(value, '-');
    const char *low = dash == NULL ? value : apr_pstrmemdup(pool, value, (apr_size_t)(dash - value));
    const char *high = dash == NULL ? value : dash + 1;
    int64_t min, max;
    if (!mj_option_parse(option, low, &min) || !mj_option_parse(option, high, &max) || min > max) {
        return false;
    }
    settings->processes = min;
    settings->processes_max = max;
    return true;
}

/* One of two words; the second is true. */
static const char *apply_choice(const mj_option_t *option, bool *field, apr_pool_t *pool, const char *value)
{
    const char *const *words = mj_option_words(option->kind);
    if (strcasecmp(value, words[0]) != 0 && strcasecmp(value, words[1]) != 0) {
        return apr_psprintf(pool, "%s=%s: give %s or %s", option->name, value, words[0], words[1]);
    }
    *field = strcasecmp(value, words[1]) == 0;
    return NULL;
}

static const char *apply_text(const mj_option_t *option, void *field, apr_pool_t *pool, const char *value)
{
    bool may_be_empty = option->kind == MJ_OPTION_GROUPS;
    const char *wrong = may_be_empty && *value == '\0' ? NULL : check_text(option, pool, value);
    if (wrong != NULL) {
        return wrong;
    }
    if (mj_option_may_repeat(option->kind)) {
        APR_ARRAY_PUSH(*(apr_array_header_t **)field, const char *) = value;
    } else {
        *(const char **)field = value;
    }
    return NULL;
}

const char *mj_option_apply(const mj_option_t *option, void *settings, apr_pool_t *pool, const char *value)
{
    void *field = (char *)settings + option->field;
    bool is_range = option->kind == MJ_OPTION_RANGE;
    int64_t number;

    if (option->kind == MJ_OPTION_SWITCH || option->kind == MJ_OPTION_ORDER) {
        return apply_choice(option, field, pool, value);
    }
    if (!mj_option_is_quantity(option->kind) && option->kind != MJ_OPTION_MASK) {
        return apply_text(option, field, pool, value);
    }
    if (is_range ? !apply_range(option, settings, pool, value) : !mj_option_parse(option, value, &number)) {
        return refuse_quantity(option, pool, value);
    }
    if (option->kind == MJ_OPTION_MASK) {
        *(int *)field = (int)number;
    } else if (!is_range) {
        *(int64_t *)field = number;
    }
    return NULL;
}
