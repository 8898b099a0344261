#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Beside this program. @return false where that is not to be found */
static bool find_program(const char *program, char *path, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", path, size);
    char *name;
    if (len <= 0 || (size_t)len >= size) {
        return false;
    }
    path[len] = '\0';
    name = strrchr(path, '/') + 1;
    return snprintf(name, size - (size_t)(name - path), "%s", program) < (int)(size - (size_t)(name - path));
}

static int spawn(const mj_launch_t *launch, const char *program, const char *archive, int lifecycle, int record, pid_t *pid)
{
    char path[PATH_MAX], daemon[16];
    char *argv[] = {(char *)(uintptr_t)program,       (char *)(uintptr_t)launch->jars,
                    (char *)(uintptr_t)launch->state, daemon,
                    (char *)(uintptr_t)archive,       NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int error;

    if (!find_program(program, path, sizeof(path))) {
        return ENOENT;
    }
    (void)snprintf(daemon, sizeof(daemon), "%d", (int)getpid());
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (lifecycle >= 0) {
        posix_spawn_file_actions_adddup2(&files, lifecycle, MJ_LIFECYCLE_FD);
    } else {
        posix_spawn_file_actions_addopen(&files, MJ_LIFECYCLE_FD, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_adddup2(&files, record, MJ_LIFECYCLE_RECORD_FD);
    posix_spawn_file_actions_addclosefrom_np(&files, MJ_LIFECYCLE_FDS);
    error = posix_spawn(pid, path, &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

int mj_helper_start(const mj_launch_t *launch, const char *program, const char *archive, int lifecycle, pid_t *pid)
{
    int record = mj_lifecycle_record_file(launch->record);
    int error;

    if (record < 0) {
        return ENOMEM;
    }
    error = spawn(launch, program, archive, lifecycle, record, pid);
    close(record);
    return error;
}

void mj_helper_die_with(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
}
