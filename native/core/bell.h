/* The bell: a pipe by which httpd's children wake the supervisor. Who only inherits it can neither ring it nor hear it (reopen.h). */
#ifndef MJ_BELL_H
#define MJ_BELL_H

#include <stdbool.h>

/** Makes a bell. @return its descriptor, of no use but to the functions below; -1 and errno */
int mj_bell_make(void);

/** For the supervisor: readable, without waiting, once it has been rung. It is never at its end, whoever comes and goes. @return -1 and errno */
int mj_bell_listen(int bell);

/** For a child of httpd: what mj_bell_ring takes. @return -1 and errno */
int mj_bell_grasp(int bell);

/** Rings; never waits. */
void mj_bell_ring(int grasped);

#endif
