#include "natives.h"

#include "compiling.h"
#include "descriptor.h"
#include "hangup.h"
#include "lifecycle.h"
#include "memory.h"
#include "mounted.h"
#include "notices.h"
#include "plain_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* In signatures of native methods. */
#define SOCKET "Ljava/nio/channels/SocketChannel;"
#define FILE_CHANNEL "Ljava/nio/channels/FileChannel;"
#define BUFFER "Ljava/nio/ByteBuffer;"

/* The JVM calls native methods without a context, so theirs lies here. Written before there are
 * other threads. */
static struct {
    const mj_launch_t *launch;
    mj_mounted_t mounted; /* the file systems of which files may be passed to httpd */
    bool is_with_httpd;   /* in its mount namespace */
} state;

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
    mj_memory_give_back_stack(); /* seldom: the thread waits here from one command to the next */
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

/* Numbers of descriptors stand in private fields of the JDK's classes, in every release from 17
 * to 25. @return false where one does not */
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
    return descriptor != NULL && find_field(env, descriptor, "fd", "I", &field) ? (*env)->GetIntField(env, descriptor, field)
                                                                                : -1;
}

static void throw_io(JNIEnv *env, int error)
{
    char text[128];
    jclass exception = (*env)->FindClass(env, "java/io/IOException");
    if (exception != NULL) {
        (*env)->ThrowNew(env, exception, strerror_r(error, text, sizeof(text)));
    }
}

/* A copy of a socket's descriptor, to be closed. Any thread may close the channel at any moment,
 * and the number may then be another connection's. If the channel is open once the copy is made,
 * the copy is of its own socket. @return -1 with an exception if it is not */
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
    return socket_of(env, channel) >= 0 && mj_is_plain_file(&state.mounted, fd, 0, state.is_with_httpd, NULL) ? JNI_TRUE
                                                                                                              : JNI_FALSE;
}

/* Whoever has a mount namespace of its own sees the same file systems as httpd, but by other
 * mounts. */
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
    static bool has_waited; /* one thread's */
    (void)env;
    (void)type;
    if (!has_waited) {
        has_waited = true;
        mj_memory_give_back_stack();
    }
    return mj_hangup_await();
}

static jboolean JNICALL native_open_notices(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return mj_notices_open() ? JNI_TRUE : JNI_FALSE;
}

static jint JNICALL native_watch_path(JNIEnv *env, jclass type, jbyteArray path, jint mask)
{
    jbyte *bytes = (*env)->GetByteArrayElements(env, path, NULL);
    int error = ENOMEM;
    (void)type;
    if (bytes != NULL) {
        error = mj_notices_watch((const char *)bytes, (uint32_t)mask);
        (*env)->ReleaseByteArrayElements(env, path, bytes, JNI_ABORT);
    }
    return error;
}

static jboolean JNICALL native_await_notice(JNIEnv *env, jclass type, jint milliseconds)
{
    (void)env;
    (void)type;
    mj_memory_give_back_stack(); /* seldom, and the thread waits here for long */
    return mj_notices_await(milliseconds) ? JNI_TRUE : JNI_FALSE;
}

static void JNICALL native_wake(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    mj_notices_wake();
}

static jlong JNICALL native_resident(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return mj_memory_resident();
}

static jlong JNICALL native_eden(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return state.launch->options.eden;
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
    mj_memory_give_back_stack();
}

static void JNICALL native_give_back_stack(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    mj_memory_give_back_stack();
}

/* The method is private to the JDK, in every release from 17 to 25; native code may call it. */
static jboolean JNICALL native_open(JNIEnv *env, jclass type, jobject module, jstring name)
{
    jmethodID open =
        (*env)->GetMethodID(env, (*env)->GetObjectClass(env, module), "implAddOpensToAllUnnamed", "(Ljava/lang/String;)V");

    (void)type;
    if (open != NULL) {
        (*env)->CallVoidMethod(env, module, open, name);
    }
    if ((*env)->ExceptionCheck(env)) { /* no such method, or no such package */
        (*env)->ExceptionClear(env);
        return JNI_FALSE;
    }
    return JNI_TRUE;
}

bool mj_natives_register(JNIEnv *env, const mj_launch_t *launch)
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
        {(char *)(uintptr_t) "send", (char *)(uintptr_t) "(" SOCKET BUFFER "II" FILE_CHANNEL ")I",
         (void *)(uintptr_t)native_send},
        {(char *)(uintptr_t) "trySend", (char *)(uintptr_t) "(" SOCKET BUFFER "II)I", (void *)(uintptr_t)native_try_send},
        {(char *)(uintptr_t) "openNotices", (char *)(uintptr_t) "()Z", (void *)(uintptr_t)native_open_notices},
        {(char *)(uintptr_t) "watchPath", (char *)(uintptr_t) "([BI)I", (void *)(uintptr_t)native_watch_path},
        {(char *)(uintptr_t) "awaitNotice", (char *)(uintptr_t) "(I)Z", (void *)(uintptr_t)native_await_notice},
        {(char *)(uintptr_t) "wakeWatcher", (char *)(uintptr_t) "()V", (void *)(uintptr_t)native_wake},
        {(char *)(uintptr_t) "residentBytes", (char *)(uintptr_t) "()J", (void *)(uintptr_t)native_resident},
        {(char *)(uintptr_t) "edenBytes", (char *)(uintptr_t) "()J", (void *)(uintptr_t)native_eden},
        {(char *)(uintptr_t) "hollow", (char *)(uintptr_t) "([B)V", (void *)(uintptr_t)native_hollow},
        {(char *)(uintptr_t) "giveBackMemory", (char *)(uintptr_t) "()V", (void *)(uintptr_t)native_give_back},
        {(char *)(uintptr_t) "open", (char *)(uintptr_t) "(Ljava/lang/Module;Ljava/lang/String;)Z",
         (void *)(uintptr_t)native_open},
        {(char *)(uintptr_t) "giveBackStack", (char *)(uintptr_t) "()V", (void *)(uintptr_t)native_give_back_stack},
    };
    jclass daemon = (*env)->FindClass(env, "modjvm/launch/Daemon");

    state.launch = launch;
    look_at_mounts(launch->record);
    return daemon != NULL &&
           (*env)->RegisterNatives(env, daemon, methods, (jint)(sizeof(methods) / sizeof(methods[0]))) == JNI_OK;
}
