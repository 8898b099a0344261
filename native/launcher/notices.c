#include "notices.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

static int events = -1, wake = -1;

bool mj_notices_open(void)
{
    events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (events >= 0 && wake >= 0) {
        return true;
    }
    if (events >= 0) {
        close(events);
    }
    if (wake >= 0) {
        close(wake);
    }
    events = wake = -1;
    return false;
}

int mj_notices_watch(const char *path, uint32_t mask)
{
    return inotify_add_watch(events, path, mask | IN_MASK_ADD) < 0 ? errno : 0;
}

/* @return whether there was an event, rather than that a watch has ended for want of its file */
static bool take_events(void)
{
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    const struct inotify_event *event;
    bool is_noticed = false;
    ssize_t n, at;

    while ((n = read(events, buffer.bytes, sizeof(buffer.bytes))) > 0) {
        for (at = 0; at < n; at += (ssize_t)(sizeof(*event) + event->len)) {
            event = (const struct inotify_event *)(const void *)(buffer.bytes + at);
            is_noticed = is_noticed || event->mask != IN_IGNORED;
        }
    }
    return is_noticed;
}

bool mj_notices_await(int milliseconds)
{
    struct pollfd both[] = {{.fd = events, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
    uint64_t count;

    if (poll(both, 2, milliseconds) <= 0) {
        return false;
    }
    (void)!read(wake, &count, sizeof(count));
    return take_events();
}

void mj_notices_wake(void)
{
    const uint64_t one = 1;
    (void)!write(wake, &one, sizeof(one));
}
