/* jvm-training: makes the archive of a pool. A daemon starts it, as the pool's user, with the pool's settings on descriptor 4; argv[1] is the
 * folder of the jars, argv[2] the pool's state folder, argv[3] the daemon's pid. It plays a daemon's life through, and jvm-compiler's, with an
 * application of ours: the pool's own do not run twice. */
#include "companion.h"
#include "key.h"
#include "launch.h"
#include "rehearsal.h"
#include "training.h"

#include <apr_general.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOWEST_PRIORITY 19
#define ROOM_MB 64 /* an archive, and what it is made from */
#define ROOM ((uint64_t)ROOM_MB << 20)
#define SOCKET_NAME "archive-training"

/* A file beside the archive. */
static char *beside(const mj_launch_t *launch, const char *end)
{
    char *path = NULL;
    if (asprintf(&path, "%s%s", launch->archive->path, end) < 0) {
        abort();
    }
    return path;
}

/* In a child: becomes a JVM, as the supervisor's child does. */
static _Noreturn void become_jvm(mj_launch_t *launch, int listener, int lifecycle, pid_t parent)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    mj_companion_die_with(parent);
    (void)alarm(0); /* the parent's */
    if (null < 0 || dup2(listener >= 0 ? listener : null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0 || dup2(lifecycle, MJ_LIFECYCLE_FD) < 0) {
        _exit(EXIT_FAILURE);
    }
    (void)fcntl(MJ_LIFECYCLE_FD, F_SETFD, FD_CLOEXEC);
    if (close_range(MJ_FIRST_UNKNOWN_FD, ~0U, 0) != 0) {
        _exit(EXIT_FAILURE);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    exit(mj_launch_run(launch));
}

/* A listening socket and a connection to it, which waits to be accepted. */
typedef struct stage_t {
    int listener;
    int connection;
    mj_key_t key; /* for the connection */
} stage_t;

/* Makes a JVM, and waits for its end.
 * @param what it is to do, for the message
 * @param stage where it serves meanwhile; NULL: it does not */
static bool perform(const char *what, mj_launch_t *jvm, const stage_t *stage)
{
    char why[1024] = "";
    int ends[2], status = 0;
    pid_t parent = getpid(), pid;
    bool is_done = true;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 || (pid = fork()) < 0) {
        (void)fprintf(stderr, "archive: it cannot be made: %s\n", strerror(errno));
        return false;
    }
    if (pid == 0) {
        become_jvm(jvm, stage != NULL ? stage->listener : -1, ends[1], parent);
    }
    close(ends[1]);
    if (stage != NULL) {
        is_done = mj_rehearse(ends[0], stage->connection, &stage->key, jvm->record, why, sizeof(why));
    }
    while (mj_rehearsal_hear(ends[0], why, sizeof(why)) > 0) {
    }
    close(ends[0]);
    is_done = waitpid(pid, &status, 0) == pid && status == 0 && is_done;
    if (!is_done) {
        (void)fprintf(stderr, "archive: it cannot be made: the JVM that was to %s ended with status %#x%s%s; the next try is an hour away\n",
                      what, (unsigned)status, why[0] != '\0' ? ": " : "", why);
    }
    return is_done;
}

static void close_stage(const stage_t *stage)
{
    if (stage->listener >= 0) {
        close(stage->listener);
    }
    if (stage->connection >= 0) {
        close(stage->connection);
    }
}

/* In the current folder: a socket's path may have 107 bytes only. It is gone at once, so that no end of this process leaves it there. */
static bool open_stage(stage_t *stage)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET_NAME};
    bool is_open;

    stage->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    stage->connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(SOCKET_NAME);
    is_open = stage->listener >= 0 && stage->connection >= 0 && bind(stage->listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
              listen(stage->listener, 1) == 0 && connect(stage->connection, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (!is_open) {
        (void)fprintf(stderr, "archive: it cannot be made: no socket in its folder: %s\n", strerror(errno));
        close_stage(stage);
    }
    (void)unlink(SOCKET_NAME);
    return is_open;
}

static mj_launch_t with(const mj_launch_t *launch, const char *format, const char *value)
{
    mj_launch_t other = *launch;
    other.options = mj_options_copy(&launch->options);
    other.archive = NULL;
    other.archives = (mj_archives_t){.plain.path = NULL};
    mj_options_add(&other.options, "-XX:%s%s", format, value);
    return other;
}

/* An AOT cache takes two steps, an archive of CDS is made at the end of the JVM that has shown what belongs in it.
 * @param stage as for perform */
static bool make(const mj_launch_t *launch, const stage_t *stage, const char *file)
{
    mj_launch_t rehearsal, creation;
    char *configuration;
    bool is_made;

    if (!launch->archive->is_aot) {
        rehearsal = with(launch, "ArchiveClassesAtExit=", file);
        return perform("make it", &rehearsal, stage);
    }
    configuration = beside(launch, ".conf");
    rehearsal = with(launch, "AOTConfiguration=", configuration);
    creation = with(&rehearsal, "AOTCache=", file);
    mj_options_add(&rehearsal.options, "-XX:AOTMode=record");
    mj_options_add(&creation.options, "-XX:AOTMode=create");
    creation.is_trial = true;
    is_made = perform("record it", &rehearsal, stage) && perform("make it", &creation, NULL);
    (void)unlink(configuration);
    return is_made;
}

/* Whether a JVM takes what was made. */
static bool try_out(const mj_launch_t *launch, char *file)
{
    mj_launch_t trial = with(launch, launch->archive->is_aot ? "AOTCache=" : "SharedArchiveFile=", file);
    trial.archive = &(mj_archive_t){.path = file};
    trial.is_trial = true;
    return perform("start from it", &trial, NULL);
}

/* One process of a pool at a time. The lock goes with this process. @return false where another has it */
static bool is_mine(void)
{
    int fd = open("archive.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fd >= 0 && fcntl(fd, F_SETLK, &all) == 0;
}

/* Whether what they were made from is still there. */
static bool is_current(const mj_launch_t *launch)
{
    mj_archives_t now = mj_launch_archives(launch);
    return now.plain.path != NULL && strcmp(now.plain.path, launch->archives.plain.path) == 0;
}

/* The JVM's own words for a full disk say nothing of one. */
static bool has_room(const char *folder)
{
    struct statvfs disk;
    if (statvfs(folder, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < ROOM) {
        (void)fprintf(stderr, "archive: it cannot be made: %s has less than %d MB free; the next try is an hour away\n", folder, ROOM_MB);
        return false;
    }
    return true;
}

/* Makes one of them. */
static bool make_and_keep(const mj_launch_t *launch, mj_archive_t *archive)
{
    mj_launch_t ours = *launch;
    char *file; /* until it is whole */
    stage_t stage = {.listener = -1, .connection = -1};
    struct stat st;
    bool is_made;

    if (mj_key_make(&stage.key) != APR_SUCCESS) {
        return false;
    }
    if (archive->is_for_compiler) {
        mj_launch_compiler(&ours);
    } else if (!open_stage(&stage)) {
        return false;
    }
    ours.archive = archive;
    file = beside(&ours, ".new");
    ours.record = mj_rehearsal_settings(launch->record, &stage.key, launch->jars, archive->is_for_compiler);
    ours.state = NULL; /* it keeps nothing, and trains nobody in its turn */
    is_made = make(&ours, archive->is_for_compiler ? NULL : &stage, file);
    close_stage(&stage);
    if (!is_made || !try_out(&ours, file)) {
        return false;
    }
    if (!is_current(launch)) {
        (void)fprintf(stderr, "archive: it cannot be made: jars or JDK were exchanged meanwhile\n");
        return false;
    }
    if (!mj_archive_seal(archive, file) || rename(file, archive->path) != 0 || stat(archive->path, &st) != 0) {
        (void)fprintf(stderr, "archive: it cannot be kept as %s: %s\n", archive->path, strerror(errno));
        return false;
    }
    (void)printf("archive: %s was made, %ld KB\n", archive->path, (long)(st.st_size / 1024));
    (void)fflush(stdout);
    return true;
}

static bool make_missing(const mj_launch_t *launch, mj_archive_t *archive)
{
    return archive->path == NULL || mj_archive_look(archive, NULL) || (has_room(launch->state) && make_and_keep(launch, archive));
}

/* Never in the way: whatever else wants the processor has it, and it ends by itself in time, whatever becomes of the daemon. */
static void confine(void)
{
    const struct rlimit seconds = {MJ_TRAINING_PROCESSOR_S, MJ_TRAINING_PROCESSOR_S}, none = {0, 0};
    (void)setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
    (void)setrlimit(RLIMIT_CPU, &seconds);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)alarm(MJ_TRAINING_S);
}

int main(int argc, char **argv)
{
    mj_launch_t launch = {.java_home = NULL};
    bool is_made;

    if (argc != 4) {
        (void)fprintf(stderr, "jvm-training is started by jvm-daemon.\n");
        return EXIT_FAILURE;
    }
    mj_companion_die_with((pid_t)strtol(argv[3], NULL, 10));
    confine();
    if (!mj_launch_prepare(&launch, argv[1], argv[2]) || launch.state == NULL || chdir(launch.state) != 0 ||
        apr_initialize() != APR_SUCCESS) {
        return EXIT_FAILURE;
    }
    launch.archives = mj_launch_archives(&launch);
    if (launch.archives.plain.path == NULL || !is_mine()) {
        return EXIT_SUCCESS;
    }
    mj_archives_tidy(&launch.archives);
    is_made = make_missing(&launch, &launch.archives.plain) && make_missing(&launch, &launch.archives.compiling);
    mj_archives_tidy(&launch.archives);
    return is_made ? EXIT_SUCCESS : EXIT_FAILURE;
}
