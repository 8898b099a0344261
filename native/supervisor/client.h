/* Somebody who is connected to the control socket: one line comes in, an answer of any length goes
 * out, nothing ever blocks. */
#ifndef MJ_CLIENT_H
#define MJ_CLIENT_H

#include "poller.h"

#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** Of the line that a client sends, newline included. */
#define MJ_CLIENT_LINE_MAX 255
/** What a client may leave unread; one that leaves more is cut off. */
#define MJ_CLIENT_UNSENT_MAX 262144
/** How long a client may take to send its line, and how long it may read nothing of what is there
 * for it. */
#define MJ_CLIENT_PATIENCE_US (10 * INT64_C(1000000))

typedef struct mj_client_t {
    struct mj_client_t *next;
    apr_pool_t *mem;
    struct mj_service_t *service;
    mj_polled_t socket;
    uid_t uid;                         /**< who connected, as the kernel says */
    char line[MJ_CLIENT_LINE_MAX + 1]; /**< terminated, without its newline, once it is whole */
    size_t line_len;
    bool has_asked;   /**< the line is whole */
    bool is_answered; /**< nothing more is to be said: it is closed once it has read everything */
    bool is_gone;     /**< it has left, or was cut off */
    int64_t deadline; /**< of its patience; MJ_NEVER while it waits for us */

    char *out; /**< what is to be sent: from out_sent to out_len */
    size_t out_size;
    size_t out_sent;
    size_t out_len;

    struct mj_command_t *command; /**< what it wants; NULL until it has asked */
} mj_client_t;

/** Takes a connected socket over. */
mj_client_t *mj_client_make(int fd, uid_t uid, int64_t now, apr_pool_t *parent);

/** What poll(2) is to look for; its end is always found. */
short mj_client_events(const mj_client_t *client);

/** Reads what has come of the line. One that is too long is answered here, with an error.
 *  @return true once, when the line is whole */
bool mj_client_read(mj_client_t *client, int64_t now);

/** Appends to what it is told. */
void mj_client_say(mj_client_t *client, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Ends what it is told with one line: `error MESSAGE`. What is not printable in it is escaped: it
 * goes to a terminal, and the message may be a daemon's. */
void mj_client_refuse(mj_client_t *client, const char *format, ...) __attribute__((format(printf, 2, 3)));

size_t mj_client_unsent(const mj_client_t *client);

/** Sends what the socket takes. */
void mj_client_send(mj_client_t *client, int64_t now);

/** @return true if it can be closed: it is gone, or was answered and has read everything, or its
 *   patience is over */
bool mj_client_is_done(const mj_client_t *client, int64_t now);

/** Closes it and frees it. */
void mj_client_free(mj_client_t *client);

#endif
