/* The daemon's end of the lifecycle socket, descriptor 3 (LIFECYCLE.md, section 3). */
#ifndef MJ_LIFECYCLE_H
#define MJ_LIFECYCLE_H

#include "lifecycle_protocol.h"

/** Sends a message; a longer text is cut. Async-signal-safe. @return false if nobody takes it */
bool mj_lifecycle_report(char type, const char *text, size_t len);

/** The same, without waiting. @return false if nobody takes it, or not at once */
bool mj_lifecycle_try_report(char type, const char *text, size_t len);

/** Waits for the supervisor's next message. @return its type, or -1 if the supervisor is gone */
int mj_lifecycle_await(void);

/** Tells why the daemon ends: the supervisor, or whoever reads stderr if there is none. */
void mj_lifecycle_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
