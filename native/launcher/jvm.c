#include "jvm.h"

#include "compiling.h"
#include "descriptor.h"
#include "flags.h"
#include "hangup.h"
#include "lifecycle.h"
#include "memory.h"
#include "plain_file.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <jni.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOOK_COUNT 3
#define LINE_MAX_LEN 512

/* In signatures of native methods. */
#define SOCKET "Ljava/nio/channels/SocketChannel;"
#define FILE_CHANNEL "Ljava/nio/channels/FileChannel;"
#define BUFFER "Ljava/nio/ByteBuffer;"

typedef jint create_vm_fn(JavaVM **vm, void **env, void *args);

/* The JVM calls the hooks and native methods without a context, so theirs lies here: the one place of this program that changes. */
static struct {
    mj_launch_t *launch;
    pthread_mutex_t lock;      /* of the lines */
    char line[LINE_MAX_LEN];   /* what the JVM is printing */
    char reason[LINE_MAX_LEN]; /* what it has said that may be a reason to end: all while it starts, later the last line */
    bool is_running;
    mj_mounted_t mounted; /* the file systems of which files may be passed to httpd */
    bool is_with_httpd;   /* in its mount namespace */
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

/* --- native methods of modjvm.launch.Daemon --- */

static jbyteArray make_bytes(JNIEnv *env, mj_span_t from)
{
    jbyteArray bytes = (*env)->NewByteArray(env, (jsize)from.len);
    if (bytes != NULL) {
        (*env)->SetByteArrayRegion(env, bytes, 0, (jsize)from.len, (const jbyte *)from.data);
    }
    return bytes;
}

static jbyteArray JNICALL native_settings(JNIEnv *env, jclass type)
{
    (void)type;
    return make_bytes(env, state.launch->record);
}

static jbyteArray JNICALL native_state_folder(JNIEnv *env, jclass type)
{
    const char *folder = state.launch->state != NULL ? state.launch->state : "";
    (void)type;
    return make_bytes(env, (mj_span_t){folder, strlen(folder)});
}

static void JNICALL native_await_compiler(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    mj_compiling_await();
}

/* @param buffer of MJ_LIFECYCLE_MAX bytes. @return how many of them the text takes */
static size_t take_text(JNIEnv *env, jbyteArray text, char *buffer)
{
    jsize len = text != NULL ? (*env)->GetArrayLength(env, text) : 0;
    if (len > MJ_LIFECYCLE_MAX) {
        len = MJ_LIFECYCLE_MAX;
    }
    if (len > 0) {
        (*env)->GetByteArrayRegion(env, text, 0, len, (jbyte *)buffer);
    }
    return (size_t)len;
}

static void JNICALL native_report(JNIEnv *env, jclass type, jbyte message_type, jbyteArray text)
{
    char buffer[MJ_LIFECYCLE_MAX];
    size_t len = take_text(env, text, buffer);
    (void)type;
    mj_lifecycle_report((char)message_type, buffer, len);
}

static jboolean JNICALL native_try_report(JNIEnv *env, jclass type, jbyte message_type, jbyteArray text)
{
    char buffer[MJ_LIFECYCLE_MAX];
    size_t len = take_text(env, text, buffer);
    (void)type;
    return mj_lifecycle_try_report((char)message_type, buffer, len) ? JNI_TRUE : JNI_FALSE;
}

static jint JNICALL native_await_command(JNIEnv *env, jclass type)
{
    int command;

    (void)env;
    (void)type;
    command = mj_lifecycle_await();
    mj_descriptor_give_spares();
    return command;
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
        mj_descriptor_spare(null);
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
        mj_lifecycle_fail("java-home=%s: lib/server/libjvm.so is no JVM: %s", java_home, dlerror());
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
        mj_lifecycle_fail("the JVM cannot be made: JNI error %d", (int)result);
    }
    return NULL;
}

/* Numbers of descriptors stand in private fields of the JDK's classes, in every release from 17 to 25. @return false where one does not */
static bool find_field(JNIEnv *env, jobject object, const char *name, const char *signature, jfieldID *field)
{
    *field = (*env)->GetFieldID(env, (*env)->GetObjectClass(env, object), name, signature);
    if (*field == NULL) {
        (*env)->ExceptionClear(env);
    }
    return *field != NULL;
}

static int socket_of(JNIEnv *env, jobject channel)
{
    jfieldID field;
    return find_field(env, channel, "fdVal", "I", &field) ? (*env)->GetIntField(env, channel, field) : -1;
}

static int file_of(JNIEnv *env, jobject channel)
{
    jfieldID field;
    jobject descriptor =
        find_field(env, channel, "fd", "Ljava/io/FileDescriptor;", &field) ? (*env)->GetObjectField(env, channel, field) : NULL;
    return descriptor != NULL && find_field(env, descriptor, "fd", "I", &field) ? (*env)->GetIntField(env, descriptor, field) : -1;
}

static void throw_io(JNIEnv *env, int error)
{
    char text[128];
    jclass exception = (*env)->FindClass(env, "java/io/IOException");
    if (exception != NULL) {
        (*env)->ThrowNew(env, exception, strerror_r(error, text, sizeof(text)));
    }
}

/* A copy of a socket's descriptor, to be closed. Any thread may close the channel at any moment, and the number may then be another
 * connection's. If the channel is open once the copy is made, the copy is of its own socket. @return -1 with an exception if it is not */
static int copy_of_socket(JNIEnv *env, jobject channel)
{
    jmethodID is_open = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, channel), "isOpen", "()Z");
    int fd = socket_of(env, channel), copy = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (copy < 0) {
        throw_io(env, fd >= 0 ? errno : ENOSYS);
    } else if (!(*env)->CallBooleanMethod(env, channel, is_open) || (*env)->ExceptionCheck(env)) {
        close(copy);
        throw_io(env, EBADF);
        copy = -1;
    }
    return copy;
}

static jlong JNICALL native_peer(JNIEnv *env, jclass type, jobject channel)
{
    int fd = socket_of(env, channel);
    (void)type;
    return fd >= 0 ? mj_descriptor_peer(fd) : -1;
}

static jlong JNICALL native_peer_process(JNIEnv *env, jclass type, jobject channel)
{
    int fd = socket_of(env, channel);
    (void)type;
    return fd >= 0 ? mj_descriptor_peer_process(fd) : -1;
}

static jint JNICALL native_number(JNIEnv *env, jclass type, jobject channel)
{
    (void)type;
    return socket_of(env, channel);
}

static jlong JNICALL native_exhausted(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return mj_descriptor_exhausted();
}

static void JNICALL native_await_input(JNIEnv *env, jclass type, jint socket)
{
    (void)env;
    (void)type;
    mj_descriptor_await(socket);
}

static jboolean JNICALL native_can_pass(JNIEnv *env, jclass type, jobject channel, jobject file)
{
    int fd = file_of(env, file);
    (void)type;
    return socket_of(env, channel) >= 0 && mj_is_plain_file(&state.mounted, fd, 0, state.is_with_httpd, NULL) ? JNI_TRUE : JNI_FALSE;
}

/* Whoever has a mount namespace of its own sees the same file systems as httpd, but by other mounts. */
static void look_at_mounts(mj_span_t record)
{
    mj_span_t value;
    bool is_apart = mj_record_find(record, "chroot", &value) || mj_record_find(record, "read-only", &value) ||
                    (mj_record_find(record, "private-tmp", &value) && mj_span_is(value, "on"));

    state.is_with_httpd = !is_apart;
    mj_mounted_open(&state.mounted);
}

static jint sent(JNIEnv *env, int socket, ssize_t n)
{
    int error = errno;
    close(socket);
    if (n < 0) {
        throw_io(env, error);
    }
    return (jint)n;
}

static jint JNICALL native_send(JNIEnv *env, jclass type, jobject channel, jobject buffer, jint at, jint len, jobject file)
{
    int socket = copy_of_socket(env, channel);
    const char *bytes = (*env)->GetDirectBufferAddress(env, buffer);
    (void)type;
    return socket < 0 ? -1 : sent(env, socket, mj_descriptor_send(socket, bytes + at, (size_t)len, file_of(env, file)));
}

static jint JNICALL native_try_send(JNIEnv *env, jclass type, jobject channel, jobject buffer, jint at, jint len)
{
    int socket = copy_of_socket(env, channel);
    const char *bytes = (*env)->GetDirectBufferAddress(env, buffer);
    (void)type;
    return socket < 0 ? -1 : sent(env, socket, mj_descriptor_try_send(socket, bytes + at, (size_t)len));
}

static jboolean JNICALL native_watch(JNIEnv *env, jclass type, jobject channel, jlong id)
{
    int fd = socket_of(env, channel);
    (void)type;
    return fd >= 0 && mj_hangup_watch(fd, id) ? JNI_TRUE : JNI_FALSE;
}

static jlong JNICALL native_await_hangup(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return mj_hangup_await();
}

static jlong JNICALL native_resident(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return mj_memory_resident();
}

static void JNICALL native_hollow(JNIEnv *env, jclass type, jbyteArray zeros)
{
    jboolean is_copy = JNI_TRUE;
    jsize len = (*env)->GetArrayLength(env, zeros);
    void *bytes = (*env)->GetPrimitiveArrayCritical(env, zeros, &is_copy);
    (void)type;
    if (bytes != NULL) {
        if (!is_copy) {
            mj_memory_hollow(bytes, (size_t)len);
        }
        (*env)->ReleasePrimitiveArrayCritical(env, zeros, bytes, JNI_ABORT);
    }
}

static void JNICALL native_give_back(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    mj_memory_give_back();
}

static bool register_natives(JNIEnv *env)
{
    static const JNINativeMethod methods[] = {
        {(char *)(uintptr_t) "settings", (char *)(uintptr_t) "()[B", (void *)(uintptr_t)native_settings},
        {(char *)(uintptr_t) "stateFolder", (char *)(uintptr_t) "()[B", (void *)(uintptr_t)native_state_folder},
        {(char *)(uintptr_t) "awaitCompiler", (char *)(uintptr_t) "()V", (void *)(uintptr_t)native_await_compiler},
        {(char *)(uintptr_t) "report", (char *)(uintptr_t) "(B[B)V", (void *)(uintptr_t)native_report},
        {(char *)(uintptr_t) "tryReport", (char *)(uintptr_t) "(B[B)Z", (void *)(uintptr_t)native_try_report},
        {(char *)(uintptr_t) "awaitCommand", (char *)(uintptr_t) "()I", (void *)(uintptr_t)native_await_command},
        {(char *)(uintptr_t) "listenerTaken", (char *)(uintptr_t) "()V", (void *)(uintptr_t)native_listener_taken},
        {(char *)(uintptr_t) "watch", (char *)(uintptr_t) "(" SOCKET "J)Z", (void *)(uintptr_t)native_watch},
        {(char *)(uintptr_t) "awaitHangup", (char *)(uintptr_t) "()J", (void *)(uintptr_t)native_await_hangup},
        {(char *)(uintptr_t) "peer", (char *)(uintptr_t) "(" SOCKET ")J", (void *)(uintptr_t)native_peer},
        {(char *)(uintptr_t) "peerProcess", (char *)(uintptr_t) "(" SOCKET ")J", (void *)(uintptr_t)native_peer_process},
        {(char *)(uintptr_t) "number", (char *)(uintptr_t) "(" SOCKET ")I", (void *)(uintptr_t)native_number},
        {(char *)(uintptr_t) "awaitInput", (char *)(uintptr_t) "(I)V", (void *)(uintptr_t)native_await_input},
        {(char *)(uintptr_t) "exhaustedDescriptors", (char *)(uintptr_t) "()J", (void *)(uintptr_t)native_exhausted},
        {(char *)(uintptr_t) "canPass", (char *)(uintptr_t) "(" SOCKET FILE_CHANNEL ")Z", (void *)(uintptr_t)native_can_pass},
        {(char *)(uintptr_t) "send", (char *)(uintptr_t) "(" SOCKET BUFFER "II" FILE_CHANNEL ")I", (void *)(uintptr_t)native_send},
        {(char *)(uintptr_t) "trySend", (char *)(uintptr_t) "(" SOCKET BUFFER "II)I", (void *)(uintptr_t)native_try_send},
        {(char *)(uintptr_t) "residentBytes", (char *)(uintptr_t) "()J", (void *)(uintptr_t)native_resident},
        {(char *)(uintptr_t) "hollow", (char *)(uintptr_t) "([B)V", (void *)(uintptr_t)native_hollow},
        {(char *)(uintptr_t) "giveBackMemory", (char *)(uintptr_t) "()V", (void *)(uintptr_t)native_give_back},
    };
    jclass daemon = (*env)->FindClass(env, "modjvm/launch/Daemon");
    return daemon != NULL &&
           (*env)->RegisterNatives(env, daemon, methods, (jint)(sizeof(methods) / sizeof(methods[0]))) == JNI_OK;
}

static void call_main(JNIEnv *env)
{
    jclass string = (*env)->FindClass(env, "java/lang/String");
    jclass type = string != NULL ? (*env)->FindClass(env, state.launch->main_class != NULL ? state.launch->main_class : "modjvm/launch/Main") : NULL;
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
    look_at_mounts(launch->record);
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
