/* httpd's side of supervision: starts the supervisor, tells it the settings, keeps it across graceful restarts, ends it with httpd.
 *
 * All but mj_drop_privileges and mj_supervision_enter_child runs in httpd's parent, which is single-threaded. What outlives a configuration lies
 * in retained data. */
#include "bell.h"
#include "control.h"
#include "module.h"
#include "paths.h"
#include "reopen.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <mpm_common.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unixd.h>

APLOG_USE_MODULE(jvm);

#define CONTROL_VERSION 4
#define CONTROL_FD 3
#define MESSAGE_TIMEOUT_S 10
#define NOT_EXECUTED 111 /* exit code of a supervisor that is none yet */
#define MAX_POOLS 16384 /* a place on the board takes no memory until it is used */
#define ENDLESS_SHUTDOWN apr_time_from_sec(30) /* what the supervisor takes shutdown-timeout=0 for when httpd stops */
#define RESTART_DELAY_MAX apr_time_from_sec(30)

/* Retained: the same object across restarts, although the module itself is unloaded and loaded again. Plain data only. */
typedef struct retained_t {
    pid_t supervisor; /* 0: none runs */
    int control;      /* our end of the control socket; -1 */
    int board_fd;     /* to be reopened (reopen.h), as is the bell: what other modules fork has these descriptors too; -1 */
    int bell;         /* by which children wake the supervisor; -1 */
    mj_board_t *board;
    apr_time_t started_at;
    apr_interval_time_t restart_delay;
    apr_interval_time_t longest_shutdown; /* of the pools that the supervisor has had: some may drain still */
    unsigned generation;
} retained_t;

/* Belongs to one configuration; lives in pconf. */
typedef struct supervision_t {
    retained_t *retained;
    server_rec *main_server;
    apr_pool_t *pconf;
    const char *runtime_dir;
    const char *state_dir; /* NULL: nothing is kept */
    pid_t parent;
    apr_proc_t process; /* for the other-child registration */
    int board_fd;       /* a child's own, open, until it has mapped the board; -1 */
    int bell;           /* a child's own; -1 */
} supervision_t;

/* One for each layout of retained_t and mj_board_t: a graceful restart may load another version of the module. */
static const char retained_key[] = "mod_jvm supervision 4";

/* How retained_t began under the keys before. */
static const char *const former_keys[] = {"mod_jvm supervision", "mod_jvm supervision 2", "mod_jvm supervision 3"};
typedef struct former_t {
    pid_t supervisor;
    int control;
    int board_fd;
    void *board;
} former_t;

/* The supervisor of a former version was told that its settings are void, and drains on its own. Nobody speaks to it any more, above all
 * none of httpd's children, which would inherit its control socket. Its board stays mapped: nothing of it is ours. */
static void leave_former(const char *key)
{
    former_t *former = ap_retained_data_get(key);
    if (former == NULL || former->supervisor == 0) {
        return;
    }
    close(former->control);
    close(former->board_fd);
    *former = (former_t){.control = -1, .board_fd = -1};
}

static retained_t *retained_of(void)
{
    retained_t *retained = ap_retained_data_get(retained_key);
    if (retained == NULL) {
        size_t i;
        for (i = 0; i < sizeof(former_keys) / sizeof(former_keys[0]); i++) {
            leave_former(former_keys[i]);
        }
        retained = ap_retained_data_create(retained_key, sizeof(*retained));
        retained->control = -1;
        retained->board_fd = -1;
        retained->bell = -1;
    }
    return retained;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

/* --- settings --- */

/* Whom httpd's children run as. */
static int64_t httpd_uid(void)
{
    return (int64_t)(geteuid() == 0 ? ap_unixd_config.user_id : geteuid());
}

/* The supervisor gets descriptors of its own of the board and the bell. */
static apr_status_t send_begin(const supervision_t *supervision, mj_span_t record)
{
    const retained_t *retained = supervision->retained;
    int board = mj_reopen(retained->board_fd, O_RDWR), bell = board >= 0 ? mj_bell_listen(retained->bell) : -1;
    apr_status_t rv = bell >= 0 ? APR_SUCCESS : errno;

    if (rv == APR_SUCCESS) {
        rv = mj_control_send(retained->control, 'B', record, (const int[]){board, bell, -1});
    }
    close_fd(&board);
    close_fd(&bell);
    return rv;
}

/* Says where the pools that come next have their log; the first is the main server's, for the supervisor's own lines. */
static apr_status_t send_log(const supervision_t *supervision, const server_rec *server)
{
    return mj_control_send(supervision->retained->control, 'L', mj_log_record(supervision->pconf, server, supervision->main_server),
                           (const int[]){mj_log_descriptor(server), -1});
}

/* Tells the supervisor all settings. Returns NULL, or what went wrong. */
static const char *push_settings(supervision_t *supervision)
{
    retained_t *retained = supervision->retained;
    apr_pool_t *pool = supervision->pconf;
    apr_array_header_t *pools = mj_all_pools(pool, supervision->main_server);
    mj_record_builder_t *server_record = mj_record_builder_make(pool);
    const server_rec *log_of = supervision->main_server;
    long minimum = mj_server_config(supervision->main_server)->minimum_uid;
    apr_status_t rv;
    int i;

    mj_record_add_number(server_record, "version", CONTROL_VERSION);
    mj_record_add_number(server_record, "generation", ++retained->generation);
    mj_record_add_number(server_record, "max-pools", mj_board_max_pools(retained->board));
    mj_record_add_number(server_record, "max-children", mj_board_max_children(retained->board));
    mj_record_add(server_record, "runtime-dir", supervision->runtime_dir);
    if (supervision->state_dir != NULL) {
        mj_record_add(server_record, "state-dir", supervision->state_dir);
    }
    mj_record_add_number(server_record, "httpd-uid", httpd_uid());
    mj_record_add_number(server_record, "httpd-gid", (int64_t)(geteuid() == 0 ? ap_unixd_config.group_id : getegid()));
    mj_record_add_number(server_record, "minimum-uid", minimum < 0 ? MJ_DEFAULT_MINIMUM_UID : minimum);
    mj_record_add_number(server_record, "concurrent-starts", mj_server_config(supervision->main_server)->concurrent_starts);
    mj_record_add(server_record, "launcher", mj_installed(pool, "libexec/mod_jvm/jvm-daemon"));
    mj_record_add(server_record, "jars", mj_installed(pool, "share/mod_jvm"));
    rv = send_begin(supervision, mj_record_bytes(server_record));
    if (rv == APR_SUCCESS) {
        rv = send_log(supervision, supervision->main_server);
    }
    for (i = 0; rv == APR_SUCCESS && i < pools->nelts; i++) {
        const mj_pool_t *declared = APR_ARRAY_IDX(pools, i, const mj_pool_t *);
        mj_span_t record = mj_pool_settings_record(declared->settings, pool, declared->index, httpd_uid(), declared->java_home,
                                                   declared->definitions, declared->dynamic, declared->warm_ups);
        apr_interval_time_t shutdown = declared->settings->shutdown_timeout > 0 ? declared->settings->shutdown_timeout : ENDLESS_SHUTDOWN;
        if (shutdown > retained->longest_shutdown) {
            retained->longest_shutdown = shutdown;
        }
        if (declared->server != log_of) {
            rv = send_log(supervision, declared->server);
            log_of = declared->server;
        }
        if (rv == APR_SUCCESS) {
            rv = mj_control_send(retained->control, 'P', record, NULL);
        }
        mj_span_wipe(record); /* what env-file says is inherited by nobody who is forked later */
        if (rv == APR_ENOSPC) {
            return apr_psprintf(pool, "JVMDaemonProcess %s: its settings take %" APR_SIZE_T_FMT " bytes, %d is the limit", declared->settings->name,
                                record.len, MJ_CONTROL_MAX);
        }
    }
    if (rv == APR_SUCCESS) {
        rv = mj_control_send(retained->control, 'C', (mj_span_t){NULL, 0}, NULL);
    }
    return rv == APR_SUCCESS ? mj_control_await_acknowledgement(retained->control, pool) : apr_psprintf(pool, "it takes no settings: %s", strerror(rv));
}

/* --- the process --- */

/* In the forked child: only async-signal-safe calls. */
static void exec_supervisor(const char *path, int control, char *time_zone)
{
    char name[] = "jvm-supervisor";
    char *argv[] = {name, NULL};
    char *envp[] = {time_zone, NULL};
    struct sigaction ignore_nothing = {.sa_handler = SIG_DFL};
    sigset_t none;
    int i, null;

    for (i = 1; i < NSIG; i++) {
        sigaction(i, &ignore_nothing, NULL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid(); /* out of reach of a terminal's Ctrl-C: httpd decides when it ends */
    null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || dup2(control, CONTROL_FD) < 0
        || syscall(SYS_close_range, CONTROL_FD + 1, ~0U, 0) != 0) {
        _exit(NOT_EXECUTED);
    }
    /* dup2 of a descriptor onto itself leaves its close-on-exec flag */
    fcntl(CONTROL_FD, F_SETFD, 0);
    execve(path, argv, envp);
    _exit(NOT_EXECUTED);
}

static bool is_declared(const apr_array_header_t *pools, unsigned index)
{
    int i;
    for (i = 0; i < pools->nelts; i++) {
        if (APR_ARRAY_IDX(pools, i, const mj_pool_t *)->index == index) {
            return true;
        }
    }
    return false;
}

/* Nobody is ready any more: what a dead supervisor left on the board is wiped, so that requests wait for the next, in httpd's children of
 * earlier configurations too. */
static void reset_board(supervision_t *supervision)
{
    mj_board_t *board = supervision->retained->board;
    apr_array_header_t *pools = mj_all_pools(supervision->pconf, supervision->main_server);
    unsigned index, slot;
    for (index = 0; index < mj_board_places(board); index++) {
        for (slot = 0; slot < MJ_BOARD_SLOTS; slot++) {
            mj_board_set_slot(board, index, slot, MJ_SLOT_FREE, 0, 0, 0);
        }
        mj_board_set_pool(board, index, is_declared(pools, index) ? MJ_POOL_STARTING : MJ_POOL_FREE, 0);
    }
}

static void start_again(supervision_t *supervision);

static bool is_stopping(void)
{
    int state;
    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) != APR_SUCCESS || state == AP_MPMQ_STOPPING;
}

/* What httpd hands over does not tell an exit code from a signal; the supervisor's own exit codes are few. */
static const char *describe_end(int status, apr_pool_t *pool)
{
    const char *name = sigabbrev_np(status);
    if (status == EXIT_SUCCESS || status == EXIT_FAILURE || status == NOT_EXECUTED || name == NULL) {
        return apr_psprintf(pool, "exit code %d", status);
    }
    return apr_psprintf(pool, "signal %d (SIG%s)", status, name);
}

static void maintain(int reason, void *data, int status)
{
    supervision_t *supervision = data;
    retained_t *retained = supervision->retained;

    if (reason == APR_OC_REASON_DEATH || reason == APR_OC_REASON_LOST) {
        apr_proc_other_child_unregister(data);
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server,
                     MJLOGNO(0010) "the supervisor (pid %d) ended unexpectedly: %s; its JVMs have ended with it, another supervisor takes over, "
                                   "and requests wait for its JVMs",
                     (int)retained->supervisor, describe_end(status, supervision->pconf));
        retained->supervisor = 0;
        close(retained->control);
        retained->control = -1;
        reset_board(supervision);
        if (!is_stopping()) {
            start_again(supervision);
        }
    }
    else if (reason == APR_OC_REASON_RESTART) {
        apr_proc_other_child_unregister(data); /* which calls back with APR_OC_REASON_UNREGISTER: nothing is left to do then */
    }
}

static const char *start_supervisor(supervision_t *supervision)
{
    retained_t *retained = supervision->retained;
    const char *path = mj_installed(supervision->pconf, "libexec/mod_jvm/jvm-supervisor");
    struct timeval timeout = {.tv_sec = MESSAGE_TIMEOUT_S};
    const char *wrong;
    char *time_zone;
    const int on = 1;
    int ends[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return apr_psprintf(supervision->pconf, "socketpair: %s", strerror(errno));
    }
    /* Before the first message: the kernel notes with each who sends it, and the supervisor hears its parent alone. What other modules fork
     * from here has this end too. */
    if (setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0) {
        wrong = apr_psprintf(supervision->pconf, "SO_PASSCRED: %s", strerror(errno));
        close(ends[0]);
        close(ends[1]);
        return wrong;
    }
    setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    time_zone = getenv("TZ") != NULL ? apr_pstrcat(supervision->pconf, "TZ=", getenv("TZ"), NULL) : NULL; /* for the times in its log lines */
    pid = fork();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        return apr_psprintf(supervision->pconf, "fork: %s", strerror(errno));
    }
    if (pid == 0) {
        exec_supervisor(path, ends[1], time_zone);
    }
    close(ends[1]);
    retained->control = ends[0];
    retained->supervisor = pid;
    retained->started_at = apr_time_now();
    retained->longest_shutdown = 0;
    return NULL;
}

static void watch(supervision_t *supervision)
{
    supervision->process.pid = supervision->retained->supervisor;
    apr_proc_other_child_register(&supervision->process, maintain, supervision, NULL, supervision->pconf);
}

/* Starts another supervisor, unless the last one was started too lately. One that lasted is replaced at once; one that does not, ever more
 * slowly. */
static void start_again(supervision_t *supervision)
{
    retained_t *retained = supervision->retained;
    const char *wrong;

    if (apr_time_now() < retained->started_at + retained->restart_delay) {
        return;
    }
    if (retained->restart_delay == 0 || apr_time_now() - retained->started_at > 2 * RESTART_DELAY_MAX) {
        retained->restart_delay = apr_time_from_sec(1);
    }
    else {
        retained->restart_delay *= 2;
    }
    if (retained->restart_delay > RESTART_DELAY_MAX) {
        retained->restart_delay = RESTART_DELAY_MAX;
    }
    wrong = start_supervisor(supervision);
    if (wrong == NULL) {
        watch(supervision);
        wrong = push_settings(supervision);
    }
    if (wrong != NULL) {
        ap_log_error(APLOG_MARK, APLOG_CRIT, 0, supervision->main_server, MJLOGNO(0014) "the supervisor cannot be started again: %s", wrong);
    }
}

/* Waits for the supervisor's end, at most that long; then kills it, and by that (PDEATHSIG) every daemon. */
static void await_end(retained_t *retained, apr_interval_time_t limit)
{
    int pidfd = (int)syscall(SYS_pidfd_open, retained->supervisor, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    apr_time_t deadline = apr_time_now() + limit;
    int n = 0, status;

    while (pidfd >= 0) {
        apr_interval_time_t left = deadline - apr_time_now();
        n = poll(&ended, 1, left > 0 ? (int)(left / 1000 + 1) : 0);
        if (n > 0 || left <= 0) {
            break;
        }
    }
    if (n <= 0) {
        n = kill(retained->supervisor, SIGKILL) == 0 ? 1 : 0; /* httpd -X may do so no longer: it has become User */
    }
    while (n > 0 && waitpid(retained->supervisor, &status, 0) < 0 && errno == EINTR) {
    }
    if (pidfd >= 0) {
        close(pidfd);
    }
}

/* What others are to find on the board stays. */
static void end_process(retained_t *retained)
{
    if (retained->supervisor != 0) {
        if (mj_control_send(retained->control, 'S', (mj_span_t){NULL, 0}, NULL) != APR_SUCCESS) {
            kill(retained->supervisor, SIGTERM);
        }
        await_end(retained, retained->longest_shutdown + apr_time_from_sec(3));
        retained->supervisor = 0;
    }
    if (retained->control >= 0) {
        close(retained->control);
        retained->control = -1;
    }
}

static void end_supervisor(retained_t *retained)
{
    end_process(retained);
    if (retained->board != NULL) {
        mj_board_unmap(retained->board);
        close_fd(&retained->board_fd);
        close_fd(&retained->bell);
        retained->board = NULL;
    }
}

/* The configuration goes: httpd ends or restarts, and takes the supervisor with it; or it restarts gracefully, and the supervisor waits
 * for what the next configuration says. */
static apr_status_t leave(void *data)
{
    supervision_t *supervision = data;
    retained_t *retained = supervision->retained;
    int state;

    if (getpid() != supervision->parent) { /* other modules' processes may clean up what they inherited */
        return APR_SUCCESS;
    }
    /* the other-child registration has gone already: pconf undoes last what was done first */
    state = ap_state_query(AP_SQ_MAIN_STATE);
    if (state == AP_SQ_MS_EXITING || !ap_unixd_mpm_get_retained_data()->was_graceful) {
        end_supervisor(retained);
    }
    else if (retained->supervisor != 0) {
        mj_control_send(retained->control, 'V', (mj_span_t){NULL, 0}, NULL);
    }
    return APR_SUCCESS;
}

/* --- hooks --- */

static void give_up_places(mj_board_t *board, const apr_array_header_t *pools)
{
    unsigned index;
    for (index = 0; index < mj_board_places(board); index++) {
        if (mj_board_pool_state(board, index) == MJ_POOL_FREE && !is_declared(pools, index)) {
            mj_board_give_up(board, index);
        }
    }
}

static const char *claim_places(supervision_t *supervision)
{
    apr_array_header_t *pools = mj_all_pools(supervision->pconf, supervision->main_server);
    retained_t *retained = supervision->retained;
    apr_status_t rv;
    int i, children = 0;

    if (retained->board == NULL) {
        ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &children);
        /* Twice: a child that ends slowly may lose its place in httpd's scoreboard to another. */
        rv = mj_board_create(&retained->board, &retained->board_fd, MAX_POOLS, children > 0 ? 2 * (unsigned)children : 1);
        if (rv != APR_SUCCESS) {
            return apr_psprintf(supervision->pconf, "shared memory for the board cannot be had: %s", strerror(rv));
        }
        retained->bell = mj_bell_make();
        if (retained->bell < 0) {
            return apr_psprintf(supervision->pconf, "a pipe for the bell cannot be had: %s", strerror(errno));
        }
    }
    give_up_places(retained->board, pools);
    for (i = 0; i < pools->nelts; i++) {
        mj_pool_t *declared = APR_ARRAY_IDX(pools, i, mj_pool_t *);
        if (mj_board_claim(retained->board, declared->settings->name, &declared->index) != APR_SUCCESS) {
            return apr_psprintf(supervision->pconf, "more than %d pools are declared", MAX_POOLS);
        }
    }
    return NULL;
}

/* Nothing is served from there: httpd starts without it, where the disk is full for instance. */
static const char *make_state_dir(apr_pool_t *pool, server_rec *main_server)
{
    const char *above, *dir = mj_state_dir(pool, main_server, &above), *resolved = NULL, *wrong = NULL;

    if (dir != NULL && above != NULL) { /* Debian's httpd comes without /var/cache/apache2 */
        wrong = mj_folder_make(pool, above, geteuid(), true, &resolved);
        if (wrong == NULL) {
            wrong = mj_folder_make(pool, apr_pstrcat(pool, resolved, "/mod_jvm", NULL), geteuid(), true, &resolved);
        }
        resolved = NULL;
    }
    if (dir != NULL && wrong == NULL) {
        wrong = mj_folder_make(pool, dir, geteuid(), geteuid() == 0, &resolved);
    }
    if (wrong != NULL) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, main_server, MJLOGNO(0016) "JVMStateDir: %s; pools go without", wrong);
    }
    return resolved;
}

int mj_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server)
{
    supervision_t *supervision;
    retained_t *retained;
    const char *wrong;
    bool has_pools;

    (void)plog;
    (void)ptemp;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK; /* httpd reads its configuration twice at start: this is the rehearsal */
    }
    retained = retained_of();
    has_pools = mj_all_pools(pconf, main_server)->nelts > 0;
    if (!has_pools && retained->supervisor == 0) {
        return OK;
    }
    /* Without pools a supervisor goes on: it drains those that it had, for requests may be in them. */
    supervision = apr_pcalloc(pconf, sizeof(*supervision));
    supervision->retained = retained;
    supervision->main_server = main_server;
    supervision->pconf = pconf;
    supervision->parent = getpid();
    supervision->board_fd = -1;
    supervision->bell = -1;
    mj_server_config(main_server)->supervision = supervision;

    wrong = mj_folder_make(pconf, mj_runtime_dir(pconf, main_server), geteuid(), geteuid() == 0, &supervision->runtime_dir);
    if (wrong != NULL && !has_pools) {
        end_supervisor(retained);
        mj_server_config(main_server)->supervision = NULL;
        return OK;
    }
    if (wrong != NULL) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_CRIT, 0, main_server, MJLOGNO(0011) "JVMRuntimeDir: %s", wrong);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    supervision->state_dir = make_state_dir(pconf, main_server);
    wrong = claim_places(supervision);
    apr_pool_cleanup_register(pconf, supervision, leave, apr_pool_cleanup_null);
    if (wrong == NULL && retained->supervisor != 0) {
        wrong = push_settings(supervision);
        if (wrong != NULL) { /* one that does not listen is of no use: a new one */
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server, MJLOGNO(0012) "the supervisor (pid %d) is replaced: %s",
                         (int)retained->supervisor, wrong);
            end_process(retained);
            reset_board(supervision);
            wrong = NULL;
        }
    }
    if (wrong == NULL && retained->supervisor == 0) {
        wrong = start_supervisor(supervision);
        if (wrong == NULL) {
            wrong = push_settings(supervision);
        }
    }
    if (wrong != NULL) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_CRIT, 0, main_server, MJLOGNO(0013) "the supervisor cannot be started: %s", wrong);
        end_supervisor(retained);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    watch(supervision);
    return OK;
}

/* httpd calls this every ten seconds or so. */
int mj_monitor(apr_pool_t *pool, server_rec *main_server)
{
    supervision_t *supervision = mj_server_config(ap_server_conf)->supervision;

    (void)pool;
    (void)main_server;
    if (supervision != NULL && supervision->retained->supervisor == 0) {
        start_again(supervision);
    }
    if (supervision != NULL && supervision->retained->board != NULL) {
        mj_board_clear_rows_of_nobody(supervision->retained->board);
    }
    return DECLINED;
}

/* Here a child of httpd is still root, and can have what its parent has: board and bell. Nobody else can, whatever else httpd's parent
 * forks; but for mod_cgid's process, which comes by here too, and whose programs inherit nothing of it. */
int mj_drop_privileges(apr_pool_t *pchild, server_rec *main_server)
{
    supervision_t *supervision = mj_server_config(main_server)->supervision;
    const retained_t *retained = supervision != NULL ? supervision->retained : NULL;

    (void)pchild;
    if (retained == NULL || retained->board == NULL) {
        return DECLINED;
    }
    supervision->bell = mj_bell_grasp(retained->bell);
    if (getpid() != supervision->parent) { /* httpd -X forks none, and has the board mapped */
        supervision->board_fd = mj_reopen(retained->board_fd, O_RDWR);
    }
    return DECLINED;
}

apr_status_t mj_supervision_enter_child(supervision_t *supervision, mj_child_t *child)
{
    retained_t *retained = supervision->retained;
    apr_status_t rv = APR_SUCCESS;

    child->board = retained->board;
    child->bell = supervision->bell;
    child->runtime_dir = supervision->runtime_dir;
    if (getpid() != supervision->parent) {
        /* The parent's mapping is not inherited: of its handle only the sizes are of use. */
        rv = mj_board_map(&child->board, supervision->board_fd, mj_board_max_pools(retained->board), mj_board_max_children(retained->board));
        close_fd(&supervision->board_fd);
        close_fd(&retained->control);
        close_fd(&retained->board_fd);
        close_fd(&retained->bell);
    }
    return supervision->bell >= 0 ? rv : APR_EBADF;
}

void mj_child_status(server_rec *main_server, pid_t pid, ap_generation_t generation, int slot, mpm_child_status status)
{
    const mj_server_t *config = mj_server_config(main_server);
    mj_board_t *board = config->supervision != NULL ? config->supervision->retained->board : NULL;
    (void)generation;
    (void)slot;
    if (board != NULL && status == MPM_CHILD_STARTED) {
        (void)mj_board_child_started(board, (uint32_t)pid); /* without memory its row may be cleared under it: its requests count for less */
    }
    else if (board != NULL && status == MPM_CHILD_EXITED) {
        mj_board_child_died(board, (uint32_t)pid);
    }
}
