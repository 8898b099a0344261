/* Java homes: is this one, and which is the newest here. Reads files, never writes; used while
 * httpd checks its configuration. */
#ifndef MJ_JAVA_HOME_H
#define MJ_JAVA_HOME_H

#include <apr_pools.h>
#include <stdbool.h>
#include <sys/types.h>

#define MJ_JAVA_OLDEST 17

/** The most that its file `release` may have, in bytes. */
#define MJ_JAVA_RELEASE_MAX 65536

/** @return NULL if path holds lib/server/libjvm.so of Java 17 or later, else what is wrong with it
 *   and the mend */
const char *mj_java_home_check(apr_pool_t *pool, const char *path);

/** The Java release: 17, 25. @return 0 where its file `release` does not tell */
long mj_java_home_release(const char *home);

/** Whether nobody but root and owner can change the Java home at path (which may not exist yet).
 *  @param root, group, is_owners as for mj_code_check
 *  @return NULL, or what is wrong and the mend */
const char *mj_java_home_guard(apr_pool_t *pool, const char *root, const char *path, uid_t owner, gid_t group, bool *is_owners);

typedef struct mj_java_found_t {
    const char *home;        /**< NULL if there is none of Java 17 or later */
    const char *passed_over; /**< why the first that was not taken into account was not; NULL: there is none */
} mj_java_found_t;

/** Finds the newest Java home in the usual places (/usr/lib/jvm, /usr/java, /opt, /opt/java,
 * /usr/local and their subfolders) that nobody but root and the caller can change: nobody has named
 * it, and it runs with the rights of every pool.
 *  @param root what stands before each place: "" but for tests */
mj_java_found_t mj_java_home_find(apr_pool_t *pool, const char *root);

#endif
