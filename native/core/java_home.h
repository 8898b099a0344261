/* Java homes: is this one, and which is the newest here. Reads files, never writes; used while httpd checks its configuration. */
#ifndef MJ_JAVA_HOME_H
#define MJ_JAVA_HOME_H

#include <apr_pools.h>

#define MJ_JAVA_OLDEST 17

/** @return NULL if path holds lib/server/libjvm.so of Java 17 or later, else what is wrong with it and the mend */
const char *mj_java_home_check(apr_pool_t *pool, const char *path);

/** The Java release: 17, 25. @return 0 where its file `release` does not tell */
long mj_java_home_release(const char *home);

/** Finds the newest Java home in the usual places (/usr/lib/jvm, /usr/java, /opt, /opt/java, /usr/local and their subfolders).
 *  @param root what stands before each place: "" but for tests
 *  @return its path, or NULL if there is none of Java 17 or later */
const char *mj_java_home_find(apr_pool_t *pool, const char *root);

#endif
