/* The options of the JVM: ours, then the pool's own. */
#ifndef MJ_OPTIONS_H
#define MJ_OPTIONS_H

#include "record.h"

typedef struct mj_options_t {
    char **texts; /**< as JNI_CreateJavaVM takes them */
    int count;
    int64_t eden;  /**< bytes of the heap in which objects are made; 0: the pool's options may say otherwise */
    int own_count; /**< so many from the first on are ours, not the pool's */
} mj_options_t;

/** A copy of the first entry of that name; NULL if there is none, or if it holds a NUL. Never
 * freed, like all that is made here: the process needs it to its end. */
char *mj_setting(mj_span_t record, const char *name);

/** @param jars the folder of the jars
 *  @param error_folder where a crash report goes; NULL: where the JVM wants to */
mj_options_t mj_options_make(mj_span_t record, const char *jars, const char *error_folder);

/** Adds one. */
void mj_options_add(mj_options_t *options, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A copy to add others to, without those through which a second JVM would get in the way of the
 * pool's own: what it opens or overwrites. */
mj_options_t mj_options_copy(const mj_options_t *options);

/** Those of jvm-compiler. @param daemon those of its daemon */
mj_options_t mj_options_for_compiler(const mj_options_t *daemon);

#endif
