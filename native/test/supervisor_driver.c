#include "supervisor_driver.h"

#include "control_socket.h"
#include "harness.h"
#include "wakeup.h"

#include <apr_strings.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool driver_waits(int64_t *since)
{
    struct timespec now, pause = {.tv_nsec = 5000000};
    int64_t seconds;
    clock_gettime(CLOCK_MONOTONIC, &now);
    seconds = (int64_t)now.tv_sec;
    if (*since == 0) {
        *since = seconds;
    }
    nanosleep(&pause, NULL);
    return seconds - *since < DEADLINE_S;
}

void driver_copy_program(const char *from, const char *to)
{
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0755);
    struct stat st;
    ck_assert(in >= 0 && out >= 0 && fstat(in, &st) == 0);
    while (st.st_size > 0) {
        ssize_t n = sendfile(out, in, NULL, (size_t)st.st_size);
        ck_assert(n > 0);
        st.st_size -= n;
    }
    ck_assert(fchmod(out, 0755) == 0);
    close(in);
    close(out);
}

static void set_argument(char **argv, const char *name, const char *value)
{
    size_t len = strlen(name);
    while (*argv != NULL && (strncmp(*argv, name, len) != 0 || (*argv)[len] != '=')) {
        argv++;
    }
    ck_assert_ptr_nonnull(*argv);
    *argv = apr_pstrcat(test_pool, name, "=", value, NULL);
}

/* It logs to our stderr until it is told otherwise. */
static void execute(driver_t *driver, char *const *argv)
{
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    const char *wrong;

    ck_assert(saved >= 0 && dup2(driver->log_fd, STDERR_FILENO) >= 0);
    wrong = mj_supervisor_client_execute(driver->client, MJ_SUPERVISOR, driver->dir, argv, test_pool);
    ck_assert(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    ck_assert_msg(wrong == NULL, "%s", wrong);
    driver->pid = driver->client->pid;
}

/* Until then, it has descriptors of ours. */
static void await_exec(driver_t *driver)
{
    const char *link = apr_psprintf(test_pool, "/proc/%d/exe", (int)driver->pid);
    char path[1024];
    int64_t since = 0;
    ssize_t len;

    while ((len = readlink(link, path, sizeof(path) - 1)) < 0 || (path[len] = '\0', strstr(path, "/jvm-supervisor") == NULL)) {
        ck_assert_msg(driver_waits(&since), "it is not executed");
    }
}

static void start_process(driver_t *driver, unsigned descriptors, const char *entry, const char *value)
{
    const mj_supervisor_start_t start = {.program = MJ_SUPERVISOR,
                                         .runtime_dir = driver->runtime_dir,
                                         .launcher = driver->launcher,
                                         .jars = "/nowhere/jars",
                                         .httpd_uid = geteuid() == 0 ? 54999 : (int64_t)geteuid(),
                                         .httpd_gid = geteuid() == 0 ? 54998 : (int64_t)getegid(),
                                         .minimum_uid = 100};
    const struct rlimit limit = {descriptors, descriptors};
    char **argv = mj_supervisor_client_arguments(driver->client, &start, test_pool);

    if (entry != NULL) {
        set_argument(argv, entry, value);
    }
    execute(driver, argv);
    if (descriptors > 0) {
        await_exec(driver);
        ck_assert(prlimit(driver->pid, RLIMIT_NOFILE, &limit, NULL) == 0);
    }
}

driver_t *driver_start(void)
{
    return driver_start_as(0, NULL, NULL);
}

driver_t *driver_start_as(unsigned descriptors, const char *entry, const char *value)
{
    driver_t *driver = apr_pcalloc(test_pool, sizeof(*driver));

    /* What loses its parent comes to us, and can be waited for. */
    ck_assert(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    driver->dir = apr_pstrdup(test_pool, "/tmp/mj-supervisor-XXXXXX");
    ck_assert(mkdtemp(driver->dir) != NULL && chmod(driver->dir, 0755) == 0);
    driver->runtime_dir = apr_pstrcat(test_pool, driver->dir, "/run", NULL);
    ck_assert(mkdir(driver->runtime_dir, 0711) == 0);
    driver->launcher = apr_pstrcat(test_pool, driver->dir, "/fake-daemon", NULL);
    driver_copy_program(MJ_FAKE_DAEMON, driver->launcher);
    driver->log_path = apr_pstrcat(test_pool, driver->dir, "/log", NULL);
    driver->log_fd = open(driver->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ck_assert(driver->log_fd >= 0);
    driver->pool_log_fd = driver->log_fd;
    ck_assert_ptr_null(mj_supervisor_client_make(&driver->client, 8, 8, test_pool));
    driver->board = driver->client->board;
    driver->connection = -1;
    start_process(driver, descriptors, entry, value);
    return driver;
}

mj_record_builder_t *driver_pool(driver_t *driver, const char *name, const char *fake)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    unsigned index;

    ck_assert(mj_board_claim(driver->board, name, &index) == APR_SUCCESS);
    mj_record_add(record, "name", name);
    mj_record_add_number(record, "index", index);
    mj_record_add(record, "home", "/");
    mj_record_add(record, "env", apr_pstrcat(test_pool, "FAKE=", fake, NULL));
    mj_record_add_number(record, "threads", 5);
    if (geteuid() == 0) {
        mj_record_add_number(record, "uid", 54321);
        mj_record_add_number(record, "gid", 54322);
        mj_record_add(record, "groups", "54400,54322");
    }
    return record;
}

void driver_send(driver_t *driver, char type, mj_span_t bytes, int fd)
{
    apr_status_t rv;
    if (driver->connection < 0) {
        driver->connection = mj_control_connect(driver->client->mark);
        ck_assert_msg(driver->connection >= 0, "%s", strerror(errno));
    }
    rv = mj_control_send(driver->connection, type, bytes, fd);
    ck_assert_msg(rv == APR_SUCCESS, "%s", strerror(rv));
}

void driver_tell(driver_t *driver, char type)
{
    driver_hang_up(driver);
    ck_assert_int_eq(mj_supervisor_client_tell(driver->client, type), APR_SUCCESS);
}

void driver_hang_up(driver_t *driver)
{
    if (driver->connection >= 0) {
        close(driver->connection);
    }
    driver->connection = -1;
}

const char *driver_answer(driver_t *driver)
{
    struct timeval limit = {.tv_sec = DEADLINE_S};
    bool is_refused;
    const char *wrong;

    setsockopt(driver->connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    wrong = mj_control_await_answer(driver->connection, &is_refused, test_pool);
    ck_assert_msg(wrong == NULL || is_refused || strcmp(wrong, "it is ending") == 0, "%s\n%s", wrong, driver_log(driver));
    driver_hang_up(driver);
    return wrong == NULL ? "" : wrong;
}

static void add_server_entry(mj_record_builder_t *record, const char *name, const char *value, const char *other_name,
                             const char *other)
{
    mj_record_add(record, name, other_name != NULL && strcmp(name, other_name) == 0 ? other : value);
}

static void begin(driver_t *driver, const char *entry, const char *value)
{
    mj_record_builder_t *record = mj_record_builder_make(test_pool);
    add_server_entry(record, "version", apr_itoa(test_pool, MJ_CONTROL_VERSION), entry, value);
    add_server_entry(record, "generation", "0", entry, value);
    add_server_entry(record, "concurrent-starts", "100", entry, value); /* whatever this machine has */
    if (entry != NULL && strcmp(entry, "state-dir") == 0) {
        mj_record_add(record, entry, value);
    }
    driver_send(driver, MJ_CONTROL_BEGIN, mj_record_bytes(record), -1);
}

static void send_pool(driver_t *driver, mj_record_builder_t *pool)
{
    mj_span_t unused;
    if (!mj_record_find(mj_record_bytes(pool), "processes", &unused)) {
        mj_record_add_number(pool, "processes", 1);
    }
    driver_send(driver, MJ_CONTROL_LOG, (mj_span_t){NULL, 0}, driver->pool_log_fd);
    driver_send(driver, MJ_CONTROL_POOL, mj_record_bytes(pool), -1);
}

const char *driver_configure(driver_t *driver, mj_record_builder_t *pool, mj_record_builder_t *another)
{
    begin(driver, NULL, NULL);
    if (pool != NULL) {
        send_pool(driver, pool);
    }
    if (another != NULL) {
        send_pool(driver, another);
    }
    driver_send(driver, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, -1);
    return driver_answer(driver);
}

const char *driver_configure_all(driver_t *driver, mj_record_builder_t *const *pools, unsigned count, unsigned concurrent_starts)
{
    unsigned i;
    begin(driver, "concurrent-starts", apr_psprintf(test_pool, "%u", concurrent_starts));
    for (i = 0; i < count; i++) {
        send_pool(driver, pools[i]);
    }
    driver_send(driver, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, -1);
    return driver_answer(driver);
}

const char *driver_configure_as(driver_t *driver, mj_record_builder_t *pool, const char *entry, const char *value)
{
    begin(driver, entry, value);
    send_pool(driver, pool);
    driver_send(driver, MJ_CONTROL_COMMIT, (mj_span_t){NULL, 0}, -1);
    return driver_answer(driver);
}

/* Reads on where the last call ended: a flooding daemon makes it long. */
const char *driver_log(driver_t *driver)
{
    int fd = open(driver->log_path, O_RDONLY);
    struct stat st;
    ssize_t n;

    ck_assert(fd >= 0 && fstat(fd, &st) == 0);
    driver->log = realloc(driver->log, (size_t)st.st_size + 1);
    ck_assert_ptr_nonnull(driver->log);
    n = pread(fd, driver->log + driver->log_len, (size_t)st.st_size - driver->log_len, (off_t)driver->log_len);
    ck_assert_int_ge(n, 0);
    driver->log_len += (size_t)n;
    driver->log[driver->log_len] = '\0';
    close(fd);
    return driver->log;
}

unsigned driver_count(driver_t *driver, const char *text)
{
    const char *log = driver_log(driver);
    unsigned times = 0;
    while ((log = strstr(log, text)) != NULL) {
        log += strlen(text);
        times++;
    }
    return times;
}

void driver_await(driver_t *driver, const char *text, unsigned times)
{
    int64_t since = 0;
    while (driver_count(driver, text) < times) {
        ck_assert_msg(driver_waits(&since), "not logged %u times: %s\n%s", times, text, driver_log(driver));
    }
}

void driver_await_state(driver_t *driver, unsigned pool, mj_pool_state_t state)
{
    int64_t since = 0;
    while (mj_board_pool_state(driver->board, pool) != state) {
        ck_assert_msg(driver_waits(&since), "pool %u is in state %d, not %d\n%s", pool, mj_board_pool_state(driver->board, pool),
                      state, driver_log(driver));
    }
}

long driver_number_after(driver_t *driver, const char *text)
{
    const char *log = driver_log(driver), *last = NULL;
    while ((log = strstr(log, text)) != NULL) {
        log += strlen(text);
        last = log;
    }
    ck_assert_msg(last != NULL, "not logged: %s\n%s", text, driver_log(driver));
    return strtol(last, NULL, 10);
}

void driver_await_gone(pid_t pid)
{
    int64_t since = 0;
    while (waitpid(pid, NULL, WNOHANG) != pid && (kill(pid, 0) == 0 || errno != ESRCH)) {
        ck_assert_msg(driver_waits(&since), "process %d is still there", (int)pid);
    }
}

unsigned driver_sockets(driver_t *driver)
{
    DIR *dir = opendir(driver->runtime_dir);
    struct dirent *entry;
    unsigned count = 0;
    ck_assert(dir != NULL);
    while ((entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        count += len > 5 && strcmp(entry->d_name + len - 5, ".sock") == 0;
    }
    closedir(dir);
    return count;
}

int driver_stop(driver_t *driver)
{
    int64_t since = 0;
    int status;
    driver_hang_up(driver);
    driver_tell(driver, MJ_CONTROL_STOP);
    while (waitpid(driver->pid, &status, WNOHANG) != driver->pid) {
        ck_assert_msg(driver_waits(&since), "it does not end\n%s", driver_log(driver));
    }
    return status;
}

void driver_clean(driver_t *driver)
{
    DIR *dir = opendir(driver->runtime_dir);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    unlink(driver->log_path);
    unlink(driver->launcher);
    rmdir(driver->runtime_dir);
    rmdir(driver->dir);
    free(driver->log);
    if (driver->client != NULL) {
        driver_hang_up(driver);
        mj_supervisor_client_free(driver->client);
        driver->client = NULL;
        close(driver->log_fd);
    }
}

void driver_start_pool(driver_t *driver, const char *fake)
{
    ck_assert_str_eq(driver_configure(driver, driver_pool(driver, "shop", fake), NULL), "");
}

pid_t driver_last_ready(driver_t *driver)
{
    const char *log = driver_log(driver), *end = log, *next, *start;
    while ((next = strstr(end, " ready in ")) != NULL) {
        end = next + 1;
    }
    ck_assert(end > log);
    for (start = end - 1; start[-1] != ' '; start--) {
    }
    return (pid_t)strtol(start, NULL, 10);
}

void driver_wake(driver_t *driver, unsigned pool)
{
    if (mj_board_request_wakeup(driver->board, pool)) {
        int writer = mj_wakeup_writer(driver->client->wakeup);
        ck_assert_int_ge(writer, 0);
        mj_wakeup_send(writer);
        close(writer);
    }
}

void driver_finish(driver_t *driver)
{
    int status = driver_stop(driver);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %#x\n%s", (unsigned)status, driver_log(driver));
    ck_assert_uint_eq(driver_sockets(driver), 0);
    ck_assert_int_ne(access(apr_pstrcat(test_pool, driver->runtime_dir, "/control", NULL), F_OK), 0);
    ck_assert_uint_eq(driver_count(driver, " started\n"), driver_count(driver, " ended: "));
    driver_clean(driver);
}
