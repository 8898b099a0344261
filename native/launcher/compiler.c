/* jvm-compiler: compiles the sources of a pool for a start of it. A daemon starts it, as the pool's
 * user, with the pool's settings on descriptor 4; argv[1] is the folder of the jars, argv[2] the
 * pool's state folder, argv[3] the daemon's pid, argv[4] the archive for the pool's key, if there
 * is one. */
#include "archive_file.h"
#include "helper.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LONGEST_S 20 /* a start has 60, unless startup-timeout says otherwise */

int main(int argc, char **argv)
{
    mj_launch_t launch = {.java_home = NULL};
    mj_archive_t archive;

    if (argc != 4 && argc != 5) {
        (void)fprintf(stderr, "jvm-compiler is started by jvm-daemon.\n");
        return EXIT_FAILURE;
    }
    mj_helper_die_with((pid_t)strtol(argv[3], NULL, 10));
    (void)alarm(LONGEST_S);
    if (!mj_launch_prepare(&launch, argv[1], argv[2]) || launch.state == NULL) {
        return EXIT_FAILURE;
    }
    archive = mj_archive_at(argv[4], MJ_ARCHIVE_COMPILER, launch.java_home);
    mj_launch_compiler(&launch);
    mj_launch_from(&launch, &archive, NULL);
    return mj_launch_run(&launch);
}
