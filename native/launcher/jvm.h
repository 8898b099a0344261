/* The JVM inside this process, and the Java host in it. */
#ifndef MJ_JVM_H
#define MJ_JVM_H

#include "launch.h"

/** Loads libjvm.so of the launch's Java home, makes the JVM, gives modjvm.launch.Daemon its native
 * methods (the record is what settings() returns) and runs modjvm.launch.Main.main. To be called
 * once, on a thread other than the first one, with a stack of at least 1 MB.
 *  @return the process's exit code; why it is not 0 was told */
int mj_jvm_run(mj_launch_t *launch);

#endif
