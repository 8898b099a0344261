#include "parent.h"

#include "control_socket.h"
#include "log.h"
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MESSAGES_PER_TICK 64
/* What a shutdown-timeout of 0 means when httpd has died: something must end what nobody waits
 * for. */
#define ORPHANED_US (5 * INT64_C(1000000))
/* After a failure that may pass, no descriptors left for instance: the socket stays readable
 * meanwhile. */
#define ACCEPT_PAUSE_US INT64_C(1000000)
#define STRANGER_LOG_US (60 * INT64_C(1000000))

struct mj_parent_t {
    mj_supervisor_t *supervisor;
    mj_session_t *session;
    pid_t pid;
    mj_polled_t listener;
    mj_polled_t connection; /* its own; there is one at a time */
    mj_polled_t death;      /* its pidfd; closed once it is known to have died */
    bool has_died;
    int64_t accept_at;          /* nobody is accepted before */
    int64_t stranger_logged_at; /* 0: never */
    mj_control_message_t message;
};

/* Whoever may connect may do so as often as he likes: the log has a line of it now and then. */
static void note_stranger(mj_parent_t *parent, int64_t now)
{
    if (parent->stranger_logged_at == 0 || now - parent->stranger_logged_at > STRANGER_LOG_US) {
        parent->stranger_logged_at = now;
        mj_log(mj_log_main(), "error",
               MJLOGNO(0120) "a message on the control socket is ignored, because httpd's parent did not send it: another module "
                             "forked its sender "
                             "from httpd, or the sender runs as the same user");
    }
}

static void read_control(void *context, short found, int64_t now)
{
    mj_parent_t *parent = context;
    int i;

    (void)found;
    for (i = 0; i < MESSAGES_PER_TICK; i++) {
        apr_status_t status = mj_control_receive(parent->connection.fd, parent->pid, &parent->message);
        if (status == APR_SUCCESS && parent->message.is_stranger) {
            note_stranger(parent, now);
        } else if (status == APR_SUCCESS) {
            mj_session_receive(parent->session, &parent->message, parent->connection.fd, now);
        } else {
            /* Its closing says nothing about httpd: the pidfd does. */
            if (!APR_STATUS_IS_EAGAIN(status)) {
                mj_polled_close(&parent->connection);
                mj_session_end(parent->session);
            }
            return;
        }
    }
}

static mj_poller_t *poller_of(const mj_parent_t *parent)
{
    return mj_supervisor_context(parent->supervisor)->poller;
}

/* One conversation at a time: httpd's parent has no other before it has closed one. */
static void accept_connection(void *context, short found, int64_t now)
{
    mj_parent_t *parent = context;
    int fd;

    (void)found;
    if (parent->connection.fd >= 0) {
        return;
    }
    fd = mj_control_accept(parent->listener.fd, parent->pid);
    if (fd >= 0) {
        mj_poller_add(poller_of(parent), &parent->connection, fd, POLLIN, MJ_STAGE_PARENT, read_control, parent);
    } else if (errno == EPERM) {
        note_stranger(parent, now);
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        parent->accept_at = now + ACCEPT_PAUSE_US;
    }
}

static void note_death(void *context, short found, int64_t now)
{
    mj_parent_t *parent = context;
    (void)found;
    (void)now;
    parent->has_died = true;
}

mj_parent_t *mj_parent_make(mj_supervisor_t *supervisor, pid_t pid, int listener, int64_t now, apr_pool_t *pool)
{
    mj_parent_t *parent = apr_pcalloc(pool, sizeof(*parent));
    int death;

    parent->supervisor = supervisor;
    parent->session = mj_session_make(supervisor, pool);
    parent->pid = pid;
    parent->connection.fd = -1;
    death = pidfd_open(parent->pid, 0);
    if (death < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0) {
        return NULL;
    }
    mj_poller_add(poller_of(parent), &parent->death, death, POLLIN, MJ_STAGE_PARENT, note_death, parent);
    mj_poller_add(poller_of(parent), &parent->listener, listener, POLLIN, MJ_STAGE_PARENT, accept_connection, parent);
    mj_supervisor_await_settings(supervisor, now);
    return parent;
}

bool mj_parent_lives(const mj_parent_t *parent)
{
    return parent->death.fd >= 0;
}

int64_t mj_parent_tick(mj_parent_t *parent, int64_t now)
{
    bool is_paused = parent->accept_at > now;

    if (mj_parent_lives(parent) && (parent->has_died || getppid() != parent->pid)) {
        mj_supervisor_stop(parent->supervisor, "httpd has died", ORPHANED_US, now);
        mj_polled_close(&parent->death);
    }
    mj_polled_pause(&parent->listener, is_paused || parent->connection.fd >= 0);
    return is_paused && parent->connection.fd < 0 ? parent->accept_at : MJ_NEVER;
}
