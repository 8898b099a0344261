/* What httpd's children have of supervision, and what their parent hears of them. */
#include "supervision_parts.h"

#include "config.h"
#include "reopen.h"
#include "wakeup.h"

#include <fcntl.h>
#include <unistd.h>

/* Here a child of httpd is still root, and can have what its parent has: board and wake-up pipe.
 * Nobody else can, whatever else httpd's parent forks; but for mod_cgid's process, which comes by
 * here too, and whose programs inherit nothing of it. */
int mj_drop_privileges(apr_pool_t *pchild, server_rec *main_server)
{
    supervision_t *supervision = mj_server_config(main_server)->supervision;
    mj_supervisor_client_t *current = supervision != NULL ? supervision->retained->current : NULL;

    (void)pchild;
    if (current == NULL) {
        return DECLINED;
    }
    supervision->wakeup_fd = mj_wakeup_writer(current->wakeup);
    if (getpid() != supervision->parent) {
        supervision->board_fd = mj_reopen(current->board_fd, O_RDWR);
    } else { /* httpd -X forks none, has the board mapped, and will be User when it says that it stops */
        mj_supervisor_client_hold(current);
    }
    return DECLINED;
}

apr_status_t mj_supervision_enter_child(supervision_t *supervision, mj_child_t *child)
{
    mj_retained_t *retained = supervision->retained;
    mj_supervisor_client_t *client = retained->current;
    apr_status_t rv = APR_SUCCESS;

    if (client == NULL) {
        return APR_ENOMEM;
    }
    child->dispatcher.board = client->board;
    child->dispatcher.wakeup_fd = supervision->wakeup_fd;
    child->dispatcher.runtime_dir = supervision->runtime_dir;
    if (getpid() != supervision->parent) {
        /* The parent's mapping is not inherited: of its handle only the sizes are of use. */
        rv = mj_board_map(&child->dispatcher.board, supervision->board_fd, mj_board_max_pools(client->board),
                          mj_board_max_children(client->board));
        if (supervision->board_fd >= 0) {
            close(supervision->board_fd);
            supervision->board_fd = -1;
        }
        for (client = mj_retained_all(retained); client != NULL; client = client->next) {
            mj_supervisor_client_forget(client);
        }
    }
    return supervision->wakeup_fd >= 0 ? rv : APR_EBADF;
}

/* Children of an earlier configuration may have the board of a retired supervisor. */
void mj_child_status(server_rec *main_server, pid_t pid, ap_generation_t generation, int slot, mpm_child_status status)
{
    const supervision_t *supervision = mj_server_config(main_server)->supervision;
    mj_supervisor_client_t *client = supervision != NULL ? mj_retained_all(supervision->retained) : NULL;

    (void)generation;
    (void)slot;
    if (status == MPM_CHILD_STARTED && client != NULL && client->board != NULL) {
        /* without memory its row may be cleared under it: its requests count for less */
        (void)mj_board_child_started(client->board, (uint32_t)pid);
    }
    for (; status == MPM_CHILD_EXITED && client != NULL; client = client->next) {
        if (client->board != NULL) {
            mj_board_child_died(client->board, (uint32_t)pid);
        }
    }
}
