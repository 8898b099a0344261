#include "exchange_case.h"

#include "board_case.h"
#include "daemon_socket.h"
#include "harness.h"

#include <apr_strings.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

mj_exchange_t exchange;
fake_client_t fake;
mj_dispatcher_t dispatcher;
mj_pool_settings_t *settings;
mj_request_t head;
mj_channel_t *channel;
mj_ticket_t ticket;
int daemon_fd;
uint16_t daemon_serial;

static unsigned char heard[1 << 20];
static size_t heard_len, heard_taken;
static const char *body;

static mj_span_t span(const char *text)
{
    return (mj_span_t){text, strlen(text)};
}

static void make_head(void)
{
    head = (mj_request_t){
        .method = span("GET"),
        .target = span("/"),
        .protocol = span("HTTP/1.1"),
        .scheme = span("http"),
        .log_id = span("id-1"),
        .application = span("\6target\0\0\0\1x"),
    };
    head.application.len = 12;
}

static void open_channel(void)
{
    channel = mj_open_channel(0, 1, &daemon_fd);
    daemon_serial = 1;
    heard_len = heard_taken = 0;
}

static void close_channel(void)
{
    mj_channel_close(channel);
    if (daemon_fd >= 0) {
        close(daemon_fd);
    }
}

static void make(void)
{
    mj_listen(8);
    open_channel();
    body = "";
    settings = mj_pool_settings_make(test_pool, "shop");
    settings->request_timeout = settings->socket_timeout = settings->queue_timeout = settings->tunnel_timeout = 0;
    dispatcher = (mj_dispatcher_t){.board = board, .row = child, .wakeup_fd = -1, .shares = {100, 75, 50, 40, 60}};
    ck_assert_int_eq(mj_dispatcher_make_room(&dispatcher, 4, test_pool), APR_SUCCESS);
    ck_assert_int_eq(mj_dispatcher_serve(&dispatcher, pool, test_pool), APR_SUCCESS);
    mj_board_ready(0, 1, 5);
    ck_assert_int_eq(mj_board_admit(board, pool, child, NULL, &ticket), MJ_ADMITTED);
    ticket.pid = 4711;
    fake_client_make(&fake);
    make_head();
}

static void unmake(void)
{
    close_channel();
    close(socket_listener);
}

TCase *mj_exchange_case(Suite *suite, const char *name)
{
    TCase *tcase = mj_board_case(suite, name);

    tcase_add_checked_fixture(tcase, make, unmake);
    return tcase;
}

void mj_new_channel(void)
{
    close_channel();
    open_channel();
}

mj_ending_t mj_run(void)
{
    return mj_exchange_run(&exchange, channel, &ticket);
}

mj_ending_t mj_begin_and_run(void)
{
    ck_assert_int_eq(mj_exchange_begin(&exchange, &dispatcher, &fake.client, settings, pool, &head), 0);
    return mj_run();
}

/* --- what the daemon says --- */

void daemon_say_bytes(const void *bytes, size_t len)
{
    ck_assert_int_eq(send(daemon_fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void put_number(unsigned char *out, uint64_t number, int size)
{
    for (int i = 0; i < size; i++) {
        out[i] = (unsigned char)(number >> (8 * (size - 1 - i)));
    }
}

/* Daemons say what they say from threads of their own, too: no memory of test_pool. */
static unsigned char *frame_of(uint8_t type, uint8_t flags, uint16_t serial, const void *payload, size_t len)
{
    static _Thread_local unsigned char frame[MJ_HEADER_SIZE + MJ_MAX_DATA];

    ck_assert_uint_le(len, MJ_MAX_DATA);
    put_number(frame, len, 4);
    frame[4] = type;
    frame[5] = flags;
    put_number(frame + 6, serial, 2);
    if (len > 0) {
        memcpy(frame + MJ_HEADER_SIZE, payload, len);
    }
    return frame;
}

void daemon_say(uint8_t type, uint8_t flags, const void *payload, size_t len)
{
    daemon_say_bytes(frame_of(type, flags, daemon_serial, payload, len), MJ_HEADER_SIZE + len);
}

bool daemon_tries_to_say(uint8_t type, const void *payload, size_t len)
{
    ssize_t size = (ssize_t)(MJ_HEADER_SIZE + len);
    return send(daemon_fd, frame_of(type, 0, daemon_serial, payload, len), (size_t)size, MSG_NOSIGNAL) == size;
}

void daemon_welcome(void)
{
    daemon_say_bytes(frame_of(MJ_FRAME_WELCOME, 0, 0, "MJVM\2\0\0\0\0\0\0\1", 12), MJ_HEADER_SIZE + 12);
}

void daemon_response(uint16_t status, uint8_t flags, uint64_t length)
{
    unsigned char payload[12] = {0};

    put_number(payload, status, 2);
    put_number(payload + 2, length, 8);
    daemon_say(MJ_FRAME_RESPONSE, flags, payload, sizeof(payload));
}

void daemon_data(const char *text, uint8_t flags)
{
    daemon_say(MJ_FRAME_DATA, flags, text, strlen(text));
}

void daemon_end(void)
{
    daemon_say(MJ_FRAME_END, 0, NULL, 0);
}

void daemon_credit(uint32_t credit)
{
    unsigned char payload[4];

    put_number(payload, credit, 4);
    daemon_say(MJ_FRAME_CREDIT, 0, payload, sizeof(payload));
}

void daemon_refused(uint8_t reason)
{
    daemon_say(MJ_FRAME_REFUSED, 0, &reason, 1);
}

/* A number of so many bytes, and a string. */
static void say_text(uint8_t type, uint64_t number, size_t size, const char *text)
{
    unsigned char payload[200];
    size_t len = strlen(text);

    ck_assert_uint_le(size + 2 + len, sizeof(payload));
    put_number(payload, number, (int)size);
    put_number(payload + size, len, 2);
    for (size_t i = 0; i < len; i++) {
        payload[size + 2 + i] = (unsigned char)text[i];
    }
    daemon_say(type, 0, payload, size + 2 + len);
}

void daemon_failed(uint16_t status, const char *message)
{
    say_text(MJ_FRAME_FAILED, status, 2, message);
}

void daemon_abort(const char *message)
{
    say_text(MJ_FRAME_ABORT, 0, 0, message);
}

void daemon_log(uint8_t level, const char *line)
{
    say_text(MJ_FRAME_LOG, level, 1, line);
}

void daemon_inform(uint16_t status)
{
    unsigned char payload[4] = {0};

    put_number(payload, status, 2);
    daemon_say(MJ_FRAME_INFORM, 0, payload, sizeof(payload));
}

static void say_fields(uint8_t type, unsigned count)
{
    static const unsigned char field[] = {0, 1, 'a', 0, 1, 'b'};
    unsigned char payload[2 + 64 * sizeof(field)];

    ck_assert_uint_le(count, 64);
    put_number(payload, count, 2);
    for (unsigned i = 0; i < count; i++) {
        memcpy(payload + 2 + sizeof(field) * i, field, sizeof(field));
    }
    daemon_say(type, 0, payload, 2 + sizeof(field) * count);
}

void daemon_trailers(unsigned count)
{
    say_fields(MJ_FRAME_TRAILERS, count);
}

void daemon_upgraded(unsigned count)
{
    say_fields(MJ_FRAME_UPGRADED, count);
}

void daemon_file(int fd, uint64_t offset, uint64_t length)
{
    unsigned char payload[20] = {0}, *frame;
    union {
        struct cmsghdr aligned;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    struct iovec part;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    put_number(payload, 200, 2);
    put_number(payload + 2, length, 8);
    put_number(payload + 10, offset, 8);
    frame = frame_of(MJ_FRAME_RESPONSE, MJ_FLAG_RESPONSE_FILE, daemon_serial, payload, sizeof(payload));
    part = (struct iovec){frame, MJ_HEADER_SIZE + sizeof(payload)};
    if (fd >= 0) {
        struct cmsghdr *rights;
        message.msg_control = control.space;
        message.msg_controllen = sizeof(control.space);
        rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
    }
    ck_assert_int_eq(sendmsg(daemon_fd, &message, MSG_NOSIGNAL), (ssize_t)part.iov_len);
}

void daemon_goes(void)
{
    close(daemon_fd);
    daemon_fd = -1;
}

void daemon_falls_silent(void)
{
    ck_assert_int_eq(shutdown(daemon_fd, SHUT_WR), 0);
}

/* --- what it hears --- */

static const char *with_flags(const mj_frame_t *frame)
{
    switch (frame->type) {
    case MJ_FRAME_HELLO:
        return "HELLO";
    case MJ_FRAME_REQUEST:
        return apr_pstrcat(test_pool, "REQUEST", (frame->flags & MJ_FLAG_REQUEST_BODY) != 0 ? "+BODY" : "",
                           (frame->flags & MJ_FLAG_REQUEST_EXPECT) != 0 ? "+EXPECT" : "",
                           (frame->flags & MJ_FLAG_REQUEST_WHOLE) != 0 ? "+WHOLE" : "", NULL);
    case MJ_FRAME_DATA:
        return apr_psprintf(test_pool, "DATA(%u)", frame->len);
    case MJ_FRAME_TRAILERS:
        return "TRAILERS";
    case MJ_FRAME_END:
        return (frame->flags & MJ_FLAG_END_CUT) != 0 ? "END+CUT" : "END";
    default:
        ck_abort_msg("a frame of type %d", frame->type);
        return NULL;
    }
}

static uint32_t number_at(const unsigned char *in, int size)
{
    uint32_t number = 0;
    for (int i = 0; i < size; i++) {
        number = number << 8 | in[i];
    }
    return number;
}

const char *daemon_heard(void)
{
    const char *words = "";
    ssize_t n;

    while (daemon_fd >= 0 && (n = recv(daemon_fd, heard + heard_len, sizeof(heard) - heard_len, MSG_DONTWAIT)) > 0) {
        heard_len += (size_t)n;
        ck_assert_uint_lt(heard_len, sizeof(heard));
    }
    while (heard_len - heard_taken >= MJ_HEADER_SIZE) {
        const unsigned char *at = heard + heard_taken;
        mj_frame_t frame = {number_at(at, 4), at[4], at[5], (uint16_t)number_at(at + 6, 2)};
        if (heard_len - heard_taken < MJ_HEADER_SIZE + frame.len) {
            words = apr_pstrcat(test_pool, words, " (a part)", NULL);
            break;
        }
        ck_assert_uint_eq(frame.serial, frame.type == MJ_FRAME_HELLO ? 0 : daemon_serial);
        if (frame.type == MJ_FRAME_DATA) {
            body = apr_pstrcat(test_pool, body, apr_pstrmemdup(test_pool, (const char *)at + MJ_HEADER_SIZE, frame.len), NULL);
        }
        words = apr_pstrcat(test_pool, words, *words != '\0' ? " " : "", with_flags(&frame), NULL);
        heard_taken += MJ_HEADER_SIZE + frame.len;
    }
    return words;
}

const char *daemon_body(void)
{
    return body;
}
