/* What httpd's parent keeps of its supervisors across restarts. */
#include "supervision_parts.h"

#include <string.h>
#include <unistd.h>

/* One for each layout of mj_retained_t, mj_supervisor_client_t and mj_board_t: a graceful restart
 * may load another version of the module. */
static const char retained_key[] = "mod_jvm supervision 5";

/* How what is retained began under the keys before. */
static const char *const former_keys[] = {"mod_jvm supervision", "mod_jvm supervision 2", "mod_jvm supervision 3",
                                          "mod_jvm supervision 4"};
typedef struct former_t {
    pid_t supervisor;
    int control;
    int board_fd;
    void *board;
} former_t;

void mj_retained_add(mj_retained_t *retained, mj_supervisor_client_t *client)
{
    client->next = retained->retired;
    retained->retired = client;
}

/* The supervisor of a former version was told that its settings are void, and drains on its own.
 * Nobody speaks to it any more, above all none of httpd's children, which would inherit its control
 * socket. Its board stays mapped: nothing of it is ours. */
static void leave_former(mj_retained_t *retained, const char *key)
{
    former_t *former = ap_retained_data_get(key);
    mj_supervisor_client_t *client;

    if (former == NULL || former->supervisor == 0) {
        return;
    }
    client = mj_supervisor_client_adopt(former->supervisor);
    if (client != NULL) {
        mj_retained_add(retained, client);
    }
    close(former->control);
    close(former->board_fd);
    *former = (former_t){.control = -1, .board_fd = -1};
}

mj_retained_t *mj_retained(void)
{
    mj_retained_t *retained = ap_retained_data_get(retained_key);
    size_t i;

    if (retained == NULL) {
        retained = ap_retained_data_create(retained_key, sizeof(*retained));
        for (i = 0; i < sizeof(former_keys) / sizeof(former_keys[0]); i++) {
            leave_former(retained, former_keys[i]);
        }
    }
    return retained;
}

mj_supervisor_client_t *mj_retained_all(const mj_retained_t *retained)
{
    if (retained->current == NULL) {
        return retained->retired;
    }
    retained->current->next = retained->retired;
    return retained->current;
}

bool mj_retained_runs(const mj_supervisor_client_t *client)
{
    return client != NULL && client->pid != 0;
}

void mj_retained_end(mj_retained_t *retained)
{
    mj_supervisor_client_t *client = mj_retained_all(retained), *next;

    mj_supervisor_client_end_all(client);
    for (; client != NULL; client = next) {
        next = client->next;
        mj_supervisor_client_free(client);
    }
    retained->current = NULL;
    retained->retired = NULL;
}

void mj_retained_drop(mj_retained_t *retained, mj_supervisor_client_t *client)
{
    mj_supervisor_client_t **link = &retained->retired;
    while (*link != NULL && *link != client) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = client->next;
        mj_supervisor_client_free(client);
    }
}
