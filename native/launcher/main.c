/* jvm-daemon: turns the process that the supervisor started into the JVM of a pool. It runs as the pool's user from its first
 * instruction on. argv[0] is the pool's display name, argv[1] the folder of the jars, argv[2] the pool's
 * state folder, if it has one. */
#include "compiling.h"
#include "launch.h"
#include "sources.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void choose_archive(mj_launch_t *launch)
{
    const char *opponent = mj_archive_opponent(&launch->options);

    if (opponent != NULL) {
        (void)printf("archive: none for this pool, because of %s\n", opponent);
        (void)fflush(stdout);
    }
    launch->archives = mj_launch_archives(launch);
    (void)mj_archive_look(&launch->archives.compiling, stderr); /* jvm-compiler uses it, and says nothing of it */
    if (opponent == NULL && mj_sources_need_compiler(launch->record, launch->state)) {
        mj_compiling_start(launch);
    }
    mj_launch_from(launch, &launch->archives.plain, stderr);
}

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
        choose_archive(&launch);
    }
    return mj_launch_run(&launch);
}
