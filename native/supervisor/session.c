#include "session.h"

#include "descriptors.h"
#include "log.h"
#include "pending_config.h"

#define SECOND INT64_C(1000000)

struct mj_session_t {
    mj_supervisor_t *supervisor;
    apr_pool_t *mem;
    mj_pending_config_t *pending; /* NULL unless between begin and commit */
};

mj_session_t *mj_session_make(mj_supervisor_t *supervisor, apr_pool_t *pool)
{
    mj_session_t *session = apr_pcalloc(pool, sizeof(*session));
    session->supervisor = supervisor;
    session->mem = pool;
    return session;
}

static void drop_pending(mj_session_t *session)
{
    if (session->pending != NULL) {
        mj_pending_config_free(session->pending);
        session->pending = NULL;
    }
}

static void receive_commit(mj_session_t *session, int connection, int64_t now)
{
    const char *wrong = "commit without begin";
    apr_pool_t *scratch;

    if (session->pending == NULL) {
        mj_supervisor_refuse(session->supervisor, wrong);
    } else {
        wrong = mj_supervisor_configure(session->supervisor, session->pending, now);
    }
    apr_pool_create(&scratch, session->mem);
    mj_control_answer(connection, wrong, mj_supervisor_is_ending(session->supervisor), scratch);
    apr_pool_destroy(scratch);
    drop_pending(session);
}

/* Of a message whose descriptor has got another owner. */
static int take_fd(mj_control_message_t *message)
{
    int fd = message->fd;
    message->fd = -1;
    return fd;
}

/* Of the settings, between begin and commit. */
static void receive_settings(mj_session_t *session, mj_control_message_t *message)
{
    if (message->type == MJ_CONTROL_BEGIN) {
        drop_pending(session);
        session->pending = mj_pending_config_begin(message->record, session->mem);
    } else if (session->pending == NULL) {
        return;
    } else if (message->type == MJ_CONTROL_LOG) {
        mj_pending_config_log(session->pending, message->record, take_fd(message));
    } else {
        mj_pending_config_add(session->pending, message->record, take_fd(message));
    }
}

void mj_session_receive(mj_session_t *session, mj_control_message_t *message, int connection, int64_t now)
{
    switch (message->type) {
    case MJ_CONTROL_BEGIN:
    case MJ_CONTROL_LOG:
    case MJ_CONTROL_POOL:
        receive_settings(session, message);
        break;
    case MJ_CONTROL_COMMIT:
        receive_commit(session, connection, now);
        break;
    case MJ_CONTROL_STOP:
        mj_supervisor_stop(session->supervisor, "httpd stops", MJ_CONTROL_ENDLESS_S * SECOND, now);
        break;
    case MJ_CONTROL_VOID:
        mj_supervisor_await_settings(session->supervisor, now);
        break;
    case MJ_CONTROL_RETIRE:
        mj_supervisor_retire(session->supervisor, now);
        break;
    default:
        mj_log(mj_log_main(), "error", MJLOGNO(0107) "a malformed message on the control socket is ignored");
        if (session->pending != NULL) {
            session->pending->wrong = "a message was malformed";
        }
        break;
    }
    mj_close(&message->fd);
}

void mj_session_end(mj_session_t *session)
{
    drop_pending(session);
}
