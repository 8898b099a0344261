/* A UID that is nobody's: of no account, of no group, and of no process. */
#ifndef MJ_UNUSED_ID_H
#define MJ_UNUSED_ID_H

#include <stddef.h>
#include <sys/types.h>

/** The range from which it is: that of systemd for users that come and go. */
#define MJ_UNUSED_ID_FIRST 61184
#define MJ_UNUSED_ID_LAST 65519

/** Finds one. Asks for accounts, which may take its time: not for the supervisor itself.
 *  @param taken others that it must not be
 *  @return 0: there is none, or it cannot be told */
uid_t mj_unused_id(const uid_t *taken, size_t count);

#endif
