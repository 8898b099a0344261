/* Waits for what comes within microseconds. To put a thread to sleep and to wake it up, on another
 * processor, takes longer than a short request itself. So a connection that is the only one of its
 * process in use, and whose last waits were all that short, looks for input for a moment before its
 * thread goes to sleep. Whoever else wants the processor gets it meanwhile, and nobody looks again
 * soon. */
#ifndef MJ_BUSY_POLL_H
#define MJ_BUSY_POLL_H

/** What a connection's waits have been like. Zeroes at first; belongs to the thread that waits. */
typedef struct mj_busy_poll_t {
    unsigned quick; /**< short waits in a row, with none of any other connection of the process between them */
    unsigned calm;  /**< waits that are not to begin with a look */
} mj_busy_poll_t;

/** Waits until fd can be read from, or the other end has closed.
 *  @param timeout_ms as of poll(): -1 for ever. A look may add 50 µs to it
 *  @return as poll() does: 1; 0 at the timeout; -1 with errno */
int mj_busy_poll(mj_busy_poll_t *busy, int fd, int timeout_ms);

#endif
