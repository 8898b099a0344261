/* Sources compiled ahead: by a process of its own, jvm-compiler (compiler.c), while the daemon's
 * JVM starts. Its JVM is made for a short life, and takes its memory with it. It leaves class files
 * in the pool's state folder, where the host looks for them. Thread-safe. */
#ifndef MJ_COMPILING_H
#define MJ_COMPILING_H

#include "launch.h"

/** Starts the process; to be called once. Without it, the host compiles. */
void mj_compiling_start(const mj_launch_t *launch, const char *archive);

/** Returns as soon as no such process runs. */
void mj_compiling_await(void);

#endif
