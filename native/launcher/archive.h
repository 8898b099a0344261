/* The archive of classes from which a JVM starts faster: an AOT cache from Java 25 on, a dynamic
 * CDS archive before. It holds classes of the JDK and of the host. The supervisor has it made
 * (supervisor/archives.h), once for all pools of the machine with the same key
 * (archive/archive_key.h), and names its path, whether it is there or not. For jvm-compiler there
 * is another beside it: a JVM takes memory for all that is in its archive, and a daemon has no use
 * for the compiler. */
#ifndef MJ_ARCHIVE_H
#define MJ_ARCHIVE_H

#include "options.h"
#include "record.h"

#include <stdio.h>

typedef struct mj_archive_t {
    char *path;  /**< where it lies or is to lie; NULL: there is none */
    bool is_aot; /**< not CDS */
    bool is_usable;
} mj_archive_t;

/** Looks whether a state folder may be trusted: it belongs to root or to the caller, and nobody
 * else can write to it; else it says so on stderr. */
bool mj_archive_check_state(const char *state);

/** @param path NULL: none
 *  @param suffix of the path */
mj_archive_t mj_archive_at(const char *path, const char *suffix, const char *java_home);

/** Looks whether it is there and as it was made.
 *  @param complaints gets what is wrong with one that is there; NULL: nobody is told
 *  @return whether it is usable, which it keeps in mind */
bool mj_archive_look(mj_archive_t *archive, FILE *complaints);

/** Has the JVM use it. */
void mj_archive_use(const mj_archive_t *archive, mj_options_t *options);

/** Whether this process, once its JVM is made, has mapped it: a JVM passes over an archive that it
 * does not like. */
bool mj_archive_is_mapped(const mj_archive_t *archive);

/** Says on stderr that the JVM has passed over it. It is unusable then. */
void mj_archive_reject(mj_archive_t *archive);

#endif
