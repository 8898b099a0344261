/* jvm-supervisor: started by httpd's parent with arguments that it keeps (supervisor_config.h), the descriptors of control.h, and its error log on
 * descriptor 2. One thread, one poll loop. */
#include "control_socket.h"
#include "log.h"
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
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRST_OWN_FD 5
#define MESSAGES_PER_TICK 64
/* What a shutdown-timeout of 0 means when httpd has died: something must end what nobody waits for. */
#define ORPHANED_US (5 * INT64_C(1000000))
#define FIXED_FDS 5
/* After a failure that may pass, no descriptors left for instance: the socket stays readable meanwhile. */
#define ACCEPT_PAUSE_US INT64_C(1000000)
#define STRANGER_LOG_US (60 * INT64_C(1000000))
#define FDS_PER_DAEMON 4

typedef struct loop_t {
    mj_supervisor_t *supervisor;
    mj_service_t *service;
    int connection;    /**< httpd's parent's; -1: there is none */
    int64_t accept_at; /**< none is accepted before */
    int signals;
    int parent; /**< pidfd; -1 once it is known to have died */
    bool has_parent_died;
    struct signalfd_siginfo last; /**< SIGTERM or SIGQUIT, whichever came last; ssi_signo 0: neither has, since it was looked at */
    int ended_by;                 /**< the signal that had it hand over; 0 */
    pid_t parent_pid;
    int64_t stranger_logged_at; /**< 0: never */
    mj_message_t message;
} loop_t;

static int64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

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

/* The board is mapped already. 0, 1 and 4 become /dev/null: no descriptor of our own may be below 5, where a daemon's are placed. */
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

/* httpd's signals to its process group are not for us: the parent tells us what to do. Of the rest that others may send, two end us in peace,
 * and none at once. */
static int open_signals(void)
{
    static const int ignored[] = {SIGHUP,  SIGINT,    SIGPIPE,   SIGUSR1, SIGUSR2,   SIGWINCH, SIGALRM,
                                  SIGPOLL, SIGPROF,   SIGPWR,    SIGXCPU, SIGVTALRM, SIGXFSZ,  SIGSTKFLT,
                                  SIGTSTP, SIGTTIN,   SIGTTOU};
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

static void close_fd(int *fd)
{
    close(*fd);
    *fd = -1;
}

static void read_signals(loop_t *loop, int64_t now)
{
    struct signalfd_siginfo info;
    while (read(loop->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo != SIGCHLD) {
            loop->last = info;
        }
    }
    mj_supervisor_reap(loop->supervisor, now);
}

static void read_wakeups(const loop_t *loop)
{
    char bytes[4096];
    (void)!read(MJ_CONTROL_WAKEUP_FD, bytes, sizeof(bytes));
    mj_supervisor_wake(loop->supervisor);
}

/* Whoever may connect may do so as often as he likes: the log has a line of it now and then. */
static void note_stranger(loop_t *loop, int64_t now)
{
    if (loop->stranger_logged_at == 0 || now - loop->stranger_logged_at > STRANGER_LOG_US) {
        loop->stranger_logged_at = now;
        mj_log(mj_log_main(), "error",
               MJLOGNO(0120) "somebody else than httpd's parent speaks on the control socket, and is not heard: a process that another module forks "
                             "from httpd, or one of the same user");
    }
}

/* One conversation at a time: httpd's parent has no other before it has closed one. */
static void accept_parent(loop_t *loop, int64_t now)
{
    loop->connection = mj_control_accept(MJ_CONTROL_FD, loop->parent_pid);
    if (loop->connection >= 0) {
        return;
    }
    if (errno == EPERM) {
        note_stranger(loop, now);
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        loop->accept_at = now + ACCEPT_PAUSE_US;
    }
}

static void read_control(loop_t *loop, int64_t now)
{
    int i;
    for (i = 0; i < MESSAGES_PER_TICK; i++) {
        apr_status_t status = mj_control_receive(loop->connection, loop->parent_pid, &loop->message);
        if (status == APR_SUCCESS && loop->message.is_stranger) {
            note_stranger(loop, now);
        } else if (status == APR_SUCCESS) {
            mj_supervisor_receive(loop->supervisor, &loop->message, loop->connection, now);
        } else {
            /* Its closing says nothing about httpd: the pidfd does. */
            if (!APR_STATUS_IS_EAGAIN(status)) {
                close_fd(&loop->connection);
                mj_supervisor_hang_up(loop->supervisor);
            }
            return;
        }
    }
}

/* Behind read_signals, which reaps: who is there still cannot be reaped. */
static void take_deaths(const loop_t *loop, const pid_t *dead, size_t count, int64_t now)
{
    size_t i;
    for (i = 0; i < count; i++) {
        mj_supervisor_daemon_died(loop->supervisor, dead[i], now);
    }
}

/* The order counts: what frees daemons comes after all that was found readable has been read. */
static void wait_and_read(loop_t *loop, int64_t wake_at, apr_pool_t *tick_mem)
{
    struct pollfd *fds;
    size_t count = FIXED_FDS, i, service_count, dead_count = 0;
    pid_t *dead;
    int64_t now = monotonic_us(), wait_ms;
    mj_pool_t *pool;
    mj_daemon_t *daemon;

    for (pool = mj_supervisor_pools(loop->supervisor); pool != NULL; pool = pool->next) {
        for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
            count += FDS_PER_DAEMON;
        }
    }
    fds = apr_pcalloc(tick_mem, (count + MJ_SERVICE_FDS) * sizeof(*fds));
    dead = apr_palloc(tick_mem, count * sizeof(*dead));
    fds[0].fd = loop->connection;
    fds[1].fd = loop->signals;
    fds[2].fd = loop->parent;
    fds[3].fd = MJ_CONTROL_WAKEUP_FD;
    fds[4].fd = loop->connection < 0 && loop->accept_at <= now ? MJ_CONTROL_FD : -1;
    i = FIXED_FDS;
    for (pool = mj_supervisor_pools(loop->supervisor); pool != NULL; pool = pool->next) {
        for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
            fds[i++].fd = daemon->child.lifecycle;
            fds[i++].fd = mj_daemon_is_muted(daemon, now) ? -1 : daemon->child.out;
            fds[i++].fd = mj_daemon_is_muted(daemon, now) ? -1 : daemon->child.err;
            fds[i++].fd = daemon->child.pidfd;
        }
    }
    for (i = 0; i < count; i++) {
        fds[i].events = POLLIN;
    }
    service_count = mj_service_watch(loop->service, fds + count, now);

    wait_ms = wake_at == MJ_NEVER ? -1 : wake_at <= now ? 0 : (wake_at - now + 999) / 1000;
    if (wait_ms > 3600000) {
        wait_ms = 3600000;
    }
    if (poll(fds, count + service_count, (int)wait_ms) <= 0) {
        return;
    }
    now = monotonic_us();
    i = FIXED_FDS;
    for (pool = mj_supervisor_pools(loop->supervisor); pool != NULL; pool = pool->next) {
        for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next, i += FDS_PER_DAEMON) {
            if (fds[i].revents != 0) {
                mj_supervisor_daemon_speaks(loop->supervisor, pool, daemon, now);
            }
            if (fds[i + 1].revents != 0) {
                mj_daemon_read_output(daemon, false, now);
            }
            if (fds[i + 2].revents != 0) {
                mj_daemon_read_output(daemon, true, now);
            }
            if (fds[i + 3].revents != 0) {
                dead[dead_count++] = daemon->child.pid;
            }
        }
    }
    if (fds[3].revents != 0) {
        read_wakeups(loop);
    }
    mj_service_react(loop->service, fds + count, now);
    loop->has_parent_died = fds[2].revents != 0;
    if (fds[1].revents != 0 || dead_count > 0) {
        read_signals(loop, now);
    }
    take_deaths(loop, dead, dead_count, now);
    if (fds[0].revents != 0) {
        read_control(loop, now);
    }
    if (fds[4].revents != 0) {
        accept_parent(loop, now);
    }
}

/* Somebody wants us to end, though httpd goes on: earlyoom or pkill, for instance. */
static void hand_over(loop_t *loop, int64_t now)
{
    char why[128];
    loop->ended_by = (int)loop->last.ssi_signo;
    (void)snprintf(why, sizeof(why), "signal %d (SIG%s), sent by pid %lu of UID %lu", loop->ended_by, sigabbrev_np(loop->ended_by),
                   (unsigned long)loop->last.ssi_pid, (unsigned long)loop->last.ssi_uid);
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

static void run(loop_t *loop, apr_pool_t *pool)
{
    apr_pool_t *tick_mem;
    apr_pool_create(&tick_mem, pool);
    for (;;) {
        int64_t now = monotonic_us();
        int64_t wake_at, service_at;

        if (loop->parent >= 0 && (loop->has_parent_died || getppid() != loop->parent_pid)) {
            mj_supervisor_stop(loop->supervisor, "httpd has died", ORPHANED_US, now);
            close_fd(&loop->parent);
        } else if (loop->parent >= 0 && loop->last.ssi_signo != 0) { /* the kernel sends SIGTERM too when httpd dies */
            hand_over(loop, now);
        }
        loop->last.ssi_signo = 0;
        wake_at = mj_supervisor_tick(loop->supervisor, now);
        if (mj_supervisor_has_ended(loop->supervisor)) {
            return;
        }
        service_at = mj_service_tick(loop->service, now);
        wake_at = mj_earlier(wake_at, service_at);
        if (loop->connection < 0 && loop->accept_at > now) {
            wake_at = mj_earlier(wake_at, loop->accept_at);
        }
        wait_and_read(loop, wake_at, tick_mem);
        apr_pool_clear(tick_mem);
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
        wrong = "the board is not what it was said to be";
    }
    if (wrong != NULL) {
        mj_log(mj_log_main(), "crit", MJLOGNO(0122) "the supervisor cannot start: %s", wrong);
        return NULL;
    }
    return mj_supervisor_make(start, board, (uint32_t)time(NULL), monotonic_us(), pool);
}

int main(int argc, char **argv)
{
    apr_pool_t *pool;
    loop_t *loop;

    if (argc < 1 || apr_initialize() != APR_SUCCESS || apr_pool_create_ex(&pool, NULL, die_without_memory, NULL) != APR_SUCCESS) {
        return give_up("APR");
    }
    loop = apr_pcalloc(pool, sizeof(*loop));
    loop->connection = -1;
    loop->parent_pid = getppid();
    loop->supervisor = make_supervisor(argv + 1, pool);
    if (loop->supervisor == NULL) {
        return EXIT_FAILURE;
    }
    if (!arrange_descriptors()) {
        return give_up("descriptors");
    }
    loop->signals = open_signals();
    if (loop->signals < 0) {
        return give_up("signals");
    }
    loop->parent = pidfd_open(loop->parent_pid, 0);
    if (loop->parent < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0) {
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
    run(loop, pool);
    mj_service_free(loop->service);
    mj_supervisor_free(loop->supervisor);
    if (loop->ended_by != 0) {
        end_by(loop->ended_by);
    }
    apr_terminate();
    return EXIT_SUCCESS;
}
