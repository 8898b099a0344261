/* The handler of httpd's requests, without httpd: what it calls stands here. */
#include "harness.h"

#include "child.h"
#include "client_body.h"
#include "client_httpd.h"
#include "config.h"
#include "dispatch.h"
#include "handler.h"
#include "mod_jvm.h"
#include "request.h"

#include <apr_strings.h>
#include <http_log.h>

module jvm_module;

static mj_child_t *child;
static int filled; /* what mj_request_fill returns */
static mj_pool_settings_t settings;
static mj_pool_config_t pool;
static mj_dispatched_t dispatched;
static unsigned dispatches, doubts;
static const char *logged;
static conn_rec connection;
static server_rec server;
static request_rec request;

mj_child_t *mj_child(void)
{
    return child;
}

int mj_request_fill(request_rec *r, mj_outgoing_t *out)
{
    (void)r;
    out->pool = &pool;
    return filled;
}

void mj_httpd_client_make(mj_httpd_client_t *client, request_rec *r)
{
    client->r = r;
}

void mj_client_declare_body(request_rec *r, mj_request_t *head)
{
    (void)r;
    (void)head;
}

mj_dispatched_t mj_dispatch(mj_dispatcher_t *dispatcher, const mj_pool_settings_t *of_pool, unsigned index,
                            const mj_exchange_client_t *client, mj_request_t *head)
{
    (void)client;
    (void)head;
    ck_assert_ptr_eq(dispatcher, &child->dispatcher);
    ck_assert_ptr_eq(of_pool, &settings);
    ck_assert_uint_eq(index, pool.index);
    dispatches++;
    return dispatched;
}

void mj_dispatcher_doubt(mj_dispatcher_t *dispatcher)
{
    ck_assert_ptr_eq(dispatcher, &child->dispatcher);
    doubts++;
}

void ap_log_rerror_(const char *file, int line, int module_index, int level, apr_status_t status, const request_rec *r,
                    const char *format, ...)
{
    va_list arguments;

    (void)file;
    (void)line;
    (void)module_index;
    (void)level;
    (void)status;
    va_start(arguments, format);
    logged = apr_pvsprintf(r->pool, format, arguments);
    va_end(arguments);
}

static void set_up(void)
{
    settings.name = "shop";
    pool.settings = &settings;
    pool.index = 3;
    child = apr_pcalloc(test_pool, sizeof(*child));
    server.log.level = APLOG_INFO;
    connection.base_server = &server;
    request.pool = test_pool;
    request.connection = &connection;
    request.server = &server;
    request.handler = MJ_HANDLER;
    request.notes = apr_table_make(test_pool, 4);
    request.headers_in = apr_table_make(test_pool, 4);
    request.err_headers_out = apr_table_make(test_pool, 4);
    connection.keepalive = AP_CONN_UNKNOWN;
    logged = "";
}

static const char *retry_after(void)
{
    return apr_table_get(request.err_headers_out, "Retry-After");
}

START_TEST(other_handlers_requests_are_declined)
{
    request.handler = NULL;
    ck_assert_int_eq(mj_handler(&request), DECLINED);
    request.handler = "server-status";
    ck_assert_int_eq(mj_handler(&request), DECLINED);
    ck_assert_uint_eq(dispatches, 0);
}
END_TEST

START_TEST(a_request_that_has_no_application_gets_its_status)
{
    filled = HTTP_NOT_FOUND;
    child = NULL;
    ck_assert_int_eq(mj_handler(&request), HTTP_NOT_FOUND);
    ck_assert_str_eq(logged, "");
}
END_TEST

START_TEST(a_child_without_a_board_answers_503)
{
    child = NULL;
    ck_assert_int_eq(mj_handler(&request), HTTP_SERVICE_UNAVAILABLE);
    ck_assert_str_eq(retry_after(), "1");
    ck_assert_ptr_nonnull(strstr(logged, "MJ0034"));
}
END_TEST

START_TEST(a_pool_without_a_place_has_503_and_the_supervisor_is_asked)
{
    pool.index = MJ_NO_PLACE;
    ck_assert_int_eq(mj_handler(&request), HTTP_SERVICE_UNAVAILABLE);
    ck_assert_str_eq(retry_after(), "1");
    ck_assert_ptr_nonnull(strstr(logged, "MJ0034"));
    ck_assert_uint_eq(doubts, 1);
    ck_assert_uint_eq(dispatches, 0);
}
END_TEST

START_TEST(a_coding_that_httpd_does_not_undo_is_501)
{
    apr_table_setn(request.headers_in, "Transfer-Encoding", "gzip, chunked");
    ck_assert_int_eq(mj_handler(&request), HTTP_NOT_IMPLEMENTED);
    ck_assert_int_eq(connection.keepalive, AP_CONN_CLOSE);
    ck_assert_ptr_nonnull(strstr(logged, "MJ0057: Transfer-Encoding: gzip, chunked"));
    apr_table_setn(request.headers_in, "Transfer-Encoding", "Chunked");
    ck_assert_int_eq(mj_handler(&request), OK);
}
END_TEST

START_TEST(what_has_come_of_a_request_is_noted)
{
    dispatched = (mj_dispatched_t){.pid = 4711, .queue_time = 12, .application_time = 345};
    ck_assert_int_eq(mj_handler(&request), OK);
    ck_assert_str_eq(apr_table_get(request.notes, "jvm-pool"), "shop");
    ck_assert_str_eq(apr_table_get(request.notes, "jvm-pid"), "4711");
    ck_assert_str_eq(apr_table_get(request.notes, "jvm-queue-time"), "12");
    ck_assert_str_eq(apr_table_get(request.notes, "jvm-application-time"), "345");
    ck_assert_ptr_null(retry_after());
    ck_assert_int_eq(connection.keepalive, AP_CONN_UNKNOWN);
}
END_TEST

START_TEST(a_request_that_nobody_took_is_told_when_to_come_back)
{
    dispatched = (mj_dispatched_t){.status = HTTP_SERVICE_UNAVAILABLE, .retry_after = 7, .is_body_unread = true};
    ck_assert_int_eq(mj_handler(&request), HTTP_SERVICE_UNAVAILABLE);
    ck_assert_str_eq(retry_after(), "7");
    ck_assert_int_eq(connection.keepalive, AP_CONN_CLOSE);
    ck_assert_ptr_null(apr_table_get(request.notes, "jvm-pid"));
}
END_TEST

START_TEST(a_client_that_has_left_is_499_in_the_access_log)
{
    dispatched.status = MJ_CLIENT_IS_GONE;
    ck_assert_int_eq(mj_handler(&request), DONE);
    ck_assert_int_eq(request.status, 499);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("handler");
    TCase *tcase = mj_case(suite, "handler");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, other_handlers_requests_are_declined);
    tcase_add_test(tcase, a_request_that_has_no_application_gets_its_status);
    tcase_add_test(tcase, a_child_without_a_board_answers_503);
    tcase_add_test(tcase, a_pool_without_a_place_has_503_and_the_supervisor_is_asked);
    tcase_add_test(tcase, a_coding_that_httpd_does_not_undo_is_501);
    tcase_add_test(tcase, what_has_come_of_a_request_is_noted);
    tcase_add_test(tcase, a_request_that_nobody_took_is_told_when_to_come_back);
    tcase_add_test(tcase, a_client_that_has_left_is_499_in_the_access_log);
    return suite;
}
