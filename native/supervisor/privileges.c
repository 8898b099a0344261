#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIFECYCLE_FD 3
#define FIRST_UNKNOWN_FD 5

/* struct mount_attr, which not every C library has. */
typedef struct mount_attributes_t {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t user_namespace;
} mount_attributes_t;

#define ATTRIBUTE_READ_ONLY 1

/* Appends text, which is not terminated then, and returns the new length. */
static size_t append(char *out, size_t size, size_t len, const char *text)
{
    while (*text != '\0' && len < size) {
        out[len++] = *text++;
    }
    return len;
}

/* step names what failed; object what it was to be done with, or NULL; reason is why, or NULL. */
static _Noreturn void give_up(const char *step, const char *object, const char *reason)
{
    char message[512] = "F";
    size_t len = append(message, sizeof(message) - 1, 1, step);
    ssize_t sent, written;

    if (object != NULL) {
        len = append(message, sizeof(message) - 1, len, "=");
        len = append(message, sizeof(message) - 1, len, object);
    }
    if (reason != NULL) {
        len = append(message, sizeof(message) - 1, len, ": ");
        len = append(message, sizeof(message) - 1, len, reason);
    }
    /* Whoever does not hear it sees the exit code. */
    sent = send(LIFECYCLE_FD, message, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    message[len++] = '\n';
    written = write(STDERR_FILENO, message + 1, len - 1);
    (void)sent;
    (void)written;
    _exit(MJ_EXIT_NOT_STARTED);
}

static void require(bool is_done, const char *step)
{
    if (!is_done) {
        give_up(step, NULL, strerrordesc_np(errno));
    }
}

static void require_of(bool is_done, const char *option, const char *value)
{
    if (!is_done) {
        give_up(option, value, strerrordesc_np(errno));
    }
}

static void place_descriptors(const mj_program_t *program, const mj_inheritance_t *given)
{
    int fd;
    /* All of these are above 4, so that none is overwritten before its turn; dup2 takes close-on-exec off. The lifecycle socket and
     * stderr come first: failures are told there. */
    require(dup2(given->lifecycle, LIFECYCLE_FD) >= 0 && dup2(given->err, STDERR_FILENO) >= 0 &&
                dup2(given->out, STDOUT_FILENO) >= 0 && dup2(given->listener, STDIN_FILENO) >= 0 && dup2(given->record, 4) >= 0,
            "placing descriptors");
    if (close_range(FIRST_UNKNOWN_FD, ~0U, 0) != 0) {
        for (fd = FIRST_UNKNOWN_FD; fd < program->descriptor_limit; fd++) {
            close(fd);
        }
    }
}

static void reset_signals(void)
{
    sigset_t none;
    int i;
    for (i = 1; i < NSIG; i++) {
        (void)signal(i, SIG_DFL); /* fails for SIGKILL, SIGSTOP and the C library's own */
    }
    sigemptyset(&none);
    require(sigprocmask(SIG_SETMASK, &none, NULL) == 0, "sigprocmask");
}

/* What is mounted below path becomes read-only with it. */
static bool set_read_only(const char *path)
{
    mount_attributes_t read_only = {.set = ATTRIBUTE_READ_ONLY};
    return syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &read_only, sizeof(read_only)) == 0;
}

/* A place of its own in which files can be mounted: nobody else sees it, and it goes with the last process that has it. */
static void confine(const mj_program_t *program)
{
    static const char *const temporary[] = {"/tmp", "/var/tmp"};
    const char *const *path;
    size_t i;

    if (program->has_private_tmp || program->read_only[0] != NULL) {
        require(unshare(CLONE_NEWNS) == 0, "private-tmp or read-only: unshare");
        /* What the machine mounts later is seen, what is mounted here is not told. */
        require(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0, "private-tmp or read-only: mount");
        if (program->chroot != NULL) { /* so that the new root can be read-only */
            require_of(mount(program->chroot, program->chroot, NULL, MS_BIND | MS_REC, NULL) == 0, "chroot", program->chroot);
        }
    }
    if (program->chroot != NULL) {
        require_of(chroot(program->chroot) == 0 && chdir("/") == 0, "chroot", program->chroot);
    }
    for (path = program->read_only; *path != NULL; path++) {
        if (!set_read_only(*path)) { /* EINVAL: nothing is mounted at this very path */
            require_of(errno == EINVAL && mount(*path, *path, NULL, MS_BIND | MS_REC, NULL) == 0 && set_read_only(*path), "read-only", *path);
        }
    }
    for (i = 0; program->has_private_tmp && i < sizeof(temporary) / sizeof(temporary[0]); i++) {
        require_of(mount("tmpfs", temporary[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0, "private-tmp", temporary[i]);
    }
}

static void drop_identity(const mj_program_t *program)
{
    uid_t real, effective, saved;
    gid_t real_group, effective_group, saved_group;

    require(setgroups((size_t)program->group_count, program->groups) == 0, "setgroups");
    require(setgid(program->gid) == 0, "setgid");
    require(setuid(program->uid) == 0, "setuid");

    if (getresuid(&real, &effective, &saved) != 0 || real != program->uid || effective != program->uid || saved != program->uid) {
        give_up("the UID is not the pool's after the change", NULL, NULL);
    }
    if (getresgid(&real_group, &effective_group, &saved_group) != 0 || real_group != program->gid ||
        effective_group != program->gid || saved_group != program->gid) {
        give_up("the GID is not the pool's after the change", NULL, NULL);
    }
    if (getgroups(program->group_count + 1, program->group_space) != program->group_count ||
        memcmp(program->groups, program->group_space, (size_t)program->group_count * sizeof(gid_t)) != 0) {
        give_up("the supplementary groups are not the pool's after the change", NULL, NULL);
    }
    if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 || setegid(0) == 0 || setgroups(0, NULL) == 0) {
        give_up("root could be regained", NULL, NULL);
    }
}

/* Else it would have that of the session in which httpd was started, with whatever root keeps there. An empty one, of the pool's user and of
 * nobody else's quota. A kernel, or a container, that knows no keys keeps none. */
static void join_session_keyring(void)
{
    bool has_joined = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0;
    require(has_joined || errno == ENOSYS || errno == EPERM, "session keyring");
}

_Noreturn void mj_become_daemon(const mj_program_t *program, const mj_inheritance_t *given, pid_t supervisor)
{
    place_descriptors(program, given);
    require(setsid() >= 0, "setsid");
    reset_signals();
    if (program->priority != 0) {
        require(setpriority(PRIO_PROCESS, 0, program->priority) == 0, "cpu-priority");
    }
    confine(program);
    umask(program->umask);
    if (program->has_identity) {
        drop_identity(program);
    }
    join_session_keyring();
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
    /* After the change of identity, which clears it; and the supervisor may have ended before. */
    require(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "PR_SET_PDEATHSIG");
    if (getppid() != supervisor) {
        _exit(MJ_EXIT_NOT_STARTED);
    }
    require(chdir(program->home) == 0, program->home);
    execve(program->launcher, given->argv, program->envp);
    give_up(program->launcher, NULL, strerrordesc_np(errno));
}
