/* What the files of the commands share: command.c is what all have in common, and status;
 * command_steer.c and command_dump.c are the others. */
#ifndef MJ_COMMAND_PARTS_H
#define MJ_COMMAND_PARTS_H

#include "command.h"

#define MJ_COMMAND_WORDS 3

typedef struct mj_asked_t {
    char *words[MJ_COMMAND_WORDS]; /**< verb, pool, pid; NULL where there is none */
    pid_t pid;                     /**< 0: none was named */
    mj_pool_t *pool;               /**< NULL: none was named */
} mj_asked_t;

typedef int64_t mj_resume_fn(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now);

struct mj_command_t {
    mj_resume_fn *resume;
    const char *pool; /**< name; NULL: all that the client may see */

    /* status */
    int64_t told; /**< index on the board of the last pool that was told; -1 */

    /* restart */
    unsigned generation;

    /* drain: daemons up to that serial are to end */
    uint32_t last_serial;

    /* dump, one daemon after another */
    struct {
        pid_t pid;
        uint32_t serial;
    } daemons[MJ_BOARD_SLOTS];
    unsigned count;
    unsigned current;
    mj_output_listener_t listener; /**< listens while began_at is not MJ_NEVER */
    int64_t began_at;
    int64_t heard_at;
    bool has_heard;
    bool is_last_part;
};

/** Begins a verb. client->command is there, and nothing of it is set but the pool's name. */
typedef void mj_begin_fn(mj_supervisor_t *supervisor, mj_client_t *client, const mj_asked_t *asked, int64_t now);

mj_begin_fn mj_command_begin_restart;
mj_begin_fn mj_command_begin_roll;
mj_begin_fn mj_command_begin_drain;
mj_begin_fn mj_command_begin_train;
mj_begin_fn mj_command_begin_dump;

/** Stops listening to what a daemon prints; does nothing if the command does not. */
void mj_command_stop_listening(mj_supervisor_t *supervisor, mj_command_t *command);

#endif
