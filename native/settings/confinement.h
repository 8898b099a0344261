/* What keeps a pool's daemons from parts of the machine (chroot, private-tmp, read-only), and
 * whether they can still run then. Looks only. */
#ifndef MJ_CONFINEMENT_H
#define MJ_CONFINEMENT_H

#include "findings.h"
#include "pool_settings.h"

/** A path that a daemon opens. */
typedef struct mj_needed_t {
    const char *what; /**< for messages: "the launcher", "class-path" */
    const char *path;
    bool is_required; /**< it does not start without it; root's own: links on its way may be followed */
} mj_needed_t;

/** Checks the options that only root can follow, and that what daemons need is where they look for
 * it.
 *  @param settings with their identity resolved. Its home becomes `/` where the pool names none and
 *    private-tmp hides the user's own; links in chroot and read-only are resolved
 *  @param needed of mj_needed_t, beside what the settings name themselves
 *  @param findings get what is not there
 *  @return NULL, or a message that names the option, the value and the mend */
const char *mj_confinement_check(mj_pool_settings_t *settings, apr_pool_t *pool, uid_t euid, bool is_home_given,
                                 const apr_array_header_t *needed, mj_findings_t *findings);

/** @return NULL, or that private-tmp hides the path of what, and the mend */
const char *mj_confinement_hides(const mj_pool_settings_t *settings, apr_pool_t *pool, const char *what, const char *path);

#endif
