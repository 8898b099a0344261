#include "hangup.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int epoll = -1;

static void make(void)
{
    epoll = epoll_create1(EPOLL_CLOEXEC);
}

bool mj_hangup_watch(int fd, int64_t id)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLET | EPOLLONESHOT, .data.u64 = (uint64_t)id};
    return pthread_once(&once, make) == 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

int64_t mj_hangup_await(void)
{
    struct epoll_event event;
    int n;

    if (pthread_once(&once, make) != 0) {
        return -1;
    }
    do {
        n = epoll_wait(epoll, &event, 1, -1);
    } while (n == 0 || (n < 0 && errno == EINTR));
    return n > 0 ? (int64_t)event.data.u64 : -1;
}
