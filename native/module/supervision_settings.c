/* What a supervisor is told: at its start, and with each configuration. */
#include "supervision_parts.h"

#include "config.h"
#include "installation.h"
#include "log_target.h"
#include "mod_jvm.h"
#include "pool_settings.h"
#include "pools.h"

#include <apr_strings.h>
#include <http_log.h>
#include <unistd.h>
#include <unixd.h>

APLOG_USE_MODULE(jvm);

/* Whom httpd's children run as. */
static int64_t httpd_uid(void)
{
    return (int64_t)(geteuid() == 0 ? ap_unixd_config.user_id : geteuid());
}

mj_supervisor_start_t mj_settings_of_start(const supervision_t *supervision)
{
    long minimum = mj_server_config(supervision->main_server)->minimum_uid;
    return (mj_supervisor_start_t){.program = mj_installed(supervision->pconf, "libexec/mod_jvm/jvm-supervisor"),
                                   .runtime_dir = supervision->runtime_dir,
                                   .launcher = mj_installed(supervision->pconf, "libexec/mod_jvm/jvm-daemon"),
                                   .jars = mj_installed(supervision->pconf, "share/mod_jvm"),
                                   .httpd_uid = httpd_uid(),
                                   .httpd_gid = (int64_t)(geteuid() == 0 ? ap_unixd_config.group_id : getegid()),
                                   .minimum_uid = minimum < 0 ? MJ_DEFAULT_MINIMUM_UID : minimum};
}

#define NO_LOG_YET (-2) /* -1 is a log without a descriptor */

typedef struct log_t {
    mj_span_t record;
    int descriptor;
} log_t;

/* Says where the pools that come next have their log, unless the last ones have the same; the first
 * is the main server's, for the supervisor's own lines. */
static apr_status_t send_log(const supervision_t *supervision, int connection, const server_rec *server, log_t *last)
{
    log_t log = {mj_log_record(supervision->pconf, server, supervision->main_server), mj_log_descriptor(server)};
    if (log.descriptor == last->descriptor && mj_span_equal(log.record, last->record)) {
        return APR_SUCCESS;
    }
    *last = log;
    return mj_control_send(connection, MJ_CONTROL_LOG, log.record, log.descriptor);
}

/* A pool that is too large for a message is left out: the others are not to suffer. */
static apr_status_t send_pool(const supervision_t *supervision, mj_supervisor_client_t *client, int connection,
                              const mj_pool_config_t *declared)
{
    mj_span_t record = mj_pool_settings_record(declared->settings, supervision->pconf, declared->index, httpd_uid(),
                                               declared->java_home, declared->definitions, declared->dynamic, declared->warm_ups);
    apr_status_t rv = mj_control_send(connection, MJ_CONTROL_POOL, record, -1);

    mj_span_wipe(record); /* what env-file says is inherited by nobody who is forked later */
    if (rv == APR_ENOSPC) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, declared->server,
                     MJLOGNO(0060) "JVMDaemonProcess %s: its settings take %" APR_SIZE_T_FMT
                                   " bytes; the limit is %d: it does not run; give it fewer "
                                   "options, mounts or parameters",
                     declared->settings->name, record.len, MJ_CONTROL_MAX);
        return APR_SUCCESS;
    }
    mj_supervisor_client_allow(client, declared->settings->shutdown_timeout);
    return rv;
}

typedef struct telling_t {
    supervision_t *supervision;
    mj_supervisor_client_t *client;
} telling_t;

static apr_status_t tell_all(void *context, int connection)
{
    const telling_t *telling = context;
    supervision_t *supervision = telling->supervision;
    const apr_array_header_t *pools = mj_all_pools(supervision->pconf, supervision->main_server);
    log_t log = {{NULL, 0}, NO_LOG_YET};
    apr_status_t rv = mj_control_send_begin(connection, ++supervision->retained->generation, supervision->state_dir,
                                            mj_server_config(supervision->main_server)->concurrent_starts, supervision->pconf);
    int i;

    if (rv == APR_SUCCESS) {
        rv = send_log(supervision, connection, supervision->main_server, &log);
    }
    for (i = 0; rv == APR_SUCCESS && i < pools->nelts; i++) {
        const mj_pool_config_t *declared = APR_ARRAY_IDX(pools, i, const mj_pool_config_t *);
        rv = send_log(supervision, connection, declared->server, &log);
        if (rv == APR_SUCCESS) {
            rv = send_pool(supervision, telling->client, connection, declared);
        }
    }
    return rv;
}

mj_push_t mj_settings_push(supervision_t *supervision, mj_supervisor_client_t *client, const char **wrong)
{
    telling_t telling = {supervision, client};
    return mj_supervisor_client_push(client, tell_all, &telling, wrong, supervision->pconf);
}
