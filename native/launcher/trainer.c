/* jvm-training: makes an archive. The supervisor starts it, under an identity of nobody's, in an
 * empty folder of its own, with the settings of mj_archive_settings on descriptor 4, and with the
 * archive's file, which it cannot reach by any path, on descriptor 3. argv[1] is the folder of the
 * jars, argv[2] `daemon` or `compiler`: for whose JVM. It plays a daemon's life through, or
 * jvm-compiler's, with an application of ours. What it has to say goes to stderr. */
#include "descriptors.h"
#include "helper.h"
#include "key.h"
#include "launch.h"
#include "training_client.h"

#include <apr_general.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARCHIVE_FD 3
#define ROOM_MB 128 /* an archive, what it is made from, and the copy that is kept */
#define ROOM ((uint64_t)ROOM_MB << 20)
#define SOCKET_NAME "socket"
#define CONFIGURATION "configuration"
#define FILE_NAME "archive.new" /* until it is whole */

/* In a child: becomes a JVM, as the supervisor's child does. */
static _Noreturn void become_jvm(mj_launch_t *launch, int listener, int lifecycle, pid_t parent)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    mj_helper_die_with(parent);
    (void)alarm(0); /* the parent's */
    if (null < 0 || dup2(listener >= 0 ? listener : null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0 || dup2(lifecycle, MJ_LIFECYCLE_FD) < 0) {
        _exit(EXIT_FAILURE);
    }
    (void)fcntl(MJ_LIFECYCLE_FD, F_SETFD, FD_CLOEXEC);
    if (close_range(MJ_LIFECYCLE_FDS, ~0U, 0) != 0) {
        _exit(EXIT_FAILURE);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    exit(mj_launch_run(launch));
}

/* A listening socket and a connection to it, which waits to be accepted. */
typedef struct listener_t {
    int fd;
    int connection;
    mj_key_t key; /* for the connection */
} listener_t;

/* Makes a JVM, and waits for its end.
 * @param what it is to do, for the message
 * @param listener where it serves meanwhile; NULL: it does not */
static bool perform(const char *what, mj_launch_t *jvm, const listener_t *listener)
{
    char why[1024] = "";
    int ends[2], status = 0;
    pid_t parent = getpid(), pid;
    bool is_done = true;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 || (pid = fork()) < 0) {
        (void)fprintf(stderr, "no process can be started: %s\n", strerror(errno));
        return false;
    }
    if (pid == 0) {
        become_jvm(jvm, listener != NULL ? listener->fd : -1, ends[1], parent);
    }
    close(ends[1]);
    if (listener != NULL) {
        is_done = mj_training_run(ends[0], listener->connection, &listener->key, jvm->record, why, sizeof(why));
    }
    while (mj_training_hear(ends[0], why, sizeof(why)) > 0) {
    }
    close(ends[0]);
    is_done = waitpid(pid, &status, 0) == pid && status == 0 && is_done;
    if (!is_done) {
        (void)fprintf(stderr, "the JVM that was to %s ended with status %#x%s%s\n", what, (unsigned)status,
                      why[0] != '\0' ? ": " : "", why);
    }
    return is_done;
}

static void close_listener(listener_t *listener)
{
    mj_close(&listener->fd);
    mj_close(&listener->connection);
}

/* In the current folder: a socket's path may have 107 bytes only. It is gone at once, so that no
 * end of this process leaves it there. */
static bool open_listener(listener_t *listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET_NAME};
    bool is_open;

    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    listener->connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(SOCKET_NAME);
    is_open = listener->fd >= 0 && listener->connection >= 0 &&
              bind(listener->fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener->fd, 1) == 0 &&
              connect(listener->connection, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (!is_open) {
        (void)fprintf(stderr, "no socket in its folder: %s\n", strerror(errno));
        close_listener(listener);
    }
    (void)unlink(SOCKET_NAME);
    return is_open;
}

static mj_launch_t with(const mj_launch_t *launch, const char *format, const char *value)
{
    mj_launch_t other = *launch;
    other.options = mj_options_copy(&launch->options);
    mj_options_add(&other.options, "-XX:%s%s", format, value);
    return other;
}

/* An AOT cache takes two steps, an archive of CDS is made at the end of the JVM that has shown what
 * belongs in it.
 * @param listener as for perform */
static bool make(const mj_launch_t *launch, bool is_aot, const listener_t *listener)
{
    mj_launch_t training, creation;

    if (!is_aot) {
        training = with(launch, "ArchiveClassesAtExit=", FILE_NAME);
        return perform("make it", &training, listener);
    }
    training = with(launch, "AOTConfiguration=", CONFIGURATION);
    creation = with(&training, "AOTCache=", FILE_NAME);
    mj_options_add(&training.options, "-XX:AOTMode=record");
    mj_options_add(&creation.options, "-XX:AOTMode=create");
    creation.is_trial = true;
    return perform("record it", &training, listener) && perform("make it", &creation, NULL);
}

/* Whether a JVM takes what was made. */
static bool try_out(const mj_launch_t *launch, bool is_aot)
{
    mj_archive_t archive = {.path = (char *)(uintptr_t)FILE_NAME, .is_aot = is_aot};
    mj_launch_t trial = with(launch, is_aot ? "AOTCache=" : "SharedArchiveFile=", FILE_NAME);
    trial.archive = &archive;
    trial.is_trial = true;
    return perform("start from it", &trial, NULL);
}

/* The JVM's own words for a full disk say nothing of one. */
static bool has_room(void)
{
    struct statvfs disk;
    if (statvfs(".", &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < ROOM) {
        (void)fprintf(stderr, "less than %d MB are free on the disk\n", ROOM_MB);
        return false;
    }
    return true;
}

static bool copy_out(void)
{
    int file = open(FILE_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = -1;

    while (file >= 0 && (n = sendfile(ARCHIVE_FD, file, NULL, (size_t)1 << 30)) > 0) {
    }
    if (n != 0) {
        (void)fprintf(stderr, "it cannot be written: %s\n", strerror(errno));
    }
    mj_close(&file);
    return n == 0;
}

static bool train(mj_launch_t *launch, bool for_compiler)
{
    bool is_aot = mj_archive_at(NULL, "", launch->java_home).is_aot, is_made;
    listener_t listener = {.fd = -1, .connection = -1};

    if (mj_key_make(&listener.key) != APR_SUCCESS) {
        return false;
    }
    if (for_compiler) {
        mj_launch_compiler(launch);
    } else if (!open_listener(&listener)) {
        return false;
    }
    launch->record = mj_training_settings(launch->record, &listener.key, launch->jars, for_compiler);
    is_made = make(launch, is_aot, for_compiler ? NULL : &listener);
    close_listener(&listener);
    return is_made && try_out(launch, is_aot) && copy_out();
}

int main(int argc, char **argv)
{
    mj_launch_t launch = {.java_home = NULL};

    if (argc != 3) {
        (void)fprintf(stderr, "jvm-training is started by jvm-supervisor.\n");
        return EXIT_FAILURE;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (!mj_launch_prepare(&launch, argv[1], NULL) || apr_initialize() != APR_SUCCESS || !has_room()) {
        return EXIT_FAILURE;
    }
    return train(&launch, strcmp(argv[2], "compiler") == 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}
