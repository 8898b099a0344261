/* The files of archives: what they are made from, and whether one is as it was made. */
#ifndef MJ_ARCHIVE_FILE_H
#define MJ_ARCHIVE_FILE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** The folder in JVMStateDir: no pool can have that name. */
#define MJ_ARCHIVES_FOLDER "+archives"
#define MJ_ARCHIVE_PREFIX "archive-"
/** Behind the name of one for jvm-compiler. */
#define MJ_ARCHIVE_COMPILER ".compiler"

/** Room for what is wrong. */
#define MJ_FAULT_MAX 128

/** Hashes a JDK, the jars and the launcher: contents, but of the JVM and the launcher size and
 * time, as they are too large to be read at each start.
 *  @param launcher has options of its own
 *  @return NULL, or the path of the file that cannot be read, in pool */
const char *mj_archive_installation(const char *java_home, const char *jars, const char *launcher, uint64_t *hash,
                                    apr_pool_t *pool);

/** Marks a file as whole, for the name it is to have: any later write undoes it. Its mode becomes
 * 0444.
 *  @param name the last part of the path
 *  @return false with errno */
bool mj_archive_seal(int fd, const char *name);

/** Looks whether a file is an archive as it was made.
 *  @param fault MJ_FAULT_MAX bytes, set where false is returned: what is wrong; empty: there is
 *    none
 *  @return whether it is */
bool mj_archive_is_whole(const char *path, char *fault);

/** Whether others than root and the caller could have made it.
 *  @param fault as for mj_archive_is_whole */
bool mj_is_strangers(const struct stat *st, char *fault);

#endif
