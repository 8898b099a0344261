/* Plays httpd's parent for a jvm-supervisor of the test's own. */
#ifndef SUPERVISOR_DRIVER_H
#define SUPERVISOR_DRIVER_H

#include "record.h"
#include "supervisor_client.h"

#include <sys/types.h>

/** How long anything may take on a busy machine. */
#define DEADLINE_S 60

typedef struct driver_t {
    mj_supervisor_client_t *client; /**< NULL once it was freed */
    pid_t pid;                      /**< of the supervisor */
    mj_board_t *board;              /**< the client's */
    int connection;                 /**< a conversation that is open; -1 */
    char *dir;                      /**< holds all of this */
    char *runtime_dir;
    char *launcher; /**< a copy of the fake daemon that any user can execute */
    char *log_path; /**< of all pools, and of the supervisor's own */
    int log_fd;
    int pool_log_fd; /**< what pools get; log_fd unless changed */
    char *log;       /**< what was read of it */
    size_t log_len;
} driver_t;

/** Makes the folders and the board, and starts the supervisor. */
driver_t *driver_start(void);

/** The same, with a supervisor that can have so many descriptors open (0: as many as this process),
 * and one of its arguments different. */
driver_t *driver_start_as(unsigned descriptors, const char *entry, const char *value);

/** A pool's record, without an identity: add more entries, then driver_configure it. */
mj_record_builder_t *driver_pool(driver_t *driver, const char *name, const char *fake);

/** Begin, one pool (NULL: none), commit. @return the answer's message; "" if it is ok */
const char *driver_configure(driver_t *driver, mj_record_builder_t *pool, mj_record_builder_t *another);

/** Configures one pool, `shop`, of one daemon that acts as named. */
void driver_start_pool(driver_t *driver, const char *fake);

/** As driver_configure, with one entry of the server record different, or one more. */
const char *driver_configure_as(driver_t *driver, mj_record_builder_t *pool, const char *entry, const char *value);

/** Begin, so many pools, commit. */
const char *driver_configure_all(driver_t *driver, mj_record_builder_t *const *pools, unsigned count, unsigned concurrent_starts);

/** Sends a message, with a descriptor unless fd is -1; connects if no conversation is open. */
void driver_send(driver_t *driver, char type, mj_span_t record, int fd);

/** Sends a message that is not answered, and ends the conversation. */
void driver_tell(driver_t *driver, char type);

/** Ends the conversation. */
void driver_hang_up(driver_t *driver);

/** The answer to a commit, which ends the conversation. */
const char *driver_answer(driver_t *driver);

/** All that was logged so far. */
const char *driver_log(driver_t *driver);

/** How often text occurs in the log. */
unsigned driver_count(driver_t *driver, const char *text);

/** Waits until text occurs that often in the log; fails the test if it does not in time. */
void driver_await(driver_t *driver, const char *text, unsigned times);

/** Waits until the pool on the board has that state. */
void driver_await_state(driver_t *driver, unsigned pool, mj_pool_state_t state);

/** The daemon that was ready last. */
pid_t driver_last_ready(driver_t *driver);

/** The number behind the last occurrence of text in the log. */
long driver_number_after(driver_t *driver, const char *text);

/** Waits until there is no process with that number. */
void driver_await_gone(pid_t pid);

/** Sockets of daemons in the runtime directory. */
unsigned driver_sockets(driver_t *driver);

/** Calls a pool, as an httpd child does whose request waits. */
void driver_wake(driver_t *driver, unsigned pool);

/** Copies a program, so that any user can execute it. */
void driver_copy_program(const char *from, const char *to);

/** Tells it to stop, and waits for its end. @return its exit status as waitpid gives it */
int driver_stop(driver_t *driver);

/** Stops it, and looks that nothing is left. */
void driver_finish(driver_t *driver);

/** Removes the folders, and sockets that were left. */
void driver_clean(driver_t *driver);

/** True while the deadline that began with *since (0: begins now) has not passed; sleeps a
 * little. */
bool driver_waits(int64_t *since);

#endif
