#include "spawn.h"

#include "descriptors.h"
#include "listener.h"
#include "privileges.h"
#include "route.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* The pool's record, and behind it two more entries, `route` and `key`, which are this daemon's
 * alone: whoever keeps, compares or copies the record never has them. */
static const char *write_record(mj_span_t record, uint32_t serial, const mj_key_t *key, int *fd)
{
    /* lengths and name (PROTOCOL.md, section 5) */
    static const char route_entry[] = {5, 'r', 'o', 'u', 't', 'e', 0, 0, 0, MJ_ROUTE_SIZE - 1};
    static const char entry[] = {3, 'k', 'e', 'y', 0, 0, 0, MJ_KEY_SIZE};
    char route[MJ_ROUTE_SIZE];

    mj_route_format(route, serial);
    *fd = memfd_create("mod_jvm pool", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0) {
        return "memfd_create";
    }
    if (!write_all(*fd, record) || !write_all(*fd, (mj_span_t){route_entry, sizeof(route_entry)}) ||
        !write_all(*fd, (mj_span_t){route, MJ_ROUTE_SIZE - 1}) || !write_all(*fd, (mj_span_t){entry, sizeof(entry)}) ||
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

/* @param given has its listener, unless that is to be made
 * @return NULL, or the step that failed: errno says why */
static const char *fork_daemon(const mj_spawn_t *what, mj_inheritance_t *given, pid_t *pid)
{
    bool is_own = given->listener < 0;
    const char *failed = is_own ? mj_listen_at(what->path, what->config, what->spec->backlog, &given->listener) : NULL;
    pid_t supervisor = getpid();

    if (failed != NULL) {
        return failed;
    }
    *pid = fork();
    if (*pid == 0) {
        mj_become_daemon(what->spec, given, supervisor);
    }
    if (*pid < 0) {
        int error = errno;
        if (is_own) {
            unlink(what->path);
        }
        errno = error;
        return "fork";
    }
    return NULL;
}

const char *mj_spawn(const mj_spawn_t *what, mj_spawned_t *child)
{
    char empty[] = "";
    char *const *with = what->has_state ? what->spec->argv_with_state : what->spec->argv;
    char *const argv[] = {with[0], with[1], what->has_state ? with[2] : empty, (char *)(uintptr_t)what->archive, NULL};
    mj_inheritance_t given = {.listener = what->listener, .record = -1, .argv = what->archive != NULL ? argv : with};
    int lifecycle[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    pid_t pid = -1;
    const char *failed;

    failed = mj_key_make(&child->key) == APR_SUCCESS ? make_channels(lifecycle, out, err) : "getrandom";
    if (failed == NULL) {
        failed = write_record(what->spec->record, what->serial, &child->key, &given.record);
    }
    if (failed == NULL) {
        given.out = out[1];
        given.err = err[1];
        given.lifecycle = lifecycle[1];
        failed = fork_daemon(what, &given, &pid);
    }

    if (what->listener < 0) { /* with the daemon's death its last copy goes, and what waited to be accepted is reset */
        mj_close(&given.listener);
    }
    mj_close(&given.record);
    mj_close(&lifecycle[1]);
    mj_close(&out[1]);
    mj_close(&err[1]);
    if (failed != NULL) {
        mj_close(&lifecycle[0]);
        mj_close(&out[0]);
        mj_close(&err[0]);
        return failed;
    }
    child->pid = pid;
    child->pidfd = pidfd_open(pid, 0);
    child->lifecycle = lifecycle[0];
    child->out = out[0];
    child->err = err[0];
    return NULL;
}
