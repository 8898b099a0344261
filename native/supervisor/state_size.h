/* How much a folder of a pool's user holds. Root looks where the user may change everything
 * meanwhile: it follows no link, enters no mount and no folder of anybody else, asks no file system
 * that a user may have mounted, and stops at the bound. */
#ifndef MJ_STATE_SIZE_H
#define MJ_STATE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MJ_STATE_MAX_BYTES (UINT64_C(512) << 20)
#define MJ_STATE_MAX_ENTRIES 4096
#define MJ_STATE_MAX_DEPTH 4
/* The folder in it with the exploded archives of applications
 * (modjvm.archives.ExplodedArchives): counted, and not looked into. The host bounds each archive,
 * and removes what no process uses any more. */
#define MJ_STATE_WEB "web"
/* The same with their sessions (modjvm.servlet.SessionFolder). */
#define MJ_STATE_SESSIONS "sessions"

/** Opens what is called name in a folder, but no mount and nothing behind a link (O_NOFOLLOW has to
 * be among the flags).
 *  @param name without a slash
 *  @return -1 and errno; EXDEV: a file system is mounted there */
int mj_state_open(int folder, const char *name, int flags);

/** @param folder stays open
 *  @param uid whose folders are entered
 *  @param why set if it holds too much, or what cannot be looked at: what it is, the bound and the
 *    cure */
bool mj_state_is_small(int folder, uid_t uid, char *why, size_t size);

#endif
