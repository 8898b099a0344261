/* The part of check_config that concerns mounts: which pool serves each, and as which
 * application. */
#ifndef MJ_CHECK_MOUNTS_H
#define MJ_CHECK_MOUNTS_H

#include <http_core.h>
#include <httpd.h>
#include <stdbool.h>

/** Resolves the mounts of a server, and adds their applications and warm-up requests to their
 *  pools. Logs what is wrong. @return how many mounts are wrong */
int mj_check_mounts(apr_pool_t *pool, const server_rec *server);

/** @return whether a <Location> or <LocationMatch> covers that URI, as ap_location_walk decides */
bool mj_section_covers(const core_dir_config *section, const char *uri);

#endif
