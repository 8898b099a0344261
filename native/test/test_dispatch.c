/* A request's way to a daemon: places, queues, connections, tries; with a board, and daemons that
 * are threads of the test. */
#include "dispatch.h"

#include "board_case.h"
#include "fake_client.h"
#include "harness.h"
#include "temp_folder.h"
#include "wakeup.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define assert_logged(text) ck_assert_msg(strstr(fake.log, (text)) != NULL, "%s", fake.log)
#define assert_not_logged(text) ck_assert_msg(strstr(fake.log, (text)) == NULL, "%s", fake.log)

static mj_dispatcher_t dispatcher;
static mj_pool_settings_t *settings;
static mj_request_t head;
static fake_client_t fake;
static int wakeup_reader;
static uint32_t in_flight_at_pass;
static mj_exchange_client_ops_t ops; /* the fake client's, but for one */
static mj_pass_result_t (*own_pass)(void *client, bool flush);

/* --- daemons --- */

/* How a daemon treats a request. */
typedef enum act_t {
    ANSWER,
    ANSWER_FILE, /* a large one, and then looks whether its place is free */
    UPGRADE,     /* and ends the tunnel, once its place is free */
    REFUSE,
    REFUSE_UNCONFIGURED,
    GO_UNREAD, /* closes the connection with the request in it */
    GO_READ    /* closes it when it has read the request */
} act_t;

#define MOST_ACTS 64

typedef struct daemon_t {
    int listener;
    pthread_t thread;
    unsigned slot;
    act_t acts[MOST_ACTS]; /* of one request after the other; the last for ever */
    int act_count;
    _Atomic int connections;
    _Atomic int requests;
} daemon_t;

static daemon_t daemons[3];

static const char *path_of(unsigned slot, uint32_t serial)
{
    static char path[200];

    ck_assert(mj_board_socket_path(path, sizeof(path), dispatcher.runtime_dir, "shop", slot, serial));
    return path;
}

static void listen_at(daemon_t *daemon, const char *path, int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    ck_assert_ptr_nonnull(apr_cpystrn(address.sun_path, path, sizeof(address.sun_path)));
    daemon->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(daemon->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(daemon->listener, backlog), 0);
}

static bool read_some(int fd, unsigned char *out, size_t len)
{
    while (len > 0) {
        ssize_t n = recv(fd, out, len, 0);
        if (n <= 0) {
            return false;
        }
        out += n;
        len -= (size_t)n;
    }
    return true;
}

/* Reads frames until REQUEST, and sets its serial. */
static bool read_request(int fd, unsigned char *serial)
{
    unsigned char frame[MJ_HEADER_SIZE], payload[8192];

    do {
        size_t len;
        if (!read_some(fd, frame, sizeof(frame))) {
            return false;
        }
        len = (size_t)frame[2] << 8 | frame[3];
        ck_assert_uint_le(len, sizeof(payload));
        if (!read_some(fd, payload, len)) {
            return false;
        }
    } while (frame[4] != MJ_FRAME_REQUEST);
    memcpy(serial, frame + 6, 2);
    return true;
}

static void say_with(int fd, uint8_t type, uint8_t flags, const unsigned char *serial, const void *payload, size_t len, int file)
{
    unsigned char frame[64] = {0, 0, 0, (unsigned char)len, type, flags, serial[0], serial[1]};
    union {
        struct cmsghdr aligned;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    struct iovec part = {frame, MJ_HEADER_SIZE + len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (len > 0) {
        memcpy(frame + MJ_HEADER_SIZE, payload, len);
    }
    if (file >= 0) {
        struct cmsghdr *rights;
        message.msg_control = control.space;
        message.msg_controllen = sizeof(control.space);
        rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &file, sizeof(file));
    }
    (void)!sendmsg(fd, &message, MSG_NOSIGNAL); /* the other end may be gone */
}

static void say(int fd, uint8_t type, const unsigned char *serial, const void *payload, size_t len)
{
    say_with(fd, type, 0, serial, payload, len, -1);
}

/* Waits until no request holds a place in the slot. */
static void await_free_place(unsigned slot)
{
    while (mj_board_in_flight(board, pool, slot) > 0) {
        sched_yield();
    }
}

static void answer_file(int fd, const unsigned char *serial)
{
    static const unsigned char head_of_file[20] = {0, 200, 0, 0, 0, 0, 0, 1, 0, 1}; /* 65537 bytes */
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    say_with(fd, MJ_FRAME_RESPONSE, MJ_FLAG_RESPONSE_FILE, serial, head_of_file, sizeof(head_of_file), file);
    close(file);
}

static void upgrade(const daemon_t *daemon, int fd, const unsigned char *serial)
{
    say(fd, MJ_FRAME_UPGRADED, serial, "\0\1\0\1a\0\1b", 8);
    await_free_place(daemon->slot);
    say(fd, MJ_FRAME_DATA, serial, "through", 7);
    say(fd, MJ_FRAME_END, serial, NULL, 0);
}

/* @return whether the connection goes on */
static bool act(daemon_t *daemon, int fd, bool is_new)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    unsigned char serial[2];
    char byte;
    int request;
    act_t what;

    if (poll(&input, 1, -1) != 1 || recv(fd, &byte, 1, MSG_PEEK) != 1) {
        return false;
    }
    request = daemon->requests++;
    what = daemon->acts[request < daemon->act_count ? request : daemon->act_count - 1];
    switch (what) {
    case GO_UNREAD:
        return false;
    case GO_READ:
        (void)read_request(fd, serial);
        while (recv(fd, &byte, 1, MSG_DONTWAIT) == 1) { /* the body came with it */
        }
        return false;
    default:
        break;
    }
    if (!read_request(fd, serial)) {
        return false;
    }
    if (is_new) {
        say(fd, MJ_FRAME_WELCOME, (const unsigned char *)"\0", "MJVM\2\0\0\0\0\0\0\1", 12);
    }
    switch (what) {
    case REFUSE:
        say(fd, MJ_FRAME_REFUSED, serial, "\1", 1);
        break;
    case REFUSE_UNCONFIGURED:
        say(fd, MJ_FRAME_REFUSED, serial, "\3", 1);
        break;
    case ANSWER_FILE:
        answer_file(fd, serial);
        break;
    case UPGRADE:
        upgrade(daemon, fd, serial);
        return false;
    default:
        say(fd, MJ_FRAME_RESPONSE, serial, "\0\xc8\0\0\0\0\0\0\0\0\0\0", 12);
        break;
    }
    return true;
}

/* One connection at a time: the test's own requests come one after the other. */
static void *serve(void *data)
{
    daemon_t *daemon = data;
    int fd;

    while ((fd = accept(daemon->listener, NULL, NULL)) >= 0) {
        bool is_new = true;
        daemon->connections++;
        while (act(daemon, fd, is_new)) {
            is_new = false;
        }
        close(fd);
    }
    return NULL;
}

/* A daemon is ready in that slot. Its serial is one more than the slot. */
static daemon_t *start(unsigned slot, const act_t *acts, int count)
{
    daemon_t *daemon = &daemons[slot];

    *daemon = (daemon_t){.slot = slot, .act_count = count};
    memcpy(daemon->acts, acts, (size_t)count * sizeof(*acts));
    listen_at(daemon, path_of(slot, slot + 1), 8);
    ck_assert_int_eq(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
    mj_board_ready(slot, slot + 1, 1);
    return daemon;
}

#define start_daemon(slot, ...) start((slot), (const act_t[]){__VA_ARGS__}, (int)(sizeof((act_t[]){__VA_ARGS__}) / sizeof(act_t)))

/* --- the fixture --- */

static mj_span_t span(const char *text)
{
    return (mj_span_t){text, strlen(text)};
}

/* How many requests hold a place when something is passed on. */
static mj_pass_result_t pass_and_look(void *client, bool flush)
{
    in_flight_at_pass = mj_board_in_flight(board, pool, 0);
    return own_pass(client, flush);
}

static void make(void)
{
    int wakeup = mj_wakeup_make();

    wakeup_reader = mj_wakeup_reader(wakeup);
    dispatcher = (mj_dispatcher_t){.board = board, .row = child, .shares = {100, 75, 50, 40, 60}};
    dispatcher.wakeup_fd = mj_wakeup_writer(wakeup);
    close(wakeup);
    ck_assert(wakeup_reader >= 0 && dispatcher.wakeup_fd >= 0);
    dispatcher.runtime_dir = mj_temp_folder();
    ck_assert_int_eq(mj_dispatcher_make_room(&dispatcher, 4, test_pool), APR_SUCCESS);
    ck_assert_int_eq(mj_dispatcher_serve(&dispatcher, pool, test_pool), APR_SUCCESS);
    settings = mj_pool_settings_make(test_pool, "shop");
    fake_client_make(&fake);
    ops = *fake.client.ops;
    own_pass = ops.pass;
    ops.pass = pass_and_look;
    fake.client.ops = &ops;
    head = (mj_request_t){.method = span("GET"), .target = span("/")};
    memset(daemons, 0, sizeof(daemons));
}

static void unmake(void)
{
    mj_idle_expire(dispatcher.idle[pool], apr_time_now() + apr_time_from_sec(3600));
    for (int i = 0; i < 3; i++) {
        if (daemons[i].act_count > 0) {
            shutdown(daemons[i].listener, SHUT_RDWR);
            pthread_join(daemons[i].thread, NULL);
            close(daemons[i].listener);
        }
    }
    close(wakeup_reader);
    close(dispatcher.wakeup_fd);
}

static mj_dispatched_t dispatch(void)
{
    return mj_dispatch(&dispatcher, settings, pool, &fake.client, &head);
}

static uint64_t counted(mj_counter_t counter)
{
    static mj_board_view_t view;

    mj_board_look(board, pool, &view);
    return view.counters[counter];
}

/* How often the supervisor was woken since this was asked last. */
static int wakeups(void)
{
    char bytes[64];
    ssize_t n = read(wakeup_reader, bytes, sizeof(bytes));
    return n > 0 ? (int)n : 0;
}

static void assert_nothing_is_held(void)
{
    mj_board_view_t view;

    mj_board_look(board, pool, &view);
    ck_assert_uint_eq(view.waiting, 0);
    for (unsigned i = 0; i < view.slot_count; i++) {
        ck_assert_uint_eq(view.slots[i].in_flight, 0);
    }
}

/* --- served --- */

START_TEST(a_request_is_served_by_a_daemon_that_has_room)
{
    daemon_t *daemon = start_daemon(0, ANSWER);
    mj_dispatched_t result = dispatch();

    ck_assert_int_eq(result.status, 0);
    ck_assert_uint_eq(result.pid, 1001);
    ck_assert_int_eq(result.retry_after, 0);
    ck_assert(!result.is_body_unread);
    ck_assert_int_ge(result.application_time, 0);
    ck_assert_str_eq(fake.done, "head(200) end pass");
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 1);
    assert_nothing_is_held();
    /* The connection is used again. */
    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_int_eq(daemon->connections, 1);
    ck_assert_int_eq(daemon->requests, 2);
    ck_assert_int_eq(wakeups(), 0);
    ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(a_request_that_a_daemon_refuses_is_served_by_another)
{
    daemon_t *first = start_daemon(0, REFUSE, ANSWER), *second = start_daemon(1, ANSWER);
    mj_dispatched_t result = dispatch();

    ck_assert_int_eq(result.status, 0);
    ck_assert_uint_eq(result.pid, 1002);
    ck_assert_int_eq(first->requests, 1);
    ck_assert_int_eq(second->requests, 1);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 0); /* it has done nothing */
    ck_assert_uint_eq(mj_board_served(board, pool, 1), 1);
    ck_assert_uint_eq(counted(MJ_COUNTER_MOVED), 0);
    ck_assert_int_eq(wakeups(), 1); /* the board did not help */
    assert_nothing_is_held();
    ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(a_request_that_every_daemon_refuses_comes_back_to_them)
{
    daemon_t *only = start_daemon(0, REFUSE, REFUSE, REFUSE, ANSWER);

    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_int_eq(only->requests, 4);
    ck_assert_int_eq(only->connections, 1);
}
END_TEST

/* --- the daemon of a session --- */

static void send_cookie(const char *value)
{
    static mj_pair_t cookie;

    cookie = (mj_pair_t){span("cookie"), span(value)};
    head.headers = &cookie;
    head.header_count = 1;
}

START_TEST(a_request_goes_to_the_daemon_of_its_session)
{
    static const struct {
        const char *cookie, *target;
        uint32_t pid;
    } cases[] = {
        {"a=b; JSESSIONID=0A.j00000002; c=d", "/", 1002}, {"a=b", "/shop/x;jsessionid=0A.j00000002?a=b", 1002},
        {"a=1.j00000009; b=2.j00000002", "/", 1002}, /* the first is another pool's */
        {"a=1.j00000001", "/;b=2.j00000002", 1001},       {"a=1.j00000009", "/", 1001},
        {"a=b", "/0A.j00000002?x=;y.j00000002", 1001}, /* no path parameter */
    };
    start_daemon(0, ANSWER);
    start_daemon(1, ANSWER);
    send_cookie(cases[_i].cookie);
    head.target = span(cases[_i].target);
    ck_assert_uint_eq(dispatch().pid, cases[_i].pid);
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_daemon_that_drains_has_no_sessions)
{
    start_daemon(0, ANSWER);
    start_daemon(1, ANSWER);
    start_daemon(2, ANSWER);
    mj_board_set_slot(board, pool, 1, MJ_SLOT_DRAINING, 2, 1002, 1);
    send_cookie("a=1.j00000002");
    ck_assert_uint_eq(dispatch().pid, 1001);
}
END_TEST

START_TEST(a_request_that_the_daemon_of_its_session_refuses_is_served_by_another)
{
    daemon_t *own = start_daemon(1, REFUSE, ANSWER);

    start_daemon(0, ANSWER);
    send_cookie("a=1.j00000002");
    ck_assert_uint_eq(dispatch().pid, 1001);
    ck_assert_int_eq(own->requests, 1);
}
END_TEST

static void *release_soon(void *data)
{
    while (!mj_board_has_queue(board, pool)) {
        sched_yield();
    }
    mj_board_release(board, data);
    return NULL;
}

START_TEST(a_request_waits_for_the_daemon_of_its_session)
{
    pthread_t thread;
    mj_ticket_t ticket;

    start_daemon(0, ANSWER);
    start_daemon(1, ANSWER);
    ticket = mj_board_admit_as(child, 0);
    ck_assert_uint_eq(ticket.slot, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, release_soon, &ticket), 0);
    send_cookie("a=1.j00000002");
    ck_assert_uint_eq(dispatch().pid, 1002);
    pthread_join(thread, NULL);
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_request_waits_for_the_daemon_of_its_session_no_longer_than_queue_timeout)
{
    mj_ticket_t ticket;

    settings->queue_timeout = apr_time_from_msec(20);
    start_daemon(0, ANSWER);
    start_daemon(1, ANSWER);
    ticket = mj_board_admit_as(child, 0);
    send_cookie("a=1.j00000002");
    ck_assert_int_eq(dispatch().status, 503);
    assert_logged("MJ0031");
    mj_board_cancel(board, &ticket);
}
END_TEST

START_TEST(a_queue_that_is_full_of_others_sessions_does_not_keep_a_request_from_a_free_daemon)
{
    mj_ticket_t ticket;

    settings->queue_size = 1;
    start_daemon(0, ANSWER);
    start_daemon(1, ANSWER);
    ticket = mj_board_admit_as(child, 0);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 1), MJ_QUEUED);
    ck_assert_uint_eq(dispatch().pid, 1001);
    send_cookie("a=1.j00000002");
    ck_assert_int_eq(dispatch().status, 503);
    assert_logged("MJ0030");
    mj_board_queue_leave(board, pool, child);
    mj_board_cancel(board, &ticket);
}
END_TEST

/* Daemons of other settings do not have the application: one of ours is ready, or is awaited. */
START_TEST(a_request_for_new_settings_finds_their_daemon)
{
    daemon_t *former = start_daemon(0, REFUSE_UNCONFIGURED, REFUSE_UNCONFIGURED, ANSWER);

    settings->fingerprint = 7;
    if (_i == 0) {
        mj_board_set_awaited(board, pool, 7);
    } else {
        mj_board_set_awaited(board, pool, 9);
        mj_board_set_settings(board, pool, 1, 7);
        start_daemon(1, ANSWER);
    }
    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_int_eq(former->requests, _i == 0 ? 3 : 1);
    ck_assert_uint_eq(counted(MJ_COUNTER_MOVED), 0);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), _i == 0 ? 1 : 0);
    ck_assert_str_eq(fake.log, "");
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_request_for_settings_that_nobody_awaits_is_told_so_at_once)
{
    static const char *const why[] = {"E MJ0039: pool shop: only the new settings have this application, ",
                                      "E MJ0029: pool shop: the supervisor has other settings, "};
    daemon_t *former = start_daemon(0, REFUSE_UNCONFIGURED);
    mj_dispatched_t result;

    settings->fingerprint = 7;
    mj_board_set_awaited(board, pool, _i == 0 ? 0 : 9);
    result = dispatch();
    ck_assert_int_eq(result.status, 503);
    ck_assert_int_gt(result.retry_after, 20);
    ck_assert_int_le(result.retry_after, 30);
    ck_assert_int_eq(former->requests, 1);
    assert_logged(why[_i]);
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_request_that_a_dead_daemon_has_not_read_is_served_by_another)
{
    daemon_t *first = start_daemon(0, GO_UNREAD), *second = start_daemon(1, ANSWER);

    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_int_eq(first->requests, 1);
    ck_assert_int_eq(second->requests, 1);
    ck_assert_uint_eq(counted(MJ_COUNTER_MOVED), 1);
    ck_assert_uint_eq(counted(MJ_COUNTER_LOST), 0);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 0);
    assert_nothing_is_held();
    ck_assert_str_eq(fake.log, "");
}
END_TEST

START_TEST(a_large_file_is_passed_on_when_the_place_is_free)
{
    start_daemon(0, ANSWER_FILE, ANSWER);
    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_str_eq(fake.done, "head(200) file(0,65537) end pass");
    ck_assert_uint_eq(in_flight_at_pass, 0);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 1);
    close(fake.file);
    fake.file = -1;
    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_uint_eq(in_flight_at_pass, 1);
    ck_assert_int_eq(daemons[0].connections, 1);
}
END_TEST

START_TEST(a_tunnel_holds_no_place)
{
    start_daemon(0, UPGRADE);
    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_uint_eq(counted(MJ_COUNTER_UPGRADED), 1);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 1);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 0);
    ck_assert_uint_eq(counted(MJ_COUNTER_ABANDONED), 0);
    ck_assert_str_eq(fake.body, "through");
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_client_that_leaves_a_tunnel_is_counted)
{
    start_daemon(0, UPGRADE);
    fake_client_sends(&fake, FAKE_FAILURE(APR_EGENERAL));
    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_uint_eq(counted(MJ_COUNTER_UPGRADED), 1);
    ck_assert_uint_eq(counted(MJ_COUNTER_ABANDONED), 1);
    assert_nothing_is_held();
}
END_TEST

/* They can all be unlucky, but not for ever. */
START_TEST(a_request_that_daemons_lose_unread_is_given_up)
{
    daemon_t *only = start_daemon(0, GO_UNREAD);
    apr_time_t began = apr_time_now();
    mj_dispatched_t result = dispatch();

    ck_assert_int_eq(result.status, 503);
    ck_assert_int_eq(result.retry_after, 1);
    ck_assert_int_eq(only->requests, 20);
    /* Before each retry the board is waited for; and after each loss but the first there is a
     * pause. */
    ck_assert_int_ge(apr_time_now() - began, (19 + 18) * apr_time_from_msec(50));
    ck_assert_uint_eq(counted(MJ_COUNTER_MOVED), 20);
    assert_logged("E MJ0035: pool shop: no daemon took the request; 503");
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_request_that_a_daemon_has_read_is_sent_to_no_other)
{
    daemon_t *second;
    mj_dispatched_t result;

    start_daemon(0, GO_READ);
    second = start_daemon(1, ANSWER);
    result = dispatch();
    ck_assert_int_eq(result.status, 502);
    ck_assert_int_eq(result.retry_after, 0);
    ck_assert_int_eq(second->requests, 0);
    ck_assert_uint_eq(counted(MJ_COUNTER_LOST), 1);
    ck_assert_uint_eq(counted(MJ_COUNTER_MOVED), 0);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 1);
    assert_logged("MJ0043: pool shop pid 1001");
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_daemon_that_is_not_there_is_told_to_the_supervisor)
{
    mj_dispatched_t result;

    mj_board_ready(0, 9, 1); /* nobody listens */
    start_daemon(1, ANSWER);
    result = dispatch();
    ck_assert_int_eq(result.status, 0);
    ck_assert_uint_eq(result.pid, 1002);
    ck_assert_uint_eq(counted(MJ_COUNTER_MOVED), 1);
    ck_assert(mj_board_take_wakeup(board, pool));
    ck_assert_int_ge(wakeups(), 1);
    assert_logged("I MJ0033: pool shop pid 1009: cannot connect to ");
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_request_that_reaches_nobody_waits_no_longer_than_queue_timeout)
{
    apr_time_t began = apr_time_now();
    mj_dispatched_t result;

    settings->queue_timeout = apr_time_from_msec(200);
    mj_board_ready(0, 9, 1);
    result = dispatch();
    ck_assert_int_eq(result.status, 503);
    ck_assert_int_ge(apr_time_now() - began, settings->queue_timeout);
    ck_assert_uint_eq(counted(MJ_COUNTER_MOVED), 1); /* once for the request */
    assert_nothing_is_held();
}
END_TEST

START_TEST(a_connection_that_broke_is_not_used_again)
{
    daemon_t *daemon = start_daemon(0, ANSWER, GO_READ, ANSWER);

    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_int_eq(dispatch().status, 502);
    ck_assert_int_eq(dispatch().status, 0);
    ck_assert_int_eq(daemon->connections, 2);
}
END_TEST

/* Fills the backlog of a daemon that accepts nothing. */
static void fill_backlog(unsigned slot, daemon_t *deaf, int *filler)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = path_of(slot, slot + 1);

    listen_at(deaf, path, 0);
    ck_assert_ptr_nonnull(apr_cpystrn(address.sun_path, path, sizeof(address.sun_path)));
    *filler = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(*filler, (struct sockaddr *)&address, sizeof(address)), 0);
    mj_board_ready(slot, slot + 1, 1);
}

START_TEST(connect_timeout_ends_the_wait_for_a_full_backlog)
{
    daemon_t deaf;
    int filler;

    settings->connect_timeout = apr_time_from_msec(60);
    fill_backlog(0, &deaf, &filler);
    start_daemon(1, ANSWER);
    ck_assert_int_eq(dispatch().status, 0);
    assert_logged("E MJ0038: pool shop pid 1001: connect-timeout: its backlog was full for 60 ms; another daemon is tried");
    assert_nothing_is_held();
    close(filler);
    close(deaf.listener);
}
END_TEST

START_TEST(a_client_that_leaves_is_not_connected_for)
{
    daemon_t deaf;
    int filler;

    settings->connect_timeout = 0;
    fake.is_gone = true;
    fill_backlog(0, &deaf, &filler);
    ck_assert_int_eq(dispatch().status, MJ_CLIENT_IS_GONE);
    ck_assert_uint_eq(counted(MJ_COUNTER_ABANDONED), 1);
    assert_not_logged("MJ0033");
    assert_nothing_is_held();
    close(filler);
    close(deaf.listener);
}
END_TEST

/* --- not served --- */

START_TEST(a_pool_that_is_down_says_when_to_come_back)
{
    mj_dispatched_t result;

    mj_board_set_pool(board, pool, MJ_POOL_DOWN, apr_time_now() + apr_time_from_msec(6500));
    result = dispatch();
    ck_assert_int_eq(result.status, 503);
    ck_assert_int_le(result.retry_after, 7);
    ck_assert_int_gt(result.retry_after, 1);
    ck_assert_uint_eq(result.pid, 0);
    assert_logged("E MJ0032: pool shop: down: its JVMs fail to start (see above in this log); 503");
}
END_TEST

START_TEST(a_request_waits_no_longer_than_queue_timeout)
{
    mj_dispatched_t result;

    settings->queue_timeout = apr_time_from_msec(60);
    mj_board_ready(0, 1, 1);
    mj_board_admit_one();
    result = dispatch();
    ck_assert_int_eq(result.status, 503);
    ck_assert_int_eq(result.retry_after, 1);
    assert_logged("E MJ0031: pool shop: queue-timeout: no place within 60 ms; 503");
    ck_assert_uint_eq(mj_board_waiting(board, pool), 0);
}
END_TEST

START_TEST(a_request_that_finds_the_queue_full_does_not_wait)
{
    static const char *const why[] = {
        "E MJ0030: pool shop: queue full: 1 requests wait already (queue-size); 503",
        "E MJ0037: pool shop: the queues of all pools hold 50 requests, the limit for httpd's 100 workers: raise "
        "MaxRequestWorkers, or lower",
        "E MJ0036: pool shop: it uses its whole share, 75 of httpd's 100 workers; the rest is for other pools and virtual hosts: "
        "raise ",
    };

    mj_board_ready(0, 1, 1);
    mj_board_admit_one();
    settings->queue_size = _i == 0 ? 1 : 100;
    if (_i < 2) {
        ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 100), MJ_QUEUED);
    }
    mj_board_share(board, _i == 2 ? 1 : 1000, _i == 1 ? 1 : 1000);
    ck_assert_int_eq(dispatch().status, 503);
    assert_logged(why[_i]);
    ck_assert_uint_eq(mj_board_waiting(board, pool), _i < 2 ? 1 : 0);
}
END_TEST

START_TEST(a_client_that_leaves_the_queue_is_counted)
{
    apr_time_t began = apr_time_now();
    mj_dispatched_t result;

    mj_board_ready(0, 1, 1);
    mj_board_admit_one();
    fake.is_gone = true;
    result = dispatch();
    ck_assert_int_eq(result.status, MJ_CLIENT_IS_GONE);
    ck_assert_int_lt(apr_time_now() - began, settings->queue_timeout); /* it was noticed at once */
    ck_assert_int_eq(result.retry_after, 0);
    ck_assert_uint_eq(counted(MJ_COUNTER_ABANDONED), 1);
    ck_assert_uint_eq(mj_board_waiting(board, pool), 0);
    assert_logged("MJ0045");
}
END_TEST

/* Frees the place that another request holds, once somebody waits for it. */
static void *release_when_waited_for(void *data)
{
    const mj_ticket_t *ticket = data;

    while (mj_board_waiting(board, pool) == 0) {
        sched_yield();
    }
    mj_board_release(board, ticket);
    return NULL;
}

START_TEST(a_request_that_waited_is_served)
{
    daemon_t *daemon = start_daemon(0, ANSWER);
    mj_ticket_t ticket = mj_board_admit_one();
    mj_dispatched_t result;
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, release_when_waited_for, &ticket), 0);
    result = dispatch();
    pthread_join(thread, NULL);
    ck_assert_int_eq(result.status, 0);
    ck_assert_int_gt(result.queue_time, 0);
    ck_assert_int_eq(daemon->requests, 1);
    assert_nothing_is_held();
}
END_TEST

/* Makes a daemon ready when the supervisor is woken. */
static void *start_when_woken(void *data)
{
    struct pollfd woken = {.fd = wakeup_reader, .events = POLLIN};

    (void)data;
    ck_assert_int_eq(poll(&woken, 1, 30000), 1);
    while (!mj_board_take_wakeup(board, pool)) {
        sched_yield();
    }
    mj_board_set_pool(board, pool, MJ_POOL_READY, 0);
    start_daemon(0, ANSWER);
    return NULL;
}

START_TEST(a_request_wakes_a_pool_that_is_idle)
{
    pthread_t thread;

    mj_board_set_pool(board, pool, MJ_POOL_IDLE, 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, start_when_woken, NULL), 0);
    ck_assert_int_eq(dispatch().status, 0);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(a_body_that_cannot_be_read_takes_no_place)
{
    mj_dispatched_t result;

    head.flags = MJ_FLAG_REQUEST_BODY;
    head.content_length = MJ_LENGTH_UNKNOWN;
    fake_client_sends(&fake, FAKE_FAILURE(APR_EGENERAL));
    mj_board_ready(0, 9, 1);
    result = dispatch();
    ck_assert_int_eq(result.status, 400);
    ck_assert_uint_eq(result.pid, 0);
    assert_nothing_is_held();
}
END_TEST

/* httpd would wait for the rest before it answers. */
START_TEST(a_body_that_nobody_wants_is_told)
{
    mj_dispatched_t result;

    head.flags = MJ_FLAG_REQUEST_BODY;
    head.content_length = MJ_LENGTH_UNKNOWN;
    if (_i == 0) {
        fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_NOTHING_YET);
    } else {
        fake_client_sends(&fake, FAKE_TEXT("hello"), FAKE_END);
    }
    start_daemon(0, GO_READ);
    result = dispatch();
    ck_assert_int_eq(result.status, 502);
    ck_assert(result.is_body_unread == (_i == 0));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("dispatch");
    TCase *tcase = mj_board_case(suite, "served");

    tcase_add_checked_fixture(tcase, make, unmake);
    tcase_add_test(tcase, a_request_is_served_by_a_daemon_that_has_room);
    tcase_add_test(tcase, a_request_that_a_daemon_refuses_is_served_by_another);
    tcase_add_test(tcase, a_request_that_every_daemon_refuses_comes_back_to_them);
    tcase_add_loop_test(tcase, a_request_for_new_settings_finds_their_daemon, 0, 2);
    tcase_add_loop_test(tcase, a_request_for_settings_that_nobody_awaits_is_told_so_at_once, 0, 2);
    tcase_add_test(tcase, a_request_that_a_dead_daemon_has_not_read_is_served_by_another);
    tcase_add_test(tcase, a_large_file_is_passed_on_when_the_place_is_free);
    tcase_add_test(tcase, a_tunnel_holds_no_place);
    tcase_add_test(tcase, a_client_that_leaves_a_tunnel_is_counted);
    tcase_add_test(tcase, a_request_that_daemons_lose_unread_is_given_up);
    tcase_add_test(tcase, a_request_that_a_daemon_has_read_is_sent_to_no_other);
    tcase_add_test(tcase, a_daemon_that_is_not_there_is_told_to_the_supervisor);
    tcase_add_test(tcase, a_request_that_reaches_nobody_waits_no_longer_than_queue_timeout);
    tcase_add_test(tcase, a_connection_that_broke_is_not_used_again);
    tcase_add_test(tcase, connect_timeout_ends_the_wait_for_a_full_backlog);
    tcase_add_test(tcase, a_client_that_leaves_is_not_connected_for);
    tcase = mj_board_case(suite, "sessions");
    tcase_add_checked_fixture(tcase, make, unmake);
    tcase_add_loop_test(tcase, a_request_goes_to_the_daemon_of_its_session, 0, 6);
    tcase_add_test(tcase, a_daemon_that_drains_has_no_sessions);
    tcase_add_test(tcase, a_request_that_the_daemon_of_its_session_refuses_is_served_by_another);
    tcase_add_test(tcase, a_request_waits_for_the_daemon_of_its_session);
    tcase_add_test(tcase, a_request_waits_for_the_daemon_of_its_session_no_longer_than_queue_timeout);
    tcase_add_test(tcase, a_queue_that_is_full_of_others_sessions_does_not_keep_a_request_from_a_free_daemon);
    tcase = mj_board_case(suite, "not served");
    tcase_add_checked_fixture(tcase, make, unmake);
    tcase_add_test(tcase, a_pool_that_is_down_says_when_to_come_back);
    tcase_add_test(tcase, a_request_waits_no_longer_than_queue_timeout);
    tcase_add_loop_test(tcase, a_request_that_finds_the_queue_full_does_not_wait, 0, 3);
    tcase_add_test(tcase, a_client_that_leaves_the_queue_is_counted);
    tcase_add_test(tcase, a_request_that_waited_is_served);
    tcase_add_test(tcase, a_request_wakes_a_pool_that_is_idle);
    tcase_add_test(tcase, a_body_that_cannot_be_read_takes_no_place);
    tcase_add_loop_test(tcase, a_body_that_nobody_wants_is_told, 0, 2);
    return suite;
}
