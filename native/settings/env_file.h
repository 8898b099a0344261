/* env-file: variables for the daemons of a pool, in the format of systemd's EnvironmentFile. It may
 * hold secrets: no message shows a value. */
#ifndef MJ_ENV_FILE_H
#define MJ_ENV_FILE_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <sys/types.h>

/** The most that such a file may have, in bytes. */
#define MJ_ENV_FILE_MAX 65536

/** Reads the text of such a file: NAME=VALUE on each line. Blank lines and those that start with
 * `#` or `;` are passed over. A value may be in single quotes, in which nothing has a meaning but
 * the closing one; or in double quotes, in which a backslash takes the meaning from `"`, `\`, `$`
 * and a backquote; both may go over several lines. Elsewhere a backslash takes the meaning from any
 * character. At the end of a line, a backslash continues it (not in single quotes). White space
 * around names and values is dropped. Pure.
 *  @param path for messages
 *  @param room len + 1 bytes, where the variables are put
 *  @param variables of const char *, NAME=VALUE, to which those of the file are added in order
 *  @return NULL, or `PATH:LINE: what and mend` */
const char *mj_env_file_parse(apr_pool_t *pool, const char *path, const char *text, apr_size_t len, char *room,
                              apr_array_header_t *variables);

/** Reads such a file. What it says is in a vault (vault.h), and nowhere else. It must be a regular
 * file of root's or owner's that nobody else can write or put another in the place of; no link.
 *  @return NULL, or what is wrong and the mend */
const char *mj_env_file_read(apr_pool_t *pool, const char *path, uid_t owner, apr_array_header_t *variables);

#endif
