/* All that a JVM of a pool is made from. */
#ifndef MJ_LAUNCH_H
#define MJ_LAUNCH_H

#include "archive.h"
#include "lifecycle_protocol.h"
#include "options.h"
#include "record.h"

typedef struct mj_launch_t {
    mj_span_t record; /**< the pool's settings */
    const char *java_home;
    const char *jars;  /**< the folder of the jars */
    const char *state; /**< the pool's own folder, looked at (mj_archive_check_state); NULL: it has none */
    mj_options_t options;
    mj_archive_t *archive;  /**< it uses this one; NULL: none */
    bool is_trial;          /**< the JVM is made, and no more */
    const char *main_class; /**< whose main is run, with slashes; NULL: the host's */
} mj_launch_t;

/** Reads the settings on descriptor 4, which it closes, and what follows from them; the archive is
 * left out.
 *  @param state NULL: none
 *  @return false, which was told, where they cannot be had */
bool mj_launch_prepare(mj_launch_t *launch, const char *jars, const char *state);

/** Makes of what a daemon's JVM is made from what jvm-compiler's is made from. */
void mj_launch_compiler(mj_launch_t *launch);

/** Has the JVM use an archive, if that is usable.
 *  @param complaints as for mj_archive_look */
void mj_launch_from(mj_launch_t *launch, mj_archive_t *archive, FILE *complaints);

/** Makes the JVM and runs the Java host in it, on a thread of its own: on a process's first thread,
 * the stack grows where the JVM wants its guard pages, and -Xss does not count. To be called once.
 * @return the process's exit code; why it is not 0 was told */
int mj_launch_run(mj_launch_t *launch);

#endif
