/* Tells when httpd closes a connection, which the Java host cannot learn while an application
 * computes: a blocking channel takes no selector. One epoll for all connections, edge-triggered, so
 * that a request costs no system call. Thread-safe. */
#ifndef MJ_HANGUP_H
#define MJ_HANGUP_H

#include <stdbool.h>
#include <stdint.h>

/** Watches a socket until it is closed here. id is what mj_hangup_await will return for it, once.
 * @return false if it cannot be watched */
bool mj_hangup_watch(int fd, int64_t id);

/** Waits for the next socket whose other end was closed. For one thread. @return its id, or -1 if
 * there is no more to wait for */
int64_t mj_hangup_await(void);

#endif
