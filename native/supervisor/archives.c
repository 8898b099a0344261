#include "archives.h"

#include "archive_file.h"
#include "archive_key.h"
#include "java_home.h"
#include "log.h"
#include "paths.h"
#include "pool.h"
#include "sources.h"
#include "training.h"

#include <apr_strings.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
/* After a failure, and between two of which daemons say that their JVM does not take it: a pool's user may say so as often as he likes. */
#define RETRY_US (3600 * SECOND)
/* While another supervisor trains in the same folder. */
#define LOCKED_US (10 * SECOND)
/* No daemon has started, or wanted to, for so long. */
#define QUIET_US (3 * SECOND)
/* Of keys: each may take 50 MB of the disk. */
#define MOST_SETS 16
/* Files of other keys stay for so long: settings are often changed, and changed back. */
#define KEPT_S 3600
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* A JDK with the jars, as they were looked at last. */
typedef struct installation_t {
    struct installation_t *next;
    const char *java_home;
    const char *fault; /* why no archive is made of it; NULL */
    uint64_t hash;
} installation_t;

struct mj_archives_t {
    apr_pool_t *mem;
    apr_pool_t *look_mem; /* of the installations */
    installation_t *installations;
    mj_archive_set_t *sets;
    mj_training_t training;
    mj_archive_set_t *trained; /* that which training makes; it stays while that runs */
    struct mj_archive_file_t *trained_file;
    int64_t quiet_since; /* MJ_NEVER: it is not quiet */
    bool is_asked;       /* somebody waits: nothing is put off */
    bool is_interrupted;
    bool is_stopped;
};

mj_archives_t *mj_archives_make(apr_pool_t *mem)
{
    mj_archives_t *archives = apr_pcalloc(mem, sizeof(*archives));
    archives->mem = mem;
    apr_pool_create(&archives->look_mem, mem);
    archives->quiet_since = MJ_NEVER;
    return archives;
}

mj_archive_set_t *mj_archives_sets(const mj_archives_t *archives)
{
    return archives->sets;
}

/* --- which there are to be --- */

void mj_archives_look_anew(mj_archives_t *archives)
{
    apr_pool_clear(archives->look_mem);
    archives->installations = NULL;
}

/* Whoever can change what they are made from, or what makes them, would have his code run by all pools. */
static const char *find_stranger(const char *java_home, const mj_supervisor_config_t *config, apr_pool_t *pool)
{
    static const char *const jars[] = {"/modjvm-api.jar", "/modjvm-spi.jar", "/modjvm-host.jar", "/TrainingApplication.java"};
    bool is_owners;
    const char *fault = mj_java_home_guard(pool, "", java_home, geteuid(), (gid_t)-1, &is_owners);
    size_t i;

    if (fault == NULL) {
        fault = mj_code_check(pool, "", config->launcher, geteuid(), (gid_t)-1, &is_owners);
    }
    for (i = 0; fault == NULL && i < sizeof(jars) / sizeof(jars[0]); i++) {
        fault = mj_code_check(pool, "", apr_pstrcat(pool, config->jars, jars[i], NULL), geteuid(), (gid_t)-1, &is_owners);
    }
    return fault;
}

static const installation_t *look_at(mj_archives_t *archives, const char *java_home, const mj_supervisor_config_t *config)
{
    installation_t *found = archives->installations;
    const char *missing;

    while (found != NULL && strcmp(found->java_home, java_home) != 0) {
        found = found->next;
    }
    if (found != NULL) {
        return found;
    }
    found = apr_pcalloc(archives->look_mem, sizeof(*found));
    found->java_home = apr_pstrdup(archives->look_mem, java_home);
    found->fault = find_stranger(java_home, config, archives->look_mem);
    if (found->fault == NULL) {
        missing = mj_archive_installation(java_home, config->jars, config->launcher, &found->hash, archives->look_mem);
        found->fault = missing != NULL ? apr_pstrcat(archives->look_mem, missing, " cannot be read", NULL) : NULL;
    }
    found->next = archives->installations;
    archives->installations = found;
    return found;
}

static mj_archive_set_t *add(mj_archives_t *archives, const char *key, const mj_supervisor_config_t *config, const char *java_home, mj_span_t settings)
{
    static const char *const suffixes[MJ_ARCHIVE_KINDS] = {"", MJ_ARCHIVE_COMPILER};
    apr_pool_t *mem;
    mj_archive_set_t *set;
    int kind;

    apr_pool_create(&mem, archives->mem);
    set = apr_pcalloc(mem, sizeof(*set));
    set->mem = mem;
    set->key = apr_pstrdup(mem, key);
    set->path = apr_pstrcat(mem, config->state_dir, "/" MJ_ARCHIVES_FOLDER "/" MJ_ARCHIVE_PREFIX, key, NULL);
    set->java_home = apr_pstrdup(mem, java_home);
    set->settings = (mj_span_t){apr_pmemdup(mem, settings.data, settings.len), settings.len};
    for (kind = 0; kind < MJ_ARCHIVE_KINDS; kind++) {
        set->files[kind].name = apr_pstrcat(mem, MJ_ARCHIVE_PREFIX, key, suffixes[kind], NULL);
        set->files[kind].retry_at = MJ_LONG_AGO;
    }
    set->files[MJ_ARCHIVE_OF_DAEMONS].is_wanted = true;
    set->next = archives->sets;
    archives->sets = set;
    return set;
}

static mj_archive_set_t *find_set(const mj_archives_t *archives, const char *key, const mj_supervisor_config_t *config, unsigned *count)
{
    const char *folder = apr_pstrcat(archives->look_mem, config->state_dir, "/" MJ_ARCHIVES_FOLDER "/", NULL);
    mj_archive_set_t *set;

    *count = 0;
    for (set = archives->sets; set != NULL; set = set->next, ++*count) {
        if (strcmp(set->key, key) == 0 && strncmp(set->path, folder, strlen(folder)) == 0) {
            return set;
        }
    }
    return NULL;
}

mj_archive_set_t *mj_archives_find(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_process_spec_t *spec, const char **why)
{
    apr_pool_t *scratch = archives->look_mem;
    const char *java_home = mj_record_text(spec->record, "java-home", "", scratch), *key;
    const installation_t *installation = NULL;
    mj_archive_set_t *set;
    mj_span_t conflict, settings;
    unsigned count;

    *why = NULL;
    if (config->state_dir == NULL) {
        *why = "JVMStateDir is Off";
    } else if (strpbrk(config->state_dir, ":%") != NULL) { /* in -XX:SharedArchiveFile, a colon stands between two files */
        *why = "JVMStateDir has a ':' or '%' in its name";
    } else if (spec->chroot != NULL) {
        *why = "its chroot has another JDK";
    } else if (*java_home != '/') {
        *why = "its settings name no java-home";
    } else if (mj_archive_conflict(spec->record, &conflict)) {
        *why = apr_psprintf(scratch, "because of %.*s", (int)conflict.len, conflict.data);
    } else {
        installation = look_at(archives, java_home, config);
        *why = installation->fault;
    }
    if (installation == NULL || *why != NULL) {
        return NULL;
    }
    settings = mj_archive_settings(spec->record, scratch);
    key = mj_archive_key(settings, installation->hash, scratch);
    set = find_set(archives, key, config, &count);
    if (set == NULL && count >= MOST_SETS) {
        *why = apr_psprintf(scratch, "the other pools already use %d, the maximum, each for options of its own", MOST_SETS);
        return NULL;
    }
    if (set == NULL) {
        set = add(archives, key, config, java_home, settings);
    }
    if (spec->argv_with_state != NULL && mj_sources_has_any(spec->record)) { /* else jvm-compiler has nowhere to keep classes */
        set->files[MJ_ARCHIVE_OF_COMPILERS].is_wanted = true;
    }
    set->is_used = true;
    mj_archives_look(set);
    return set;
}

/* --- which are there --- */

/* @param path PATH_MAX bytes */
static void path_of(const mj_archive_set_t *set, const struct mj_archive_file_t *file, char *path)
{
    (void)snprintf(path, PATH_MAX, "%.*s%s", (int)(strrchr(set->path, '/') + 1 - set->path), set->path, file->name);
}

void mj_archives_look(mj_archive_set_t *set)
{
    char path[PATH_MAX], fault[MJ_FAULT_MAX];
    int kind;

    for (kind = 0; kind < MJ_ARCHIVE_KINDS; kind++) {
        path_of(set, &set->files[kind], path);
        set->files[kind].is_there = mj_archive_is_whole(path, fault);
    }
}

void mj_archives_doubt(mj_archive_set_t *set, int64_t now)
{
    struct mj_archive_file_t *file = &set->files[MJ_ARCHIVE_OF_DAEMONS];
    char path[PATH_MAX];
    struct stat st;
    int64_t retry_at;

    path_of(set, file, path);
    if (!file->is_doubted && lstat(path, &st) == 0) {
        file->is_doubted = true;
        retry_at = now + RETRY_US - (time(NULL) - st.st_mtim.tv_sec) * SECOND;
        file->retry_at = file->retry_at > retry_at ? file->retry_at : retry_at;
    }
}

static bool is_missing(const struct mj_archive_file_t *file)
{
    return file->is_wanted && (!file->is_there || file->is_doubted);
}

void mj_archives_ask(mj_archives_t *archives)
{
    mj_archive_set_t *set;
    int kind;

    archives->is_asked = true;
    for (set = archives->sets; set != NULL; set = set->next) {
        mj_archives_look(set);
        for (kind = 0; kind < MJ_ARCHIVE_KINDS; kind++) {
            set->files[kind].is_new = false;
            if (is_missing(&set->files[kind])) {
                set->files[kind].retry_at = MJ_LONG_AGO;
            }
        }
    }
}

/* The next one that is to be made, or else when there is one. */
static struct mj_archive_file_t *find_missing(const mj_archives_t *archives, mj_archive_set_t **of, int64_t now, int64_t *at)
{
    mj_archive_set_t *set;
    int kind;

    *at = MJ_NEVER;
    for (set = archives->sets; set != NULL; set = set->next) {
        for (kind = 0; kind < MJ_ARCHIVE_KINDS; kind++) {
            struct mj_archive_file_t *file = &set->files[kind];
            if (!set->is_used || !is_missing(file)) {
                continue;
            }
            if (file->retry_at <= now) {
                *of = set;
                return file;
            }
            *at = mj_earlier(*at, file->retry_at);
        }
    }
    return NULL;
}

bool mj_archives_are_settled(const mj_archives_t *archives, int64_t now)
{
    mj_archive_set_t *set;
    int64_t at;
    return archives->is_stopped || (archives->training.pid == 0 && find_missing(archives, &set, now, &at) == NULL);
}

/* --- tidy --- */

static bool is_named(const mj_archives_t *archives, const char *name)
{
    const mj_archive_set_t *set = archives->sets;
    while (set != NULL && strcmp(set->files[MJ_ARCHIVE_OF_DAEMONS].name, name) != 0 &&
           strcmp(set->files[MJ_ARCHIVE_OF_COMPILERS].name, name) != 0) {
        set = set->next;
    }
    return set != NULL;
}

static void mark_used(const mj_archives_t *archives, const mj_pool_t *pools)
{
    mj_archive_set_t *set;
    const mj_pool_t *pool;
    const mj_daemon_t *daemon;

    for (set = archives->sets; set != NULL; set = set->next) {
        set->is_used = false;
    }
    for (pool = pools; pool != NULL; pool = pool->next) {
        if (pool->archives != NULL) {
            pool->archives->is_used = true;
        }
        for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
            if (daemon->archives != NULL) {
                daemon->archives->is_used = true;
            }
        }
    }
}

static void forget_unused(mj_archives_t *archives)
{
    mj_archive_set_t **link = &archives->sets, *set;
    while ((set = *link) != NULL) {
        if (set->is_used || set == archives->trained) {
            link = &set->next;
        } else {
            *link = set->next;
            apr_pool_destroy(set->mem);
        }
    }
}

void mj_archives_tidy(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_pool_t *pools)
{
    const char *path = config->state_dir != NULL ? apr_pstrcat(archives->look_mem, config->state_dir, "/" MJ_ARCHIVES_FOLDER, NULL) : NULL;
    int fd = path != NULL ? open(path, FOLDER_FLAGS) : -1;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    struct stat st;

    mark_used(archives, pools);
    forget_unused(archives);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, MJ_ARCHIVE_PREFIX, strlen(MJ_ARCHIVE_PREFIX)) == 0 && !is_named(archives, entry->d_name) &&
            fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtim.tv_sec + KEPT_S < time(NULL)) {
            (void)unlinkat(fd, entry->d_name, 0);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

/* --- training --- */

static void note_failure(struct mj_archive_file_t *file, const mj_archive_set_t *set, const char *why, int64_t now)
{
    file->retry_at = now + RETRY_US;
    apr_cpystrn(file->fault, why, sizeof(file->fault));
    mj_log(mj_log_main(), "error", MJLOGNO(0146) "%s for %s cannot be made: %s; the next attempt is in an hour", file->name, set->java_home, why);
}

static const char *beside_launcher(const mj_supervisor_config_t *config, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%.*sjvm-training", (int)(strrchr(config->launcher, '/') + 1 - config->launcher), config->launcher);
}

/* @return when to look again */
static int64_t start(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_pool_t *pools, mj_archive_set_t *set,
                     struct mj_archive_file_t *file, int64_t now)
{
    char why[256];
    apr_pool_t *scratch;
    apr_array_header_t *taken;
    mj_training_order_t order = {.jars = config->jars, .settings = set->settings};
    mj_training_start_t result;

    apr_pool_create(&scratch, archives->mem);
    taken = apr_array_make(scratch, 16, sizeof(uid_t));
    for (; pools != NULL; pools = pools->next) {
        APR_ARRAY_PUSH(taken, uid_t) = pools->spec->uid;
    }
    order.program = beside_launcher(config, scratch);
    order.folder = apr_pstrmemdup(scratch, set->path, (apr_size_t)(strrchr(set->path, '/') - set->path));
    order.for_whom = file == &set->files[MJ_ARCHIVE_OF_COMPILERS] ? "compiler" : "daemon";
    order.taken = (const uid_t *)(const void *)taken->elts;
    order.taken_count = (size_t)taken->nelts;
    result = mj_training_start(&archives->training, &order, why, sizeof(why));
    apr_pool_destroy(scratch);
    if (result == MJ_TRAINING_RUNS) {
        archives->trained = set;
        archives->trained_file = file;
        archives->is_interrupted = false;
        return MJ_NEVER;
    }
    if (result == MJ_TRAINING_WAITS) {
        return now + LOCKED_US;
    }
    note_failure(file, set, why, now);
    return now;
}

int64_t mj_archives_tick(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_pool_t *pools, bool is_quiet, int64_t now)
{
    mj_archive_set_t *set;
    struct mj_archive_file_t *file;
    int64_t at;

    if (!is_quiet || archives->is_stopped || config == NULL) {
        archives->quiet_since = MJ_NEVER;
        return MJ_NEVER;
    }
    if (archives->quiet_since == MJ_NEVER) {
        archives->quiet_since = now;
    }
    if (archives->training.pid > 0) {
        return MJ_NEVER;
    }
    file = find_missing(archives, &set, now, &at);
    if (file == NULL) {
        archives->is_asked = false;
        return at;
    }
    if (!archives->is_asked && archives->quiet_since + QUIET_US > now) {
        return archives->quiet_since + QUIET_US;
    }
    return start(archives, config, pools, set, file, now);
}

pid_t mj_archives_process(const mj_archives_t *archives)
{
    return archives->training.pid;
}

/* Whether that which it was made from is still there. */
static bool is_current(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_archive_set_t *set)
{
    const installation_t *installation;
    const char *key;

    mj_archives_look_anew(archives);
    installation = look_at(archives, set->java_home, config);
    key = mj_archive_key(set->settings, installation->hash, archives->look_mem);
    return installation->fault == NULL && strcmp(key, set->key) == 0;
}

void mj_archives_ended(mj_archives_t *archives, const mj_supervisor_config_t *config, int status, int64_t now)
{
    mj_archive_set_t *set = archives->trained;
    struct mj_archive_file_t *file = archives->trained_file;
    char why[256];
    off_t len = 0;

    archives->trained = NULL;
    if (mj_training_finish(&archives->training, status, is_current(archives, config, set) ? file->name : NULL, &len, why, sizeof(why))) {
        file->fault[0] = '\0';
        file->is_there = true;
        file->is_doubted = false;
        file->is_new = true;
        mj_log(mj_log_main(), "info", MJLOGNO(0147) "%s for %s was made, %ld KB", file->name, set->java_home, (long)(len / 1024));
    } else if (!archives->is_interrupted) {
        note_failure(file, set, why, now);
    }
}

void mj_archives_interrupt(mj_archives_t *archives)
{
    if (archives->training.pid > 0) {
        archives->is_interrupted = true;
        (void)kill(archives->training.pid, SIGKILL); /* its JVMs die with it */
        (void)kill(-archives->training.pid, SIGKILL);
    }
}

void mj_archives_stop(mj_archives_t *archives)
{
    archives->is_stopped = true;
    mj_archives_interrupt(archives);
}
