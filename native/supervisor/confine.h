/* What a daemon sees of the file system: its root directory, what it cannot write, its own
 * temporary folders. Only async-signal-safe calls. */
#ifndef MJ_CONFINE_H
#define MJ_CONFINE_H

#include "process_spec.h"

/** Confines the calling process, which runs as root, as the spec says. Where something is mounted
 * for that, the process gets a mount namespace of its own first.
 *  @param object set on failure: what the step was to be done with, or NULL
 *  @return NULL, or the step that failed: an option's name, or what was tried; errno says why */
const char *mj_confine(const mj_process_spec_t *spec, const char **object);

#endif
