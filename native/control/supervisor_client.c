#include "supervisor_client.h"

#include "control_socket.h"
#include "descriptors.h"
#include "reopen.h"
#include "wakeup.h"

#include <apr_strings.h>
#include <apr_time.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGUMENTS 16

static mj_supervisor_client_t *make_client(void)
{
    mj_supervisor_client_t *client = calloc(1, sizeof(*client));
    if (client != NULL) {
        client->mark = client->held = client->board_fd = client->wakeup = -1;
    }
    return client;
}

const char *mj_supervisor_client_make(mj_supervisor_client_t **out, unsigned max_pools, unsigned max_children,
                                      apr_pool_t *scratch)
{
    mj_supervisor_client_t *client = make_client();
    const char *wrong = NULL;
    apr_status_t rv;

    if (client == NULL) {
        return "no memory";
    }
    rv = mj_board_create(&client->board, &client->board_fd, max_pools, max_children);
    if (rv != APR_SUCCESS) {
        wrong = apr_psprintf(scratch, "no shared memory for the board: %s", strerror(rv));
    } else if ((client->wakeup = mj_wakeup_make()) < 0) {
        wrong = apr_psprintf(scratch, "no pipe for waking the supervisor: %s", strerror(errno));
    }
    if (wrong != NULL) {
        mj_supervisor_client_free(client);
        return wrong;
    }
    *out = client;
    return NULL;
}

mj_supervisor_client_t *mj_supervisor_client_adopt(pid_t pid)
{
    mj_supervisor_client_t *client = make_client();
    if (client != NULL) {
        client->pid = pid;
    }
    return client;
}

void mj_supervisor_client_forget(mj_supervisor_client_t *client)
{
    mj_close(&client->mark);
    mj_close(&client->held);
    mj_close(&client->board_fd);
    mj_close(&client->wakeup);
}

void mj_supervisor_client_free(mj_supervisor_client_t *client)
{
    if (client->board != NULL) {
        mj_board_unmap(client->board);
    }
    mj_supervisor_client_forget(client);
    free(client->arguments);
    free(client->runtime_dir);
    free(client);
}

/* --- the start --- */

char **mj_supervisor_client_arguments(const mj_supervisor_client_t *client, const mj_supervisor_start_t *start, apr_pool_t *pool)
{
    char **argv = apr_pcalloc(pool, MAX_ARGUMENTS * sizeof(char *)), **next = argv;

    *next++ = apr_pstrdup(pool, "jvm-supervisor");
    *next++ = apr_pstrcat(pool, "runtime-dir=", start->runtime_dir, NULL);
    *next++ = apr_psprintf(pool, "httpd-uid=%" APR_INT64_T_FMT, start->httpd_uid);
    *next++ = apr_psprintf(pool, "httpd-gid=%" APR_INT64_T_FMT, start->httpd_gid);
    *next++ = apr_psprintf(pool, "minimum-uid=%" APR_INT64_T_FMT, start->minimum_uid);
    *next++ = apr_pstrcat(pool, "launcher=", start->launcher, NULL);
    *next++ = apr_pstrcat(pool, "jars=", start->jars, NULL);
    *next++ = apr_psprintf(pool, "max-pools=%u", mj_board_max_pools(client->board));
    *next++ = apr_psprintf(pool, "max-children=%u", mj_board_max_children(client->board));
    return argv;
}

static const char *joined(char *const *argv, const char *program, apr_pool_t *pool)
{
    const char *text = program;
    while (*argv != NULL) {
        text = apr_pstrcat(pool, text, "\n", *argv++, NULL);
    }
    return text;
}

bool mj_supervisor_client_has(const mj_supervisor_client_t *client, const mj_supervisor_start_t *start, apr_pool_t *scratch)
{
    return client->arguments != NULL && strcmp(client->arguments, joined(mj_supervisor_client_arguments(client, start, scratch),
                                                                         start->program, scratch)) == 0;
}

/* Puts descriptors in their places, which some of them may have already. Each is moved out of the
 * way first. */
static bool place_descriptors(const int *given, int count, int first)
{
    int moved[4], i;
    for (i = 0; i < count; i++) {
        moved[i] = fcntl(given[i], F_DUPFD, first + count);
        if (moved[i] < 0) {
            return false;
        }
    }
    for (i = 0; i < count; i++) {
        if (dup2(moved[i], first + i) < 0) {
            return false;
        }
    }
    return syscall(SYS_close_range, first + count, ~0U, 0) == 0;
}

/* In the forked child: only async-signal-safe calls. */
static _Noreturn void exec_supervisor(const char *program, char *const *argv, char *const *envp, const int *given, int count)
{
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
    if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 &&
        place_descriptors(given, count, MJ_CONTROL_FD)) {
        execve(program, argv, envp);
    }
    _exit(MJ_CONTROL_NOT_EXECUTED);
}

static bool remember(mj_supervisor_client_t *client, const char *arguments, const char *runtime_dir)
{
    free(client->arguments);
    free(client->runtime_dir);
    client->arguments = strdup(arguments);
    client->runtime_dir = strdup(runtime_dir);
    return client->arguments != NULL && client->runtime_dir != NULL;
}

/* given: the control socket, the board and the wake-up pipe, -1 where there is none yet. @return
 * NULL, or the step that failed: errno says why */
static const char *launch(mj_supervisor_client_t *client, const char *program, const char *folder, char *const *argv,
                          char *const *envp, int *given)
{
    const char *failed = mj_control_listen(folder, &given[0], &client->mark);
    if (failed != NULL) {
        given[0] = -1; /* closed already */
        client->mark = -1;
        return failed;
    }
    given[1] = mj_reopen(client->board_fd, O_RDWR);
    if (given[1] < 0) {
        return "the board";
    }
    given[2] = mj_wakeup_reader(client->wakeup);
    if (given[2] < 0) {
        return "the wake-up pipe";
    }
    client->pid = fork();
    if (client->pid == 0) {
        exec_supervisor(program, argv, envp, given, 3);
    }
    if (client->pid < 0) {
        client->pid = 0;
        return "fork";
    }
    return NULL;
}

const char *mj_supervisor_client_execute(mj_supervisor_client_t *client, const char *program, const char *folder,
                                         char *const *argv, apr_pool_t *scratch)
{
    const char *zone = getenv("TZ"); /* for the times in its log lines */
    char *envp[] = {zone != NULL ? apr_pstrcat(scratch, "TZ=", zone, NULL) : NULL, NULL};
    int given[3] = {-1, -1, -1}, i;
    const char *failed = access(program, X_OK) == 0 ? launch(client, program, folder, argv, envp, given) : program;

    for (i = 0; i < 3; i++) {
        mj_close(&given[i]);
    }
    if (failed != NULL) {
        mj_close(&client->mark);
        return apr_psprintf(scratch, "%s: %s", failed, strerror(errno));
    }
    client->longest_shutdown = 0;
    return NULL;
}

const char *mj_supervisor_client_start(mj_supervisor_client_t *client, const mj_supervisor_start_t *start, apr_pool_t *scratch)
{
    char **argv = mj_supervisor_client_arguments(client, start, scratch);
    if (!remember(client, joined(argv, start->program, scratch), start->runtime_dir)) {
        return "no memory";
    }
    return mj_supervisor_client_execute(client, start->program, start->runtime_dir, argv, scratch);
}

/* --- what it is told --- */

mj_push_t mj_supervisor_client_push(const mj_supervisor_client_t *client, mj_tell_fn *tell, void *context, const char **wrong,
                                    apr_pool_t *pool)
{
    int connection = mj_control_connect(client->mark);
    bool is_refused = false;
    apr_status_t rv;

    if (connection < 0) {
        *wrong = apr_psprintf(pool, "it does not listen: %s", strerror(errno));
        return MJ_PUSH_FAILED;
    }
    rv = tell(context, connection);
    if (rv == APR_SUCCESS) {
        rv = mj_control_send(connection, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, -1);
    }
    *wrong = rv == APR_SUCCESS ? mj_control_await_answer(connection, &is_refused, pool)
                               : apr_psprintf(pool, "it does not accept settings: %s", strerror(rv));
    close(connection); /* before another module forks */
    return *wrong == NULL ? MJ_PUSH_TAKEN : is_refused ? MJ_PUSH_REFUSED : MJ_PUSH_FAILED;
}

void mj_supervisor_client_allow(mj_supervisor_client_t *client, apr_interval_time_t shutdown)
{
    if (shutdown == 0) {
        shutdown = apr_time_from_sec(MJ_CONTROL_ENDLESS_S);
    }
    if (shutdown > client->longest_shutdown) {
        client->longest_shutdown = shutdown;
    }
}

apr_status_t mj_supervisor_client_tell(const mj_supervisor_client_t *client, char type)
{
    int connection = client->held >= 0 ? client->held : client->mark >= 0 ? mj_control_connect(client->mark) : -1;
    apr_status_t rv;

    if (connection < 0) {
        return client->mark >= 0 ? errno : APR_EBADF;
    }
    rv = mj_control_send(connection, type, (mj_span_t){NULL, 0}, -1);
    if (connection != client->held) {
        close(connection);
    }
    return rv;
}

void mj_supervisor_client_hold(mj_supervisor_client_t *client)
{
    if (client->held < 0 && client->mark >= 0) {
        client->held = mj_control_connect(client->mark);
    }
}

/* --- the end --- */

void mj_supervisor_client_ended(mj_supervisor_client_t *client)
{
    client->pid = 0;
    mj_close(&client->mark);
    mj_close(&client->held);
}

/* Waits until then; then kills it, and by that (PDEATHSIG) every daemon. */
static void await_end(mj_supervisor_client_t *client, apr_time_t deadline)
{
    int pidfd = (int)syscall(SYS_pidfd_open, client->pid, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    int n = 0, status;

    while (pidfd >= 0) {
        apr_interval_time_t left = deadline - apr_time_now();
        n = poll(&ended, 1, left > 0 ? (int)(left / 1000 + 1) : 0);
        if (n > 0 || left <= 0) {
            break;
        }
    }
    if (n <= 0) {
        n = kill(client->pid, SIGKILL) == 0 ? 1 : 0; /* httpd -X may do so no longer: it has become User */
    }
    while (n > 0 && waitpid(client->pid, &status, 0) < 0 && errno == EINTR) {
    }
    mj_close(&pidfd);
}

void mj_supervisor_client_end_all(mj_supervisor_client_t *first)
{
    apr_interval_time_t longest = 0;
    mj_supervisor_client_t *client;
    apr_time_t deadline;

    for (client = first; client != NULL; client = client->next) {
        if (client->pid != 0 && mj_supervisor_client_tell(client, MJ_CONTROL_STOP) != APR_SUCCESS) {
            kill(client->pid, SIGTERM);
        }
        longest = client->longest_shutdown > longest ? client->longest_shutdown : longest;
    }
    deadline = apr_time_now() + longest + apr_time_from_sec(MJ_CONTROL_END_MARGIN_S);
    for (client = first; client != NULL; client = client->next) {
        if (client->pid != 0) {
            await_end(client, deadline);
            mj_supervisor_client_ended(client);
        }
    }
}
