/* jvm-supervisor: started by httpd's parent with arguments that it keeps (supervisor_config.h), the
 * descriptors of control.h, and its error log on descriptor 2. One thread, one poll loop. */
#include "control.h"
#include "log.h"
#include "parent.h"
#include "reaper.h"
#include "service.h"
#include "supervisor.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRST_OWN_FD MJ_LIFECYCLE_FDS /* below, a daemon's are placed */

typedef struct loop_t {
    mj_supervisor_t *supervisor;
    mj_service_t *service;
    mj_parent_t *parent;
    mj_polled_t signals;
    /** SIGTERM or SIGQUIT, whichever came last; ssi_signo 0: neither has, since it was looked at */
    struct signalfd_siginfo last;
    int ended_by; /**< the signal that had it hand over; 0 */
} loop_t;

static int give_up(const char *what)
{
    mj_log(mj_log_main(), "crit", MJLOGNO(0110) "the supervisor cannot start: %s: %s", what, strerror(errno));
    return EXIT_FAILURE;
}

static int die_without_memory(int status)
{
    (void)status;
    abort();
}

/* The board is mapped already. 0, 1 and 4 become /dev/null: no descriptor of our own may be below
 * 5, where a daemon's are placed. */
static bool arrange_descriptors(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), log;
    struct rlimit limit;

    if (null < 0 || fcntl(MJ_CONTROL_FD, F_SETFD, FD_CLOEXEC) != 0 || fcntl(MJ_CONTROL_WAKEUP_FD, F_SETFD, FD_CLOEXEC) != 0) {
        return false;
    }
    log = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, FIRST_OWN_FD);
    if (log < 0) {
        return false;
    }
    log = mj_log_adopt(log);
    if (dup3(log, STDERR_FILENO, O_CLOEXEC) < 0 || dup3(null, 0, O_CLOEXEC) < 0 || dup3(null, 1, O_CLOEXEC) < 0 ||
        dup3(null, MJ_CONTROL_BOARD_FD, O_CLOEXEC) < 0) {
        return false;
    }
    close(log);
    close(null);
    close_range(MJ_CONTROL_WAKEUP_FD + 1, ~0U, 0); /* httpd's own are close-on-exec; this is for those of other modules */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return true;
}

/* httpd's signals to its process group are not for us: the parent tells us what to do. Of the rest
 * that others may send, two end us in peace, and none at once. */
static int open_signals(void)
{
    static const int ignored[] = {SIGHUP, SIGINT,  SIGPIPE,   SIGUSR1, SIGUSR2,   SIGWINCH, SIGALRM, SIGPOLL, SIGPROF,
                                  SIGPWR, SIGXCPU, SIGVTALRM, SIGXFSZ, SIGSTKFLT, SIGTSTP,  SIGTTIN, SIGTTOU};
    sigset_t taken;
    size_t i;
    int number;

    for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        (void)signal(ignored[i], SIG_IGN);
    }
    for (number = SIGRTMIN; number <= SIGRTMAX; number++) {
        (void)signal(number, SIG_IGN);
    }
    (void)signal(SIGCHLD, SIG_DFL);
    sigemptyset(&taken);
    sigaddset(&taken, SIGCHLD);
    sigaddset(&taken, SIGTERM);
    sigaddset(&taken, SIGQUIT);
    if (sigprocmask(SIG_SETMASK, &taken, NULL) != 0) {
        return -1;
    }
    return signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void read_signals(void *context, short found, int64_t now)
{
    loop_t *loop = context;
    struct signalfd_siginfo info;

    (void)found;
    while (read(loop->signals.fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo != SIGCHLD) {
            loop->last = info;
        }
    }
    mj_reap(mj_supervisor_context(loop->supervisor), now);
}

/* Somebody wants us to end, though httpd goes on: earlyoom or pkill, for instance. */
static void hand_over(loop_t *loop, int64_t now)
{
    char why[128];
    loop->ended_by = (int)loop->last.ssi_signo;
    (void)snprintf(why, sizeof(why), "signal %d (SIG%s), sent by pid %lu of UID %lu", loop->ended_by,
                   sigabbrev_np(loop->ended_by), (unsigned long)loop->last.ssi_pid, (unsigned long)loop->last.ssi_uid);
    mj_supervisor_hand_over(loop->supervisor, why, now);
}

/* So that httpd's parent is told by what. */
static void end_by(int number)
{
    const struct rlimit no_core = {0, 0};
    sigset_t all;
    setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(number, SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    (void)raise(number);
}

static void run(loop_t *loop)
{
    for (;;) {
        int64_t now = mj_monotonic_us();
        int64_t wake_at = mj_parent_tick(loop->parent, now);

        if (mj_parent_lives(loop->parent) && loop->last.ssi_signo != 0) { /* the kernel sends SIGTERM too when httpd dies */
            hand_over(loop, now);
        }
        loop->last.ssi_signo = 0;
        wake_at = mj_earlier(wake_at, mj_supervisor_tick(loop->supervisor, now));
        if (mj_supervisor_has_ended(loop->supervisor)) {
            return;
        }
        wake_at = mj_earlier(wake_at, mj_service_tick(loop->service, now));
        mj_poller_wait(mj_supervisor_context(loop->supervisor)->poller, wake_at);
    }
}

/* NAME=VALUE each, as a record. */
static mj_span_t read_arguments(char *const *argv, apr_pool_t *pool)
{
    mj_record_builder_t *record = mj_record_builder_make(pool);
    while (*argv != NULL) {
        const char *equals = strchr(*argv, '=');
        if (equals != NULL) {
            mj_record_add(record, apr_pstrmemdup(pool, *argv, (apr_size_t)(equals - *argv)), equals + 1);
        }
        argv++;
    }
    return mj_record_bytes(record);
}

static mj_supervisor_t *make_supervisor(char *const *argv, apr_pool_t *pool)
{
    mj_span_t arguments = read_arguments(argv, pool);
    mj_board_t *board;
    mj_supervisor_config_t *start;
    const char *wrong = mj_supervisor_config_read(&start, arguments, pool);

    if (wrong == NULL && mj_board_map(&board, MJ_CONTROL_BOARD_FD, (unsigned)mj_record_number(arguments, "max-pools", 0),
                                      (unsigned)mj_record_number(arguments, "max-children", 0)) != APR_SUCCESS) {
        wrong = "the board does not have the announced sizes";
    }
    if (wrong != NULL) {
        mj_log(mj_log_main(), "crit", MJLOGNO(0122) "the supervisor cannot start: %s", wrong);
        return NULL;
    }
    return mj_supervisor_make(start, board, mj_poller_make(), (uint32_t)time(NULL), pool);
}

int main(int argc, char **argv)
{
    const pid_t parent = getppid();
    apr_pool_t *pool;
    loop_t *loop;
    int signals;

    if (argc < 1 || apr_initialize() != APR_SUCCESS || apr_pool_create_ex(&pool, NULL, die_without_memory, NULL) != APR_SUCCESS) {
        return give_up("APR");
    }
    loop = apr_pcalloc(pool, sizeof(*loop));
    loop->supervisor = make_supervisor(argv + 1, pool);
    if (loop->supervisor == NULL) {
        return EXIT_FAILURE;
    }
    if (!arrange_descriptors()) {
        return give_up("descriptors");
    }
    signals = open_signals();
    if (signals < 0) {
        return give_up("signals");
    }
    mj_poller_add(mj_supervisor_context(loop->supervisor)->poller, &loop->signals, signals, POLLIN, MJ_STAGE_SIGNALS,
                  read_signals, loop);
    mj_supervisor_hear_wakeups(loop->supervisor, MJ_CONTROL_WAKEUP_FD);
    loop->parent = mj_parent_make(loop->supervisor, parent, MJ_CONTROL_FD, mj_monotonic_us(), pool);
    if (loop->parent == NULL) {
        return give_up("watching httpd");
    }
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        return give_up("PR_SET_CHILD_SUBREAPER");
    }
    setsid(); /* a terminal's signals are for httpd; it fails only where that is so already */
    umask(077);
    if (chdir("/") != 0) {
        return give_up("/");
    }
    loop->service = mj_service_make(loop->supervisor, pool);
    run(loop);
    mj_service_free(loop->service);
    mj_supervisor_free(loop->supervisor);
    if (loop->ended_by != 0) {
        end_by(loop->ended_by);
    }
    apr_terminate();
    return EXIT_SUCCESS;
}
