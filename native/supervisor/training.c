#include "training.h"

#include "archive_file.h"
#include "descriptors.h"
#include "privileges.h"
#include "unused_id.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOWEST_PRIORITY 19
/* What the process works in, in the folder of the archives. */
#define WORK "work"
#define LOCK "lock"
/* The archive until it is whole. */
#define FRESH "new"
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define LARGEST_FILE (UINT64_C(512) << 20)
#define DESCRIPTORS 1024
#define WORDS_MAX 4096

static void close_all(mj_training_t *training)
{
    int *const fds[] = {&training->folder, &training->lock, &training->file, &training->words};
    size_t i;
    for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        mj_close(fds[i]);
    }
}

/* What the process has left there: files, and folders without anything in them. */
static void remove_work(int folder)
{
    int work = openat(folder, WORK, FOLDER_FLAGS);
    DIR *dir = work >= 0 ? fdopendir(work) : NULL;
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && unlinkat(dirfd(dir), entry->d_name, 0) != 0) {
            (void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    } else if (work >= 0) {
        close(work);
    }
    (void)unlinkat(folder, WORK, AT_REMOVEDIR);
}

/* Others pass through it and read what is in it; whoever could write there could place what every
 * JVM runs. */
static const char *open_folder(mj_training_t *training, const char *path)
{
    struct stat st;

    if (mkdir(path, 0755) == 0 && chmod(path, 0755) != 0) { /* the umask is none of it */
        return path;
    }
    training->folder = open(path, FOLDER_FLAGS);
    if (training->folder < 0 || fstat(training->folder, &st) != 0) {
        return path;
    }
    if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        errno = EPERM;
        return path;
    }
    return NULL;
}

/* @return NULL, or what failed, with errno */
static const char *prepare(mj_training_t *training, const mj_training_order_t *order)
{
    const char *failed = open_folder(training, order->folder);
    if (failed != NULL) {
        return failed;
    }
    /* Whoever can read a folder, or a file, could lock it for ever. */
    training->lock = openat(training->folder, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (training->lock < 0 || flock(training->lock, LOCK_EX | LOCK_NB) != 0) {
        return LOCK;
    }
    remove_work(training->folder); /* of one that was killed */
    if (mkdirat(training->folder, WORK, 0700) != 0) {
        return WORK;
    }
    (void)unlinkat(training->folder, FRESH, 0);
    training->file = openat(training->folder, FRESH, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (training->file < 0) {
        return FRESH;
    }
    training->words = memfd_create("mod_jvm training", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (training->words < 0 || ftruncate(training->words, WORDS_MAX) != 0 ||
        fcntl(training->words, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
        return "memfd_create";
    }
    return NULL;
}

static void limit(int resource, uint64_t most)
{
    const struct rlimit both = {most, most};
    (void)setrlimit(resource, &both);
}

/* In the child. Accounts are asked for here, where nobody waits. */
static _Noreturn void become(const mj_training_t *training, const mj_training_order_t *order, int record, pid_t supervisor)
{
    static const char *const no_paths[] = {NULL};
    char work[PATH_MAX], home[PATH_MAX + 8], path[] = "PATH=/usr/local/bin:/usr/bin:/bin", lang[] = "LANG=C.UTF-8",
                                             all[] = "LC_ALL=C.UTF-8", arenas[] = "MALLOC_ARENA_MAX=2";
    char name[] = "jvm-training";
    char *const argv[] = {name, (char *)(uintptr_t)order->jars, (char *)(uintptr_t)order->for_whom, NULL};
    char *const envp[] = {home, path, lang, all, arenas, NULL};
    gid_t no_group[1];
    mj_process_spec_t spec = {.name = name,
                              .umask = 077,
                              .group_space = no_group,
                              .priority = LOWEST_PRIORITY,
                              .read_only = no_paths,
                              .home = work,
                              .launcher = order->program,
                              .envp = envp,
                              .descriptor_limit = DESCRIPTORS};
    /* Its stdin is what is not there to be read. */
    const mj_inheritance_t given = {
        open("/dev/null", O_RDONLY | O_CLOEXEC), training->words, training->words, training->file, record, argv};

    (void)alarm(MJ_TRAINING_S);
    limit(RLIMIT_CPU, MJ_TRAINING_PROCESSOR_S);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, LARGEST_FILE);
    (void)snprintf(work, sizeof(work), "%s/" WORK, order->folder);
    (void)snprintf(home, sizeof(home), "HOME=%s", work);
    if (geteuid() == 0) {
        spec.has_identity = true;
        spec.uid = mj_unused_id(order->taken, order->taken_count);
        spec.gid = (gid_t)spec.uid;
        if (spec.uid == 0 || fchownat(training->folder, WORK, spec.uid, spec.gid, AT_SYMLINK_NOFOLLOW) != 0) {
            (void)dprintf(training->words, "no UID is free between %d and %d\n", MJ_UNUSED_ID_FIRST, MJ_UNUSED_ID_LAST);
            _exit(MJ_LIFECYCLE_NOT_STARTED);
        }
    }
    mj_become_daemon(&spec, &given, supervisor);
}

mj_training_start_t mj_training_start(mj_training_t *training, const mj_training_order_t *order, char *why, size_t size)
{
    const char *failed;
    pid_t supervisor = getpid();
    int record = -1, error;

    *training = (mj_training_t){.folder = -1, .lock = -1, .file = -1, .words = -1};
    failed = prepare(training, order);
    if (failed == NULL && (record = mj_lifecycle_record_file(order->settings)) < 0) {
        failed = "memfd_create";
    }
    if (failed == NULL && (training->pid = fork()) < 0) {
        training->pid = 0;
        failed = "fork";
    }
    if (failed == NULL && training->pid == 0) {
        become(training, order, record, supervisor);
    }
    error = errno;
    mj_close(&record);
    if (failed == NULL) {
        return MJ_TRAINING_RUNS;
    }
    (void)snprintf(why, size, "%s: %s", failed, strerror(error));
    if (training->file >= 0) {
        (void)unlinkat(training->folder, FRESH, 0);
        remove_work(training->folder);
    }
    close_all(training);
    return error == EWOULDBLOCK ? MJ_TRAINING_WAITS : MJ_TRAINING_FAILED;
}

/* Its first line. */
static void read_words(int words, char *why, size_t size)
{
    ssize_t n = pread(words, why, size - 1, 0);
    why[n > 0 ? n : 0] = '\0';
    why[strcspn(why, "\n")] = '\0';
}

/* Gives the file its name, in place of what may be there. */
static bool keep(const mj_training_t *training, const char *name)
{
    return mj_archive_seal(training->file, name) && renameat(training->folder, FRESH, training->folder, name) == 0;
}

bool mj_training_finish(mj_training_t *training, int status, const char *name, off_t *len, char *why, size_t size)
{
    struct stat st;
    bool is_made = false;

    why[0] = '\0';
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGXCPU)) {
        (void)snprintf(why, size, "it took more than %d s, or %d s of processor time", MJ_TRAINING_S, MJ_TRAINING_PROCESSOR_S);
    } else if (status != 0) {
        read_words(training->words, why, size);
        if (why[0] == '\0') {
            (void)snprintf(why, size, "jvm-training ended with status %#x", (unsigned)status);
        }
    } else if (name == NULL) {
        (void)snprintf(why, size, "the JDK or the jars changed meanwhile");
    } else if (fstat(training->file, &st) != 0 || st.st_size == 0 || !keep(training, name)) {
        (void)snprintf(why, size, "it cannot be kept: %s", strerror(errno));
    } else {
        *len = st.st_size;
        is_made = true;
    }
    if (!is_made) {
        (void)unlinkat(training->folder, FRESH, 0);
    }
    remove_work(training->folder);
    close_all(training);
    training->pid = 0;
    return is_made;
}
