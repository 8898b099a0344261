/* The supervisor, as httpd sees it: its parent starts it, and its children open what they share
 * with it. */
#ifndef MJ_SUPERVISION_H
#define MJ_SUPERVISION_H

#include "child.h"

#include <ap_mpm.h>
#include <httpd.h>

struct supervision_t;

/** The post_config hook: the runtime directory, the board, the supervisor, and the settings that it
 *  gets. */
int mj_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server);

/** Whether httpd has read its configuration again since it started: whatever fails then ends it,
 *  with all its sites. */
bool mj_has_restarted(void);

/** The monitor hook, about once a second in the parent: starts the supervisor again if it has
 *  died. */
int mj_monitor(apr_pool_t *pool, server_rec *main_server);

/** The drop_privileges hook, in a child, ahead of all others: opens what only root can. */
int mj_drop_privileges(apr_pool_t *pchild, server_rec *main_server);

/** In a child: closes what is the parent's alone, and tells the child of the board, the wake-up
 *  pipe and the runtime directory.
 *  @return why there is no board or wake-up pipe to be had */
apr_status_t mj_supervision_enter_child(struct supervision_t *supervision, mj_child_t *child);
void mj_child_status(server_rec *main_server, pid_t pid, ap_generation_t generation, int slot, mpm_child_status status);

#endif
