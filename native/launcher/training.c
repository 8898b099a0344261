#include "training.h"

#include "companion.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

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
    int error = 0;
    pid_t pid = 0;

    pthread_mutex_lock(&training->lock);
    if (!training->is_stopped && training->pid == 0) {
        error = mj_companion_start(launch, "jvm-training", -1, &pid);
        if (error == 0) {
            training->pid = pid;
        }
    }
    pthread_mutex_unlock(&training->lock);
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
