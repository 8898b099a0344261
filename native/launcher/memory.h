/* What a JVM that has nothing to do gives back to the system, beyond what it does by itself.
 * Thread-safe. */
#ifndef MJ_MEMORY_H
#define MJ_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/** @return the process's resident memory, in bytes; 0 if it cannot be told */
int64_t mj_memory_resident(void);

/** Gives back whole pages of bytes that are all zero, and stay so. */
void mj_memory_hollow(void *bytes, size_t len);

/** Gives back what malloc holds in reserve, and the pages of the JDK's own files, many of which
 * only the start needs: what is used comes back from there. */
void mj_memory_give_back(void);

/** Gives back what lies below the current thread's part of its stack that is in use. A JVM writes
 * to 80 KB of each of its threads, and a start goes deeper. */
void mj_memory_give_back_stack(void);

#endif
