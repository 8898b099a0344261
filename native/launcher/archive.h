/* The archives of classes from which a pool's JVMs start faster: AOT caches from Java 25 on, dynamic CDS archives before. They hold
 * classes of the JDK and of the host, and lie in the pool's state folder as archive-KEY, KEY being a hash of all that they depend on: an AOT
 * cache does not notice by itself that a jar has changed. A pool of sources has a second one, archive-KEY.compiler, for its jvm-compiler: a JVM takes
 * memory for all that is in its archive, and a daemon has no use for the compiler. */
#ifndef MJ_ARCHIVE_H
#define MJ_ARCHIVE_H

#include "options.h"
#include "record.h"

#include <stdio.h>

typedef struct mj_archive_t {
    char *path; /**< where it lies or is to lie; NULL: this pool has none */
    bool is_aot; /**< not CDS */
    bool is_for_compiler; /**< for jvm-compiler, not for the daemon */
    bool is_usable;
} mj_archive_t;

typedef struct mj_archives_t {
    mj_archive_t plain;
    mj_archive_t compiling; /**< for pools of sources alone */
} mj_archives_t;

/** Looks whether a state folder may be trusted: it belongs to root or to the caller, and nobody else can write to it; else it says so
 *  on stderr. */
bool mj_archive_check_state(const char *state);

/** Finds where the archives for a JVM lie or would lie.
 *  @param options the JVM's, without the archive's own
 *  @return without paths where there can be none: options or environment are at odds with it, or a file is missing */
mj_archives_t mj_archives_find(const char *state, const char *java_home, const char *jars, mj_span_t record, const mj_options_t *options);

/** What is at odds with an archive: an option, or a variable of the environment; NULL: nothing. */
const char *mj_archive_opponent(const mj_options_t *options);

/** Looks whether it is there and as it was made.
 *  @param complaints gets what is wrong with one that is there; NULL: nobody is told
 *  @return whether it is usable, which it keeps in mind */
bool mj_archive_look(mj_archive_t *archive, FILE *complaints);

/** Has the JVM use it. */
void mj_archive_use(const mj_archive_t *archive, mj_options_t *options);

/** Whether this process, once its JVM is made, has mapped it: a JVM passes over an archive that it does not like. */
bool mj_archive_is_mapped(const mj_archive_t *archive);

/** Removes one that the JVM passed over, and says so on stderr. It is unusable then. */
void mj_archive_reject(mj_archive_t *archive);

/** Marks a file as whole, so that mj_archive_find will trust it once it is renamed to the archive's path: any later write undoes it.
 *  @return false with errno */
bool mj_archive_seal(const mj_archive_t *archive, const char *file);

/** Whether one should be made: it is missing, and no try has failed within an hour. */
bool mj_archives_are_due(const mj_archives_t *archives);

/** Remembers that a try to make one has failed. */
void mj_archives_note_failure(const mj_archives_t *archives);

/** Removes what lies beside them: archives of other keys, and what trainings that were killed have left. */
void mj_archives_tidy(const mj_archives_t *archives);

#endif
