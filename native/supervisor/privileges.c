#include "privileges.h"

#include "confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Appends text, which is not terminated then, and returns the new length. */
static size_t append(char *out, size_t size, size_t len, const char *text)
{
    while (*text != '\0' && len < size) {
        out[len++] = *text++;
    }
    return len;
}

/* step names what failed; object what it was to be done with, reason why, mend what to do: each may
 * be NULL. */
static _Noreturn void give_up(const char *step, const char *object, const char *reason, const char *mend)
{
    char message[512] = {MJ_LIFECYCLE_FAILED};
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
    if (mend != NULL) {
        len = append(message, sizeof(message) - 1, len, ": ");
        len = append(message, sizeof(message) - 1, len, mend);
    }
    /* Whoever does not hear it sees the exit code. */
    sent = send(MJ_LIFECYCLE_FD, message, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    message[len++] = '\n';
    written = write(STDERR_FILENO, message + 1, len - 1);
    (void)sent;
    (void)written;
    _exit(MJ_LIFECYCLE_NOT_STARTED);
}

static void require(bool is_done, const char *step)
{
    if (!is_done) {
        give_up(step, NULL, strerrordesc_np(errno), NULL);
    }
}

static void confine(const mj_process_spec_t *spec)
{
    const char *object, *failed = mj_confine(spec, &object);
    if (failed != NULL) {
        bool is_link = errno == ELOOP;
        give_up(failed, object, is_link ? "its path contains a symbolic link" : strerrordesc_np(errno),
                is_link ? "name the folder itself" : NULL);
    }
}

static void place_descriptors(const mj_process_spec_t *spec, const mj_inheritance_t *given)
{
    int fd;
    /* All of these are above 4, so that none is overwritten before its turn; dup2 takes
     * close-on-exec off. The lifecycle socket and stderr come first: failures are told there. */
    require(dup2(given->lifecycle, MJ_LIFECYCLE_FD) >= 0 && dup2(given->err, MJ_LIFECYCLE_ERR_FD) >= 0 &&
                dup2(given->out, MJ_LIFECYCLE_OUT_FD) >= 0 && dup2(given->listener, MJ_LIFECYCLE_LISTENER_FD) >= 0 &&
                dup2(given->record, MJ_LIFECYCLE_RECORD_FD) >= 0,
            "placing descriptors");
    if (close_range(MJ_LIFECYCLE_FDS, ~0U, 0) != 0) {
        for (fd = MJ_LIFECYCLE_FDS; fd < spec->descriptor_limit; fd++) {
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

static void drop_identity(const mj_process_spec_t *spec)
{
    uid_t real, effective, saved;
    gid_t real_group, effective_group, saved_group;

    require(setgroups((size_t)spec->group_count, spec->groups) == 0, "setgroups");
    require(setgid(spec->gid) == 0, "setgid");
    require(setuid(spec->uid) == 0, "setuid");

    if (getresuid(&real, &effective, &saved) != 0 || real != spec->uid || effective != spec->uid || saved != spec->uid) {
        give_up("the UID is not the pool's after the change", NULL, NULL, NULL);
    }
    if (getresgid(&real_group, &effective_group, &saved_group) != 0 || real_group != spec->gid || effective_group != spec->gid ||
        saved_group != spec->gid) {
        give_up("the GID is not the pool's after the change", NULL, NULL, NULL);
    }
    if (getgroups(spec->group_count + 1, spec->group_space) != spec->group_count ||
        (spec->group_count > 0 && memcmp(spec->groups, spec->group_space, (size_t)spec->group_count * sizeof(gid_t)) != 0)) {
        give_up("the supplementary groups are not the pool's after the change", NULL, NULL, NULL);
    }
    if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 || setegid(0) == 0 || setgroups(0, NULL) == 0) {
        give_up("root could be regained", NULL, NULL, NULL);
    }
}

/* Else it would have that of the session in which httpd was started, with whatever root keeps
 * there. An empty one, of the pool's user and of nobody else's quota. A kernel, or a container,
 * that knows no keys keeps none. */
static void join_session_keyring(void)
{
    bool has_joined = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0;
    require(has_joined || errno == ENOSYS || errno == EPERM, "session keyring");
}

/* As the pool's user. */
static void enter_home(const char *home)
{
    const char *mend = "name another folder with home=";
    if (chdir(home) == 0) {
        return;
    }
    if (errno == ENOENT) {
        mend = "make it, or name another folder with home=";
    } else if (errno == EACCES) {
        mend = "let the pool's user reach it (chmod o+x it and each folder above), or name another folder with home=";
    }
    give_up("home", home, strerrordesc_np(errno), mend);
}

_Noreturn void mj_become_daemon(const mj_process_spec_t *spec, const mj_inheritance_t *given, pid_t supervisor)
{
    place_descriptors(spec, given);
    require(setsid() >= 0, "setsid");
    reset_signals();
    if (spec->priority != 0) {
        require(setpriority(PRIO_PROCESS, 0, spec->priority) == 0, "cpu-priority");
    }
    confine(spec);
    umask(spec->umask);
    if (spec->has_identity) {
        drop_identity(spec);
    }
    join_session_keyring();
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
    /* After the change of identity, which clears it; and the supervisor may have ended before. */
    require(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "PR_SET_PDEATHSIG");
    if (getppid() != supervisor) {
        _exit(MJ_LIFECYCLE_NOT_STARTED);
    }
    enter_home(spec->home);
    execve(spec->launcher, given->argv, spec->envp);
    give_up(spec->launcher, NULL, strerrordesc_np(errno), NULL);
}
