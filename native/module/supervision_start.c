/* Starts of supervisors, and what follows when one has ended. */
#include "supervision_parts.h"

#include "installation.h"
#include "mod_jvm.h"
#include "paths.h"

#include <apr_strings.h>
#include <http_log.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

APLOG_USE_MODULE(jvm);

#define MAX_POOLS 16384 /* a place on the board takes no memory until it is used */
#define RESTART_DELAY_MAX apr_time_from_sec(30)
/* From this failed start on, requests are told to come back later: until then they wait. */
#define FAILED_STARTS_UNTIL_DOWN 2

void mj_supervision_end_one(mj_supervisor_client_t *client)
{
    client->next = NULL;
    mj_supervisor_client_end_all(client);
}

const char *mj_supervision_start(supervision_t *supervision, mj_supervisor_client_t *client)
{
    mj_supervisor_start_t start = mj_settings_of_start(supervision);
    const char *wrong = mj_supervisor_client_start(client, &start, supervision->pconf);

    supervision->retained->tried_at = apr_time_now();
    if (wrong == NULL && mj_settings_push(supervision, client, &wrong) != MJ_PUSH_TAKEN) {
        mj_supervision_end_one(client);
    }
    return wrong;
}

const char *mj_supervision_make_dir(supervision_t *supervision)
{
    return mj_folder_make(supervision->pconf, mj_runtime_dir(supervision->pconf, supervision->main_server), geteuid(),
                          geteuid() == 0, &supervision->runtime_dir);
}

const char *mj_supervision_make_client(const supervision_t *supervision, mj_supervisor_client_t **client)
{
    int children = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &children);
    /* Twice: a child that ends slowly may lose its place in httpd's scoreboard to another. */
    return mj_supervisor_client_make(client, MAX_POOLS, children > 0 ? 2 * (unsigned)children : 1, supervision->pconf);
}

typedef struct watched_t {
    supervision_t *supervision;
    mj_supervisor_client_t *client;
    apr_proc_t process;
} watched_t;

static bool is_stopping(void)
{
    int state;
    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) != APR_SUCCESS || state == AP_MPMQ_STOPPING;
}

/* What httpd hands over does not tell an exit code from a signal; the supervisor's own exit codes
 * are few. */
static const char *describe_end(int status, apr_pool_t *pool)
{
    const char *name = sigabbrev_np(status);
    if (status == EXIT_SUCCESS || status == EXIT_FAILURE || status == MJ_CONTROL_NOT_EXECUTED || name == NULL) {
        return apr_psprintf(pool, "exit code %d", status);
    }
    return apr_psprintf(pool, "signal %d (SIG%s)", status, name);
}

static void lose_current(supervision_t *supervision, mj_supervisor_client_t *client, int status)
{
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server,
                 MJLOGNO(0010) "the supervisor (pid %d) ended unexpectedly: %s; its JVMs have ended with it, another supervisor "
                               "takes over, "
                               "and requests wait for its JVMs",
                 (int)client->pid, describe_end(status, supervision->pconf));
    mj_supervisor_client_ended(client);
    mj_places_reset(supervision, client->board, MJ_POOL_STARTING, 0);
    if (!is_stopping()) {
        mj_supervision_start_again(supervision);
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
        } else {
            mj_retained_drop(retained, watched->client);
        }
    } else if (reason == APR_OC_REASON_RESTART) {
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

void mj_supervision_watch(supervision_t *supervision)
{
    mj_supervisor_client_t *client;
    for (client = mj_retained_all(supervision->retained); client != NULL; client = client->next) {
        if (mj_retained_runs(client)) {
            watch(supervision, client);
        }
    }
}

/* One that lasted is replaced at once; one that does not, ever more slowly. */
static void lengthen_delay(mj_retained_t *retained)
{
    if (retained->restart_delay == 0 || apr_time_now() - retained->tried_at > 2 * RESTART_DELAY_MAX) {
        retained->restart_delay = apr_time_from_sec(1);
    } else {
        retained->restart_delay *= 2;
    }
    if (retained->restart_delay > RESTART_DELAY_MAX) {
        retained->restart_delay = RESTART_DELAY_MAX;
    }
}

void mj_supervision_note_failure(supervision_t *supervision)
{
    mj_retained_t *retained = supervision->retained;
    if (++retained->failed_starts >= FAILED_STARTS_UNTIL_DOWN) {
        mj_places_reset(supervision, retained->current->board, MJ_POOL_DOWN, apr_time_now() + retained->restart_delay);
    }
}

void mj_supervision_start_again(supervision_t *supervision)
{
    mj_retained_t *retained = supervision->retained;
    const char *wrong;

    if (apr_time_now() < retained->tried_at + retained->restart_delay) {
        return;
    }
    lengthen_delay(retained);
    wrong = mj_supervision_make_dir(supervision);
    if (wrong == NULL) {
        wrong = mj_supervision_start(supervision, retained->current);
    }
    if (wrong == NULL) {
        retained->failed_starts = 0;
        watch(supervision, retained->current);
        return;
    }
    retained->tried_at = apr_time_now();
    mj_supervision_note_failure(supervision);
    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, supervision->main_server,
                 MJLOGNO(0014) "the supervisor cannot be started again, so no pool runs; httpd keeps trying: %s", wrong);
}
