#include "busy_poll.h"

#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define LOOK_NS 50000    /* the longest look */
#define QUICK_NS 100000  /* the longest wait that counts as short: one with a look would have been half of that */
#define QUICK_ENOUGH 16  /* short waits before the first look */
#define OTHERS_NS 100000 /* the processor was gone for so long: somebody computes on it, and to come back takes a turn of his */
#define CALM 1000        /* waits without a look after that */

/* Who waited last. Changed by each wait, unless one connection alone is in use. */
static _Atomic(const mj_busy_poll_t *) last;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool was_last(const mj_busy_poll_t *busy)
{
    if (atomic_load_explicit(&last, memory_order_relaxed) == busy) {
        return true;
    }
    atomic_store_explicit(&last, busy, memory_order_relaxed);
    return false;
}

/* @return what poll() does: 0 if there is nothing yet, and then it takes as many short waits as at
 *   first until the next look */
static int look(mj_busy_poll_t *busy, struct pollfd *input, int64_t began)
{
    int64_t now = began, before;

    do {
        int n = poll(input, 1, 0);
        if (n != 0) {
            return n;
        }
        before = now;
        sched_yield();
        now = now_ns();
        if (now - before > OTHERS_NS) {
            busy->calm = CALM;
            break;
        }
    } while (now - began < LOOK_NS);
    busy->quick = 0;
    return 0;
}

int mj_busy_poll(mj_busy_poll_t *busy, int fd, int timeout_ms)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    int64_t began = now_ns();
    int n = 0;

    if (!was_last(busy)) {
        busy->quick = 0;
    }
    if (busy->calm > 0) {
        busy->calm--;
    } else if (busy->quick >= QUICK_ENOUGH) {
        n = look(busy, &input, began);
    }
    if (n == 0) {
        n = poll(&input, 1, timeout_ms);
        busy->quick = now_ns() - began < QUICK_NS ? busy->quick + 1 : 0;
    }
    return n;
}
