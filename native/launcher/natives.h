/* The native methods of modjvm.launch.Daemon: what the Java host needs of the process and the
 * JDK does not do. */
#ifndef MJ_NATIVES_H
#define MJ_NATIVES_H

#include "launch.h"

#include <jni.h>
#include <stdbool.h>

/** Gives the class its methods. @return false with an exception where that fails */
bool mj_natives_register(JNIEnv *env, const mj_launch_t *launch);

#endif
