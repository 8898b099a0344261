/* What the process that trains does to the JVM that it trains: the supervisor's part, and
 * httpd's. */
#ifndef MJ_TRAINING_CLIENT_H
#define MJ_TRAINING_CLIENT_H

#include "key.h"
#include "record.h"

/** The settings for training, with an application of mod_jvm's own.
 *  @param key what the connection is to show
 *  @param jars the folder where it lies
 *  @param as_source whether it is one that is to be compiled, for jvm-compiler */
mj_span_t mj_training_settings(mj_span_t record, const mj_key_t *key, const char *jars, bool as_source);

/** Waits until the JVM is ready, has its applications answer, and tells it to end.
 *  @param lifecycle our end of its lifecycle socket
 *  @param connection one to its listening socket
 *  @param key, settings as for mj_training_settings, and as it has made them
 *  @param why set where it fails and that is known */
bool mj_training_run(int lifecycle, int connection, const mj_key_t *key, mj_span_t settings, char *why, size_t size);

/** Waits for the next lifecycle message. @param why gets the text of one that says why the JVM
 * ends. @return its type; -1 at the end */
int mj_training_hear(int lifecycle, char *why, size_t size);

#endif
