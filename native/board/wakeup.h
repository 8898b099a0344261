/* The wake-up pipe: httpd's children wake the supervisor by it. Who only inherits it can neither
 * write to it nor read it (reopen.h). */
#ifndef MJ_WAKEUP_H
#define MJ_WAKEUP_H

#include <stdbool.h>

/** Makes the pipe. @return its descriptor, of no use but to the functions below; -1 and errno */
int mj_wakeup_make(void);

/** For the supervisor: readable, without waiting, once somebody has written. It is never at its
 *  end, whoever comes and goes.
 *  @return -1 and errno */
int mj_wakeup_reader(int wakeup);

/** For a child of httpd: what mj_wakeup_send takes. @return -1 and errno */
int mj_wakeup_writer(int wakeup);

/** Wakes the supervisor; never waits. */
void mj_wakeup_send(int writer);

#endif
