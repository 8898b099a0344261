/* Tells that something may have changed in a file system: inotify. A process has one of it. */
#ifndef MJ_NOTICES_H
#define MJ_NOTICES_H

#include <stdbool.h>
#include <stdint.h>

/** Before the others, and not by two threads at once. @return false where the system has no more
 * to give: 128 for each user, if nobody has raised that */
bool mj_notices_open(void);

/** From now on, events of what lies there are noticed.
 * @param mask as inotify_add_watch has it; it is added to what is noticed of that already
 * @return 0 or an errno: ENOENT if nothing lies there */
int mj_notices_watch(const char *path, uint32_t mask);

/** Waits; one thread's. @return whether something was noticed, rather than that the time has passed
 * or that mj_notices_wake was called */
bool mj_notices_await(int milliseconds);

/** Ends the wait of this moment, or the next one. Any thread's. */
void mj_notices_wake(void);

#endif
