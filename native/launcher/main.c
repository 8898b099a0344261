/* jvm-daemon: turns the process that the supervisor started into the JVM of a pool. It runs as the
 * pool's user from its first instruction on. argv[0] is the pool's display name, argv[1] the folder
 * of the jars, argv[2] the pool's state folder, argv[3] the path of the archive for its key: each
 * missing or empty where it has none. */
#include "archive_file.h"
#include "archive_key.h"
#include "compiling.h"
#include "launch.h"
#include "sources.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static bool say_none(mj_span_t conflict, const char *for_whom)
{
    (void)printf("archive: none for %s, because of %.*s\n", for_whom, (int)conflict.len, conflict.data);
    (void)fflush(stdout);
    return false;
}

/* @param archive that of the pool's key; NULL: none
 * @return whether the daemon's JVM may use it */
static bool prepare_start(mj_launch_t *launch, const char *archive)
{
    mj_span_t conflict;
    mj_archive_t compiling = mj_archive_at(archive, MJ_ARCHIVE_COMPILER, launch->java_home);

    if (launch->state == NULL && archive == NULL) {
        return false;
    }
    if (mj_archive_conflict(launch->record, &conflict)) {
        return say_none(conflict, "this pool");
    }
    if (launch->state != NULL && mj_sources_need_compiler(launch->record, launch->state)) {
        (void)mj_archive_look(&compiling, stderr); /* jvm-compiler uses it, and says nothing of it */
        mj_compiling_start(launch, archive);
    }
    return archive == NULL || !compiling.is_aot || !mj_archive_module_conflict(launch->record, &conflict) ||
           say_none(conflict, "this pool's daemons");
}

int main(int argc, char **argv)
{
    mj_launch_t launch = {.java_home = NULL};
    mj_archive_t archive;
    const char *state;

    if (argc < 2 || argc > 4) {
        (void)fprintf(stderr, "%s is started by jvm-supervisor, which httpd's mod_jvm starts.\n",
                      argc > 0 ? argv[0] : "jvm-daemon");
        return EXIT_FAILURE;
    }
    state = argc > 2 && argv[2][0] != '\0' ? argv[2] : NULL;
    (void)signal(SIGPIPE, SIG_IGN);
    fcntl(MJ_LIFECYCLE_FD, F_SETFD, FD_CLOEXEC);
    if (!mj_launch_prepare(&launch, argv[1], state)) {
        return EXIT_FAILURE;
    }
    archive = mj_archive_at(argc > 3 ? argv[3] : NULL, "", launch.java_home);
    if (prepare_start(&launch, archive.path)) {
        mj_launch_from(&launch, &archive, stderr);
    }
    return mj_launch_run(&launch);
}
