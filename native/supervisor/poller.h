/* Descriptors that are polled, and who is called when one is ready. For one thread. */
#ifndef MJ_POLLER_H
#define MJ_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mj_poller_t mj_poller_t;

/** The order of what is called after one wait. What frees daemons comes after all that was found
 *  readable has been read. */
typedef enum mj_stage_t {
    MJ_STAGE_DAEMONS,  /**< what daemons say and print */
    MJ_STAGE_REQUESTS, /**< requests that wait for a daemon */
    MJ_STAGE_CLIENTS,  /**< of the control socket for people */
    MJ_STAGE_SIGNALS,
    MJ_STAGE_DEATHS, /**< of daemons: behind signals, which tell of those that can be reaped */
    MJ_STAGE_PARENT,
    MJ_STAGE_COUNT
} mj_stage_t;

/** @param found of poll(2)'s revents */
typedef void mj_ready_fn(void *context, short found, int64_t now);

/** A descriptor that is polled. Lies where its owner wants it and does not move; start with fd =
 *  -1. */
typedef struct mj_polled_t {
    int fd;              /**< -1: none, and nothing is polled */
    mj_poller_t *poller; /**< NULL: it is not polled */
    mj_stage_t stage;
    mj_ready_fn *ready;
    void *context;
    size_t place; /**< among those that are polled */
} mj_polled_t;

mj_poller_t *mj_poller_make(void);

/** Nobody is called any more; descriptors stay open. */
void mj_poller_free(mj_poller_t *poller);

/** Polls a descriptor, which is the caller's still, until mj_polled_remove or mj_polled_close.
 *  @param events as for poll(2); its end and errors are always found
 *  @param ready may remove and close any descriptor that is polled, its own too, and add others */
void mj_poller_add(mj_poller_t *poller, mj_polled_t *polled, int fd, short events, mj_stage_t stage, mj_ready_fn *ready,
                   void *context);

/** Sets what it is polled for from now on; costs nothing if that is the same. */
void mj_polled_want(mj_polled_t *polled, short events);

/** While it is paused not even its end is found. */
void mj_polled_pause(mj_polled_t *polled, bool is_paused);

/** It is not polled any more. Does nothing if it is not. */
void mj_polled_remove(mj_polled_t *polled);

/** The same, and closes the descriptor. Does nothing if there is none. */
void mj_polled_close(mj_polled_t *polled);

/** Waits until a descriptor is ready or wake_at has come (MJ_NEVER: an hour), and calls whoever
 *  is concerned. */
void mj_poller_wait(mj_poller_t *poller, int64_t wake_at);

/** Microseconds of CLOCK_MONOTONIC: the time that everything here is counted in. */
int64_t mj_monotonic_us(void);

#endif
