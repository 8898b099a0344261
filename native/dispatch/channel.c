#include "channel.h"

#include "descriptors.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SLICE MJ_CHANNEL_SLICE
#define OVERHEAD 64          /* that Linux takes off a message for itself */
#define SMALLEST_BUFFER 4608 /* that Linux gives */

static bool set_timeout(int fd, int which, apr_interval_time_t timeout)
{
    struct timeval value = {.tv_sec = (time_t)apr_time_sec(timeout), .tv_usec = (suseconds_t)apr_time_usec(timeout)};
    return setsockopt(fd, SOL_SOCKET, which, &value, sizeof(value)) == 0;
}

/* On AF_UNIX, Linux calls a socket writable as long as no more than a quarter of its buffer is in
 * use, and takes one message of half of it then. */
static size_t room_of(int fd)
{
    int size;
    socklen_t len = sizeof(size);
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &len) != 0 || size < SMALLEST_BUFFER) {
        size = SMALLEST_BUFFER;
    }
    return (size_t)size / 2 - OVERHEAD;
}

apr_status_t mj_channel_open(mj_channel_t **out, const char *path, const mj_ticket_t *ticket, apr_interval_time_t patience,
                             int64_t send_buffer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int buffer = (int)send_buffer;
    mj_channel_t *channel;
    apr_pool_t *pool;
    apr_status_t rv = APR_SUCCESS;
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        return APR_ENAMETOOLONG;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    if (!set_timeout(fd, SO_SNDTIMEO, patience) || !set_timeout(fd, SO_RCVTIMEO, SLICE) ||
        (buffer > 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer)) != 0)) {
        rv = errno;
    }
    /* On AF_UNIX an interrupted connect has left nothing behind. */
    while (rv == APR_SUCCESS && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        rv = errno == EINTR ? APR_SUCCESS : errno;
    }
    if (rv == APR_SUCCESS && patience != SLICE && !set_timeout(fd, SO_SNDTIMEO, SLICE)) {
        rv = errno;
    }
    if (rv == APR_SUCCESS) {
        rv = apr_pool_create_unmanaged_ex(&pool, NULL, NULL);
    }
    if (rv != APR_SUCCESS) {
        close(fd);
        return rv;
    }
    channel = apr_palloc(pool, sizeof(*channel));
    memset(channel, 0, offsetof(mj_channel_t, in));
    channel->pool = pool;
    channel->fd = fd;
    channel->file = -1;
    channel->slot = ticket->slot;
    channel->daemon = ticket->serial;
    channel->key = ticket->key;
    channel->greeting = MJ_GREETING_DUE;
    channel->room = room_of(fd);
    *out = channel;
    return APR_SUCCESS;
}

void mj_channel_close(mj_channel_t *channel)
{
    mj_close(&channel->file);
    mj_close(&channel->fd);
    apr_pool_destroy(channel->pool);
}

uint16_t mj_channel_next_serial(const mj_channel_t *channel)
{
    return channel->serial == UINT16_MAX ? 1 : (uint16_t)(channel->serial + 1);
}

size_t mj_channel_begin(mj_channel_t *channel, uint16_t settings, unsigned char *hello)
{
    channel->serial = mj_channel_next_serial(channel);
    if (channel->greeting != MJ_GREETING_DUE) {
        return 0;
    }
    mj_hello_encode(hello, (uint32_t)getpid(), settings, &channel->key);
    channel->greeting = MJ_GREETING_SENT;
    return MJ_HELLO_SIZE;
}

apr_status_t mj_channel_send(mj_channel_t *channel, struct iovec **parts, int *count, bool *sent_any)
{
    *sent_any = false;
    while (*count > 0) {
        struct msghdr message = {.msg_iov = *parts, .msg_iovlen = (size_t)*count};
        ssize_t n = sendmsg(channel->fd, &message, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            channel->is_broken |= errno != EAGAIN; /* EAGAIN: the slice is over */
            return errno;
        }
        *sent_any = true;
        channel->is_answer_due = true;
        while (*count > 0 && (size_t)n >= (*parts)->iov_len) {
            n -= (ssize_t)(*parts)->iov_len;
            (*parts)++;
            (*count)--;
        }
        if (*count > 0) {
            (*parts)->iov_base = (char *)(*parts)->iov_base + n;
            (*parts)->iov_len -= (size_t)n;
        }
    }
    return APR_SUCCESS;
}

/* Waits for something to receive, a slice of time at most: for a request with a deadline, and for
 * an answer. A thread that waits in recv is woken as well when the daemon takes what was sent to it
 * (Linux, AF_UNIX): for nothing, once for each request. */
static apr_status_t wait_until(mj_channel_t *channel, apr_time_t deadline)
{
    for (;;) {
        apr_interval_time_t left = deadline != 0 ? deadline - apr_time_now() : SLICE + 1;
        int timeout_ms = left <= 0 ? 0 : left > SLICE ? (int)(SLICE / 1000) : (int)(left / 1000 + 1);
        int n = mj_busy_poll(&channel->busy, channel->fd, timeout_ms);
        if (n > 0) {
            return APR_SUCCESS;
        }
        if (n == 0 && left <= 0) {
            return APR_TIMEUP;
        }
        if (n == 0 && left > SLICE) {
            return APR_EAGAIN;
        }
        if (n < 0 && errno != EINTR) {
            return errno;
        }
    }
}

/* More than one is never due; the kernel drops what this has no room for. */
#define MAX_DESCRIPTORS 4

/* Keeps the descriptor that came with a message. */
static apr_status_t keep_file(mj_channel_t *channel, struct msghdr *message)
{
    return mj_detach(message, &channel->file) > 0 || (message->msg_flags & MSG_CTRUNC) != 0 ? MJ_EBADDESCRIPTOR : APR_SUCCESS;
}

/* As recv, but keeps a descriptor that comes along. Sets *n to what recv returns, and errno as recv
 * does. */
static apr_status_t receive_some(mj_channel_t *channel, int flags, ssize_t *n)
{
    union {
        struct cmsghdr aligned;
        char space[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
    } control;
    struct iovec room = {channel->in + channel->end, sizeof(channel->in) - channel->end};
    struct msghdr message = {
        .msg_iov = &room, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof(control.space)};

    *n = recvmsg(channel->fd, &message, flags | MSG_CMSG_CLOEXEC);
    return *n >= 0 ? keep_file(channel, &message) : APR_SUCCESS;
}

/* A daemon that sends byte by byte is no silence, and yet the caller is to look around. */
static apr_status_t check_progress(apr_time_t *began, apr_time_t deadline)
{
    apr_time_t now = apr_time_now();

    if (*began == 0) {
        *began = now;
    }
    if (deadline != 0 && now >= deadline) {
        return APR_TIMEUP;
    }
    return now - *began > SLICE ? APR_EAGAIN : APR_SUCCESS;
}

static apr_status_t fill(mj_channel_t *channel, size_t wanted, apr_time_t deadline)
{
    apr_time_t began = 0;

    while (channel->end - channel->start < wanted) {
        ssize_t n;
        if (channel->start == channel->end) {
            channel->start = channel->end = 0;
        } else if (channel->start + wanted > sizeof(channel->in)) {
            memmove(channel->in, channel->in + channel->start, channel->end - channel->start);
            channel->end -= channel->start;
            channel->start = 0;
        }
        if (channel->is_answer_due) {
            apr_status_t rv = wait_until(channel, deadline);
            if (rv != APR_SUCCESS) {
                return rv;
            }
        }
        if (receive_some(channel, deadline != 0 ? MSG_DONTWAIT : 0, &n) != APR_SUCCESS) {
            return MJ_EBADDESCRIPTOR;
        }
        if (n > 0) {
            channel->end += (size_t)n;
            channel->received += (uint64_t)n;
            channel->is_answer_due = false;
            if (channel->end - channel->start < wanted) {
                apr_status_t rv = check_progress(&began, deadline);
                if (rv != APR_SUCCESS) {
                    return rv;
                }
            }
        } else if (n == 0) {
            return APR_EOF;
        } else if (errno == EAGAIN && deadline != 0) {
            apr_status_t rv = wait_until(channel, deadline);
            if (rv != APR_SUCCESS) {
                return rv;
            }
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return APR_SUCCESS;
}

/* Whether a frame may come now, by its header. */
static apr_status_t check_header(const mj_channel_t *channel, const mj_frame_t *frame)
{
    if (channel->greeting != MJ_GREETING_DONE) {
        return frame->type == MJ_FRAME_WELCOME && frame->serial == 0 ? APR_SUCCESS : MJ_ENOWELCOME;
    }
    return frame->serial == channel->serial ? APR_SUCCESS : MJ_EBADSERIAL;
}

static apr_status_t receive_frame(mj_channel_t *channel, apr_time_t deadline, mj_frame_t *frame, const unsigned char **payload)
{
    apr_status_t rv = fill(channel, MJ_HEADER_SIZE, deadline);
    if (rv == APR_SUCCESS) {
        rv = mj_frame_decode(channel->in + channel->start, MJ_HEADER_SIZE, frame);
    }
    if (rv == APR_SUCCESS) {
        rv = check_header(channel, frame);
    }
    if (rv == APR_SUCCESS) {
        rv = fill(channel, MJ_HEADER_SIZE + frame->len, deadline);
    }
    if (rv == APR_SUCCESS) {
        *payload = channel->in + channel->start + MJ_HEADER_SIZE;
        channel->start += MJ_HEADER_SIZE + frame->len;
    }
    return rv;
}

apr_status_t mj_channel_receive(mj_channel_t *channel, apr_time_t deadline, mj_frame_t *frame, const unsigned char **payload)
{
    if (channel->greeting != MJ_GREETING_DONE) {
        uint32_t pid;
        apr_status_t rv = receive_frame(channel, deadline, frame, payload);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        if (mj_welcome_decode(*payload, frame->len, &pid) != APR_SUCCESS) {
            return MJ_ENOWELCOME;
        }
        channel->greeting = MJ_GREETING_DONE;
    }
    return receive_frame(channel, deadline, frame, payload);
}

int mj_channel_take_file(mj_channel_t *channel)
{
    int file = channel->file;
    channel->file = -1;
    return file;
}

bool mj_channel_has_frame(const mj_channel_t *channel)
{
    size_t held = channel->end - channel->start;
    mj_frame_t frame;
    return mj_frame_decode(channel->in + channel->start, held, &frame) == APR_SUCCESS && held >= MJ_HEADER_SIZE + frame.len;
}

unsigned mj_channel_await(const mj_channel_t *channel, unsigned wanted, int timeout_ms)
{
    struct pollfd polled = {.fd = channel->fd};
    unsigned ready = 0;

    if ((wanted & MJ_READABLE) != 0 && channel->start != channel->end) {
        return MJ_READABLE;
    }
    polled.events = (short)(((wanted & MJ_READABLE) != 0 ? POLLIN : 0) | ((wanted & MJ_WRITABLE) != 0 ? POLLOUT : 0));
    if (poll(&polled, 1, timeout_ms) > 0) {
        ready = ((polled.revents & POLLOUT) != 0 ? MJ_WRITABLE : 0) | ((polled.revents & ~POLLOUT) != 0 ? MJ_READABLE : 0);
    }
    return ready;
}

uint64_t mj_channel_received(const mj_channel_t *channel)
{
    return channel->received;
}

bool mj_channel_is_clean(const mj_channel_t *channel)
{
    return channel->start == channel->end && channel->file < 0;
}
