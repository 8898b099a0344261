/* jvm-daemon: turns the process that the supervisor started into the JVM of a pool. It runs as the pool's user from its first
 * instruction on. argv[0] is the pool's display name, argv[1] the folder of the jars, argv[2] the pool's
 * state folder, if it has one. */
#include "launch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    mj_launch_t launch = {.java_home = NULL};

    if (argc != 2 && argc != 3) {
        (void)fprintf(stderr, "%s is started by jvm-supervisor, which httpd's mod_jvm starts.\n",
                      argc > 0 ? argv[0] : "jvm-daemon");
        return EXIT_FAILURE;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    fcntl(MJ_LIFECYCLE_FD, F_SETFD, FD_CLOEXEC);
    if (!mj_launch_prepare(&launch, argv[1], argv[2])) {
        return EXIT_FAILURE;
    }
    if (launch.state != NULL) {
        launch.archive = mj_archive_find(launch.state, launch.java_home, launch.jars, launch.record, &launch.options);
        if (mj_archive_opponent(&launch.options) != NULL) {
            (void)printf("archive: none for this pool, because of %s\n", mj_archive_opponent(&launch.options));
            (void)fflush(stdout);
        }
        if (mj_archive_look(&launch.archive, stderr)) {
            mj_archive_use(&launch.archive, &launch.options);
        }
    }
    return mj_launch_run(&launch);
}
