/* Programs that a daemon starts beside itself, and that lie beside its own: jvm-compiler. */
#ifndef MJ_HELPER_H
#define MJ_HELPER_H

#include "launch.h"

#include <sys/types.h>

/** Starts one: argv[1] is the folder of the jars, argv[2] the state folder, argv[3] the daemon's
 * pid, argv[4] the archive for the pool's key, if there is one. It has the pool's settings on
 * descriptor 4 and the daemon's output, and inherits nothing else: no listening socket, and not the
 * daemon's lifecycle.
 *  @param lifecycle what it has on descriptor 3; -1: /dev/null
 *  @return 0, or an errno */
int mj_helper_start(const mj_launch_t *launch, const char *program, const char *archive, int lifecycle, pid_t *pid);

/** In a child: has it die with the thread that started it. Ends the process where that has ended
 * already. */
void mj_helper_die_with(pid_t parent);

#endif
