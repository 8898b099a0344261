/* Stands in for jvm-daemon in HostileDaemonTest: a daemon that breaks the protocol in the way that
 * each request's path info names (the functions below). The request's query, a token, stands in all
 * that it answers, so that a test can tell whose bytes a client was given.
 *
 * What the process does as a whole is named in the variable HOSTILE: acts    serves as its requests
 * say, with a child for each connection deaf    is ready, but accepts nothing, and has a backlog of
 * one closed  is ready, and nobody can connect Without HOSTILE it becomes the program beside it
 * that bears its name and `.real`: the daemon that it stands in for. */
#include "stuck_file.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTENER 0
#define LIFECYCLE 3
#define BIG_FILE (100LL << 20)
#define SMALL_FILE 4000 /* httpd reads it; larger ones it maps, which a FUSE that knows no httpd refuses */
#define MAX_FDS 253     /* what the kernel takes in one message */
#define WELCOME 0x02
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the connection, and what gathers for it --- */

static int conn;
static uint16_t serial;
static bool has_body;
static bool is_new; /* no request has come on it before */
static bool stays;  /* the act wants the connection to serve further requests */
static char token[256];

static unsigned char out[1 << 20];
static size_t out_len, frame_at;

static void put(const void *data, size_t len)
{
    if (len > sizeof(out) - out_len) {
        _exit(8);
    }
    memcpy(out + out_len, data, len);
    out_len += len;
}

static void number(uint64_t value, int bytes)
{
    while (bytes > 0) {
        unsigned char byte = (unsigned char)(value >> (8 * --bytes));
        put(&byte, 1);
    }
}

static void bytes(const char *data, size_t len)
{
    number(len, 2);
    put(data, len);
}

static void string(const char *text)
{
    bytes(text, strlen(text));
}

static void header(uint64_t len, unsigned type, unsigned flags, unsigned of)
{
    number(len, 4);
    number(type, 1);
    number(flags, 1);
    number(of, 2);
}

static void begin(unsigned type, unsigned flags)
{
    frame_at = out_len;
    header(0, type, flags, serial);
}

static void end(void)
{
    size_t here = out_len;
    out_len = frame_at;
    number(here - frame_at - MJ_HEADER_SIZE, 4);
    out_len = here;
}

static void send_bytes(const unsigned char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(conn, data, len, MSG_NOSIGNAL);
        if (n < 0) {
            _exit(0); /* httpd has closed it */
        }
        data += n;
        len -= (size_t)n;
    }
}

static void flush(void)
{
    send_bytes(out, out_len);
    out_len = 0;
}

static void flush_slowly(useconds_t pause_us)
{
    for (size_t i = 0; i < out_len; i++) {
        send_bytes(out + i, 1);
        usleep(pause_us);
    }
    out_len = 0;
}

static ssize_t send_with(int to, const void *bytes_sent, size_t len, const int *fds, size_t count)
{
    static union {
        struct cmsghdr aligned;
        char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
    } control;
    struct iovec part = {(void *)bytes_sent, len};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
    return sendmsg(to, &message, MSG_NOSIGNAL);
}

/* Sends what has gathered, with descriptors. */
static void flush_with(const int *fds, size_t count)
{
    ssize_t n = send_with(conn, out, out_len, fds, count);
    if (n < 0) {
        _exit(0);
    }
    send_bytes(out + n, out_len - (size_t)n);
    out_len = 0;
}

static void close_now(void)
{
    flush();
    _exit(0);
}

/* --- frames, and pieces of them --- */

static void welcome(const char *magic, unsigned major, unsigned of)
{
    header(12, WELCOME, 0, of);
    put(magic, 4);
    number(major, 1);
    number(0, 3);
    number((uint64_t)getpid(), 4);
}

static void response_start(unsigned flags, unsigned status, uint64_t length)
{
    begin(MJ_FRAME_RESPONSE, flags);
    number(status, 2);
    number(length, 8);
}

/* A response head with one field. */
static void response_field(const char *name, size_t name_len, const char *value, size_t value_len)
{
    response_start(MJ_FLAG_RESPONSE_BODY, 200, MJ_LENGTH_UNKNOWN);
    number(1, 2);
    bytes(name, name_len);
    bytes(value, value_len);
    end();
}

static void response(unsigned flags, unsigned status, uint64_t length)
{
    response_start(flags, status, length);
    number(1, 2);
    string("X-Token");
    string(token);
    end();
}

static void data(const char *text)
{
    begin(MJ_FRAME_DATA, MJ_FLAG_DATA_FLUSH);
    put(text, strlen(text));
    end();
}

static void finish(void)
{
    begin(MJ_FRAME_END, 0);
    end();
}

static void good(void)
{
    response(MJ_FLAG_RESPONSE_BODY, 200, strlen(token));
    data(token);
    finish();
}

static void open_ended(void)
{
    response(MJ_FLAG_RESPONSE_BODY, 200, MJ_LENGTH_UNKNOWN);
}

static void fields_frame(unsigned type, unsigned status, const char *name, const char *value)
{
    begin(type, 0);
    if (status != 0) {
        number(status, 2);
    }
    number(1, 2);
    string(name);
    string(value);
    end();
}

static void inform(unsigned status)
{
    fields_frame(MJ_FRAME_INFORM, status, "Link", "</a.css>; rel=preload");
}

static void credit(uint32_t amount)
{
    begin(MJ_FRAME_CREDIT, 0);
    number(amount, 4);
    end();
}

static void refused(unsigned reason)
{
    begin(MJ_FRAME_REFUSED, 0);
    number(reason, 1);
    end();
}

static void failed(unsigned status, const char *message, size_t len)
{
    begin(MJ_FRAME_FAILED, 0);
    number(status, 2);
    bytes(message, len);
    end();
}

static void broken_off(void)
{
    begin(MJ_FRAME_ABORT, 0);
    string(token);
    end();
}

static void line(unsigned level, const char *message, size_t len)
{
    begin(MJ_FRAME_LOG, 0);
    number(level, 1);
    bytes(message, len);
    end();
}

/* One line for each of the shortest acts. */
/* clang-format off */

/* --- acts: malformed frames --- */

static void wrong_length(void)
{
    response_start(MJ_FLAG_RESPONSE_BODY, 200, 5);
    number(0, 2);
    put("extra", 5);
    end();
}

static void short_length(void)
{
    header(4, MJ_FRAME_RESPONSE, 0, serial);
    number(200, 2);
    number(0, 2);
}

static void too_large(void) { header(MJ_MAX_RESPONSE + 1, MJ_FRAME_RESPONSE, 0, serial); }
static void all_ones(void) { header(UINT32_MAX, MJ_FRAME_DATA, 0, serial); }
static void over_length(void) { open_ended(); header(MJ_MAX_DATA + 1, MJ_FRAME_DATA, 0, serial); }
static void unknown_frame(void) { header(0, 0x7f, 0, serial); }
static void reserved_drain(void) { header(0, 0x1d, 0, serial); }
static void reserved_cancel(void) { header(0, 0x1e, 0, serial); }
static void frame_of_httpd(void) { header(0, MJ_FRAME_REQUEST, 0, serial); }
static void bad_flags(void) { response(0x80, 200, 0); }
static void file_and_body(void) { response(MJ_FLAG_RESPONSE_FILE | MJ_FLAG_RESPONSE_BODY, 200, 0); }
static void data_empty(void) { open_ended(); data(""); }

static void bad_serial(void)
{
    serial++;
    good();
}

static void serial_0(void)
{
    serial = 0;
    good();
}

/* --- acts: order and lengths --- */

static void split(void)
{
    good();
    flush_slowly(0);
}

static void keep(void)
{
    good();
    stays = true;
}

static void early_answer(void)
{
    good();
    serial++;
    response(MJ_FLAG_RESPONSE_BODY, 200, 6);
    data("stolen");
    finish();
    stays = true;
}

static void two_responses(void) { open_ended(); open_ended(); }
static void data_before_response(void) { data(token); }
static void end_before_response(void) { finish(); }
static void short_body(void) { response(MJ_FLAG_RESPONSE_BODY, 200, 1000); data(token); finish(); }
static void long_body(void) { response(MJ_FLAG_RESPONSE_BODY, 200, 3); data(token); finish(); }
static void no_body(void) { response(0, 200, 1000); }
static void length_huge(void) { response(MJ_FLAG_RESPONSE_BODY, 200, 1ULL << 63); }

/* --- acts: heads --- */

static void crlf_in_header(void) { response_field("X-A", 3, "a\r\nX-Injected: 1", 16); }
static void lf_in_header(void) { response_field("X-A", 3, "a\nX-Injected: 1", 15); }
static void nul_in_header(void) { response_field("X-A", 3, "a\0b", 3); }
static void lf_in_name(void) { response_field("X\nInjected", 10, "a", 1); }
static void colon_in_name(void) { response_field("X: 1", 4, "a", 1); }
static void name_empty(void) { response_field("", 0, "a", 1); }
static void content_length(void) { response_field("content-LENGTH", 14, "5", 1); }
static void transfer_encoding(void) { response_field("Transfer-Encoding", 17, "chunked", 7); }

static void huge_head(void)
{
    static char value[65000];
    memset(value, 'v', sizeof(value));
    response_field("X-Huge", 6, value, sizeof(value));
    data(token);
    finish();
}

static void many_headers(void)
{
    response_start(MJ_FLAG_RESPONSE_BODY, 200, MJ_LENGTH_UNKNOWN);
    number(10000, 2);
    for (int i = 0; i < 10000; i++) {
        string("A");
        string("");
    }
    end();
    data(token);
    finish();
}

/* As many as their number can say, and more than the frame holds. */
static void headers_65535(void)
{
    response_start(MJ_FLAG_RESPONSE_BODY, 200, MJ_LENGTH_UNKNOWN);
    number(65535, 2);
    for (int i = 0; i < 13000; i++) {
        string("A");
        string("");
    }
    end();
}

/* More than a frame may hold. */
static void headers_100000(void)
{
    response_start(MJ_FLAG_RESPONSE_BODY, 200, MJ_LENGTH_UNKNOWN);
    number(65535, 2);
    for (int i = 0; i < 100000; i++) {
        string("A");
        string("");
    }
    end();
}

static void status_0(void) { response(MJ_FLAG_RESPONSE_BODY, 0, 0); }
static void status_100(void) { response(MJ_FLAG_RESPONSE_BODY, 100, 0); }
static void status_600(void) { response(MJ_FLAG_RESPONSE_BODY, 600, 0); }
static void status_999(void) { response(MJ_FLAG_RESPONSE_BODY, 999, 0); }

static void status_299(void)
{
    response(MJ_FLAG_RESPONSE_BODY, 299, MJ_LENGTH_UNKNOWN);
    data(token);
    finish();
}

/* --- acts: credit --- */

static void credit_flood(void)
{
    for (int i = 0; i < 10000; i++) {
        credit(MJ_MAX_CREDIT);
    }
}

static void credit_largest(void) { credit(UINT32_MAX); }
static void credit_0(void) { credit(0); }
static void credit_without_body(void) { credit(1); good(); }

/* Within what is allowed: to be served. */
static void credit_pieces(void)
{
    for (int i = 0; i < 50000; i++) {
        credit(1);
    }
    good();
}

/* --- acts: interim responses, log, trailers --- */

static void informs(int count)
{
    for (int i = 0; i < count; i++) {
        inform(103);
    }
}

static void inform_64(void) { informs(MJ_MAX_INFORMS); good(); }
static void inform_flood(void) { informs(1000); good(); }
static void inform_after_response(void) { open_ended(); inform(103); }
static void inform_100(void) { inform(100); }
static void inform_101(void) { inform(101); }
static void inform_200(void) { inform(200); }
static void inform_crlf(void) { fields_frame(MJ_FRAME_INFORM, 103, "Link", "a\r\n\r\nHTTP/1.1 200 OK"); }
static void inform_upgrade(void) { fields_frame(MJ_FRAME_INFORM, 103, "Upgrade", "hostile"); good(); }

static void log_lines(unsigned level, int count)
{
    for (int i = 0; i < count; i++) {
        line(level, token, strlen(token));
        if (out_len > sizeof(out) - 1024) {
            flush();
        }
    }
}

static void log_flood(void) { log_lines(MJ_LEVEL_TRACE, 1000000); good(); }
static void log_flood_info(void) { log_lines(6, 20000); good(); }

static void log_endless(void)
{
    for (;;) {
        log_lines(MJ_LEVEL_TRACE, 1000);
    }
}

static void log_level_2(void) { line(2, token, strlen(token)); }
static void log_level_9(void) { line(9, token, strlen(token)); }
static void log_nul(void) { line(6, "a\0b", 3); }
static void log_crlf(void) { line(4, "a\r\n[forged] line \x1b[31m", 22); good(); }
static void log_too_large(void) { header(4097, MJ_FRAME_LOG, 0, serial); }
static void log_format(void) { line(4, "%s%n%s%n", 8); good(); }

static void with_trailers(void)
{
    open_ended();
    data(token);
    fields_frame(MJ_FRAME_TRAILERS, 0, "X-Sum", token);
}

static void trailers_good(void) { with_trailers(); finish(); }
static void trailers_twice(void) { with_trailers(); fields_frame(MJ_FRAME_TRAILERS, 0, "X-Sum", "2"); }
static void data_after_trailers(void) { with_trailers(); data(token); }
static void trailers_first(void) { fields_frame(MJ_FRAME_TRAILERS, 0, "X-Sum", token); }

static void trailers_crlf(void)
{
    open_ended();
    data(token);
    fields_frame(MJ_FRAME_TRAILERS, 0, "X-Sum", "a\r\n\r\nHTTP/1.1 200 OK");
}

/* --- acts: upgrade --- */

static void upgraded(void) { fields_frame(MJ_FRAME_UPGRADED, 0, "Upgrade", "hostile"); }
static void upgraded_without_field(void) { fields_frame(MJ_FRAME_UPGRADED, 0, "X-Token", token); }
static void upgraded_to_another(void) { fields_frame(MJ_FRAME_UPGRADED, 0, "Upgrade", "other"); }
static void upgraded_crlf(void) { fields_frame(MJ_FRAME_UPGRADED, 0, "Upgrade", "hostile\r\nX-Injected: 1"); }
static void upgraded_after_response(void) { open_ended(); upgraded(); }
static void tunnel_good(void) { upgraded(); data(token); finish(); }
static void tunnel_response(void) { upgraded(); data(token); open_ended(); }
static void tunnel_trailers(void) { upgraded(); data(token); fields_frame(MJ_FRAME_TRAILERS, 0, "X-Sum", "1"); }
static void tunnel_serial(void) { upgraded(); data(token); serial++; data("other"); }
static void tunnel_credit(void) { upgraded(); data(token); credit_flood(); }
static void tunnel_close(void) { upgraded(); data(token); close_now(); }
static void tunnel_abort(void) { upgraded(); data(token); broken_off(); }

static void upgraded_twice(void)
{
    begin(MJ_FRAME_UPGRADED, 0);
    number(2, 2);
    string("Upgrade");
    string("hostile");
    string("upgrade");
    string("hostile");
    end();
}

static void tunnel_log_endless(void)
{
    upgraded();
    data(token);
    log_endless();
}

/* --- acts: ends and silences --- */

static void close_at_once(void) { out_len = 0; close_now(); }
static void close_after_welcome(void) { close_now(); }
static void close_in_header(void) { put("\0\0\0", 3); close_now(); }
static void close_after_head(void) { response(MJ_FLAG_RESPONSE_BODY | MJ_FLAG_RESPONSE_FLUSH, 200, MJ_LENGTH_UNKNOWN); close_now(); }

static void close_in_head(void)
{
    open_ended();
    out_len -= 5;
    close_now();
}

static void close_in_data(void)
{
    open_ended();
    data(token);
    out_len -= 2;
    close_now();
}

static void silence(void) { stays = true; }

static void slow(void)
{
    flush();
    response_start(MJ_FLAG_RESPONSE_BODY, 200, MJ_LENGTH_UNKNOWN);
    number(0, 2);
    end();
    data(token);
    finish();
    flush_slowly(20000);
}

static void slow_head(void)
{
    flush();
    huge_head();
    flush_slowly(50000);
}

static void slow_data(void)
{
    open_ended();
    for (;;) {
        data(".");
        flush();
        usleep(50000);
    }
}

static void data_endless(void)
{
    open_ended();
    for (;;) {
        data(token);
        if (out_len > sizeof(out) / 2) {
            flush();
        }
    }
}

/* --- acts: the first frame --- */

static void no_welcome(void) { out_len = 0; good(); }
static void welcome_twice(void) { welcome("MJVM", MJ_VERSION_MAJOR, 0); }
static void bad_magic(void) { out_len = 0; welcome("HTTP", MJ_VERSION_MAJOR, 0); good(); }
static void bad_version(void) { out_len = 0; welcome("MJVM", MJ_VERSION_MAJOR + 1, 0); good(); }
static void welcome_serial(void) { out_len = 0; welcome("MJVM", MJ_VERSION_MAJOR, 1); good(); }
static void http_answer(void) { out_len = 0; put("HTTP/1.1 200 OK\r\n\r\n", 19); }

/* --- acts: answers that are no response --- */

static void refuse_forever(void) { refused(1); stays = true; }
static void refused_after_response(void) { open_ended(); refused(1); }
static void refused_reason(void) { refused(5); }
static void failed_good(void) { failed(503, token, strlen(token)); }
static void failed_after_response(void) { open_ended(); failed(500, token, strlen(token)); }
static void failed_crlf(void) { failed(500, "a\r\n[forged] line", 16); }
static void failed_nul(void) { failed(500, "a\0b", 3); }
static void failed_200(void) { failed(200, token, strlen(token)); }
static void abort_first(void) { broken_off(); }
static void abort_later(void) { open_ended(); data(token); broken_off(); }

/* --- acts: descriptors --- */

static int work_file(const char *name, int flags)
{
    char path[512];
    int fd;
    (void)snprintf(path, sizeof(path), "%s/%s", getenv("WORK"), name);
    fd = open(path, flags, 0600);
    if (fd < 0) {
        _exit(7);
    }
    return fd;
}

/* A file that holds the token. */
static int token_file(void)
{
    int fd = work_file(".", O_TMPFILE | O_RDWR);
    if (write(fd, token, strlen(token)) != (ssize_t)strlen(token)) {
        _exit(7);
    }
    return fd;
}

static void file_head(uint64_t offset, uint64_t length)
{
    response_start(MJ_FLAG_RESPONSE_FILE, 200, length);
    number(offset, 8);
    number(1, 2);
    string("X-Token");
    string(token);
    end();
}

static void file_of(int fd, uint64_t length)
{
    file_head(0, length);
    flush_with(&fd, 1);
}

static void whole_file(int fd) { file_of(fd, strlen(token)); }

static void fd_good(void) { whole_file(token_file()); }
static void fd_none(void) { file_head(0, strlen(token)); }
static void fd_folder(void) { file_of(open("/", O_RDONLY | O_DIRECTORY), 1); }
static void fd_socket(void) { file_of(socket(AF_UNIX, SOCK_STREAM, 0), 1); }
static void fd_own(void) { file_of(conn, 1); }
static void fd_listener(void) { file_of(LISTENER, 1); }
static void fd_device(void) { file_of(open("/dev/zero", O_RDONLY), 1); }
static void fd_epoll(void) { file_of(epoll_create1(0), 1); }
static void fd_path(void) { file_of(open("/proc/self/exe", O_PATH), 1); }
static void fd_proc(void) { file_of(open("/proc/self/mem", O_RDONLY), 1); }
static void fd_short(void) { file_of(token_file(), strlen(token) + 1); }

/* In /sys a file says that it is larger than it is. */
static void fd_sys(void) { file_of(open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY), 4096); }

/* Everything is answered but a read, for ever. WORK has the device that a machine lets its users
 * open. */
static void fd_fuse(void)
{
    char device[512];
    int fd;
    (void)snprintf(device, sizeof(device), "%s/fuse", getenv("WORK"));
    fd = mj_stuck_file_open(device, SMALL_FILE);
    if (fd < 0) {
        _exit(7);
    }
    file_of(fd, SMALL_FILE);
}

static void fd_overlay(void)
{
    int fd = mj_own_overlay_file_open(token);
    if (fd < 0) {
        _exit(7);
    }
    whole_file(fd);
}

static void fd_direct(void)
{
    int fd = token_file();
    if (fcntl(fd, F_SETFL, O_DIRECT) != 0) {
        _exit(7);
    }
    whole_file(fd);
}

/* Kept by the kernel itself: to whom it belongs shows nowhere. */
static void fd_huge(void)
{
    int fd = memfd_create("hostile", MFD_HUGETLB);
    if (fd < 0 || ftruncate(fd, 2 << 20) != 0) {
        _exit(7);
    }
    file_of(fd, 2 << 20);
}

static void fd_pipe(void)
{
    int ends[2];
    if (pipe(ends) != 0) {
        _exit(7);
    }
    file_of(ends[0], 1);
}

static void fd_write_only(void)
{
    int fd = work_file("write-only", O_CREAT | O_WRONLY);
    if (ftruncate(fd, 100) != 0) {
        _exit(7);
    }
    file_of(fd, 100);
}

static void fd_unlinked(void)
{
    char path[512];
    int fd;
    (void)snprintf(path, sizeof(path), "%s/unlinked.XXXXXX", getenv("WORK"));
    fd = mkstemp(path);
    if (fd < 0 || unlink(path) != 0 || write(fd, token, strlen(token)) < 0) {
        _exit(7);
    }
    whole_file(fd);
}

static void fd_memfd(void)
{
    int fd = memfd_create("hostile", 0);
    if (fd < 0 || write(fd, token, strlen(token)) < 0) {
        _exit(7);
    }
    whole_file(fd);
}

static void fd_beyond(void)
{
    int fd = token_file();
    file_head(INT64_MAX, 1);
    flush_with(&fd, 1);
}

static void fd_offset(void)
{
    int fd = token_file();
    file_head(1, strlen(token) - 1);
    flush_with(&fd, 1);
}

static void fd_unasked(void)
{
    int fd = token_file();
    good();
    stays = true;
    flush_with(&fd, 1);
}

/* With the last bytes of what belongs to the frame. */
static void fd_late(void)
{
    int fd = token_file();
    size_t len;
    file_head(0, strlen(token));
    len = out_len;
    out_len = 0;
    send_bytes(out, len - 1);
    memmove(out, out + len - 1, 1);
    out_len = 1;
    flush_with(&fd, 1);
}

static void fd_in_pieces(void)
{
    int fd = token_file();
    unsigned char first;
    size_t len;
    file_head(0, strlen(token));
    len = out_len;
    first = out[0];
    out_len = 1;
    flush_with(&fd, 1);
    out[0] = first;
    for (size_t i = 1; i < len; i++) {
        send_bytes(out + i, 1);
    }
}

static void fd_early(void)
{
    int fd = token_file();
    inform(103);
    flush_with(&fd, 1);
    file_head(0, strlen(token));
}

/* Late enough for httpd to have taken the connection for idle. */
static void fd_after_end(void)
{
    int fd = token_file();
    good();
    flush();
    usleep(20000);
    stays = true;
    serial++;
    line(6, token, strlen(token));
    flush_with(&fd, 1);
}

static void many_files(int *fds)
{
    fds[0] = token_file();
    for (int i = 1; i < MAX_FDS; i++) {
        fds[i] = fds[0];
    }
}

static void fd_two(void)
{
    int fds[MAX_FDS];
    many_files(fds);
    file_head(0, strlen(token));
    flush_with(fds, 2);
}

static void fd_many(void)
{
    int fds[MAX_FDS];
    many_files(fds);
    file_head(0, strlen(token));
    flush_with(fds, MAX_FDS);
}

static void fd_many_unasked(void)
{
    int fds[MAX_FDS];
    many_files(fds);
    good();
    flush_with(fds, MAX_FDS);
}

static void fd_many_messages(void)
{
    int fds[MAX_FDS];
    many_files(fds);
    for (int i = 0; i < 500; i++) {
        line(8, token, strlen(token));
        flush_with(fds, 1);
    }
    good();
}

static void fd_flood(void)
{
    int fds[MAX_FDS];
    many_files(fds);
    for (;;) {
        line(8, token, strlen(token));
        flush_with(fds, MAX_FDS);
    }
}

static void fd_with_data(void)
{
    int fd = token_file();
    open_ended();
    flush();
    data(token);
    flush_with(&fd, 1);
    finish();
}

static void fd_big(void)
{
    int fd = work_file("big", O_CREAT | O_RDWR);
    if (ftruncate(fd, BIG_FILE) != 0) {
        _exit(7);
    }
    file_of(fd, (uint64_t)BIG_FILE);
}

/* What another request was given shrinks. */
static void fd_truncate(void)
{
    if (ftruncate(work_file("big", O_RDWR), 0) != 0) {
        _exit(7);
    }
    good();
}

/* --- acts: against the supervisor --- */

static void lifecycle_garbage(void)
{
    static char garbage[200000];
    int fds[] = {LISTENER, conn};

    for (int i = 0; i < 256; i++) {
        if (i == 'C' || i == 'O') { /* they have it replaced: lifecycle_wishes, lifecycle_changes */
            continue;
        }
        memset(garbage, i, sizeof(garbage));
        (void)send(LIFECYCLE, garbage, 1 + (size_t)i * 16, MSG_NOSIGNAL);
        (void)send(LIFECYCLE, garbage, 1 + (size_t)i * 700, MSG_NOSIGNAL);
    }
    (void)send(LIFECYCLE, "Fa\r\n[forged] line", 17, MSG_NOSIGNAL);
    (void)send(LIFECYCLE, "X99999999999999999999", 21, MSG_NOSIGNAL);
    for (int i = 0; i < 100; i++) {
        (void)send_with(LIFECYCLE, "R", 1, fds, COUNT(fds));
    }
    good();
}

static void repeat_on_lifecycle(char type)
{
    char garbage[600];
    memset(garbage, type, sizeof(garbage));
    for (int i = 0; i < 100; i++) {
        (void)send(LIFECYCLE, garbage, sizeof(garbage), MSG_NOSIGNAL);
    }
    good();
}

static void lifecycle_wishes(void)
{
    repeat_on_lifecycle('O');
}

static void lifecycle_changes(void)
{
    repeat_on_lifecycle('C');
}

/* Nothing, which the supervisor cannot tell from the end of the socket. */
static void lifecycle_empty(void)
{
    (void)send(LIFECYCLE, "", 0, MSG_NOSIGNAL);
    good();
}

static void print_flood(void)
{
    static char text[65536];
    memset(text, 'p', sizeof(text));
    for (int i = 0; i < 320; i++) { /* 20 MB */
        if (i % 2 == 0) {
            memset(text, '\n', sizeof(text) / 64);
        }
        if (write(i % 2 == 0 ? STDOUT_FILENO : STDERR_FILENO, text, sizeof(text)) < 0) {
            _exit(7);
        }
    }
    good();
}

/* An act's name is that of its function, with hyphens. */
#define ACT(function) {#function, function}

static const struct {
    const char *name;
    void (*act)(void);
} acts[] = {
    ACT(good), ACT(keep), ACT(wrong_length), ACT(short_length), ACT(too_large), ACT(all_ones), ACT(over_length), ACT(unknown_frame),
    ACT(reserved_drain), ACT(reserved_cancel), ACT(frame_of_httpd), ACT(bad_flags), ACT(file_and_body), ACT(data_empty), ACT(bad_serial),
    ACT(serial_0), ACT(split), ACT(early_answer), ACT(two_responses), ACT(data_before_response), ACT(end_before_response),
    ACT(short_body), ACT(long_body), ACT(no_body), ACT(length_huge), ACT(crlf_in_header), ACT(lf_in_header), ACT(nul_in_header),
    ACT(lf_in_name), ACT(colon_in_name), ACT(name_empty), ACT(content_length), ACT(transfer_encoding), ACT(huge_head), ACT(many_headers),
    ACT(headers_65535), ACT(headers_100000), ACT(status_0), ACT(status_100), ACT(status_600), ACT(status_999), ACT(status_299),
    ACT(credit_flood), ACT(credit_largest), ACT(credit_0), ACT(credit_without_body), ACT(credit_pieces), ACT(inform_64),
    ACT(inform_flood), ACT(inform_after_response), ACT(inform_100), ACT(inform_101), ACT(inform_200), ACT(inform_crlf),
    ACT(inform_upgrade), ACT(log_flood), ACT(log_flood_info), ACT(log_endless), ACT(log_level_2), ACT(log_level_9), ACT(log_nul),
    ACT(log_crlf), ACT(log_too_large), ACT(log_format), ACT(trailers_good), ACT(trailers_twice), ACT(data_after_trailers),
    ACT(trailers_first), ACT(trailers_crlf), ACT(upgraded), ACT(upgraded_without_field), ACT(upgraded_to_another), ACT(upgraded_crlf),
    ACT(upgraded_twice), ACT(upgraded_after_response), ACT(tunnel_good), ACT(tunnel_response), ACT(tunnel_trailers), ACT(tunnel_serial),
    ACT(tunnel_credit), ACT(tunnel_close), ACT(tunnel_abort), ACT(tunnel_log_endless), ACT(close_at_once), ACT(close_after_welcome),
    ACT(close_in_header), ACT(close_in_head), ACT(close_after_head), ACT(close_in_data), ACT(silence), ACT(slow), ACT(slow_head),
    ACT(slow_data), ACT(data_endless), ACT(no_welcome), ACT(welcome_twice), ACT(bad_magic), ACT(bad_version), ACT(welcome_serial),
    ACT(http_answer), ACT(refuse_forever), ACT(refused_after_response), ACT(refused_reason), ACT(failed_good), ACT(failed_after_response),
    ACT(failed_crlf), ACT(failed_nul), ACT(failed_200), ACT(abort_first), ACT(abort_later), ACT(fd_good), ACT(fd_none), ACT(fd_folder),
    ACT(fd_socket), ACT(fd_own), ACT(fd_listener), ACT(fd_device), ACT(fd_epoll), ACT(fd_path), ACT(fd_proc), ACT(fd_short), ACT(fd_fuse), ACT(fd_overlay), ACT(fd_direct), ACT(fd_huge), ACT(fd_sys),
    ACT(fd_pipe), ACT(fd_write_only), ACT(fd_unlinked), ACT(fd_memfd), ACT(fd_beyond), ACT(fd_offset), ACT(fd_unasked), ACT(fd_late),
    ACT(fd_in_pieces), ACT(fd_early), ACT(fd_after_end), ACT(fd_two), ACT(fd_many), ACT(fd_many_unasked), ACT(fd_many_messages),
    ACT(fd_flood), ACT(fd_with_data), ACT(fd_big), ACT(fd_truncate), ACT(lifecycle_garbage),
    ACT(lifecycle_wishes), ACT(lifecycle_changes), ACT(lifecycle_empty), ACT(print_flood),
};

/* clang-format on */

/* --- requests --- */

static void receive(unsigned char *in, size_t len)
{
    while (len > 0) {
        ssize_t n = recv(conn, in, len, 0);
        if (n <= 0) {
            _exit(0);
        }
        in += n;
        len -= (size_t)n;
    }
}

static unsigned receive_frame(unsigned char *in, size_t *len)
{
    unsigned char head[MJ_HEADER_SIZE];
    receive(head, sizeof(head));
    *len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (*len > MJ_MAX_REQUEST) {
        _exit(6);
    }
    receive(in, *len);
    if (head[4] == MJ_FRAME_REQUEST) {
        serial = (uint16_t)(head[6] << 8 | head[7]);
        has_body = (head[5] & MJ_FLAG_REQUEST_BODY) != 0;
    }
    return head[4];
}

static const unsigned char *next_string(const unsigned char *in, char *text, size_t size)
{
    size_t len = (size_t)in[0] << 8 | in[1];
    if (len < size) {
        memcpy(text, in + 2, len);
        text[len] = '\0';
    }
    return in + 2 + len;
}

/* The rest of the request's body, so that closing is no reset. */
static void receive_body(unsigned char *in)
{
    size_t len;
    while (has_body) {
        has_body = receive_frame(in, &len) != MJ_FRAME_END;
    }
}

static void handle(const unsigned char *request)
{
    char path[256] = "", ignored[1];
    size_t i;

    request += 12;
    request = next_string(request, ignored, 0); /* method */
    request = next_string(request, ignored, 0); /* target */
    request = next_string(request, ignored, 0); /* script name */
    request = next_string(request, path, sizeof(path));
    next_string(request, token, sizeof(token));
    for (i = 0; path[i] != '\0'; i++) {
        path[i] = path[i] == '-' ? '_' : path[i];
    }
    for (i = 0; i < COUNT(acts) && strcmp(path + 1, acts[i].name) != 0; i++) {
    }
    if (i == COUNT(acts)) {
        failed(404, path, strlen(path));
    } else if (!is_new && acts[i].act != keep && acts[i].act != refuse_forever) {
        refused(MJ_REFUSED_FULL); /* acts begin with WELCOME: on a new connection, where httpd will try next */
    } else {
        acts[i].act();
    }
    flush();
}

static void serve(void)
{
    static unsigned char in[MJ_MAX_REQUEST];
    unsigned type;
    size_t len;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        type = receive_frame(in, &len);
        if (type == MJ_FRAME_HELLO) {
            welcome("MJVM", MJ_VERSION_MAJOR, 0);
            is_new = true;
        } else if (type == MJ_FRAME_REQUEST) {
            stays = false;
            handle(in);
            receive_body(in);
            if (!stays) {
                _exit(0);
            }
            is_new = false;
        }
    }
}

static void accept_one(void)
{
    conn = accept(LISTENER, NULL, NULL);
    if (conn < 0) {
        return;
    }
    if (fork() == 0) {
        serve();
    }
    close(conn);
}

static void become_real(char **argv)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - sizeof(".real"));
    if (len > 0) {
        memcpy(path + len, ".real", sizeof(".real"));
        execv(path, argv);
    }
    perror("hostile_daemon");
}

int main(int argc, char **argv)
{
    struct pollfd fds[2] = {{.fd = LIFECYCLE, .events = POLLIN}, {.fd = LISTENER, .events = POLLIN}};
    const char *role = getenv("HOSTILE");
    char command;

    (void)argc;
    if (role == NULL) {
        become_real(argv);
        return 1;
    }
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(role, "deaf") == 0) {
        listen(LISTENER, 0);
        fds[1].fd = -1;
    } else if (strcmp(role, "closed") == 0) {
        shutdown(LISTENER, SHUT_RDWR);
        fds[1].fd = -1;
    }
    (void)send(LIFECYCLE, "R", 1, MSG_NOSIGNAL);
    for (;;) {
        if (poll(fds, COUNT(fds), -1) < 0 && errno != EINTR) {
            return 1;
        }
        if (fds[0].revents != 0 && (recv(LIFECYCLE, &command, 1, 0) != 1 || command == 'D')) {
            return 0;
        }
        if (fds[1].revents != 0) {
            accept_one();
        }
    }
}
