/* What the Java host needs of a connection's descriptor and the JDK does not do. Thread-safe. */
#ifndef MJ_DESCRIPTOR_H
#define MJ_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** @return the uid under which the other end of a socket was connected; -1 if it cannot be told */
int64_t mj_descriptor_peer(int socket);

/** @return the process that has connected a socket; -1 if it cannot be told */
int64_t mj_descriptor_peer_process(int socket);

/** @return how many descriptors this process has if it can have no more; 0 if it can */
int64_t mj_descriptor_exhausted(void);

/** Keeps a few copies of a descriptor, so that a process that can have no more can still do what
 * its end takes: classes and libraries of the JDK are loaded there. Once only. */
void mj_descriptor_spare(int fd);

/** Closes them. */
void mj_descriptor_give_spares(void);

/** Waits until something can be read, or the other end has closed. A thread that waits in read on
 * AF_UNIX is woken by Linux for nothing as well, whenever the other end has taken what was sent to
 * it. (A non-blocking socket would have the JDK poll, before it writes too, and then a writer waits
 * until three quarters of the buffer are free.) */
void mj_descriptor_await(int socket);

/** Sends bytes with a file attached to the first of them; waits until some can go. @return how many
 * went; -1 with errno */
ssize_t mj_descriptor_send(int socket, const void *bytes, size_t len, int file);

/** Sends what can go without waiting. @return how many bytes went, which may be 0; -1 with errno */
ssize_t mj_descriptor_try_send(int socket, const void *bytes, size_t len);

#endif
