/* jvm-compiler: compiles the sources of a pool for a start of it. A daemon starts it, as the pool's user, with the pool's settings on descriptor 4;
 * argv[1] is the folder of the jars, argv[2] the pool's state folder, argv[3] the daemon's pid. */
#include "companion.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LONGEST_S 20 /* a start has 60, unless startup-timeout says otherwise */

int main(int argc, char **argv)
{
    mj_launch_t launch = {.java_home = NULL};

    if (argc != 4) {
        (void)fprintf(stderr, "jvm-compiler is started by jvm-daemon.\n");
        return EXIT_FAILURE;
    }
    mj_companion_die_with((pid_t)strtol(argv[3], NULL, 10));
    (void)alarm(LONGEST_S);
    if (!mj_launch_prepare(&launch, argv[1], argv[2]) || launch.state == NULL) {
        return EXIT_FAILURE;
    }
    launch.archives = mj_launch_archives(&launch);
    mj_launch_compiler(&launch);
    mj_launch_from(&launch, &launch.archives.compiling, NULL);
    return mj_launch_run(&launch);
}
