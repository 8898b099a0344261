/* jvm-daemon: turns the process that the supervisor started into the JVM of a pool. It runs as the pool's user from its first
 * instruction on. argv[0] is the pool's display name, argv[1] the folder of the jars, argv[2] the pool's
 * state folder, if it has one. */
#include "jvm.h"
#include "lifecycle.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIFECYCLE_FD 3
#define RECORD_FD 4
#define MAX_RECORD 131072
/* For main: the host's own start, and what applications do in their factories. */
#define SMALLEST_STACK INT64_C(1048576)

typedef struct launch_t {
    mj_span_t record;
    char *java_home;
    mj_options_t options;
    int exit_code;
} launch_t;

static bool read_record(mj_span_t *record)
{
    char *data = malloc(MAX_RECORD);
    size_t len = 0;
    ssize_t n = 0;

    while (data != NULL && len < MAX_RECORD && (n = pread(RECORD_FD, data + len, MAX_RECORD - len, (off_t)len)) > 0) {
        len += (size_t)n;
    }
    if (data == NULL || n < 0) {
        mj_lifecycle_fail("the pool's settings cannot be read from descriptor %d: %s", RECORD_FD, strerror(errno));
        return false;
    }
    close(RECORD_FD);
    *record = (mj_span_t){data, len};
    if (len == 0 || mj_record_check(*record) != APR_SUCCESS) {
        mj_lifecycle_fail("the pool's settings on descriptor %d are malformed", RECORD_FD);
        return false;
    }
    return true;
}

static void *run(void *data)
{
    launch_t *launch = data;
    launch->exit_code = mj_jvm_run(launch->java_home, &launch->options, launch->record);
    return NULL;
}

/* Not on the process's first thread: its stack grows where the JVM wants its guard pages, and -Xss does not count there. */
static int run_on_own_thread(launch_t *launch)
{
    int64_t stack_size = mj_record_number(launch->record, "stack-size", 0);
    pthread_attr_t attributes;
    pthread_t thread;
    int error;

    if (stack_size < SMALLEST_STACK) {
        stack_size = SMALLEST_STACK;
    }
    pthread_attr_init(&attributes);
    error = pthread_attr_setstacksize(&attributes, ((size_t)stack_size + 0xffff) & ~(size_t)0xffff);
    if (error == 0) {
        error = pthread_create(&thread, &attributes, run, launch);
    }
    if (error != 0) {
        mj_lifecycle_fail("a thread with a stack of %lld bytes cannot be started: %s", (long long)stack_size, strerror(error));
        return EXIT_FAILURE;
    }
    pthread_join(thread, NULL);
    return launch->exit_code;
}

/* Where crash reports go: NULL where it can write to none of these. */
static const char *choose_error_folder(const char *state)
{
    const char *home = getenv("HOME");
    if (state != NULL && access(state, W_OK | X_OK) == 0) {
        return state;
    }
    return home != NULL && access(home, W_OK) == 0 ? home : NULL;
}

int main(int argc, char **argv)
{
    launch_t launch = {.exit_code = EXIT_FAILURE};

    if (argc != 2 && argc != 3) {
        (void)fprintf(stderr, "%s is started by jvm-supervisor, which httpd's mod_jvm starts.\n",
                      argc > 0 ? argv[0] : "jvm-daemon");
        return EXIT_FAILURE;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    fcntl(LIFECYCLE_FD, F_SETFD, FD_CLOEXEC);
    if (!read_record(&launch.record)) {
        return EXIT_FAILURE;
    }
    launch.java_home = mj_setting(launch.record, "java-home");
    if (launch.java_home == NULL) {
        mj_lifecycle_fail("the pool's settings name no java-home");
        return EXIT_FAILURE;
    }
    launch.options = mj_options_make(launch.record, argv[1], choose_error_folder(argv[2]));
    return run_on_own_thread(&launch);
}
