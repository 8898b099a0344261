/* The options with -XX that a JVM knows: those for diagnosis come and go with its releases, and one
 * that it does not know keeps it from starting. */
#ifndef MJ_FLAGS_H
#define MJ_FLAGS_H

#include "options.h"

#include <stdbool.h>
#include <stdint.h>

/** Where the JVM's table of flags lies, and what a row of it looks like. */
typedef struct mj_flags_t {
    const char *rows; /**< NULL: it cannot be read */
    uint64_t count;
    uint64_t row_size;
    uint64_t name_offset;
} mj_flags_t;

/** Finds the table, as HotSpot describes it for the JDK's debugger.
 *  @param library libjvm.so, as dlopen has it */
mj_flags_t mj_flags_of(void *library);

/** Whether a JVM knows an option. True for what does not begin with -XX:; false where there is no
 * table. */
bool mj_flag_is_known(const mj_flags_t *flags, const char *option);

/** Removes those of our own options that the JVM does not know: each only makes it cheaper, or is
 * its default by then. */
void mj_flags_keep_known(const mj_flags_t *flags, mj_options_t *options);

#endif
