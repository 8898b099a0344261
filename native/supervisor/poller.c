#include "poller.h"

#include "descriptors.h"
#include "life.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define FIRST_CAPACITY 64
#define LONGEST_WAIT_MS 3600000

struct mj_poller_t {
    struct pollfd *fds; /* at a polled one's place: what the kernel is to look at */
    mj_polled_t **polled;
    size_t count;
    size_t capacity;
    mj_polled_t **ready; /* found by the last wait; NULL in place of one that was removed since */
    short *found;        /* of the same */
    size_t ready_count;
};

int64_t mj_monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Without memory nothing here could go on, as with APR's. */
static void *need(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static void grow(mj_poller_t *poller)
{
    poller->capacity = poller->capacity > 0 ? 2 * poller->capacity : FIRST_CAPACITY;
    poller->fds = need(realloc(poller->fds, poller->capacity * sizeof(*poller->fds)));
    poller->polled = need(realloc((void *)poller->polled, poller->capacity * sizeof(mj_polled_t *)));
    poller->ready = need(realloc((void *)poller->ready, poller->capacity * sizeof(mj_polled_t *)));
    poller->found = need(realloc(poller->found, poller->capacity * sizeof(*poller->found)));
}

mj_poller_t *mj_poller_make(void)
{
    mj_poller_t *poller = need(calloc(1, sizeof(*poller)));
    grow(poller);
    return poller;
}

void mj_poller_free(mj_poller_t *poller)
{
    free(poller->fds);
    free((void *)poller->polled);
    free((void *)poller->ready);
    free(poller->found);
    free(poller);
}

void mj_poller_add(mj_poller_t *poller, mj_polled_t *polled, int fd, short events, mj_stage_t stage, mj_ready_fn *ready,
                   void *context)
{
    if (poller->count == poller->capacity) {
        grow(poller);
    }
    *polled =
        (mj_polled_t){.fd = fd, .poller = poller, .stage = stage, .ready = ready, .context = context, .place = poller->count};
    poller->fds[poller->count] = (struct pollfd){.fd = fd, .events = events};
    poller->polled[poller->count++] = polled;
}

void mj_polled_want(mj_polled_t *polled, short events)
{
    if (polled->poller != NULL) {
        polled->poller->fds[polled->place].events = events;
    }
}

void mj_polled_pause(mj_polled_t *polled, bool is_paused)
{
    if (polled->poller != NULL) {
        polled->poller->fds[polled->place].fd = is_paused ? -1 : polled->fd;
    }
}

void mj_polled_remove(mj_polled_t *polled)
{
    mj_poller_t *poller = polled->poller;
    size_t i;

    if (poller == NULL) {
        return;
    }
    for (i = 0; i < poller->ready_count; i++) {
        if (poller->ready[i] == polled) {
            poller->ready[i] = NULL;
        }
    }
    poller->count--;
    poller->fds[polled->place] = poller->fds[poller->count];
    poller->polled[polled->place] = poller->polled[poller->count];
    poller->polled[polled->place]->place = polled->place;
    polled->poller = NULL;
}

void mj_polled_close(mj_polled_t *polled)
{
    mj_polled_remove(polled);
    mj_close(&polled->fd);
}

static int wait_ms(int64_t wake_at, int64_t now)
{
    int64_t left = wake_at <= now ? 0 : wake_at - now;
    return left / 1000 >= LONGEST_WAIT_MS ? LONGEST_WAIT_MS : (int)((left + 999) / 1000);
}

void mj_poller_wait(mj_poller_t *poller, int64_t wake_at)
{
    size_t i;
    int left, stage;
    int64_t now;

    left = poll(poller->fds, poller->count, wait_ms(wake_at, mj_monotonic_us()));
    for (i = 0; left > 0 && i < poller->count; i++) {
        if (poller->fds[i].revents != 0) {
            poller->found[poller->ready_count] = poller->fds[i].revents;
            poller->ready[poller->ready_count++] = poller->polled[i];
            left--;
        }
    }
    now = mj_monotonic_us();
    for (stage = 0; stage < MJ_STAGE_COUNT && poller->ready_count > 0; stage++) {
        for (i = 0; i < poller->ready_count; i++) {
            mj_polled_t *polled = poller->ready[i];
            if (polled != NULL && polled->stage == (mj_stage_t)stage) {
                polled->ready(polled->context, poller->found[i], now);
            }
        }
    }
    poller->ready_count = 0;
}
