/* Where a server's log is, for the supervisor, which writes to it too: a descriptor, or syslog. */
#include "log_target.h"

#include "config.h"

#include <ap_config.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <http_log.h>
#include <http_main.h>
#include <string.h>
#include <syslog.h>

#define FACILITY_DEFAULT LOG_LOCAL7 /* httpd's */

static const struct {
    const char *name;
    int facility;
} facilities[] = {
    {"auth", LOG_AUTH},     {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON},     {"daemon", LOG_DAEMON}, {"ftp", LOG_FTP},
    {"kern", LOG_KERN},     {"lpr", LOG_LPR},           {"mail", LOG_MAIL},     {"news", LOG_NEWS},     {"syslog", LOG_SYSLOG},
    {"user", LOG_USER},     {"uucp", LOG_UUCP},         {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1}, {"local2", LOG_LOCAL2},
    {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},     {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
};

static int facility_of(const char *name, apr_size_t len)
{
    apr_size_t i;
    for (i = 0; len > 0 && i < sizeof(facilities) / sizeof(facilities[0]); i++) {
        if (strncasecmp(name, facilities[i].name, len) == 0 && facilities[i].name[len] == '\0') {
            return facilities[i].facility;
        }
    }
    return FACILITY_DEFAULT;
}

/* syslog[:[FACILITY][:TAG]] */
static void add_syslog(mj_record_builder_t *record, const char *name)
{
    const char *facility = strchr(name, ':'), *tag = NULL;

    if (facility != NULL) {
        facility++;
        tag = strchr(facility, ':');
    }
    mj_record_add_number(record, "syslog-facility",
                         facility == NULL ? FACILITY_DEFAULT
                                          : facility_of(facility, tag != NULL ? (apr_size_t)(tag - facility) : strlen(facility)));
    mj_record_add(record, "syslog-tag", tag != NULL && tag[1] != '\0' ? tag + 1 : ap_server_argv0);
}

int mj_log_descriptor(const server_rec *server)
{
    apr_os_file_t fd;
    return server->error_log != NULL && apr_os_file_get(&fd, server->error_log) == APR_SUCCESS ? fd : -1;
}

mj_span_t mj_log_record(apr_pool_t *pool, const server_rec *server, const server_rec *main_server)
{
    mj_record_builder_t *record = mj_record_builder_make(pool);
    const char *name = server->error_fname != NULL ? server->error_fname : main_server->error_fname;
    const char *format = mj_server_config(server)->error_log_format;

    if (server->error_log == NULL && name != NULL && strncasecmp(name, "syslog", strlen("syslog")) == 0) {
        add_syslog(record, name);
    }
    if (format != NULL) {
        mj_record_add(record, "format", format);
        if (server->server_hostname != NULL && strpbrk(format, "vV") != NULL) { /* most share one log */
            mj_record_add(record, "server", server->server_hostname);
        }
    }
    return mj_record_bytes(record);
}
