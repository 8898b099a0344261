/* The folder in which a pool keeps things: STATEDIR/NAME. */
#ifndef MJ_STATE_H
#define MJ_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** Makes the folder of a pool (mode 0700) unless it is there, and looks that it is the pool's own,
 * no mount, and holds no more than it may (state_size.h). What is there and belongs to somebody
 * else, or holds too much, is left as it is. Follows no link below dir.
 *  @param dir has to be the caller's, and nobody else may write to it
 *  @param uid, gid whom it is to belong to; uid the caller's own: gid does not count
 *  @param why set on failure: what is wrong, and the mend where there is one */
bool mj_state_make(const char *dir, const char *name, uid_t uid, gid_t gid, char *why, size_t size);

#endif
