/* What the files of the archives share: archives.c has which there are, archives_made.c has the
 * missing ones made. */
#ifndef MJ_ARCHIVES_PARTS_H
#define MJ_ARCHIVES_PARTS_H

#include "archives.h"
#include "training.h"

/** A JDK with the jars, as they were looked at last. */
typedef struct mj_installation_t {
    struct mj_installation_t *next;
    const char *java_home;
    const char *fault; /**< why no archive is made of it; NULL */
    uint64_t hash;
} mj_installation_t;

struct mj_archives_t {
    apr_pool_t *mem;
    apr_pool_t *look_mem; /**< of the installations */
    mj_installation_t *installations;
    mj_archive_set_t *sets;
    mj_training_t training;
    mj_archive_set_t *trained; /**< that which training makes; it stays while that runs */
    struct mj_archive_file_t *trained_file;
    int64_t quiet_since; /**< MJ_NEVER: it is not quiet */
    bool is_asked;       /**< somebody waits: nothing is put off */
    bool is_interrupted;
    bool is_stopped;
    bool is_stale; /**< installations are to be looked at anew */
};

/** Memory until JDK and jars are looked at anew; empties it if they are to be. */
apr_pool_t *mj_archives_look_mem(mj_archives_t *archives);

/** A JDK with the jars, looked at once until they are looked at anew. mj_archives_look_mem was
 *  called before. */
const mj_installation_t *mj_archives_look_at(mj_archives_t *archives, const char *java_home,
                                             const mj_supervisor_config_t *config);

/** @param path PATH_MAX bytes */
void mj_archives_path_of(const mj_archive_set_t *set, const struct mj_archive_file_t *file, char *path);

#endif
