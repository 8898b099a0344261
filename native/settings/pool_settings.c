#include "pool_settings.h"

#include "option_value.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

mj_pool_settings_t *mj_pool_settings_make(apr_pool_t *pool, const char *name)
{
    mj_pool_settings_t *settings = apr_pcalloc(pool, sizeof(*settings));
    size_t count, i;
    const mj_option_t *options = mj_options(&count);

    settings->name = name;
    settings->groups = apr_array_make(pool, 2, sizeof(gid_t));
    settings->login = "";
    settings->file_env = apr_array_make(pool, 2, sizeof(const char *));
    settings->script_uid = -1;
    settings->script_gid = -1;
    for (i = 0; i < count; i++) {
        const char *preset = mj_option_preset(&options[i], name, pool);
        if (mj_option_may_repeat(options[i].kind)) {
            *(apr_array_header_t **)(void *)((char *)settings + options[i].field) = apr_array_make(pool, 2, sizeof(const char *));
        } else if (preset != NULL && mj_option_apply(&options[i], settings, pool, preset) != NULL) {
            abort(); /* the table is wrong */
        }
    }
    return settings;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *refuse_option(apr_pool_t *pool, const char *name)
{
    size_t count, i;
    const mj_option_t *options = mj_options(&count);
    const char **names = apr_palloc(pool, count * sizeof(const char *)), *known;

    for (i = 0; i < count; i++) {
        names[i] = options[i].name;
    }
    qsort((void *)names, count, sizeof(const char *), compare_names);
    for (known = names[0], i = 1; i < count; i++) {
        known = apr_pstrcat(pool, known, ", ", names[i], NULL);
    }
    return apr_psprintf(pool, "unknown option '%s'; the options are %s", name, known);
}

const char *mj_pool_settings_set(mj_pool_settings_t *settings, apr_pool_t *pool, const char *name, const char *value)
{
    const mj_option_t *option = mj_option_find(name);
    return option == NULL ? refuse_option(pool, name) : mj_option_apply(option, settings, pool, value);
}
