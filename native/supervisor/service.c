#include "service.h"

#include "command.h"
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "control"
#define CLIENTS_MAX 16
/* Of these, one user may have so many, and all users of pools together so many: root can always get
 * in. */
#define CLIENTS_OF_ONE_USER 4
#define CLIENTS_OF_POOLS 12
#define BACKLOG 16
#define ACCEPTS_PER_TICK 16
/* After a failure that may pass: no descriptors left, no space for the socket. */
#define PAUSE_US INT64_C(1000000)
#define RETRY_US (10 * INT64_C(1000000))
/* The socket's file is looked at this often, and a second after the last look if anything else
 * happens. */
#define LOOK_PERIOD_US (10 * INT64_C(1000000))
#define LOOK_US INT64_C(1000000)

struct mj_service_t {
    mj_supervisor_t *supervisor;
    apr_pool_t *mem;
    struct sockaddr_un address; /* where it listens, or would like to; "" until there is a runtime directory */
    mj_polled_t listener;
    dev_t device; /* of the socket's file: what another supervisor has put there is left alone */
    ino_t inode;
    int64_t listen_at; /* the next try */
    int64_t looked_at; /* at the socket's file */
    int64_t accept_at; /* nobody is accepted before this */
    mj_client_t *clients;
};

mj_service_t *mj_service_make(mj_supervisor_t *supervisor, apr_pool_t *pool)
{
    mj_service_t *service = apr_pcalloc(pool, sizeof(*service));
    service->supervisor = supervisor;
    service->mem = pool;
    service->listener.fd = -1;
    return service;
}

static mj_poller_t *poller_of(const mj_service_t *service)
{
    return mj_supervisor_context(service->supervisor)->poller;
}

/* --- clients --- */

/* @return NULL, or why there is no room for that user */
static const char *find_room(const mj_service_t *service, uid_t uid)
{
    const mj_client_t *client;
    unsigned all = 0, of_user = 0, of_pools = 0;

    for (client = service->clients; client != NULL; client = client->next) {
        all++;
        of_user += client->uid == uid;
        of_pools += !mj_command_is_master(client->uid);
    }
    if (all < CLIENTS_MAX && (mj_command_is_master(uid) || (of_user < CLIENTS_OF_ONE_USER && of_pools < CLIENTS_OF_POOLS))) {
        return NULL;
    }
    return "error too many clients: try again\n";
}

static void serve(void *context, short found, int64_t now)
{
    mj_client_t *client = context;
    if ((found & POLLIN) != 0 && mj_client_read(client, now)) {
        mj_command_begin(client->service->supervisor, client, now);
    }
    if ((found & POLLOUT) != 0) {
        mj_client_send(client, now);
    }
    if ((found & (POLLHUP | POLLERR)) != 0 && (found & POLLIN) == 0) {
        client->is_gone = true;
    }
}

static void take_in(mj_service_t *service, int fd, int64_t now)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    const char *wrong = "error permission denied: no pool of this server runs as you\n";
    mj_client_t *client;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && mj_command_is_admitted(service->supervisor, peer.uid)) {
        wrong = find_room(service, peer.uid);
    }
    if (wrong != NULL) {
        ssize_t ignored = send(fd, wrong, strlen(wrong), MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)ignored;
        close(fd);
        return;
    }
    client = mj_client_make(fd, peer.uid, now, service->mem);
    client->service = service;
    client->next = service->clients;
    service->clients = client;
    mj_poller_add(poller_of(service), &client->socket, fd, POLLIN, MJ_STAGE_CLIENTS, serve, client);
}

static void accept_clients(void *context, short found, int64_t now)
{
    mj_service_t *service = context;
    int i;

    (void)found;
    for (i = 0; i < ACCEPTS_PER_TICK; i++) {
        int fd = accept4(service->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            take_in(service, fd, now);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            if (errno != EAGAIN) { /* it stays readable: without a pause the supervisor would turn in circles */
                service->accept_at = now + PAUSE_US;
            }
            return;
        }
    }
}

/* --- the socket --- */

static void stop_listening(mj_service_t *service)
{
    struct stat st;
    if (service->listener.fd < 0) {
        return;
    }
    /* While it is open, no other file can have its inode. */
    if (lstat(service->address.sun_path, &st) == 0 && st.st_dev == service->device && st.st_ino == service->inode) {
        unlink(service->address.sun_path);
    }
    mj_polled_close(&service->listener);
}

/* Everybody may connect: who asks is told by the kernel. The directory is the supervisor's alone,
 * so that the path cannot be exchanged between these calls; what is there is of a supervisor that
 * has gone, or is about to. */
static bool start_listening(mj_service_t *service)
{
    const struct sockaddr *address = (const struct sockaddr *)&service->address;
    struct stat st;
    mode_t old_mask;
    bool is_bound;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return false;
    }
    if (lstat(service->address.sun_path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        unlink(service->address.sun_path);
    }
    old_mask = umask(0111);
    is_bound = bind(fd, address, sizeof(service->address)) == 0;
    umask(old_mask);
    if (!is_bound || lstat(service->address.sun_path, &st) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        if (is_bound) {
            unlink(service->address.sun_path);
        }
        close(fd);
        errno = error;
        return false;
    }
    mj_poller_add(poller_of(service), &service->listener, fd, POLLIN, MJ_STAGE_CLIENTS, accept_clients, service);
    service->device = st.st_dev;
    service->inode = st.st_ino;
    return true;
}

/* Another supervisor may have its socket there: that is left alone. */
static bool was_removed(const mj_service_t *service)
{
    struct stat st;
    return lstat(service->address.sun_path, &st) != 0 && errno == ENOENT;
}

/* A cleaner of /run or /tmp may have removed it. */
static void look_after_file(mj_service_t *service, int64_t now)
{
    if (service->listener.fd < 0 || now - service->looked_at < LOOK_US || mj_supervisor_is_leaving(service->supervisor)) {
        return;
    }
    service->looked_at = now;
    if (was_removed(service)) {
        stop_listening(service);
        if (start_listening(service)) {
            mj_log(mj_log_main(), "warn",
                   MJLOGNO(0126) "the socket %s was removed, and has been made again: exclude it from programs that remove old "
                                 "files",
                   service->address.sun_path);
        } else {
            mj_log(mj_log_main(), "warn",
                   MJLOGNO(0127) "modjvm cannot reach this server: the socket %s was removed and cannot be made again: %s",
                   service->address.sun_path, strerror(errno));
            service->listen_at = now + RETRY_US;
        }
    }
}

/* The socket follows the runtime directory. */
static void keep_listening(mj_service_t *service, int64_t now)
{
    const mj_supervisor_config_t *config = mj_supervisor_context(service->supervisor)->config;
    struct sockaddr_un wanted = {.sun_family = AF_UNIX};
    bool is_other;

    if (config == NULL || snprintf(wanted.sun_path, sizeof(wanted.sun_path), "%s/" SOCKET_NAME, config->runtime_dir) >=
                              (int)sizeof(wanted.sun_path)) {
        return; /* the module refuses such a path */
    }
    is_other = strcmp(wanted.sun_path, service->address.sun_path) != 0;
    if (is_other) {
        stop_listening(service);
        service->address = wanted;
    }
    if (service->listener.fd < 0 && (is_other || service->listen_at <= now) && !start_listening(service)) {
        if (is_other) {
            mj_log(mj_log_main(), "warn", MJLOGNO(0140) "modjvm cannot reach this server: %s: %s", wanted.sun_path,
                   strerror(errno));
        }
        service->listen_at = now + RETRY_US;
    }
}

int64_t mj_service_tick(mj_service_t *service, int64_t now)
{
    mj_client_t **link = &service->clients;
    int64_t wake_at = MJ_NEVER;

    keep_listening(service, now);
    look_after_file(service, now);
    if (service->listener.fd < 0 && service->address.sun_path[0] != '\0') {
        wake_at = service->listen_at;
    } else if (service->listener.fd >= 0 && !mj_supervisor_is_leaving(service->supervisor)) {
        wake_at = service->looked_at + LOOK_PERIOD_US;
    }
    mj_polled_pause(&service->listener, service->accept_at > now);
    if (service->accept_at > now) {
        wake_at = mj_earlier(wake_at, service->accept_at);
    }
    while (*link != NULL) {
        mj_client_t *client = *link;
        int64_t command_at = mj_command_resume(service->supervisor, client, now);
        mj_client_send(client, now);
        if (mj_client_is_done(client, now)) {
            *link = client->next;
            mj_command_end(service->supervisor, client);
            mj_client_free(client);
            continue;
        }
        mj_polled_want(&client->socket, mj_client_events(client));
        /* While something is unsent, poll tells when to go on. */
        wake_at = mj_earlier(wake_at, mj_client_unsent(client) > 0 ? client->deadline : mj_earlier(command_at, client->deadline));
        link = &client->next;
    }
    return wake_at;
}

void mj_service_free(mj_service_t *service)
{
    while (service->clients != NULL) {
        mj_client_t *client = service->clients;
        service->clients = client->next;
        if (client->out == NULL) {
            mj_client_refuse(client, "the supervisor ends");
        }
        mj_client_send(client, 0);
        mj_command_end(service->supervisor, client);
        mj_client_free(client);
    }
    stop_listening(service);
}
