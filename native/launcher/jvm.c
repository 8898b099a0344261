#include "jvm.h"

#include "flags.h"
#include "lifecycle.h"
#include "natives.h"

#include <dlfcn.h>
#include <jni.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOOK_COUNT 3
#define LINE_MAX_LEN 512

typedef jint create_vm_fn(JavaVM **vm, void **env, void *args);

/* The JVM calls the hooks without a context, so theirs lies here. */
static struct {
    mj_launch_t *launch;
    pthread_mutex_t lock;      /* of the lines */
    char line[LINE_MAX_LEN];   /* what the JVM is printing */
    char reason[LINE_MAX_LEN]; /* what it has said that may be a reason to end: all while it starts, later the last line */
    bool is_running;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- hooks --- */

static void note_line(void)
{
    static const char out_of_memory[] = "Terminating due to java.lang.OutOfMemoryError";
    size_t len;

    if (state.line[0] == '\0' || strstr(state.line, " warning: ") != NULL) {
        return;
    }
    if (state.is_running) {
        state.reason[0] = '\0';
    }
    len = strlen(state.reason);
    (void)snprintf(state.reason + len, sizeof(state.reason) - len, "%s%s", len > 0 ? "; " : "", state.line);
    if (strncmp(state.line, out_of_memory, strlen(out_of_memory)) == 0) {
        mj_lifecycle_report(MJ_LIFECYCLE_FAILED, state.line, strlen(state.line)); /* it ends without calling a hook */
    }
}

/* The JVM prints a line in several pieces. */
static void note_piece(const char *piece)
{
    size_t len = strlen(state.line);
    for (; *piece != '\0'; piece++) {
        if (*piece == '\n') {
            state.line[len] = '\0';
            note_line();
            len = 0;
        } else if (len < sizeof(state.line) - 1) {
            state.line[len++] = *piece;
        }
    }
    state.line[len] = '\0';
}

static jint JNICALL on_print(FILE *out, const char *format, va_list arguments)
{
    char piece[2048];
    va_list again;
    jint n;

    va_copy(again, arguments);
    n = vfprintf(out, format, arguments);
    (void)fflush(out);
    /* Not waited for: a JVM that crashes prints from a signal handler. */
    if (pthread_mutex_trylock(&state.lock) == 0) {
        (void)vsnprintf(piece, sizeof(piece), format, again);
        note_piece(piece);
        pthread_mutex_unlock(&state.lock);
    }
    va_end(again);
    return n;
}

static void report_reason(void)
{
    if (state.reason[0] != '\0') {
        mj_lifecycle_report(MJ_LIFECYCLE_FAILED, state.reason, strlen(state.reason));
    }
}

static void JNICALL on_exit_of_vm(jint code)
{
    char text[16];
    int len = snprintf(text, sizeof(text), "%d", (int)code);
    mj_lifecycle_report(MJ_LIFECYCLE_EXIT, text, (size_t)len);
}

static void JNICALL on_abort(void)
{
    report_reason();
}

/* Why main failed, as `java.lang.IllegalStateException: message`. */
static void report_exception(JNIEnv *env)
{
    jthrowable exception = (*env)->ExceptionOccurred(env);
    jclass type;
    jmethodID to_string;
    jstring text;
    const char *bytes;

    if (exception == NULL) {
        return;
    }
    (*env)->ExceptionDescribe(env); /* to stderr, and clears it */
    type = (*env)->FindClass(env, "java/lang/Throwable");
    to_string = type != NULL ? (*env)->GetMethodID(env, type, "toString", "()Ljava/lang/String;") : NULL;
    text = to_string != NULL ? (*env)->CallObjectMethod(env, exception, to_string) : NULL;
    bytes = text != NULL && !(*env)->ExceptionCheck(env) ? (*env)->GetStringUTFChars(env, text, NULL) : NULL;
    mj_lifecycle_fail("%s", bytes != NULL ? bytes : "an exception that cannot be shown");
}

/* --- start --- */

/* @param options those of ours that this JVM does not know are removed */
static create_vm_fn *load(const char *java_home, mj_options_t *options)
{
    char path[4096];
    create_vm_fn *create = NULL;
    void *library;
    mj_flags_t flags;

    if (snprintf(path, sizeof(path), "%s/lib/server/libjvm.so", java_home) >= (int)sizeof(path)) {
        mj_lifecycle_fail("java-home: the path is too long");
        return NULL;
    }
    library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) {
        mj_lifecycle_fail("java-home=%s: no JVM can be loaded from there: %s", java_home, dlerror());
        return NULL;
    }
    *(void **)&create = dlsym(library, "JNI_CreateJavaVM");
    if (create == NULL) {
        mj_lifecycle_fail("java-home=%s: lib/server/libjvm.so is not a JVM: %s", java_home, dlerror());
    }
    flags = mj_flags_of(library);
    mj_flags_keep_known(&flags, options);
    return create;
}

static JNIEnv *create(create_vm_fn *create_vm, const mj_options_t *options, JavaVM **vm)
{
    JavaVMOption *all = calloc((size_t)options->count + HOOK_COUNT, sizeof(*all));
    JavaVMInitArgs args = {.version = JNI_VERSION_10, .options = all, .nOptions = options->count + HOOK_COUNT};
    JNIEnv *env = NULL;
    jint result;
    int i;

    if (all == NULL) {
        mj_lifecycle_fail("out of memory");
        return NULL;
    }
    *(jint(JNICALL **)(FILE *, const char *, va_list)) & all[0].extraInfo = on_print;
    all[0].optionString = (char *)(uintptr_t) "vfprintf";
    *(void(JNICALL **)(jint)) & all[1].extraInfo = on_exit_of_vm;
    all[1].optionString = (char *)(uintptr_t) "exit";
    *(void(JNICALL **)(void)) & all[2].extraInfo = on_abort;
    all[2].optionString = (char *)(uintptr_t) "abort";
    for (i = 0; i < options->count; i++) {
        all[HOOK_COUNT + i].optionString = options->texts[i];
    }
    result = create_vm(vm, (void **)&env, &args);
    free(all);
    if (result == JNI_OK) {
        pthread_mutex_lock(&state.lock);
        state.reason[0] = '\0';
        state.is_running = true;
        pthread_mutex_unlock(&state.lock);
        return env;
    }
    if (state.reason[0] != '\0') {
        report_reason();
    } else {
        mj_lifecycle_fail("the JVM cannot be created: JNI error %d", (int)result);
    }
    return NULL;
}

static void call_main(JNIEnv *env)
{
    jclass string = (*env)->FindClass(env, "java/lang/String");
    jclass type = string != NULL
                      ? (*env)->FindClass(env, state.launch->main_class != NULL ? state.launch->main_class : "modjvm/launch/Main")
                      : NULL;
    jmethodID method = type != NULL ? (*env)->GetStaticMethodID(env, type, "main", "([Ljava/lang/String;)V") : NULL;
    jobjectArray arguments = method != NULL ? (*env)->NewObjectArray(env, 0, string, NULL) : NULL;
    if (arguments != NULL) {
        (*env)->CallStaticVoidMethod(env, type, method, arguments);
    }
}

int mj_jvm_run(mj_launch_t *launch)
{
    create_vm_fn *create_vm = load(launch->java_home, &launch->options);
    JavaVM *vm = NULL;
    JNIEnv *env;
    bool is_mapped;

    state.launch = launch;
    env = create_vm != NULL ? create(create_vm, &launch->options, &vm) : NULL;
    if (env == NULL) {
        return EXIT_FAILURE;
    }
    is_mapped = launch->archive == NULL || mj_archive_is_mapped(launch->archive);
    if (launch->is_trial) {
        (void)fflush(NULL);
        _exit(is_mapped ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    if (!is_mapped) {
        mj_archive_reject(launch->archive);
        mj_lifecycle_try_report(MJ_LIFECYCLE_NO_ARCHIVE, launch->archive->path, strlen(launch->archive->path));
    }
    if (mj_natives_register(env, launch)) {
        call_main(env);
    }
    if ((*env)->ExceptionCheck(env)) {
        report_exception(env);
        /* No shutdown hooks: what has failed to start might wait in them for ever. */
        (void)fflush(NULL);
        _exit(EXIT_FAILURE);
    }
    (*vm)->DestroyJavaVM(vm); /* waits for the threads that main has left */
    return EXIT_SUCCESS;
}
