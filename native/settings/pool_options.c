#include "pool_options.h"

#include "option_value.h"
#include "pool_settings.h"
#include "wire.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TIME apr_time_from_sec(365 * 24 * 3600)
#define SUPERVISOR MJ_READ_BY_SUPERVISOR
#define LAUNCHER MJ_READ_BY_LAUNCHER
#define HOST MJ_READ_BY_HOST
#define HTTPD MJ_READ_BY_HTTPD
#define OPTION(name, kind, preset, min, max, field, entry, readers, resolved)                                                    \
    {                                                                                                                            \
        name, MJ_OPTION_##kind, readers, preset, min, max, offsetof(mj_pool_settings_t, field), entry, resolved                  \
    }

static const mj_option_t options[] = {
    OPTION("user", TEXT, NULL, 0, 0, user, "user", SUPERVISOR, offsetof(mj_pool_settings_t, login)),
    OPTION("home", FOLDER, NULL, 0, 0, home, "home", SUPERVISOR | LAUNCHER, offsetof(mj_pool_settings_t, chosen_home)),
    OPTION("umask", MASK, "0027", 0, 0777, umask, "umask", SUPERVISOR, 0),
    OPTION("display-name", TEXT, "jvm:NAME", 0, 0, display_name, "display-name", SUPERVISOR, 0),
    OPTION("lang", TEXT, "C.UTF-8", 0, 0, lang, "lang", SUPERVISOR, 0),
    OPTION("env", VARIABLES, NULL, 0, 0, env, "env", SUPERVISOR, 0),
    OPTION("java-home", FOLDER, NULL, 0, 0, java_home, "java-home", SUPERVISOR | LAUNCHER | HOST,
           offsetof(mj_pool_settings_t, chosen_java_home)),
    OPTION("java-option", JVM_OPTIONS, NULL, 0, 0, java_options, "java-option", SUPERVISOR | LAUNCHER, 0),
    OPTION("class-path", CLASSES, NULL, 0, 0, class_path, "class-path", HOST, 0),
    OPTION("heap", SIZE, "128m", 4 * MJ_MEGA, 1024 * MJ_GIGA, heap, "heap", SUPERVISOR | LAUNCHER, 0),
    OPTION("stack-size", SIZE, "512k", 256 * MJ_KILO, MJ_GIGA, stack_size, "stack-size", LAUNCHER, 0),
    OPTION("chroot", FOLDER, NULL, 0, 0, chroot, "chroot", SUPERVISOR | LAUNCHER, 0),
    OPTION("read-only", PATHS, NULL, 0, 0, read_only, "read-only", SUPERVISOR | LAUNCHER, 0),
    OPTION("private-tmp", SWITCH, "off", 0, 0, private_tmp, "private-tmp", SUPERVISOR | LAUNCHER, 0),
    OPTION("script-user", OWNER, NULL, 0, 0, script_user, "script-uid", SUPERVISOR | HOST,
           offsetof(mj_pool_settings_t, script_uid)),
    OPTION("script-group", OWNER, NULL, 0, 0, script_group, "script-gid", HOST, offsetof(mj_pool_settings_t, script_gid)),
    OPTION("processes", RANGE, "1", 1, 64, processes, "processes", SUPERVISOR, 0),
    OPTION("threads", NUMBER, "25", 1, 10000, threads, "threads", SUPERVISOR | HOST, 0),
    OPTION("virtual-threads", SWITCH, "off", 0, 0, virtual_threads, "virtual-threads", HOST, 0),
    OPTION("memory-limit", SIZE, "0", 0, 1024 * MJ_GIGA, memory_limit, "memory-limit", SUPERVISOR, 0),
    OPTION("cpu-priority", NUMBER, "0", -20, 19, cpu_priority, "cpu-priority", SUPERVISOR, 0),
    OPTION("maximum-requests", NUMBER, "0", 0, 1000000000, maximum_requests, "maximum-requests", HOST, 0),
    OPTION("restart-interval", TIME, "0", 0, MAX_TIME, restart_interval, "restart-interval", SUPERVISOR, 0),
    OPTION("restart-order", ORDER, "start-first", 0, 0, stop_first, "restart-order", SUPERVISOR, 0),
    OPTION("reload-marker", FILE, NULL, 0, 0, reload_marker, "reload-marker", HOST, 0),
    OPTION("listen-backlog", NUMBER, "100", 1, 65535, listen_backlog, "listen-backlog", SUPERVISOR, 0),
    OPTION("receive-buffer-size", SIZE, "0", 0, 64 * MJ_MEGA, receive_buffer_size, "receive-buffer-size", HOST, 0),
    OPTION("request-timeout", TIME, "0", 0, MAX_TIME, request_timeout, "request-timeout", HOST, 0),
    OPTION("interrupt-timeout", TIME, "5", 0, MAX_TIME, interrupt_timeout, "interrupt-timeout", HOST, 0),
    OPTION("idle-timeout", TIME, "0", 0, MAX_TIME, idle_timeout, "idle-timeout", SUPERVISOR | HOST, 0),
    OPTION("deadlock-timeout", TIME, "60", 0, MAX_TIME, deadlock_timeout, "deadlock-timeout", SUPERVISOR | HOST, 0),
    OPTION("startup-timeout", TIME, "60", 0, MAX_TIME, startup_timeout, "startup-timeout", SUPERVISOR, 0),
    OPTION("graceful-timeout", TIME, "15", 0, MAX_TIME, graceful_timeout, "graceful-timeout", SUPERVISOR, 0),
    OPTION("shutdown-timeout", TIME, "5", 0, MAX_TIME, shutdown_timeout, "shutdown-timeout", SUPERVISOR | HOST, 0),
    /* httpd's alone; the first four decide about entries that are no option's */
    OPTION("group", TEXT, NULL, 0, 0, group, NULL, HTTPD, 0),
    OPTION("supplementary-groups", GROUPS, NULL, 0, 0, supplementary_groups, NULL, HTTPD, 0),
    OPTION("env-file", FILE, NULL, 0, 0, env_file, NULL, HTTPD, 0),
    OPTION("target-folder", FOLDERS, NULL, 0, 0, target_folders, NULL, HTTPD, 0),
    OPTION("queue-size", NUMBER, "100", 0, 1000000, queue_size, NULL, HTTPD, 0),
    OPTION("queue-timeout", TIME, "45", 0, MAX_TIME, queue_timeout, NULL, HTTPD, 0),
    OPTION("connect-timeout", TIME, "15", 0, MAX_TIME, connect_timeout, NULL, HTTPD, 0),
    OPTION("socket-timeout", TIME, "60", 0, MAX_TIME, socket_timeout, NULL, HTTPD, 0),
    OPTION("tunnel-timeout", TIME, "600", 0, MAX_TIME, tunnel_timeout, NULL, HTTPD, 0),
    OPTION("send-buffer-size", SIZE, "0", 0, 64 * MJ_MEGA, send_buffer_size, NULL, HTTPD, 0),
    OPTION("header-buffer-size", SIZE, "64k", MJ_KILO, MJ_MAX_RESPONSE, header_buffer_size, NULL, HTTPD, 0),
};
#define COUNT (sizeof(options) / sizeof(options[0]))

const mj_option_t *mj_options(size_t *count)
{
    *count = COUNT;
    return options;
}

const mj_option_t *mj_option_find(const char *name)
{
    size_t i = 0;
    while (i < COUNT && strcmp(options[i].name, name) != 0) {
        i++;
    }
    return i < COUNT ? &options[i] : NULL;
}

/* A caller's mistake is not to be read as a record's. */
static const mj_option_t *option_of(const char *entry)
{
    size_t i = 0;
    while (options[i].entry == NULL || strcmp(options[i].entry, entry) != 0) {
        if (++i == COUNT) {
            abort();
        }
    }
    return &options[i];
}

const char *mj_option_preset(const mj_option_t *option, const char *pool_name, apr_pool_t *pool)
{
    const char *name = option->preset != NULL ? strstr(option->preset, "NAME") : NULL;
    return name == NULL ? option->preset : apr_psprintf(pool, "%.*s%s", (int)(name - option->preset), option->preset, pool_name);
}

/* --- text --- */

static const char *kind_name(mj_option_kind_t kind)
{
    static const char *const names[] = {"text",    "groups",  "owner",       "folder",    "file", "paths",
                                        "classes", "folders", "jvm-options", "variables", "mask", "number",
                                        "range",   "size",    "time",        "switch",    "order"};
    return names[kind];
}

static const char *reader_names(const mj_option_t *option, apr_pool_t *pool)
{
    static const char *const names[] = {"httpd", "supervisor", "launcher", "host"};
    const char *text = NULL;
    unsigned i;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((option->readers & (1U << i)) != 0) {
            text = text == NULL ? names[i] : apr_pstrcat(pool, text, ",", names[i], NULL);
        }
    }
    return text;
}

const char *mj_options_text(apr_pool_t *pool)
{
    const char *text =
        "# The options of JVMDaemonProcess: name, kind, default, least, most, entry of the pool record, who reads that.\n"
        "# Made from native/settings/pool_options.c by the target pool-options; a test compares the two.\n";
    size_t i;
    for (i = 0; i < COUNT; i++) {
        const mj_option_t *option = &options[i];
        bool is_bounded = mj_option_is_quantity(option->kind) || option->kind == MJ_OPTION_MASK;
        text = apr_pstrcat(pool, text, option->name, " ", kind_name(option->kind), " ",
                           option->preset != NULL ? option->preset : "-", " ",
                           is_bounded ? mj_option_quantity(option, option->min, pool) : "-", " ",
                           is_bounded ? mj_option_quantity(option, option->max, pool) : "-", " ",
                           option->entry != NULL ? option->entry : "-", " ", reader_names(option, pool), "\n", NULL);
    }
    return text;
}

/* --- entries --- */

static bool is_within(const mj_option_t *option, int64_t number)
{
    return number >= option->min && number <= option->max;
}

bool mj_entry_number(mj_span_t record, const char *entry, int64_t *number)
{
    const mj_option_t *option = option_of(entry);
    mj_span_t unused;
    if (!mj_record_find(record, entry, &unused)) {
        return mj_option_parse(option, option->preset, number);
    }
    *number = mj_record_number(record, entry, INT64_MIN);
    return is_within(option, *number);
}

bool mj_entry_time(mj_span_t record, const char *entry, int64_t *us)
{
    const mj_option_t *option = option_of(entry);
    int64_t ms = mj_record_number(record, entry, -1);
    mj_span_t unused;
    if (!mj_record_find(record, entry, &unused)) {
        ms = 0;
    }
    *us = ms >= 0 && ms <= option->max / 1000 ? ms * 1000 : -1;
    return is_within(option, *us);
}

bool mj_entry_mask(mj_span_t record, const char *entry, apr_pool_t *pool, int *mask)
{
    int64_t number;
    bool is_mask = mj_option_parse(option_of(entry), mj_entry_text(record, entry, "", pool), &number);
    *mask = (int)number;
    return is_mask;
}

const char *mj_entry_text(mj_span_t record, const char *entry, const char *pool_name, apr_pool_t *pool)
{
    return mj_record_text(record, entry, mj_option_preset(option_of(entry), pool_name, pool), pool);
}
