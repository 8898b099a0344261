/* The archives of classes for all pools of the machine: which there are to be, which are there, and
 * who makes the missing ones. They lie in STATEDIR/+archives, root's, and are one for each key
 * (archive/archive_key.h), not for each pool. No daemon has a say in it. */
#ifndef MJ_ARCHIVES_H
#define MJ_ARCHIVES_H

#include "process_spec.h"

struct mj_pool_t;
typedef struct mj_archives_t mj_archives_t;

typedef enum mj_archive_kind_t { MJ_ARCHIVE_OF_DAEMONS, MJ_ARCHIVE_OF_COMPILERS, MJ_ARCHIVE_KINDS } mj_archive_kind_t;

/** The archives of a key. */
typedef struct mj_archive_set_t {
    struct mj_archive_set_t *next;
    apr_pool_t *mem;
    const char *key;
    const char *path; /**< of that for daemons; behind it, MJ_ARCHIVE_COMPILER for the other */
    const char *java_home;
    mj_span_t settings; /**< what they are made from */
    bool is_used;       /**< by a pool, or by a daemon that runs */
    struct mj_archive_file_t {
        const char *name;
        bool is_wanted;
        bool is_there;
        bool is_new;      /**< it was made since somebody asked last */
        int64_t retry_at; /**< it is not made, or made again, before */
        bool is_doubted;  /**< a daemon says that its JVM has passed over it */
        char fault[256];  /**< why it could not be made; empty: it could */
    } files[MJ_ARCHIVE_KINDS];
} mj_archive_set_t;

/** @param mem lives as long as it */
mj_archives_t *mj_archives_make(apr_pool_t *mem);

/** JDK and jars are looked at anew when they are needed next: in each tick, and before new settings
 * are taken. It costs nothing until then. */
void mj_archives_look_anew(mj_archives_t *archives);

/** Finds the archives for a pool.
 *  @param why set where there are none: why
 *  @return NULL: none */
mj_archive_set_t *mj_archives_find(mj_archives_t *archives, const mj_supervisor_config_t *config, const mj_process_spec_t *spec,
                                   const char **why);

/** Looks which of them are there. */
void mj_archives_look(mj_archive_set_t *set);

/** A daemon says that its JVM has passed over its archive: that is made anew, but not within an
 * hour after it was made. */
void mj_archives_doubt(mj_archive_set_t *set, int64_t now);

/** Somebody waits for what is missing: each is tried now, whatever has failed before. */
void mj_archives_ask(mj_archives_t *archives);

/** Whether nothing is missing that could be made, or would be tried soon. */
bool mj_archives_are_settled(const mj_archives_t *archives, int64_t now);

/** Forgets those that neither a pool nor a daemon uses, and removes files of which none is known
 * and that were made more than an hour ago. */
void mj_archives_tidy(mj_archives_t *archives, const mj_supervisor_config_t *config, const struct mj_pool_t *pools);

/** The first of them. */
mj_archive_set_t *mj_archives_sets(const mj_archives_t *archives);

/** Makes what is missing, one after another.
 *  @param pools whose UIDs nobody else takes
 *  @param is_quiet no daemon starts, or wants to
 *  @return when to call again at the latest; also when the process has ended */
int64_t mj_archives_tick(mj_archives_t *archives, const mj_supervisor_config_t *config, const struct mj_pool_t *pools,
                         bool is_quiet, int64_t now);

/** The process that makes one; 0: none runs. */
pid_t mj_archives_process(const mj_archives_t *archives);

/** That process was reaped. */
void mj_archives_ended(mj_archives_t *archives, const mj_supervisor_config_t *config, int status, int64_t now);

/** Ends it; another try comes later. */
void mj_archives_interrupt(mj_archives_t *archives);

/** Ends it, and starts none any more. */
void mj_archives_stop(mj_archives_t *archives);

#endif
