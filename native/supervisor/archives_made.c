/* Has archives made that are missing, one after another. */
#include "archives_parts.h"

#include "archive_key.h"
#include "log.h"
#include "pool.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define SECOND INT64_C(1000000)
/* After a failure, and between two of which daemons say that their JVM does not take it: a
 * pool's user may say so as often as he likes. */
#define RETRY_US (3600 * SECOND)
/* While another supervisor trains in the same folder. */
#define LOCKED_US (10 * SECOND)
/* No daemon has started, or wanted to, for so long. */
#define QUIET_US (3 * SECOND)

void mj_archives_doubt(mj_archive_set_t *set, int64_t now)
{
    struct mj_archive_file_t *file = &set->files[MJ_ARCHIVE_OF_DAEMONS];
    char path[PATH_MAX];
    struct stat st;
    int64_t retry_at;

    mj_archives_path_of(set, file, path);
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

static void note_failure(struct mj_archive_file_t *file, const mj_archive_set_t *set, const char *why, int64_t now)
{
    file->retry_at = now + RETRY_US;
    apr_cpystrn(file->fault, why, sizeof(file->fault));
    mj_log(mj_log_main(), "error", MJLOGNO(0146) "%s for %s cannot be made: %s; the next attempt is in an hour", file->name,
           set->java_home, why);
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

int64_t mj_archives_tick(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_pool_t *pools, bool is_quiet,
                         int64_t now)
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
    const mj_installation_t *installation;
    const char *key;

    mj_archives_look_anew(archives);
    (void)mj_archives_look_mem(archives);
    installation = mj_archives_look_at(archives, set->java_home, config);
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
    if (mj_training_finish(&archives->training, status, is_current(archives, config, set) ? file->name : NULL, &len, why,
                           sizeof(why))) {
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
