/* jvm-compiler: compiles the sources of a pool for a start of it. A daemon starts it, as the pool's user, with the pool's settings on descriptor 4;
 * argv[1] is the folder of the jars, argv[2] the pool's state folder, argv[3] the daemon's pid. */
#include "companion.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LONGEST_S 20 /* a start has 60, unless startup-timeout says otherwise */

/* For a JVM that runs the JDK's compiler for a fraction of a second, and nothing of anybody else's: code is compiled once and quickly, and the
 * JDK's own classes need no verification. */
static mj_options_t options_for(const mj_options_t *daemon)
{
    mj_options_t options = mj_options_copy(daemon);
    mj_options_add(&options, "-XX:+IgnoreUnrecognizedVMOptions");
    mj_options_add(&options, "-XX:TieredStopAtLevel=1");
    mj_options_add(&options, "-XX:-BytecodeVerificationRemote");
    return options;
}

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
    launch.options = options_for(&launch.options);
    launch.main_class = "modjvm/host/CompilerMain";
    return mj_launch_run(&launch);
}
