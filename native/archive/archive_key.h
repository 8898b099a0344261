/* What an archive of classes (an AOT cache from Java 25 on, of CDS before) depends on, and nothing
 * else: pools that differ in names and sizes alone have the same key, and map the same file.
 * Pure. */
#ifndef MJ_ARCHIVE_KEY_H
#define MJ_ARCHIVE_KEY_H

#include "record.h"

/** The first Java release with AOT caches. */
#define MJ_FIRST_AOT_RELEASE 25

/** What keeps a pool's JVMs from using any archive: a java-option, or the name of a variable of
 * their environment.
 *  @param record the pool's settings
 *  @param conflict set, if there is one
 *  @return whether there is */
bool mj_archive_conflict(mj_span_t record, mj_span_t *conflict);

/** What keeps a pool's daemons from using an AOT cache, but not jvm-compiler, which goes without
 * such options: they bring modules along that the cache was made without.
 *  @param conflict as for mj_archive_conflict */
bool mj_archive_module_conflict(mj_span_t record, mj_span_t *conflict);

/** The settings of a pool that a JVM looks at before it takes an archive: java-home, and those of
 * java-option that matter, with a heap for training. An archive is made from these alone, so that
 * those of a key are the same whoever wants them.
 *  @return a record in pool */
mj_span_t mj_archive_settings(mj_span_t record, apr_pool_t *pool);

/** @param settings of mj_archive_settings
 *  @param installation of mj_archive_installation
 *  @return the key as text, in pool */
const char *mj_archive_key(mj_span_t settings, uint64_t installation, apr_pool_t *pool);

#endif
