/* SetHandler jvm-status: what the board says of every pool. */
#include "status_page.h"

#include "board.h"
#include "check_mounts.h"
#include "child.h"
#include "config.h"
#include "dispatcher.h"
#include "json.h"
#include "mod_jvm.h"
#include "pools.h"
#include "text.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static const char *const slot_states[] = {"free", "starting", "ready", "draining"};

static const struct {
    const char *name;
    const char *help;
} counters[] = {
    [MJ_COUNTER_ABANDONED] = {"abandoned", "Requests whose client left before the response was complete"},
    [MJ_COUNTER_MOVED] = {"moved", "Attempts that no application had seen when the daemon went, repeated with another"},
    [MJ_COUNTER_LOST] = {"lost", "Requests that a daemon was handling when it went"},
    [MJ_COUNTER_UPGRADED] = {"upgraded", "Connections upgraded to another protocol"},
};

/* Pool names hold letters, digits, dots, hyphens and underscores alone: they need no escapes in any
 * of the formats. */
typedef struct row_t {
    const char *name;
    const char *server;
    unsigned index;
    mj_board_view_t *view; /* one for all rows: of the pool that was looked at last, so that thousands of pools take no memory */
} row_t;

static const mj_board_view_t *look(const row_t *row)
{
    mj_board_look(mj_child()->dispatcher.board, row->index, row->view);
    return row->view;
}

/* The last error as printable UTF-8: it is of a daemon's making. */
static const char *last_error(request_rec *r, const row_t *row)
{
    apr_size_t len = strlen(row->view->last_error);
    char *text = apr_palloc(r->pool, MJ_ESCAPED_SIZE(len));
    mj_text_escape(text, row->view->last_error, len);
    return text;
}

/* "" if there was none, or the time is none. */
static const char *last_error_time(request_rec *r, const row_t *row)
{
    const char *text = mj_iso_time(row->view->last_error_at, false, r->pool);
    return text != NULL ? text : "";
}

/* The number comes from shared memory: it may be anything. */
static const char *slot_state(const row_t *row, unsigned slot)
{
    unsigned state = row->view->slots[slot].state;
    return state < COUNT(slot_states) ? slot_states[state] : "unknown";
}

static void print_html(request_rec *r, const row_t *rows, int count)
{
    ap_rputs("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>JVM pools</title></head><body>\n<h1>JVM pools</h1>\n"
             "<table border=\"1\">\n<tr><th>pool<th>virtual host<th>state<th>waiting",
             r);
    for (int i = 0; i < COUNT(counters); i++) {
        ap_rprintf(r, "<th title=\"%s\">%s", counters[i].help, counters[i].name);
    }
    ap_rputs("<th>daemons: pid, state, requests in flight and served<th>last error</tr>\n", r);
    for (const row_t *row = rows; row < rows + count; row++) {
        look(row);
        ap_rprintf(r, "<tr><td>%s<td>%s<td>%s<td>%u", row->name, ap_escape_html(r->pool, row->server),
                   mj_pool_state_name(row->view->state), row->view->waiting);
        for (int i = 0; i < COUNT(counters); i++) {
            ap_rprintf(r, "<td>%" APR_UINT64_T_FMT, row->view->counters[i]);
        }
        ap_rputs("<td>", r);
        for (unsigned i = 0; i < row->view->slot_count; i++) {
            if (row->view->slots[i].state != MJ_SLOT_FREE) {
                ap_rprintf(r, "%u %s %u/%u, %" APR_UINT64_T_FMT " served<br>", row->view->slots[i].pid, slot_state(row, i),
                           row->view->slots[i].in_flight, row->view->slots[i].threads, row->view->slots[i].served);
            }
        }
        ap_rprintf(r, "<td>%s %s</tr>\n", last_error_time(r, row), ap_escape_html(r->pool, last_error(r, row)));
    }
    ap_rputs("</table>\n</body></html>\n", r);
}

static void print_json(request_rec *r, const row_t *rows, int count)
{
    ap_rputs("{\"pools\":[", r);
    for (const row_t *row = rows; row < rows + count; row++) {
        const char *separator = "";
        look(row);
        ap_rprintf(r, "%s{\"name\":\"%s\",\"state\":\"%s\",\"waiting\":%u", row == rows ? "" : ",", row->name,
                   mj_pool_state_name(row->view->state), row->view->waiting);
        for (int i = 0; i < COUNT(counters); i++) {
            ap_rprintf(r, ",\"%s\":%" APR_UINT64_T_FMT, counters[i].name, row->view->counters[i]);
        }
        ap_rprintf(r, ",\"lastError\":\"%s\",\"lastErrorAt\":\"%s\"", mj_json_escape(last_error(r, row), r->pool),
                   last_error_time(r, row));
        ap_rputs(",\"daemons\":[", r);
        for (unsigned i = 0; i < row->view->slot_count; i++) {
            if (row->view->slots[i].state != MJ_SLOT_FREE) {
                ap_rprintf(r, "%s{\"pid\":%u,\"state\":\"%s\",\"inFlight\":%u,\"threads\":%u,\"served\":%" APR_UINT64_T_FMT "}",
                           separator, row->view->slots[i].pid, slot_state(row, i), row->view->slots[i].in_flight,
                           row->view->slots[i].threads, row->view->slots[i].served);
                separator = ",";
            }
        }
        ap_rputs("]}", r);
    }
    ap_rputs("]}\n", r);
}

static void print_gauge(request_rec *r, const row_t *rows, int count, const char *name, const char *help,
                        apr_uint64_t value(const mj_board_view_t *view))
{
    ap_rprintf(r, "# HELP mod_jvm_%s %s\n# TYPE mod_jvm_%s gauge\n", name, help, name);
    for (int i = 0; i < count; i++) {
        ap_rprintf(r, "mod_jvm_%s{pool=\"%s\"} %" APR_UINT64_T_FMT "\n", name, rows[i].name, value(look(&rows[i])));
    }
}

static apr_uint64_t waiting(const mj_board_view_t *view)
{
    return view->waiting;
}

static apr_uint64_t in_flight(const mj_board_view_t *view)
{
    apr_uint64_t sum = 0;
    for (unsigned i = 0; i < view->slot_count; i++) {
        sum += view->slots[i].in_flight;
    }
    return sum;
}

static apr_uint64_t ready_daemons(const mj_board_view_t *view)
{
    apr_uint64_t sum = 0;
    for (unsigned i = 0; i < view->slot_count; i++) {
        sum += view->slots[i].state == MJ_SLOT_READY ? 1 : 0;
    }
    return sum;
}

static apr_uint64_t last_error_seconds(const mj_board_view_t *view)
{
    return view->last_error_at > 0 ? (apr_uint64_t)apr_time_sec(view->last_error_at) : 0;
}

/* One series for each state, 1 for the one that the pool is in. */
static void print_states(request_rec *r, const row_t *rows, int count)
{
    ap_rputs("# HELP mod_jvm_state Whether the pool is in this state\n# TYPE mod_jvm_state gauge\n", r);
    for (int i = 0; i < count; i++) {
        unsigned current = look(&rows[i])->state;
        for (unsigned state = 0; state < MJ_POOL_STATE_COUNT; state++) {
            ap_rprintf(r, "mod_jvm_state{pool=\"%s\",state=\"%s\"} %d\n", rows[i].name, mj_pool_state_name(state),
                       current == state ? 1 : 0);
        }
    }
}

/* By slot, where one daemon follows another: each begins at 0 again, as a counter may. */
static void print_served(request_rec *r, const row_t *rows, int count)
{
    ap_rputs("# HELP mod_jvm_served_total Requests that the daemon in this slot has finished\n# TYPE mod_jvm_served_total "
             "counter\n",
             r);
    for (const row_t *row = rows; row < rows + count; row++) {
        look(row);
        for (unsigned i = 0; i < row->view->slot_count; i++) {
            if (row->view->slots[i].state != MJ_SLOT_FREE) {
                ap_rprintf(r, "mod_jvm_served_total{pool=\"%s\",slot=\"%u\"} %" APR_UINT64_T_FMT "\n", row->name, i,
                           row->view->slots[i].served);
            }
        }
    }
}

static void print_prometheus(request_rec *r, const row_t *rows, int count)
{
    print_states(r, rows, count);
    print_gauge(r, rows, count, "waiting", "Requests that wait for a place", waiting);
    print_gauge(r, rows, count, "in_flight", "Requests in flight", in_flight);
    print_gauge(r, rows, count, "ready_daemons", "Daemons that take requests", ready_daemons);
    print_gauge(r, rows, count, "last_error_timestamp_seconds", "Time of the pool's last error, 0 if there was none",
                last_error_seconds);
    print_served(r, rows, count);
    for (int i = 0; i < COUNT(counters); i++) {
        ap_rprintf(r, "# HELP mod_jvm_%s_total %s\n# TYPE mod_jvm_%s_total counter\n", counters[i].name, counters[i].help,
                   counters[i].name);
        for (int at = 0; at < count; at++) {
            ap_rprintf(r, "mod_jvm_%s_total{pool=\"%s\"} %" APR_UINT64_T_FMT "\n", counters[i].name, rows[at].name,
                       look(&rows[at])->counters[i]);
        }
    }
}

static row_t *read_rows(request_rec *r, int *count)
{
    apr_array_header_t *pools = mj_placed_pools(r->pool, ap_server_conf);
    row_t *rows = apr_pcalloc(r->pool, ((apr_size_t)pools->nelts + 1) * sizeof(*rows));
    mj_board_view_t *view = apr_palloc(r->pool, sizeof(*view));

    *count = mj_child() != NULL ? pools->nelts : 0;
    for (int i = 0; i < *count; i++) {
        const mj_pool_config_t *pool = APR_ARRAY_IDX(pools, i, const mj_pool_config_t *);
        rows[i].name = pool->settings->name;
        rows[i].server = mj_server_config(pool->server)->name;
        rows[i].index = pool->index;
        rows[i].view = view;
    }
    return rows;
}

/* A <Location> that covers the request names the handler: it is stronger than any .htaccess. */
static bool is_named_by_location(request_rec *r)
{
    const core_server_config *core = ap_get_core_module_config(r->server->module_config);
    for (int i = 0; core->sec_url != NULL && i < core->sec_url->nelts; i++) {
        const core_dir_config *section = ap_get_core_module_config(APR_ARRAY_IDX(core->sec_url, i, ap_conf_vector_t *));
        if (section->expr_handler != NULL && mj_section_covers(section, r->uri)) {
            const char *wrong = NULL, *handler = ap_expr_str_exec(r, section->expr_handler, &wrong);
            if (wrong == NULL && strcmp(handler, MJ_STATUS_HANDLER) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Who may write a .htaccess is no administrator of the server. SetHandler, AddHandler, <Files>,
 * <If> and RewriteRule can stand in one, and the handler's name does not tell where it comes from.
 * So where one was read, a <Location> has to name the handler. */
static bool may_be_of_htaccess(request_rec *r)
{
    const struct htaccess_result *file = r->htaccess;
    while (file != NULL && file->htaccess == NULL) {
        file = file->next;
    }
    return file != NULL && !is_named_by_location(r);
}

int mj_status_handler(request_rec *r)
{
    const char *query = r->args != NULL ? r->args : "";
    bool is_json = strcmp(query, "json") == 0, is_prometheus = strcmp(query, "prometheus") == 0;
    row_t *rows;
    int count;

    if (r->handler == NULL || strcmp(r->handler, MJ_STATUS_HANDLER) != 0) {
        return DECLINED;
    }
    r->allowed |= AP_METHOD_BIT << M_GET;
    if (r->method_number != M_GET) {
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (may_be_of_htaccess(r)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      MJLOGNO(0145) "%s: " MJ_STATUS_HANDLER
                                    " shows all pools of the server, so no .htaccess can set it, and a .htaccess applies to "
                                    "this request: put SetHandler " MJ_STATUS_HANDLER
                                    " into a <Location> of the server's configuration; 403",
                      r->uri);
        return HTTP_FORBIDDEN;
    }
    ap_set_content_type(r, is_json         ? "application/json"
                           : is_prometheus ? "text/plain; version=0.0.4; charset=utf-8"
                                           : "text/html; charset=utf-8");
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    rows = read_rows(r, &count);
    if (count > 0) { /* whoever looks twice sees what is right */
        mj_dispatcher_doubt(&mj_child()->dispatcher);
    }
    if (is_json) {
        print_json(r, rows, count);
    } else if (is_prometheus) {
        print_prometheus(r, rows, count);
    } else {
        print_html(r, rows, count);
    }
    return OK;
}
