/* Which mount a request is for. */
#ifndef MJ_MOUNTS_H
#define MJ_MOUNTS_H

#include "config.h"

/** What a request was found to be for. In the request's config, from translate_name on. */
typedef struct mj_match_t {
    const mj_resolved_t *resolved; /**< NULL: SetHandler or AddHandler, a file is the target */
    const char *script_name;
    const char *path_info;
    const char *target;
} mj_match_t;

/** Warns of each mount of a server's own that no request can reach, because one further up takes
 *  the same paths; for check_config. */
void mj_mounts_warn(const server_rec *server, const server_rec *main_server);

int mj_translate_name(request_rec *r);
int mj_map_to_storage(request_rec *r);
int mj_type_checker(request_rec *r);

#endif
