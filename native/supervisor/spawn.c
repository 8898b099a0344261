#include "spawn.h"

#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

/* Only httpd's children may connect. The directory belongs to the supervisor's user alone, so that the path cannot be exchanged between
 * these calls. */
static const char *listen_at(const char *path, const mj_supervisor_config_t *config, int backlog, int *listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t old_mask;
    bool is_bound;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return path;
    }
    memcpy(address.sun_path, path, strlen(path));
    *listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*listener < 0) {
        return "socket";
    }
    old_mask = umask(0177);
    is_bound = bind(*listener, (struct sockaddr *)&address, sizeof(address)) == 0;
    umask(old_mask);
    if (!is_bound) {
        return path;
    }
    if (((config->httpd_uid != geteuid() || config->httpd_gid != getegid()) && lchown(path, config->httpd_uid, config->httpd_gid) != 0) ||
        listen(*listener, backlog) != 0) {
        int error = errno;
        unlink(path);
        errno = error;
        return path;
    }
    return NULL;
}

static bool write_all(int fd, mj_span_t bytes)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t n = write(fd, bytes.data + done, bytes.len - done);
        if (n <= 0) {
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

/* The pool's record, and behind it one more entry, `key`, which is this daemon's alone: whoever keeps, compares or copies the record
 * never has it. */
static const char *write_record(mj_span_t record, const mj_key_t *key, int *fd)
{
    static const char entry[] = {3, 'k', 'e', 'y', 0, 0, 0, MJ_KEY_SIZE}; /* lengths and name (PROTOCOL.md, section 5) */

    *fd = memfd_create("mod_jvm pool", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0) {
        return "memfd_create";
    }
    if (!write_all(*fd, record) || !write_all(*fd, (mj_span_t){entry, sizeof(entry)}) ||
        !write_all(*fd, (mj_span_t){(const char *)key->bytes, sizeof(key->bytes)})) {
        return "memfd";
    }
    if (fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
        return "F_ADD_SEALS";
    }
    return NULL;
}

static const char *make_channels(int lifecycle[2], int out[2], int err[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lifecycle) != 0) {
        return "socketpair";
    }
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
        return "pipe2";
    }
    if (fcntl(out[0], F_SETFL, O_NONBLOCK) != 0 || fcntl(err[0], F_SETFL, O_NONBLOCK) != 0) {
        return "O_NONBLOCK";
    }
    return NULL;
}

const char *mj_spawn(const mj_process_spec_t *spec, const mj_supervisor_config_t *config, bool has_state, const char *archive, const char *path,
                     mj_spawned_t *child)
{
    char empty[] = "";
    char *const *with = has_state ? spec->argv_with_state : spec->argv;
    char *const argv[] = {with[0], with[1], has_state ? with[2] : empty, (char *)(uintptr_t)archive, NULL};
    mj_inheritance_t given = {.listener = -1, .record = -1, .argv = archive != NULL ? argv : with};
    int lifecycle[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    pid_t supervisor = getpid(), pid = -1;
    const char *failed;
    int error;

    failed = mj_key_make(&child->key) == APR_SUCCESS ? make_channels(lifecycle, out, err) : "getrandom";
    if (failed == NULL) {
        failed = write_record(spec->record, &child->key, &given.record);
    }
    if (failed == NULL) {
        failed = listen_at(path, config, spec->backlog, &given.listener);
        if (failed == NULL) {
            given.out = out[1];
            given.err = err[1];
            given.lifecycle = lifecycle[1];
            pid = fork();
            if (pid == 0) {
                mj_become_daemon(spec, &given, supervisor);
            }
            if (pid < 0) {
                error = errno;
                failed = "fork";
                unlink(path);
                errno = error;
            }
        }
    }

    /* The listener too: with the daemon's death its last copy goes, and what waited to be accepted is reset. */
    error = errno;
    close_fd(given.listener);
    close_fd(given.record);
    close_fd(lifecycle[1]);
    close_fd(out[1]);
    close_fd(err[1]);
    if (failed != NULL) {
        close_fd(lifecycle[0]);
        close_fd(out[0]);
        close_fd(err[0]);
        errno = error;
        return failed;
    }
    child->pid = pid;
    child->pidfd = pidfd_open(pid, 0);
    child->lifecycle = lifecycle[0];
    child->out = out[0];
    child->err = err[0];
    return NULL;
}
