#include "archives_parts.h"

#include "archive_file.h"
#include "archive_key.h"
#include "java_home.h"
#include "paths.h"
#include "pool.h"
#include "sources.h"

#include <apr_strings.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Of keys: each may take 50 MB of the disk. */
#define MOST_SETS 16
/* Files of other keys stay for so long: settings are often changed, and changed back. */
#define KEPT_S 3600
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

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
    archives->is_stale = true;
}

apr_pool_t *mj_archives_look_mem(mj_archives_t *archives)
{
    if (archives->is_stale) {
        apr_pool_clear(archives->look_mem);
        archives->installations = NULL;
        archives->is_stale = false;
    }
    return archives->look_mem;
}

/* Whoever can change what they are made from, or what makes them, would have his code run by all
 * pools. */
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

const mj_installation_t *mj_archives_look_at(mj_archives_t *archives, const char *java_home, const mj_supervisor_config_t *config)
{
    mj_installation_t *found = archives->installations;
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

static mj_archive_set_t *add(mj_archives_t *archives, const char *key, const mj_supervisor_config_t *config,
                             const char *java_home, mj_span_t settings)
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

static mj_archive_set_t *find_set(const mj_archives_t *archives, const char *key, const mj_supervisor_config_t *config,
                                  unsigned *count)
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

mj_archive_set_t *mj_archives_find(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_process_spec_t *spec,
                                   const char **why)
{
    apr_pool_t *scratch = mj_archives_look_mem(archives);
    const char *java_home = mj_record_text(spec->record, "java-home", "", scratch), *key;
    const mj_installation_t *installation = NULL;
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
        installation = mj_archives_look_at(archives, java_home, config);
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

void mj_archives_path_of(const mj_archive_set_t *set, const struct mj_archive_file_t *file, char *path)
{
    (void)snprintf(path, PATH_MAX, "%.*s%s", (int)(strrchr(set->path, '/') + 1 - set->path), set->path, file->name);
}

void mj_archives_look(mj_archive_set_t *set)
{
    char path[PATH_MAX], fault[MJ_FAULT_MAX];
    int kind;

    for (kind = 0; kind < MJ_ARCHIVE_KINDS; kind++) {
        mj_archives_path_of(set, &set->files[kind], path);
        set->files[kind].is_there = mj_archive_is_whole(path, fault);
    }
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
    const char *path =
        config->state_dir != NULL ? apr_pstrcat(archives->look_mem, config->state_dir, "/" MJ_ARCHIVES_FOLDER, NULL) : NULL;
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
