#include "compiling.h"

#include "helper.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_running;
    pid_t pid;
    int lifecycle; /* our end of the process's */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* It says R when all is kept, or ends: the end of a JVM takes another 10 ms, for which nobody
 * waits. */
static void *attend(void *unused)
{
    mj_lifecycle_message_t message;

    (void)unused;
    (void)mj_lifecycle_receive(state.lifecycle, &message, true);
    close(state.lifecycle);
    pthread_mutex_lock(&state.lock);
    state.is_running = false;
    pthread_cond_broadcast(&state.changed);
    pthread_mutex_unlock(&state.lock);
    while (waitpid(state.pid, NULL, 0) < 0 && errno == EINTR) {
    }
    return NULL;
}

void mj_compiling_start(const mj_launch_t *launch, const char *archive)
{
    pthread_t thread;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return;
    }
    state.lifecycle = ends[0];
    state.is_running = mj_helper_start(launch, "jvm-compiler", archive, ends[1], &state.pid) == 0;
    close(ends[1]);
    if (!state.is_running) {
        close(ends[0]);
    } else if (pthread_create(&thread, NULL, attend, NULL) == 0) {
        pthread_detach(thread);
    } else {
        (void)attend(NULL);
    }
}

void mj_compiling_await(void)
{
    pthread_mutex_lock(&state.lock);
    while (state.is_running) {
        pthread_cond_wait(&state.changed, &state.lock);
    }
    pthread_mutex_unlock(&state.lock);
}
