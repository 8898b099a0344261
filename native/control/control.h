/* The control protocol between httpd's parent and jvm-supervisor (CONTROL.md): what both sides
 * know, and the messages. */
#ifndef MJ_CONTROL_H
#define MJ_CONTROL_H

#include "record.h"

#include <stdbool.h>
#include <sys/types.h>

#define MJ_CONTROL_VERSION 5
#define MJ_CONTROL_MAX 131072 /**< bytes of a message */

/** Without a commit for so long after its start or `V`, the supervisor drains all pools and
 *  ends. */
#define MJ_CONTROL_VOID_S 30
/** What a shutdown-timeout of 0 means when httpd stops or restarts, which waits
 *  MJ_CONTROL_END_MARGIN_S longer than its pools may take. */
#define MJ_CONTROL_ENDLESS_S 30
#define MJ_CONTROL_END_MARGIN_S 3
/** Exit code of a supervisor that is none yet. */
#define MJ_CONTROL_NOT_EXECUTED 111

/** What the supervisor is started with, beside its arguments: where it listens, the board, and
 *  the wake-up pipe (mj_wakeup_reader). */
#define MJ_CONTROL_FD 3
#define MJ_CONTROL_BOARD_FD 4
#define MJ_CONTROL_WAKEUP_FD 5

/** Types of messages. */
#define MJ_CONTROL_BEGIN 'B'
#define MJ_CONTROL_LOG 'L'
#define MJ_CONTROL_POOL 'P'
#define MJ_CONTROL_COMMIT 'C'
#define MJ_CONTROL_VOID 'V'
#define MJ_CONTROL_RETIRE 'R'
#define MJ_CONTROL_STOP 'S'
#define MJ_CONTROL_ANSWER 'A'

typedef struct mj_control_message_t {
    char type;        /**< 0: the message was malformed */
    bool is_stranger; /**< it is not of httpd's parent: then there is no descriptor, and nothing of it counts */
    mj_span_t record;
    int fd; /**< the caller closes it; -1 where there is none */
    char data[MJ_CONTROL_MAX];
} mj_control_message_t;

/* --- httpd's parent --- */

/** Sends a message, with a descriptor unless fd is -1.
 *  @return APR_SUCCESS; APR_ENOSPC if it is too long; an error of the socket */
apr_status_t mj_control_send(int connection, char type, mj_span_t record, int fd);

/** Sends `B`, with the server record.
 *  @param generation httpd's configuration generation
 *  @param state_dir NULL: nothing is kept
 *  @param concurrent_starts 0: as many as there are processors */
apr_status_t mj_control_send_begin(int connection, unsigned generation, const char *state_dir, int64_t concurrent_starts,
                                   apr_pool_t *scratch);

/** Waits for the answer to a commit.
 *  @param is_refused set: whether the supervisor says what is wrong, and goes on
 *  @return NULL if the settings were taken, else why not */
const char *mj_control_await_answer(int connection, bool *is_refused, apr_pool_t *pool);

/* --- the supervisor --- */

/** Receives a message, if one is waiting; never blocks. Who sends it is told by the kernel
 *  (SO_PASSCRED, which mj_control_listen sets).
 *  @param parent its pid
 *  @return APR_SUCCESS, APR_EAGAIN, APR_EOF, or why nothing can be received any more */
apr_status_t mj_control_receive(int connection, pid_t parent, mj_control_message_t *message);

/** Answers a commit. wrong: what is wrong; NULL: nothing. is_ending: no settings will be taken
 *  any more. */
void mj_control_answer(int connection, const char *wrong, bool is_ending, apr_pool_t *scratch);

#endif
