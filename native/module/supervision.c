/* httpd's side of supervision: starts the supervisor, keeps it across graceful restarts, ends it with httpd.
 *
 * Once httpd runs, nothing here makes it end: post_config fails at httpd's first start alone. What cannot be done at a restart is logged, the former
 * supervisor goes on if there is one, and it is tried again. */
#include "supervision.h"

#include "bell.h"
#include "paths.h"
#include "reopen.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <mpm_common.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unixd.h>

APLOG_USE_MODULE(jvm);

#define MAX_POOLS 16384 /* a place on the board takes no memory until it is used */
#define RESTART_DELAY_MAX apr_time_from_sec(30)
/* From this failed start on, requests are told to come back later: until then they wait. */
#define FAILED_STARTS_UNTIL_DOWN 2

/* --- what is retained --- */

/* One for each layout of mj_retained_t, mj_supervisor_client_t and mj_board_t: a graceful restart may load another version of the module. */
static const char retained_key[] = "mod_jvm supervision 5";

/* How what is retained began under the keys before. */
static const char *const former_keys[] = {"mod_jvm supervision", "mod_jvm supervision 2", "mod_jvm supervision 3", "mod_jvm supervision 4"};
typedef struct former_t {
    pid_t supervisor;
    int control;
    int board_fd;
    void *board;
} former_t;

static void add_retired(mj_retained_t *retained, mj_supervisor_client_t *client)
{
    client->next = retained->retired;
    retained->retired = client;
}

/* The supervisor of a former version was told that its settings are void, and drains on its own. Nobody speaks to it any more, above all
 * none of httpd's children, which would inherit its control socket. Its board stays mapped: nothing of it is ours. */
static void leave_former(mj_retained_t *retained, const char *key)
{
    former_t *former = ap_retained_data_get(key);
    mj_supervisor_client_t *client;

    if (former == NULL || former->supervisor == 0) {
        return;
    }
    client = mj_supervisor_client_adopt(former->supervisor);
    if (client != NULL) {
        add_retired(retained, client);
    }
    close(former->control);
    close(former->board_fd);
    *former = (former_t){.control = -1, .board_fd = -1};
}

static mj_retained_t *retained_of(void)
{
    mj_retained_t *retained = ap_retained_data_get(retained_key);
    size_t i;

    if (retained == NULL) {
        retained = ap_retained_data_create(retained_key, sizeof(*retained));
        for (i = 0; i < sizeof(former_keys) / sizeof(former_keys[0]); i++) {
            leave_former(retained, former_keys[i]);
        }
    }
    return retained;
}

/* The current one, if there is one, and behind it the retired. */
static mj_supervisor_client_t *all_clients(const mj_retained_t *retained)
{
    if (retained->current == NULL) {
        return retained->retired;
    }
    retained->current->next = retained->retired;
    return retained->current;
}

static bool runs(const mj_supervisor_client_t *client)
{
    return client != NULL && client->pid != 0;
}

/* Ends all, and forgets them. */
static void end_all(mj_retained_t *retained)
{
    mj_supervisor_client_t *client = all_clients(retained), *next;

    mj_supervisor_client_end_all(client);
    for (; client != NULL; client = next) {
        next = client->next;
        mj_supervisor_client_free(client);
    }
    retained->current = NULL;
    retained->retired = NULL;
}

static void end_one(mj_supervisor_client_t *client)
{
    client->next = NULL;
    mj_supervisor_client_end_all(client);
}

/* --- starts --- */

/* @return NULL, or what is wrong: then no supervisor runs */
static const char *start_and_push(supervision_t *supervision, mj_supervisor_client_t *client)
{
    mj_supervisor_start_t start = mj_settings_of_start(supervision);
    const char *wrong = mj_supervisor_client_start(client, &start, supervision->pconf);

    supervision->retained->tried_at = apr_time_now();
    if (wrong == NULL && mj_settings_push(supervision, client, &wrong) != MJ_PUSH_TAKEN) {
        end_one(client);
    }
    return wrong;
}

static const char *make_runtime_dir(supervision_t *supervision)
{
    return mj_folder_make(supervision->pconf, mj_runtime_dir(supervision->pconf, supervision->main_server), geteuid(), geteuid() == 0,
                          &supervision->runtime_dir);
}

static const char *make_client(const supervision_t *supervision, mj_supervisor_client_t **client)
{
    int children = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &children);
    /* Twice: a child that ends slowly may lose its place in httpd's scoreboard to another. */
    return mj_supervisor_client_make(client, MAX_POOLS, children > 0 ? 2 * (unsigned)children : 1, supervision->pconf);
}

/* --- the end of a supervisor --- */

typedef struct watched_t {
    supervision_t *supervision;
    mj_supervisor_client_t *client;
    apr_proc_t process;
} watched_t;

static void start_again(supervision_t *supervision);

static bool is_stopping(void)
{
    int state;
    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) != APR_SUCCESS || state == AP_MPMQ_STOPPING;
}

static void drop_retired(mj_retained_t *retained, mj_supervisor_client_t *client)
{
    mj_supervisor_client_t **link = &retained->retired;
    while (*link != NULL && *link != client) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = client->next;
        mj_supervisor_client_free(client);
    }
}

/* What httpd hands over does not tell an exit code from a signal; the supervisor's own exit codes are few. */
static const char *describe_end(int status, apr_pool_t *pool)
{
    const char *name = sigabbrev_np(status);
    if (status == EXIT_SUCCESS || status == EXIT_FAILURE || status == MJ_SUPERVISOR_NOT_EXECUTED || name == NULL) {
        return apr_psprintf(pool, "exit code %d", status);
    }
    return apr_psprintf(pool, "signal %d (SIG%s)", status, name);
}

static void lose_current(supervision_t *supervision, mj_supervisor_client_t *client, int status)
{
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server,
                 MJLOGNO(0010) "the supervisor (pid %d) ended unexpectedly: %s; its JVMs have ended with it, another supervisor takes over, "
                               "and requests wait for its JVMs",
                 (int)client->pid, describe_end(status, supervision->pconf));
    mj_supervisor_client_ended(client);
    mj_places_reset(supervision, client->board, MJ_POOL_STARTING, 0);
    if (!is_stopping()) {
        start_again(supervision);
    }
}

static void maintain(int reason, void *data, int status)
{
    watched_t *watched = data;
    mj_retained_t *retained = watched->supervision->retained;

    if (reason == APR_OC_REASON_DEATH || reason == APR_OC_REASON_LOST) {
        apr_proc_other_child_unregister(data);
        if (watched->client == retained->current) {
            lose_current(watched->supervision, watched->client, status);
        }
        else {
            drop_retired(retained, watched->client);
        }
    }
    else if (reason == APR_OC_REASON_RESTART) {
        apr_proc_other_child_unregister(data); /* which calls back with APR_OC_REASON_UNREGISTER: nothing is left to do then */
    }
}

static void watch(supervision_t *supervision, mj_supervisor_client_t *client)
{
    watched_t *watched = apr_pcalloc(supervision->pconf, sizeof(*watched));
    watched->supervision = supervision;
    watched->client = client;
    watched->process.pid = client->pid;
    apr_proc_other_child_register(&watched->process, maintain, watched, NULL, supervision->pconf);
}

static void watch_all(supervision_t *supervision)
{
    mj_supervisor_client_t *client;
    for (client = all_clients(supervision->retained); client != NULL; client = client->next) {
        if (runs(client)) {
            watch(supervision, client);
        }
    }
}

/* One that lasted is replaced at once; one that does not, ever more slowly. */
static void lengthen_delay(mj_retained_t *retained)
{
    if (retained->restart_delay == 0 || apr_time_now() - retained->tried_at > 2 * RESTART_DELAY_MAX) {
        retained->restart_delay = apr_time_from_sec(1);
    }
    else {
        retained->restart_delay *= 2;
    }
    if (retained->restart_delay > RESTART_DELAY_MAX) {
        retained->restart_delay = RESTART_DELAY_MAX;
    }
}

static void note_failed_start(supervision_t *supervision)
{
    mj_retained_t *retained = supervision->retained;
    if (++retained->failed_starts >= FAILED_STARTS_UNTIL_DOWN) {
        mj_places_reset(supervision, retained->current->board, MJ_POOL_DOWN, apr_time_now() + retained->restart_delay);
    }
}

/* Starts another supervisor, unless the last one was started too lately. */
static void start_again(supervision_t *supervision)
{
    mj_retained_t *retained = supervision->retained;
    const char *wrong;

    if (apr_time_now() < retained->tried_at + retained->restart_delay) {
        return;
    }
    lengthen_delay(retained);
    wrong = make_runtime_dir(supervision);
    if (wrong == NULL) {
        wrong = start_and_push(supervision, retained->current);
    }
    if (wrong == NULL) {
        retained->failed_starts = 0;
        watch(supervision, retained->current);
        return;
    }
    retained->tried_at = apr_time_now();
    note_failed_start(supervision);
    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, supervision->main_server,
                 MJLOGNO(0014) "the supervisor cannot be started again, and no pool runs; it is tried again: %s", wrong);
}

/* --- configurations --- */

/* The settings are for the supervisor that runs. @return false if it does not listen: then it was ended */
static bool push_to_current(supervision_t *supervision)
{
    mj_supervisor_client_t *current = supervision->retained->current;
    const char *wrong = mj_places_claim(supervision, current->board);
    mj_push_t outcome = wrong == NULL ? mj_settings_push(supervision, current, &wrong) : MJ_PUSH_REFUSED;

    if (outcome == MJ_PUSH_REFUSED) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server,
                     MJLOGNO(0061) "the supervisor (pid %d) refuses the new settings, and pools go on with those of before: %s", (int)current->pid, wrong);
    }
    else if (outcome == MJ_PUSH_FAILED) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server, MJLOGNO(0012) "the supervisor (pid %d) is replaced: %s", (int)current->pid,
                     wrong);
        end_one(current);
        mj_places_reset(supervision, current->board, MJ_POOL_STARTING, 0);
    }
    return outcome != MJ_PUSH_FAILED;
}

/* What a supervisor is started with has changed. Another one takes over, with a board of its own, and the former one serves httpd's children of
 * before until they have gone. @return NULL, or what is wrong: then the former one is the current one still */
static const char *replace_current(supervision_t *supervision)
{
    mj_retained_t *retained = supervision->retained;
    mj_supervisor_client_t *former = retained->current, *next;
    const char *wrong = make_client(supervision, &next);

    if (wrong != NULL) {
        return wrong;
    }
    wrong = mj_places_claim(supervision, next->board);
    if (wrong == NULL) {
        wrong = start_and_push(supervision, next);
    }
    if (wrong != NULL) {
        mj_supervisor_client_free(next);
        return wrong;
    }
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_INFO, 0, supervision->main_server,
                 MJLOGNO(0062) "JVMRuntimeDir, JVMMinimumUID, httpd's user or where mod_jvm lies has changed: supervisor %d takes over from %d",
                 (int)next->pid, (int)former->pid);
    if (mj_supervisor_client_tell(former, MJ_CONTROL_RETIRE) != APR_SUCCESS) {
        kill(former->pid, SIGTERM); /* it does not listen */
    }
    retained->current = next;
    add_retired(retained, former);
    return NULL;
}

/* @param has_runtime_dir whether the folder that is configured can be used
 *  @return false if none runs any more */
static bool configure_running(supervision_t *supervision, bool has_runtime_dir, bool has_pools)
{
    mj_supervisor_client_t *current = supervision->retained->current;
    mj_supervisor_start_t start = mj_settings_of_start(supervision);
    const char *wrong;

    if (has_runtime_dir && has_pools && !mj_supervisor_client_has(current, &start, supervision->pconf)) {
        wrong = replace_current(supervision);
        if (wrong == NULL) {
            return true;
        }
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server,
                     MJLOGNO(0063) "another supervisor cannot be started, and the former one goes on, with the JVMRuntimeDir, JVMMinimumUID and User of "
                                   "before; the next restart of httpd tries again: %s",
                     wrong);
    }
    supervision->runtime_dir = apr_pstrdup(supervision->pconf, current->runtime_dir);
    return push_to_current(supervision);
}

/* @return NULL, or what is wrong */
static const char *configure(supervision_t *supervision, bool has_pools)
{
    mj_retained_t *retained = supervision->retained;
    const char *no_dir = make_runtime_dir(supervision), *wrong;

    if (no_dir != NULL) {
        no_dir = apr_pstrcat(supervision->pconf, "JVMRuntimeDir: ", no_dir, NULL);
        supervision->runtime_dir = mj_runtime_dir(supervision->pconf, supervision->main_server);
    }
    if (runs(retained->current) && configure_running(supervision, no_dir == NULL, has_pools)) {
        return has_pools ? no_dir : NULL;
    }
    if (!has_pools) {
        return NULL;
    }
    /* The board first: httpd's children are forked with it, and a supervisor may come later. */
    wrong = retained->current == NULL ? make_client(supervision, &retained->current) : NULL;
    if (wrong == NULL) {
        wrong = mj_places_claim(supervision, retained->current->board);
    }
    if (wrong == NULL) {
        wrong = no_dir;
    }
    if (wrong == NULL) {
        wrong = start_and_push(supervision, retained->current);
    }
    if (wrong == NULL) {
        retained->failed_starts = 0;
    }
    else if (retained->current != NULL) {
        note_failed_start(supervision);
    }
    return wrong;
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

/* The configuration goes: httpd ends or restarts, and takes the supervisor with it; or it restarts gracefully, and the supervisor waits
 * for what the next configuration says. */
static apr_status_t leave(void *data)
{
    supervision_t *supervision = data;
    mj_retained_t *retained = supervision->retained;
    int state;

    if (getpid() != supervision->parent) { /* other modules' processes may clean up what they inherited */
        return APR_SUCCESS;
    }
    /* the other-child registration has gone already: pconf undoes last what was done first */
    state = ap_state_query(AP_SQ_MAIN_STATE);
    if (state == AP_SQ_MS_EXITING || !ap_unixd_mpm_get_retained_data()->was_graceful) {
        end_all(retained);
    }
    else if (runs(retained->current)) {
        mj_supervisor_client_tell(retained->current, MJ_CONTROL_VOID);
    }
    return APR_SUCCESS;
}

static supervision_t *make_supervision(apr_pool_t *pconf, server_rec *main_server, mj_retained_t *retained)
{
    supervision_t *supervision = apr_pcalloc(pconf, sizeof(*supervision));
    supervision->retained = retained;
    supervision->main_server = main_server;
    supervision->pconf = pconf;
    supervision->parent = getpid();
    supervision->board_fd = -1;
    supervision->bell = -1;
    apr_pool_cleanup_register(pconf, supervision, leave, apr_pool_cleanup_null);
    return supervision;
}

/* --- hooks --- */

/* Since httpd's start, its configuration was read again. */
static bool has_restarted(void)
{
    int generation = 0;
    return ap_mpm_query(AP_MPMQ_GENERATION, &generation) == APR_SUCCESS && generation > 0;
}

int mj_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server)
{
    supervision_t *supervision;
    mj_retained_t *retained;
    const char *wrong;
    bool has_pools;

    (void)plog;
    (void)ptemp;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK; /* httpd reads its configuration twice at start: this is the rehearsal */
    }
    retained = retained_of();
    has_pools = mj_all_pools(pconf, main_server)->nelts > 0;
    if (!has_pools && retained->current == NULL && retained->retired == NULL) {
        return OK;
    }
    /* Without pools a supervisor goes on: it drains those that it had, for requests may be in them. */
    supervision = make_supervision(pconf, main_server, retained);
    mj_server_config(main_server)->supervision = supervision;
    supervision->state_dir = make_state_dir(pconf, main_server);
    wrong = configure(supervision, has_pools);
    if (wrong != NULL && !has_restarted()) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_CRIT, 0, main_server, MJLOGNO(0013) "the supervisor cannot be started: %s", wrong);
        end_all(retained);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (wrong != NULL) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, main_server, MJLOGNO(0011) "%s; %s", wrong,
                     runs(retained->current) ? "the former JVMRuntimeDir stays in use, and the next restart of httpd tries again"
                                             : "no pool runs, and a supervisor is to be started again and again");
    }
    watch_all(supervision);
    return OK;
}

/* httpd calls this every ten seconds or so. */
int mj_monitor(apr_pool_t *pool, server_rec *main_server)
{
    supervision_t *supervision = mj_server_config(ap_server_conf)->supervision;
    mj_retained_t *retained = supervision != NULL ? supervision->retained : NULL;
    mj_supervisor_client_t *client;

    (void)main_server;
    if (retained == NULL) {
        return DECLINED;
    }
    if (retained->current != NULL && !runs(retained->current) && mj_all_pools(pool, ap_server_conf)->nelts > 0) {
        start_again(supervision);
    }
    for (client = all_clients(retained); client != NULL; client = client->next) {
        if (client->board != NULL) {
            mj_board_clear_rows_of_nobody(client->board);
        }
    }
    return DECLINED;
}

/* Here a child of httpd is still root, and can have what its parent has: board and bell. Nobody else can, whatever else httpd's parent
 * forks; but for mod_cgid's process, which comes by here too, and whose programs inherit nothing of it. */
int mj_drop_privileges(apr_pool_t *pchild, server_rec *main_server)
{
    supervision_t *supervision = mj_server_config(main_server)->supervision;
    mj_supervisor_client_t *current = supervision != NULL ? supervision->retained->current : NULL;

    (void)pchild;
    if (current == NULL) {
        return DECLINED;
    }
    supervision->bell = mj_bell_grasp(current->bell);
    if (getpid() != supervision->parent) {
        supervision->board_fd = mj_reopen(current->board_fd, O_RDWR);
    }
    else { /* httpd -X forks none, has the board mapped, and will be User when it says that it stops */
        mj_supervisor_client_hold(current);
    }
    return DECLINED;
}

apr_status_t mj_supervision_enter_child(supervision_t *supervision, mj_child_t *child)
{
    mj_retained_t *retained = supervision->retained;
    mj_supervisor_client_t *client = retained->current;
    apr_status_t rv = APR_SUCCESS;

    if (client == NULL) {
        return APR_ENOMEM;
    }
    child->board = client->board;
    child->bell = supervision->bell;
    child->runtime_dir = supervision->runtime_dir;
    if (getpid() != supervision->parent) {
        /* The parent's mapping is not inherited: of its handle only the sizes are of use. */
        rv = mj_board_map(&child->board, supervision->board_fd, mj_board_max_pools(client->board), mj_board_max_children(client->board));
        if (supervision->board_fd >= 0) {
            close(supervision->board_fd);
            supervision->board_fd = -1;
        }
        for (client = all_clients(retained); client != NULL; client = client->next) {
            mj_supervisor_client_forget(client);
        }
    }
    return supervision->bell >= 0 ? rv : APR_EBADF;
}

/* Children of an earlier configuration may have the board of a retired supervisor. */
void mj_child_status(server_rec *main_server, pid_t pid, ap_generation_t generation, int slot, mpm_child_status status)
{
    const supervision_t *supervision = mj_server_config(main_server)->supervision;
    mj_supervisor_client_t *client = supervision != NULL ? all_clients(supervision->retained) : NULL;

    (void)generation;
    (void)slot;
    if (status == MPM_CHILD_STARTED && client != NULL && client->board != NULL) {
        (void)mj_board_child_started(client->board, (uint32_t)pid); /* without memory its row may be cleared under it: its requests count for less */
    }
    for (; status == MPM_CHILD_EXITED && client != NULL; client = client->next) {
        if (client->board != NULL) {
            mj_board_child_died(client->board, (uint32_t)pid);
        }
    }
}
