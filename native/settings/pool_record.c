#include "pool_settings.h"

#include "option_value.h"
#include "wire.h"

#include <apr_strings.h>

static void add_all(mj_record_builder_t *record, const char *name, const apr_array_header_t *values)
{
    int i;
    for (i = 0; i < values->nelts; i++) {
        mj_record_add(record, name, APR_ARRAY_IDX(values, i, const char *));
    }
}

/* @param field of the option's kind */
static void add_option(mj_record_builder_t *record, const mj_option_t *option, const mj_pool_settings_t *settings,
                       apr_pool_t *pool)
{
    const void *field = (const char *)settings + (option->resolved != 0 ? option->resolved : option->field);
    const char *text;

    switch (option->kind) {
    case MJ_OPTION_MASK:
        mj_record_add(record, option->entry, mj_option_quantity(option, *(const int *)field, pool));
        break;
    case MJ_OPTION_TIME:
        mj_record_add_number(record, option->entry, *(const int64_t *)field / 1000);
        break;
    case MJ_OPTION_NUMBER:
    case MJ_OPTION_SIZE:
    case MJ_OPTION_RANGE:
        mj_record_add_number(record, option->entry, *(const int64_t *)field);
        break;
    case MJ_OPTION_OWNER:
        if (*(const int64_t *)field >= 0) {
            mj_record_add_number(record, option->entry, *(const int64_t *)field);
        }
        break;
    case MJ_OPTION_SWITCH:
    case MJ_OPTION_ORDER:
        mj_record_add(record, option->entry, mj_option_words(option->kind)[*(const bool *)field ? 1 : 0]);
        break;
    case MJ_OPTION_JVM_OPTIONS:
    case MJ_OPTION_VARIABLES:
        add_all(record, option->entry, *(const apr_array_header_t *const *)field);
        break;
    default:
        text = *(const char *const *)field;
        if (text != NULL) {
            mj_record_add(record, option->entry, text);
        }
        break;
    }
}

/* Those that are no option's own stand before the entry that they belong to. */
static void add_options(mj_record_builder_t *record, const mj_pool_settings_t *settings, apr_pool_t *pool)
{
    size_t count, i;
    const mj_option_t *options = mj_options(&count);

    for (i = 0; i < count; i++) {
        if (options[i].entry == NULL) {
            continue;
        }
        if (options[i].kind == MJ_OPTION_VARIABLES) { /* what the option says comes last, and so wins */
            add_all(record, options[i].entry, settings->file_env);
        }
        add_option(record, &options[i], settings, pool);
        if (options[i].kind == MJ_OPTION_RANGE) {
            mj_record_add_number(record, "processes-max", settings->processes_max);
        }
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

mj_span_t mj_pool_settings_record(mj_pool_settings_t *settings, apr_pool_t *pool, unsigned index, int64_t httpd_uid,
                                  const char *java_home, const apr_array_header_t *applications, mj_span_t dynamic,
                                  const apr_array_header_t *warm_ups)
{
    mj_record_builder_t *record = mj_record_builder_make(pool);
    int i;

    settings->chosen_home = settings->home != NULL ? settings->home : "/";
    settings->chosen_java_home = java_home;
    mj_record_add(record, "name", settings->name);
    mj_record_add_number(record, "wire-version", MJ_VERSION_MAJOR);
    mj_record_add_number(record, "index", index);
    mj_record_add_number(record, "httpd-uid", httpd_uid);
    if (settings->has_identity) {
        add_identity(record, settings, pool);
    }
    add_options(record, settings, pool);
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
