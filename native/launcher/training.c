#include "training.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "jvm-training"

static int write_record(mj_span_t record)
{
    int fd = memfd_create("mod_jvm training", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, record.data, record.len) != (ssize_t)record.len) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Beside this program. @return false where that is not to be found */
static bool find_program(char *path, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", path, size);
    char *name;
    if (len <= 0 || (size_t)len >= size) {
        return false;
    }
    path[len] = '\0';
    name = strrchr(path, '/') + 1;
    return snprintf(name, size - (size_t)(name - path), PROGRAM) < (int)(size - (size_t)(name - path));
}

/* Nothing of the daemon's is inherited but its output and what is given here: no listening socket, no lifecycle. @return an errno */
static int spawn(const mj_launch_t *launch, int record, pid_t *pid)
{
    char program[PATH_MAX], daemon[16];
    char *argv[] = {(char *)(uintptr_t)PROGRAM, (char *)(uintptr_t)launch->jars, (char *)(uintptr_t)launch->state, daemon, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int error;

    if (!find_program(program, sizeof(program))) {
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
    posix_spawn_file_actions_adddup2(&files, record, MJ_RECORD_FD);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, MJ_LIFECYCLE_FD, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, MJ_FIRST_UNKNOWN_FD);
    error = posix_spawn(pid, program, &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* While its status is not taken, its pid is no other's. */
static bool wait_for(mj_training_t *training, pid_t pid)
{
    siginfo_t info;
    int status = 0, n;

    do {
        n = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    } while (n < 0 && errno == EINTR);
    pthread_mutex_lock(&training->lock);
    (void)waitpid(pid, &status, WNOHANG);
    training->pid = 0;
    pthread_mutex_unlock(&training->lock);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGXCPU)) {
        (void)fprintf(stderr, "archive: it was not made within %d s, or %d s of the processor; the next try is an hour away\n", MJ_TRAINING_S,
                      MJ_TRAINING_PROCESSOR_S);
    }
    return status == 0;
}

void mj_training_run(mj_training_t *training, const mj_launch_t *launch)
{
    int record = write_record(launch->record), error = 0;
    pid_t pid = 0;

    pthread_mutex_lock(&training->lock);
    if (!training->is_stopped && training->pid == 0 && record >= 0) {
        error = spawn(launch, record, &pid);
        if (error == 0) {
            training->pid = pid;
        }
    }
    pthread_mutex_unlock(&training->lock);
    if (record >= 0) {
        close(record);
    }
    if (error != 0) {
        (void)fprintf(stderr, "archive: it cannot be made: no process can be started: %s\n", strerror(error));
    } else if (pid > 0 && !wait_for(training, pid) && !training->is_stopped) {
        mj_archives_note_failure(&launch->archives);
    }
}

void mj_training_stop(mj_training_t *training)
{
    pthread_mutex_lock(&training->lock);
    training->is_stopped = true;
    if (training->pid > 0) {
        (void)kill(training->pid, SIGKILL); /* its own children die with it */
    }
    pthread_mutex_unlock(&training->lock);
}
