#include "jvm.h"

#include "hangup.h"
#include "lifecycle.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <jni.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOOK_COUNT 3
#define LINE_MAX_LEN 512

typedef jint create_vm_fn(JavaVM **vm, void **env, void *args);

/* The JVM calls the hooks and native methods without a context, so theirs lies here: the one place of this program that changes. */
static struct {
    mj_span_t record;
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
        mj_lifecycle_report('F', state.line, strlen(state.line)); /* it ends without calling a hook */
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
        mj_lifecycle_report('F', state.reason, strlen(state.reason));
    }
}

static void JNICALL on_exit_of_vm(jint code)
{
    char text[16];
    int len = snprintf(text, sizeof(text), "%d", (int)code);
    mj_lifecycle_report('X', text, (size_t)len);
}

static void JNICALL on_abort(void)
{
    report_reason();
}

/* --- native methods of modjvm.host.Daemon --- */

static jbyteArray JNICALL native_settings(JNIEnv *env, jclass type)
{
    jbyteArray bytes = (*env)->NewByteArray(env, (jsize)state.record.len);
    (void)type;
    if (bytes != NULL) {
        (*env)->SetByteArrayRegion(env, bytes, 0, (jsize)state.record.len, (const jbyte *)state.record.data);
    }
    return bytes;
}

static void JNICALL native_report(JNIEnv *env, jclass type, jbyte message_type, jbyteArray text)
{
    char buffer[MJ_LIFECYCLE_TEXT_MAX];
    jsize len = text != NULL ? (*env)->GetArrayLength(env, text) : 0;
    (void)type;
    if (len > MJ_LIFECYCLE_TEXT_MAX) {
        len = MJ_LIFECYCLE_TEXT_MAX;
    }
    if (len > 0) {
        (*env)->GetByteArrayRegion(env, text, 0, len, (jbyte *)buffer);
    }
    mj_lifecycle_report((char)message_type, buffer, (size_t)len);
}

static jint JNICALL native_await_command(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return mj_lifecycle_await();
}

static void JNICALL native_listener_taken(JNIEnv *env, jclass type)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0) {
        jclass exception = (*env)->FindClass(env, "java/lang/IllegalStateException");
        if (exception != NULL) {
            (*env)->ThrowNew(env, exception, "descriptor 0 cannot become /dev/null");
        }
    }
    if (null > 0) {
        close(null);
    }
    (void)type;
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

static create_vm_fn *load(const char *java_home)
{
    char path[4096];
    create_vm_fn *create = NULL;
    void *library;

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
        mj_lifecycle_fail("java-home=%s: lib/server/libjvm.so is no JVM: %s", java_home, dlerror());
    }
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
        mj_lifecycle_fail("the JVM cannot be made: JNI error %d", (int)result);
    }
    return NULL;
}

/* The descriptor stands in a private field of the JDK's channel, in every release from 17 to 25. If one has it no more, nothing is watched. */
static jboolean JNICALL native_watch(JNIEnv *env, jclass type, jobject channel, jlong id)
{
    jclass channel_type = (*env)->GetObjectClass(env, channel);
    jfieldID field = (*env)->GetFieldID(env, channel_type, "fdVal", "I");
    (void)type;
    if (field == NULL) {
        (*env)->ExceptionClear(env);
        return JNI_FALSE;
    }
    return mj_hangup_watch((*env)->GetIntField(env, channel, field), id) ? JNI_TRUE : JNI_FALSE;
}

static jlong JNICALL native_await_hangup(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return mj_hangup_await();
}

static bool register_natives(JNIEnv *env)
{
    static const JNINativeMethod methods[] = {
        {(char *)(uintptr_t) "settings", (char *)(uintptr_t) "()[B", (void *)(uintptr_t)native_settings},
        {(char *)(uintptr_t) "report", (char *)(uintptr_t) "(B[B)V", (void *)(uintptr_t)native_report},
        {(char *)(uintptr_t) "awaitCommand", (char *)(uintptr_t) "()I", (void *)(uintptr_t)native_await_command},
        {(char *)(uintptr_t) "listenerTaken", (char *)(uintptr_t) "()V", (void *)(uintptr_t)native_listener_taken},
        {(char *)(uintptr_t) "watch", (char *)(uintptr_t) "(Ljava/nio/channels/SocketChannel;J)Z", (void *)(uintptr_t)native_watch},
        {(char *)(uintptr_t) "awaitHangup", (char *)(uintptr_t) "()J", (void *)(uintptr_t)native_await_hangup},
    };
    jclass daemon = (*env)->FindClass(env, "modjvm/host/Daemon");
    return daemon != NULL &&
           (*env)->RegisterNatives(env, daemon, methods, (jint)(sizeof(methods) / sizeof(methods[0]))) == JNI_OK;
}

static void call_main(JNIEnv *env)
{
    jclass string = (*env)->FindClass(env, "java/lang/String");
    jclass type = string != NULL ? (*env)->FindClass(env, "modjvm/host/Main") : NULL;
    jmethodID method = type != NULL ? (*env)->GetStaticMethodID(env, type, "main", "([Ljava/lang/String;)V") : NULL;
    jobjectArray arguments = method != NULL ? (*env)->NewObjectArray(env, 0, string, NULL) : NULL;
    if (arguments != NULL) {
        (*env)->CallStaticVoidMethod(env, type, method, arguments);
    }
}

int mj_jvm_run(const char *java_home, const mj_options_t *options, mj_span_t record)
{
    create_vm_fn *create_vm = load(java_home);
    JavaVM *vm = NULL;
    JNIEnv *env;

    state.record = record;
    env = create_vm != NULL ? create(create_vm, options, &vm) : NULL;
    if (env == NULL) {
        return EXIT_FAILURE;
    }
    if (register_natives(env)) {
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
