#include "launch.h"

#include "control.h"
#include "jvm.h"
#include "lifecycle.h"
#include "wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_RECORD (MJ_CONTROL_MAX + 256) /* the greatest that the supervisor takes, and what it adds */

/* For main: the host's own start, and what applications do in their factories. */
#define SMALLEST_STACK INT64_C(1048576)

static bool read_record(mj_span_t *record)
{
    char *data = malloc(MAX_RECORD);
    size_t len = 0;
    ssize_t n = 0;

    while (data != NULL && len < MAX_RECORD &&
           (n = pread(MJ_LIFECYCLE_RECORD_FD, data + len, MAX_RECORD - len, (off_t)len)) > 0) {
        len += (size_t)n;
    }
    if (data == NULL || n < 0) {
        mj_lifecycle_fail("the pool's settings cannot be read from descriptor %d: %s", MJ_LIFECYCLE_RECORD_FD, strerror(errno));
        return false;
    }
    close(MJ_LIFECYCLE_RECORD_FD);
    *record = (mj_span_t){data, len};
    if (len == 0 || mj_record_check(*record) != APR_SUCCESS) {
        mj_lifecycle_fail("the pool's settings on descriptor %d are malformed", MJ_LIFECYCLE_RECORD_FD);
        return false;
    }
    return true;
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

bool mj_launch_prepare(mj_launch_t *launch, const char *jars, const char *state)
{
    int64_t version;

    if (!read_record(&launch->record)) {
        return false;
    }
    version = mj_record_number(launch->record, "wire-version", MJ_VERSION_MAJOR);
    if (version != MJ_VERSION_MAJOR) {
        mj_lifecycle_fail("mod_jvm was upgraded: httpd has loaded the version that speaks protocol %lld, and this version speaks "
                          "%d; restart httpd "
                          "gracefully",
                          (long long)version, MJ_VERSION_MAJOR);
        return false;
    }
    launch->java_home = mj_setting(launch->record, "java-home");
    if (launch->java_home == NULL) {
        mj_lifecycle_fail("the pool's settings name no java-home");
        return false;
    }
    launch->jars = jars;
    launch->state = state != NULL && mj_archive_check_state(state) ? state : NULL;
    launch->options = mj_options_make(launch->record, jars, choose_error_folder(state));
    return true;
}

void mj_launch_compiler(mj_launch_t *launch)
{
    launch->options = mj_options_for_compiler(&launch->options);
    launch->main_class = "modjvm/launch/CompilerMain";
}

void mj_launch_from(mj_launch_t *launch, mj_archive_t *archive, FILE *complaints)
{
    if (mj_archive_look(archive, complaints)) {
        launch->archive = archive;
        mj_archive_use(archive, &launch->options);
    }
}

typedef struct run_t {
    mj_launch_t *launch;
    int exit_code;
} run_t;

static void *run(void *data)
{
    run_t *it = data;
    it->exit_code = mj_jvm_run(it->launch);
    return NULL;
}

int mj_launch_run(mj_launch_t *launch)
{
    run_t it = {.launch = launch, .exit_code = EXIT_FAILURE};
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
        error = pthread_create(&thread, &attributes, run, &it);
    }
    if (error != 0) {
        mj_lifecycle_fail("a thread with a stack of %lld bytes cannot be started: %s", (long long)stack_size, strerror(error));
        return EXIT_FAILURE;
    }
    pthread_join(thread, NULL);
    return it.exit_code;
}
