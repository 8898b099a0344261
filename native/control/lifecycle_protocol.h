/* What the supervisor and its daemons know of each other (tests/protocol/LIFECYCLE.md):
 * descriptors, messages, limits. */
#ifndef MJ_LIFECYCLE_PROTOCOL_H
#define MJ_LIFECYCLE_PROTOCOL_H

#include "record.h"

#include <stdbool.h>
#include <stddef.h>

/** Descriptors that a daemon inherits; no others are open. */
#define MJ_LIFECYCLE_LISTENER_FD 0
#define MJ_LIFECYCLE_OUT_FD 1
#define MJ_LIFECYCLE_ERR_FD 2
#define MJ_LIFECYCLE_FD 3
#define MJ_LIFECYCLE_RECORD_FD 4
#define MJ_LIFECYCLE_FDS 5

/** Exit code of a child that could not become a daemon. */
#define MJ_LIFECYCLE_NOT_STARTED 111

#define MJ_LIFECYCLE_MAX 1024 /**< bytes of a message, its type included */

/** Types of messages, of a daemon. */
#define MJ_LIFECYCLE_READY 'R'
#define MJ_LIFECYCLE_WORKING 'W'
#define MJ_LIFECYCLE_MOUNT 'M'
#define MJ_LIFECYCLE_ALIVE 'H'
#define MJ_LIFECYCLE_RESTING 'Q'
#define MJ_LIFECYCLE_PRESENT 'P'
#define MJ_LIFECYCLE_IDLE 'I'
#define MJ_LIFECYCLE_LOAD 'L'
#define MJ_LIFECYCLE_REPLACE 'O'
#define MJ_LIFECYCLE_CHANGED 'C'
#define MJ_LIFECYCLE_FAILED 'F'
#define MJ_LIFECYCLE_NO_ARCHIVE 'A'
#define MJ_LIFECYCLE_EXIT 'X'
/** Of the supervisor. */
#define MJ_LIFECYCLE_ASK 'P'
#define MJ_LIFECYCLE_DRAIN 'D'

typedef struct mj_lifecycle_message_t {
    char type;
    char text[MJ_LIFECYCLE_MAX]; /**< terminated; what follows a NUL in it counts for nothing */
} mj_lifecycle_message_t;

/** Makes the file that a helper of a daemon, or a training, reads its settings from.
 *  @return the descriptor, at the record's end; -1 and errno */
int mj_lifecycle_record_file(mj_span_t record);

/** Sends a message; a text that is too long is cut. Async-signal-safe.
 *  @param waits for room in the socket
 *  @return false if nobody takes it, or not at once */
bool mj_lifecycle_send(int socket, char type, const char *text, size_t len, bool waits);

/** Receives a message.
 *  @param waits until there is one
 *  @return as recv: 0 at the end, -1 and errno where there is none */
int mj_lifecycle_receive(int socket, mj_lifecycle_message_t *message, bool waits);

#endif
