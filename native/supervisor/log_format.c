#include "log_format.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

/* In the order of their severity. */
static const char *const names[] = {"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"};

typedef struct text_t {
    char *data;
    size_t len;
    size_t room; /* without the terminator */
} text_t;

/* `%` and what follows up to the letter. */
typedef struct item_t {
    char letter;
    char argument[64]; /* "u" of %{u}t */
    int least;         /* %4l: only for lines of this severity, counted as syslog does, or a lesser one; 0: all */
    bool is_required;
    bool is_shown_empty; /* as a hyphen */
} item_t;

const char *mj_log_severity_name(int severity)
{
    return severity >= LOG_EMERG && severity <= LOG_DEBUG ? names[severity] : severity < LOG_EMERG ? names[0] : names[LOG_DEBUG];
}

int mj_log_severity(const char *name)
{
    int i;
    for (i = LOG_EMERG; i <= LOG_DEBUG; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    return LOG_ERR;
}

static void add(text_t *text, const char *data, size_t len)
{
    size_t fits = len < text->room - text->len ? len : text->room - text->len;
    memcpy(text->data + text->len, data, fits);
    text->len += fits;
}

static void add_date(text_t *text, const struct tm *local, const char *format)
{
    char date[128];
    size_t len = strftime(date, sizeof(date), format, local);
    add(text, date, len);
}

/* The argument of %t: a format of strftime, or letters: u is microseconds, c a date as ISO 8601 has
 * it, z the offset of the time zone. */
static void add_time(text_t *text, const struct timespec *at, const char *argument)
{
    bool is_compact = strchr(argument, 'c') != NULL;
    struct tm local;
    char fraction[24];

    localtime_r(&at->tv_sec, &local);
    if (strchr(argument, '%') != NULL) {
        add_date(text, &local, argument);
        return;
    }
    add_date(text, &local, is_compact ? "%Y-%m-%d %H:%M:%S" : "%a %b %d %H:%M:%S");
    if (strchr(argument, 'u') != NULL) {
        (void)snprintf(fraction, sizeof(fraction), ".%06ld", at->tv_nsec / 1000);
        add(text, fraction, strlen(fraction));
    }
    if (!is_compact) {
        add_date(text, &local, " %Y");
    }
    if (strchr(argument, 'z') != NULL) {
        add_date(text, &local, " %z");
    }
}

/* @return false if it has no value */
static bool add_item(text_t *text, const item_t *item, const mj_log_line_t *line)
{
    char pid[24];
    const char *value = NULL;

    switch (item->letter) {
    case '%':
        value = "%";
        break;
    case 'l':
        value = mj_log_severity_name(line->severity);
        break;
    case 'm':
        value = "jvm";
        break;
    case 'M':
        value = line->message;
        break;
    case 'P':
    case 'T': /* the first thread's id is the process's */
        (void)snprintf(pid, sizeof(pid), "%ld", (long)line->pid);
        value = pid;
        break;
    case 't':
        add_time(text, &line->at, item->argument);
        return true;
    case 'v':
    case 'V':
        value = line->server;
        break;
    default:
        break;
    }
    if (value == NULL || *value == '\0') {
        return false;
    }
    add(text, value, strlen(value));
    return true;
}

/* Reads the item behind a `%`. @return what follows it */
static const char *read_item(const char *at, item_t *item)
{
    *item = (item_t){.letter = '\0'};
    for (;; at++) {
        if (*at == '-') {
            item->is_shown_empty = true;
        } else if (*at == '+') {
            item->is_required = true;
        } else if (*at >= '0' && *at <= '9') {
            item->least = 10 * item->least + (*at - '0');
            if (item->least > LOG_DEBUG + 8) { /* httpd's trace8 */
                item->least = LOG_DEBUG + 8;
            }
        } else if (*at == '{') {
            const char *end = strchr(at, '}');
            if (end == NULL) {
                return at + strlen(at);
            }
            (void)snprintf(item->argument, sizeof(item->argument), "%.*s", (int)(end - at - 1), at + 1);
            at = end;
        } else {
            break;
        }
    }
    item->letter = *at;
    return *at == '\0' ? at : at + 1;
}

/* @return what follows a backslash and what it stands for */
static const char *add_escaped(text_t *text, const char *at, bool is_left_out)
{
    char value = *at;
    if (value == '\0') {
        return at;
    }
    if (value == 't') {
        value = '\t';
    } else if (value == 'n') {
        value = '\n';
    } else if (value == 'r') {
        value = '\r';
    }
    if (!is_left_out) {
        add(text, &value, 1);
    }
    return at + 1;
}

size_t mj_log_format(char *out, size_t size, const char *format, const mj_log_line_t *line)
{
    text_t text = {.data = out, .room = size - 1};
    size_t field = 0; /* where it begins in out, with the blanks before it */
    bool is_left_out = false;
    const char *at = format;
    item_t item;

    while (*at != '\0') {
        if (*at == ' ' || (at[0] == '%' && at[1] == ' ')) {
            is_left_out = false;
            field = text.len;
            if (*at == '%') {
                at += 2;
                continue;
            }
            for (; *at == ' '; at++) {
                add(&text, at, 1);
            }
        } else if (*at == '\\') {
            at = add_escaped(&text, at + 1, is_left_out);
        } else if (*at != '%') {
            if (!is_left_out) {
                add(&text, at, 1);
            }
            at++;
        } else {
            at = read_item(at + 1, &item);
            if (is_left_out && item.letter != 'M') {
                continue;
            }
            if (item.least > line->severity) {
                text.len = field;
                is_left_out = true;
            } else if (!add_item(&text, &item, line)) {
                if (item.is_required) {
                    text.len = 0;
                    break;
                }
                if (item.is_shown_empty) {
                    add(&text, "-", 1);
                } else {
                    text.len = field;
                    is_left_out = true;
                }
            }
        }
    }
    out[text.len] = '\0';
    return text.len;
}
