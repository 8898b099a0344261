/* httpd's side of supervision: starts the supervisor, keeps it across graceful restarts, ends it
 * with httpd.
 *
 * Once httpd runs, nothing here makes it end: post_config fails at httpd's first start alone. What
 * cannot be done at a restart is logged, the former supervisor goes on if there is one, and it is
 * tried again. */
#include "supervision_parts.h"

#include "config.h"
#include "installation.h"
#include "mod_jvm.h"
#include "paths.h"
#include "pools.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <signal.h>
#include <unistd.h>
#include <unixd.h>

APLOG_USE_MODULE(jvm);

/* The settings are for the supervisor that runs. @return false if it does not listen: then it was
 * ended */
static bool push_to_current(supervision_t *supervision)
{
    mj_supervisor_client_t *current = supervision->retained->current;
    const char *wrong = mj_places_claim(supervision, current->board);
    mj_push_t outcome = wrong == NULL ? mj_settings_push(supervision, current, &wrong) : MJ_PUSH_REFUSED;

    if (outcome == MJ_PUSH_REFUSED) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server,
                     MJLOGNO(0061) "the supervisor (pid %d) refuses the new settings, and pools keep their previous settings: %s",
                     (int)current->pid, wrong);
    } else if (outcome == MJ_PUSH_FAILED) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, supervision->main_server, MJLOGNO(0012) "the supervisor (pid %d) is replaced: %s",
                     (int)current->pid, wrong);
        mj_supervision_end_one(current);
        mj_places_reset(supervision, current->board, MJ_POOL_STARTING, 0);
    }
    return outcome != MJ_PUSH_FAILED;
}

/* What a supervisor is started with has changed. Another one takes over, with a board of its own,
 * and the former one serves httpd's children of before until they have gone. @return NULL, or what
 * is wrong: then the former one is the current one still */
static const char *replace_current(supervision_t *supervision)
{
    mj_retained_t *retained = supervision->retained;
    mj_supervisor_client_t *former = retained->current, *next;
    const char *wrong = mj_supervision_make_client(supervision, &next);

    if (wrong != NULL) {
        return wrong;
    }
    wrong = mj_places_claim(supervision, next->board);
    if (wrong == NULL) {
        wrong = mj_supervision_start(supervision, next);
    }
    if (wrong != NULL) {
        mj_supervisor_client_free(next);
        return wrong;
    }
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_INFO, 0, supervision->main_server,
                 MJLOGNO(0062) "JVMRuntimeDir, JVMMinimumUID, httpd's user or mod_jvm's location has changed: supervisor %d "
                               "takes over from %d",
                 (int)next->pid, (int)former->pid);
    if (mj_supervisor_client_tell(former, MJ_CONTROL_RETIRE) != APR_SUCCESS) {
        kill(former->pid, SIGTERM); /* it does not listen */
    }
    retained->current = next;
    mj_retained_add(retained, former);
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
                     MJLOGNO(0063) "another supervisor cannot be started; the present one goes on, with the previous "
                                   "JVMRuntimeDir, JVMMinimumUID "
                                   "and User; the next restart of httpd tries again: %s",
                     wrong);
    }
    supervision->runtime_dir = apr_pstrdup(supervision->pconf, current->runtime_dir);
    return push_to_current(supervision);
}

/* @return NULL, or what is wrong */
static const char *configure(supervision_t *supervision, bool has_pools)
{
    mj_retained_t *retained = supervision->retained;
    const char *no_dir = mj_supervision_make_dir(supervision), *wrong;

    if (no_dir != NULL) {
        no_dir = apr_pstrcat(supervision->pconf, "JVMRuntimeDir: ", no_dir, NULL);
        supervision->runtime_dir = mj_runtime_dir(supervision->pconf, supervision->main_server);
    }
    if (mj_retained_runs(retained->current) && configure_running(supervision, no_dir == NULL, has_pools)) {
        return has_pools ? no_dir : NULL;
    }
    if (!has_pools) {
        return NULL;
    }
    /* The board first: httpd's children are forked with it, and a supervisor may come later. */
    wrong = retained->current == NULL ? mj_supervision_make_client(supervision, &retained->current) : NULL;
    if (wrong == NULL) {
        wrong = mj_places_claim(supervision, retained->current->board);
    }
    if (wrong == NULL) {
        wrong = no_dir;
    }
    if (wrong == NULL) {
        wrong = mj_supervision_start(supervision, retained->current);
    }
    if (wrong == NULL) {
        retained->failed_starts = 0;
    } else if (retained->current != NULL) {
        mj_supervision_note_failure(supervision);
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
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, main_server,
                     MJLOGNO(0016) "JVMStateDir: %s; pools run without it", wrong);
    }
    return resolved;
}

/* The configuration goes: httpd ends or restarts, and takes the supervisor with it; or it restarts
 * gracefully, and the supervisor waits for what the next configuration says. */
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
        mj_retained_end(retained);
    } else if (mj_retained_runs(retained->current)) {
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
    supervision->wakeup_fd = -1;
    apr_pool_cleanup_register(pconf, supervision, leave, apr_pool_cleanup_null);
    return supervision;
}

bool mj_has_restarted(void)
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
    retained = mj_retained();
    has_pools = mj_all_pools(pconf, main_server)->nelts > 0;
    if (!has_pools && retained->current == NULL && retained->retired == NULL) {
        return OK;
    }
    /* Without pools a supervisor goes on: it drains those that it had, for requests may be in
     * them. */
    supervision = make_supervision(pconf, main_server, retained);
    mj_server_config(main_server)->supervision = supervision;
    supervision->state_dir = make_state_dir(pconf, main_server);
    wrong = configure(supervision, has_pools);
    if (wrong != NULL && !mj_has_restarted()) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_CRIT, 0, main_server, MJLOGNO(0013) "the supervisor cannot be started: %s",
                     wrong);
        mj_retained_end(retained);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (wrong != NULL) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, main_server, MJLOGNO(0011) "%s; %s", wrong,
                     mj_retained_runs(retained->current)
                         ? "the previous JVMRuntimeDir stays in use, and the next restart of httpd tries again"
                         : "no pool runs, and httpd keeps trying to start a supervisor");
    }
    mj_supervision_watch(supervision);
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
    if (retained->current != NULL && !mj_retained_runs(retained->current) && mj_all_pools(pool, ap_server_conf)->nelts > 0) {
        mj_supervision_start_again(supervision);
    }
    for (client = mj_retained_all(retained); client != NULL; client = client->next) {
        if (client->board != NULL) {
            mj_board_clear_rows_of_nobody(client->board);
        }
    }
    return DECLINED;
}
