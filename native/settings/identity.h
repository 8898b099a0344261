/* Who a pool's daemons run as: names to numbers, and which of them are refused. */
#ifndef MJ_IDENTITY_H
#define MJ_IDENTITY_H

#include "pool_settings.h"

/** Fills uid, gid, groups, login, home and has_identity of the settings, and who has to own targets
 * (script_uid, script_gid), from its options and the user database. As root, `user` is mandatory;
 * UID 0, GID 0 (supplementary ones too) and UIDs under minimum_uid are refused, however derived.
 * Not as root, daemons run as euid, and a user or group that differs is refused.
 *  @return NULL, or a message that names the option, the value and the mend */
const char *mj_identity_resolve(mj_pool_settings_t *settings, apr_pool_t *pool, uid_t euid, gid_t egid, uid_t minimum_uid);

#endif
