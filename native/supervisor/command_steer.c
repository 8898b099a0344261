/* Commands that make pools do something: restart, roll, drain, train. */
#include "command_parts.h"

#include "log.h"

#include <apr_strings.h>

/* @return true if it was told so */
static bool refuse_if_ending(mj_client_t *client, const mj_pool_t *pool)
{
    if (pool != NULL && !pool->plan.is_removed) {
        return false;
    }
    mj_client_refuse(client, "pool %s ends: it is no longer configured, or httpd stops", client->command->pool);
    return true;
}

static int64_t resume_restart(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now)
{
    const mj_command_t *command = client->command;
    const mj_pool_t *pool = mj_supervisor_find(supervisor, command->pool);

    (void)now;
    if (refuse_if_ending(client, pool)) {
        return MJ_NEVER;
    }
    switch (mj_pool_outcome(pool, command->generation)) {
    case MJ_OUTCOME_SERVES:
        mj_client_say(client, "ok\npool %s: generation %u serves\n", command->pool, pool->plan.generation);
        client->is_answered = true;
        break;
    case MJ_OUTCOME_FAILED:
        mj_client_refuse(client, "%s", pool->log.last_error);
        break;
    default:
        break;
    }
    return MJ_NEVER;
}

static void roll(mj_client_t *client, const mj_asked_t *asked, int64_t now)
{
    if (!refuse_if_ending(client, asked->pool)) {
        const char *why = apr_psprintf(client->mem, "restart, requested by UID %lu", (unsigned long)client->uid);
        client->command->generation = mj_pool_roll(asked->pool, why, now);
    }
}

void mj_command_begin_restart(mj_supervisor_t *supervisor, mj_client_t *client, const mj_asked_t *asked, int64_t now)
{
    (void)supervisor;
    client->command->resume = resume_restart;
    roll(client, asked, now);
}

/* As restart, but the answer does not wait. */
void mj_command_begin_roll(mj_supervisor_t *supervisor, mj_client_t *client, const mj_asked_t *asked, int64_t now)
{
    (void)supervisor;
    roll(client, asked, now);
    if (!client->is_answered) {
        mj_client_say(client, "ok\npool %s: generation %u starts\n", asked->pool->log.name, client->command->generation);
        client->is_answered = true;
    }
}

/* --- drain --- */

static int64_t resume_drain(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now)
{
    const mj_pool_t *pool = mj_supervisor_find(supervisor, client->command->pool);
    const mj_daemon_t *daemon;

    (void)now;
    for (daemon = pool != NULL ? pool->daemons : NULL; daemon != NULL; daemon = daemon->next) {
        /* Serials wrap around one day; a request may have brought others meanwhile. */
        if ((int32_t)(daemon->serial - client->command->last_serial) <= 0) {
            return MJ_NEVER;
        }
    }
    mj_client_say(client, "ok\npool %s: its processes have ended; the next request starts it\n", client->command->pool);
    client->is_answered = true;
    return MJ_NEVER;
}

void mj_command_begin_drain(mj_supervisor_t *supervisor, mj_client_t *client, const mj_asked_t *asked, int64_t now)
{
    mj_context_t *context = mj_supervisor_context(supervisor);
    if (!refuse_if_ending(client, asked->pool)) {
        client->command->last_serial = context->next_serial - 1;
        client->command->resume = resume_drain;
        mj_log(asked->pool->log.target, "info", MJLOGNO(0141) "pool %s drains, requested by UID %lu", asked->pool->log.name,
               (unsigned long)client->uid);
        mj_pool_drain(asked->pool, now);
    }
}

/* --- train --- */

static void say_file(mj_client_t *client, const mj_archive_set_t *set, const struct mj_archive_file_t *file)
{
    if (file->is_wanted && file->is_there) {
        mj_client_say(client, "%s: %s, for %s\n", file->name, file->is_new ? "was made" : "was there", set->java_home);
    }
}

/* What there is comes first, what there is not is the error. */
static void say_archives(mj_supervisor_t *supervisor, mj_client_t *client)
{
    const mj_archive_set_t *set;
    const mj_pool_t *pool;
    int kind;

    for (set = mj_archives_sets(mj_supervisor_context(supervisor)->archives); set != NULL; set = set->next) {
        for (kind = 0; kind < MJ_ARCHIVE_KINDS; kind++) {
            const struct mj_archive_file_t *file = &set->files[kind];
            if (set->is_used && file->is_wanted && !file->is_there) {
                mj_client_refuse(client, "%s for %s cannot be made: %s", file->name, set->java_home, file->fault);
                return;
            }
        }
    }
    mj_client_say(client, "ok\n");
    for (set = mj_archives_sets(mj_supervisor_context(supervisor)->archives); set != NULL; set = set->next) {
        say_file(client, set, &set->files[MJ_ARCHIVE_OF_DAEMONS]);
        say_file(client, set, &set->files[MJ_ARCHIVE_OF_COMPILERS]);
    }
    for (pool = mj_supervisor_pools(supervisor); pool != NULL; pool = pool->next) {
        if (pool->no_archives[0] != '\0') {
            mj_client_say(client, "pool %s has none: %s\n", pool->log.name, pool->no_archives);
        }
    }
    client->is_answered = true;
}

static int64_t resume_train(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now)
{
    if (mj_archives_are_settled(mj_supervisor_context(supervisor)->archives, now)) {
        say_archives(supervisor, client);
    }
    return MJ_NEVER;
}

void mj_command_begin_train(mj_supervisor_t *supervisor, mj_client_t *client, const mj_asked_t *asked, int64_t now)
{
    (void)asked;
    (void)now;
    if (!mj_command_is_master(client->uid)) {
        mj_client_refuse(client, "permission denied: archives belong to all pools, so only root and the supervisor's user may "
                                 "have them made");
        return;
    }
    mj_archives_ask(mj_supervisor_context(supervisor)->archives);
    client->command->resume = resume_train;
}
