#include "report.h"

#include "json.h"
#include "load_source.h"
#include "text.h"

#include <apr_strings.h>
#include <string.h>
#include <unistd.h>

#define WHY_MAX 200

static const char *daemon_state(mj_life_state_t state)
{
    switch (state) {
    case MJ_LIFE_STARTING:
        return "starting";
    case MJ_LIFE_READY:
        return "ready";
    case MJ_LIFE_DRAINING:
        return "draining";
    default:
        return "ending";
    }
}

/* As a JSON string, quotes included; control characters and what is no UTF-8 show as \xHH. */
static const char *quote(const char *text, apr_pool_t *mem)
{
    size_t len = strlen(text);
    char *printable = apr_palloc(mem, MJ_ESCAPED_SIZE(len));
    mj_text_escape(printable, text, len);
    return apr_pstrcat(mem, "\"", mj_json_escape(printable, mem), "\"", NULL);
}

/* As JSON; 0: null. */
static const char *date(apr_time_t at, apr_pool_t *mem)
{
    const char *text = mj_iso_time(at, true, mem);
    return text != NULL ? apr_pstrcat(mem, "\"", text, "\"", NULL) : "null";
}

/* The same of a moment of CLOCK_MONOTONIC. */
static const char *moment(int64_t at, int64_t now, apr_pool_t *mem)
{
    return date(at == MJ_NEVER ? 0 : apr_time_now() + (at - now), mem);
}

static void tell_daemon(mj_client_t *client, const mj_daemon_t *daemon, const char *separator, int64_t now, apr_pool_t *mem)
{
    mj_client_say(client, "%s\n    {\"pid\":%ld,\"slot\":%u,\"state\":\"%s\",\"generation\":%u,", separator, (long)daemon->pid,
                  daemon->slot, daemon_state(daemon->life.state), daemon->generation);
    mj_client_say(client, "\"startedAt\":%s,\"readyAt\":%s,\"uptimeMs\":%lld,", moment(daemon->life.started_at, now, mem),
                  moment(daemon->life.ready_at, now, mem), (long long)((now - daemon->life.started_at) / 1000));
}

/* Why it is to be replaced, or ends. Cut: the log has all of it, and a pool must fit what a client
 * may leave unread, whatever the text of its daemons (MJ_BOARD_SLOTS of them, a byte shown as five)
 * may be. */
static const char *why(const mj_daemon_t *daemon, apr_pool_t *mem)
{
    const char *text;
    if (daemon->why == NULL) {
        return "null";
    }
    text = apr_pstrcat(mem, daemon->why, daemon->why_more != NULL ? ": " : "", daemon->why_more, NULL);
    return quote(strlen(text) <= WHY_MAX ? text : apr_pstrcat(mem, apr_pstrndup(mem, text, WHY_MAX), "...", NULL), mem);
}

/* Each once, though every daemon of the pool tells of it; those of the daemon that has most. */
static void tell_failed_mounts(mj_client_t *client, const mj_pool_t *pool, apr_pool_t *mem)
{
    const mj_failed_mounts_t *failed = NULL;
    const mj_daemon_t *daemon;
    unsigned i;

    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        if (daemon->life.state == MJ_LIFE_READY && daemon->failed_mounts != NULL &&
            (failed == NULL || daemon->failed_mounts->count > failed->count)) {
            failed = daemon->failed_mounts;
        }
    }
    mj_client_say(client, "\"failedMounts\":[");
    for (i = 0; failed != NULL && i < failed->count; i++) {
        mj_client_say(client, "%s%s", i > 0 ? "," : "", quote(failed->mounts[i].reason, mem));
    }
    mj_client_say(client, "],");
}

void mj_report_pool(mj_client_t *client, const mj_pool_t *pool, const char *separator, int64_t now)
{
    const mj_daemon_t *daemon;
    const char *daemon_separator = "";
    apr_pool_t *mem;
    bool is_waiting = pool->plan.retry_at > now && !pool->plan.is_refused && !pool->plan.is_idle;
    uid_t uid = pool->spec->has_identity ? pool->spec->uid : geteuid();

    apr_pool_create(&mem, client->mem);
    mj_client_say(client, "%s\n  {\"name\":%s,\"user\":%s,\"uid\":%lu,\"state\":\"%s\",\"generation\":%u,\"waiting\":%u,",
                  separator, quote(pool->log.name, mem), quote(mj_record_text(pool->spec->record, "user", "", mem), mem),
                  (unsigned long)uid, mj_pool_state_name(pool->shown_state), pool->plan.generation, pool->load->waiting(pool));
    tell_failed_mounts(client, pool, mem);
    mj_client_say(client, "\"lastError\":%s,\"lastErrorAt\":%s,\"retryAt\":%s,\"daemons\":[",
                  pool->log.last_error[0] != '\0' ? quote(pool->log.last_error, mem) : "null", date(pool->log.last_error_at, mem),
                  moment(is_waiting ? pool->plan.retry_at : MJ_NEVER, now, mem));
    for (daemon = pool->daemons; daemon != NULL; daemon = daemon->next) {
        tell_daemon(client, daemon, daemon_separator, now, mem);
        mj_client_say(client, "\"served\":%llu,\"inFlight\":%u,\"why\":%s}", (unsigned long long)pool->load->served(pool, daemon),
                      pool->load->in_flight(pool, daemon), why(daemon, mem));
        daemon_separator = ",";
    }
    mj_client_say(client, "]}");
    apr_pool_destroy(mem);
}
