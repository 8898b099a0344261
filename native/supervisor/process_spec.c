#include "process_spec.h"

#include "board.h"
#include "pool_name.h"
#include "pool_options.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_GROUPS 65536
#define MAX_DESCRIPTORS 65536
/* Of a pool that has no place on a board, where the index only orders pools. */
#define MAX_INDEX 65536

static int compare_groups(const void *a, const void *b)
{
    gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;
    return left < right ? -1 : left > right;
}

static const char *read_groups(mj_process_spec_t *spec, const char *text, apr_pool_t *pool)
{
    apr_array_header_t *groups = apr_array_make(pool, 8, sizeof(gid_t));

    while (*text != '\0') {
        char *end;
        unsigned long id = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || id >= UINT32_MAX || (*end != ',' && *end != '\0') || groups->nelts == MAX_GROUPS) {
            return "groups: not a list of numbers";
        }
        if (id == 0) {
            return "groups: GID 0 is refused";
        }
        APR_ARRAY_PUSH(groups, gid_t) = (gid_t)id;
        text = *end == ',' ? end + 1 : end;
    }
    qsort(groups->elts, (size_t)groups->nelts, sizeof(gid_t), compare_groups);
    spec->groups = (gid_t *)(void *)groups->elts;
    spec->group_count = groups->nelts;
    spec->group_space = apr_palloc(pool, ((apr_size_t)groups->nelts + 1) * sizeof(gid_t));
    return NULL;
}

static const char *read_identity(mj_process_spec_t *spec, const mj_supervisor_config_t *config, apr_pool_t *pool)
{
    mj_span_t unused;
    int64_t uid = mj_record_number(spec->record, "uid", -1);
    int64_t gid = mj_record_number(spec->record, "gid", -1);

    if (!mj_record_find(spec->record, "uid", &unused)) {
        return geteuid() == 0 ? "uid: missing, and pools never run as root" : NULL;
    }
    if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX) {
        return "uid or gid: not a number";
    }
    if (uid == 0 || gid == 0) {
        return "UID 0 and GID 0 are refused";
    }
    if (geteuid() != 0) {
        return (uid_t)uid == geteuid() ? NULL : "uid: httpd does not run as root, so its pools run as its own user";
    }
    if ((uid_t)uid < config->minimum_uid) {
        return apr_psprintf(pool, "UID %ld is below JVMMinimumUID (%ld)", (long)uid, (long)config->minimum_uid);
    }
    spec->has_identity = true;
    spec->uid = (uid_t)uid;
    spec->gid = (gid_t)gid;
    return read_groups(spec, mj_record_text(spec->record, "groups", "", pool), pool);
}

/* Sets NAME=VALUE, replacing one of that name: getenv would find the first. */
static void set_variable(apr_array_header_t *variables, char *assignment)
{
    size_t name_len = strcspn(assignment, "=") + 1;
    int i;
    for (i = 0; i < variables->nelts; i++) {
        if (strncmp(APR_ARRAY_IDX(variables, i, char *), assignment, name_len) == 0) {
            APR_ARRAY_IDX(variables, i, char *) = assignment;
            return;
        }
    }
    APR_ARRAY_PUSH(variables, char *) = assignment;
}

static const char *read_environment(mj_process_spec_t *spec, apr_pool_t *pool)
{
    apr_array_header_t *variables = apr_array_make(pool, 16, sizeof(char *));
    const char *user = mj_record_text(spec->record, "user", "", pool);
    const char *lang = mj_entry_text(spec->record, "lang", spec->name, pool);
    mj_record_iter_t iter = {.rest = spec->record};

    set_variable(variables, apr_pstrcat(pool, "HOME=", spec->home, NULL));
    if (*user != '\0') {
        set_variable(variables, apr_pstrcat(pool, "USER=", user, NULL));
        set_variable(variables, apr_pstrcat(pool, "LOGNAME=", user, NULL));
    }
    set_variable(variables, apr_pstrdup(pool, "PATH=/usr/local/bin:/usr/bin:/bin"));
    set_variable(variables, apr_pstrcat(pool, "LANG=", lang, NULL));
    set_variable(variables, apr_pstrcat(pool, "LC_ALL=", lang, NULL));
    set_variable(variables, apr_pstrdup(pool, "MALLOC_ARENA_MAX=2"));
    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "env")) {
            if (memchr(iter.value.data, '\0', iter.value.len) != NULL || memchr(iter.value.data, '=', iter.value.len) == NULL) {
                return "env: no NAME=VALUE";
            }
            set_variable(variables, apr_pstrmemdup(pool, iter.value.data, iter.value.len));
        }
    }
    APR_ARRAY_PUSH(variables, char *) = NULL;
    spec->envp = (char *const *)(void *)variables->elts;
    return NULL;
}

/* What a daemon sees of the file system. */
static const char *read_confinement(mj_process_spec_t *spec, apr_pool_t *pool)
{
    apr_array_header_t *read_only = apr_array_make(pool, 4, sizeof(char *));
    const char *paths = mj_record_text(spec->record, "read-only", "", pool);
    char *state, *path, *list = apr_pstrdup(pool, paths);

    spec->chroot = mj_record_text(spec->record, "chroot", NULL, pool);
    spec->has_private_tmp = strcmp(mj_record_text(spec->record, "private-tmp", "off", pool), "on") == 0;
    for (path = apr_strtok(list, ":", &state); path != NULL; path = apr_strtok(NULL, ":", &state)) {
        if (*path != '/') {
            return "read-only: not an absolute path";
        }
        APR_ARRAY_PUSH(read_only, char *) = path;
    }
    if (spec->chroot != NULL && spec->chroot[0] != '/') {
        return "chroot: not an absolute path";
    }
    if (geteuid() != 0 && (spec->chroot != NULL || spec->has_private_tmp || read_only->nelts > 0)) {
        return "chroot, private-tmp and read-only need root";
    }
    APR_ARRAY_PUSH(read_only, char *) = NULL;
    spec->read_only = (const char *const *)(void *)read_only->elts;
    return NULL;
}

static bool read_load(mj_process_spec_t *spec, bool has_board)
{
    mj_span_t load = {"board", 5};
    if (!mj_record_find(spec->record, "load", &load) && !has_board) {
        load = (mj_span_t){"daemons", 7};
    }
    spec->load = mj_span_is(load, "daemons") ? MJ_LOAD_OF_DAEMONS : MJ_LOAD_OF_BOARD;
    return spec->load == MJ_LOAD_OF_DAEMONS || (has_board && mj_span_is(load, "board"));
}

static bool read_listen(mj_process_spec_t *spec)
{
    mj_span_t listen = {"each", 4};
    (void)mj_record_find(spec->record, "listen", &listen);
    spec->listen = mj_span_is(listen, "shared")      ? MJ_LISTEN_SHARED
                   : mj_span_is(listen, "inherited") ? MJ_LISTEN_INHERITED
                                                     : MJ_LISTEN_EACH;
    return spec->listen != MJ_LISTEN_EACH || mj_span_is(listen, "each");
}

/* Bounds are those of the options (pool_options.h). @return NULL, or the entry that is out of
 * them */
static const char *read_counts(mj_process_spec_t *spec, apr_pool_t *pool)
{
    const struct {
        const char *entry;
        unsigned *count;
    } counts[] = {{"processes", &spec->processes}, {"threads", &spec->threads}};
    int64_t number, most;
    int umask;
    size_t i;

    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (!mj_entry_number(spec->record, counts[i].entry, &number)) {
            return counts[i].entry;
        }
        *counts[i].count = (unsigned)number;
    }
    most = mj_record_number(spec->record, "processes-max", (int64_t)spec->processes);
    spec->processes_max = (unsigned)most;
    if (most < (int64_t)spec->processes || most > MJ_BOARD_SLOTS / 2) {
        return "processes-max";
    }
    if (!mj_entry_mask(spec->record, "umask", pool, &umask)) {
        return "umask";
    }
    spec->umask = (mode_t)umask;
    if (!mj_entry_number(spec->record, "cpu-priority", &number)) {
        return "cpu-priority";
    }
    spec->priority = (int)number;
    if (!mj_entry_number(spec->record, "listen-backlog", &number)) {
        return "listen-backlog";
    }
    spec->backlog = (int)number;
    return mj_entry_number(spec->record, "memory-limit", &spec->limits.memory) ? NULL : "memory-limit";
}

static const char *read_times(mj_process_spec_t *spec)
{
    const struct {
        const char *entry;
        int64_t *us;
    } times[] = {
        {"startup-timeout", &spec->times.startup_us},    {"graceful-timeout", &spec->times.graceful_us},
        {"shutdown-timeout", &spec->times.shutdown_us},  {"restart-interval", &spec->limits.restart_us},
        {"deadlock-timeout", &spec->limits.deadlock_us}, {"idle-timeout", &spec->limits.idle_us},
    };
    size_t i;
    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (!mj_entry_time(spec->record, times[i].entry, times[i].us)) {
            return times[i].entry;
        }
    }
    return NULL;
}

static int descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > MAX_DESCRIPTORS) {
        return MAX_DESCRIPTORS;
    }
    return (int)limit.rlim_cur;
}

/* Kept classes and archives are code, and the folder is the user's own: where another user owns
 * what may run, or something is read-only for him, he could run his own by it at the next start. */
static bool may_keep(const mj_process_spec_t *spec)
{
    int64_t uid = spec->has_identity ? (int64_t)spec->uid : (int64_t)geteuid();
    return mj_record_number(spec->record, "script-uid", uid) == uid && spec->read_only[0] == NULL;
}

static void set_arguments(mj_process_spec_t *spec, const mj_supervisor_config_t *config, apr_pool_t *pool)
{
    const char *name = mj_entry_text(spec->record, "display-name", spec->name, pool);
    char **argv = apr_pcalloc(pool, 3 * sizeof(char *)), **with_state;

    argv[0] = apr_pstrdup(pool, name);
    argv[1] = apr_pstrdup(pool, config->jars);
    spec->argv = argv;
    spec->launcher = apr_pstrdup(pool, config->launcher);
    if (config->state_dir != NULL && may_keep(spec)) {
        with_state = apr_pcalloc(pool, 4 * sizeof(char *));
        with_state[0] = argv[0];
        with_state[1] = argv[1];
        with_state[2] = apr_pstrcat(pool, config->state_dir, "/", spec->name, NULL);
        spec->argv_with_state = with_state;
        spec->state_dir = apr_pstrdup(pool, config->state_dir);
    }
}

const char *mj_process_spec_read(mj_process_spec_t **out, mj_span_t record, const mj_supervisor_config_t *config,
                                 unsigned max_pools, apr_pool_t *pool)
{
    mj_process_spec_t *spec = apr_pcalloc(pool, sizeof(*spec));
    int64_t index;
    const char *wrong;

    if (mj_record_check(record) != APR_SUCCESS) {
        return "the record is malformed";
    }
    spec->record.data = apr_pmemdup(pool, record.data, record.len);
    spec->record.len = record.len;
    spec->settings = (uint16_t)mj_record_number(record, "settings", 0);
    spec->name = mj_record_text(record, "name", NULL, pool);
    spec->home = mj_record_text(record, "home", "/", pool);
    if (spec->name == NULL || !mj_is_pool_name(spec->name)) {
        return "name: not a pool name";
    }
    index = mj_record_number(record, "index", -1);
    if (index < 0 || index >= (max_pools > 0 ? max_pools : MAX_INDEX)) {
        return "index: not a place on the board";
    }
    spec->index = (unsigned)index;
    if (!read_load(spec, max_pools > 0)) {
        return "load: neither board nor daemons, or there is no board";
    }
    if (!read_listen(spec)) {
        return "listen: neither each nor shared nor inherited";
    }
    if (spec->home[0] != '/') {
        return "home: not an absolute path";
    }
    wrong = read_counts(spec, pool);
    if (wrong == NULL) {
        wrong = read_times(spec);
    }
    if (wrong != NULL) {
        return apr_pstrcat(pool, wrong, ": out of range", NULL);
    }
    spec->stop_first = strcmp(mj_entry_text(record, "restart-order", spec->name, pool), "stop-first") == 0;
    wrong = read_identity(spec, config, pool);
    if (wrong == NULL) {
        wrong = read_environment(spec, pool);
    }
    if (wrong == NULL) {
        wrong = read_confinement(spec, pool);
    }
    if (wrong != NULL) {
        return wrong;
    }
    set_arguments(spec, config, pool);
    spec->descriptor_limit = descriptor_limit();
    *out = spec;
    return NULL;
}
