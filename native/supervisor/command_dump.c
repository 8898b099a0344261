/* The command dump: has daemons print their threads, and passes on what they print. */
#include "command_parts.h"

#include "log.h"

#include <string.h>

/* A dump has ended when the daemon has printed nothing for so long behind a dump's last part; or
 * after the longest time. */
#define DUMP_QUIET_US INT64_C(300000)
#define DUMP_LONGEST_US (5 * INT64_C(1000000))

static void hear(void *context, const char *line)
{
    mj_client_t *client = context;
    mj_command_t *command = client->command;

    mj_client_say(client, "%s\n", line);
    command->has_heard = true;
    if (strncmp(line, "JNI global ref", 14) == 0 || strcmp(line, "Heap") == 0) {
        command->is_last_part = true;
    }
}

static mj_daemon_t *find_serial(const mj_pool_t *pool, uint32_t serial)
{
    mj_daemon_t *daemon = pool != NULL ? pool->daemons : NULL;
    while (daemon != NULL && daemon->serial != serial) {
        daemon = daemon->next;
    }
    return daemon;
}

void mj_command_stop_listening(mj_supervisor_t *supervisor, mj_command_t *command)
{
    mj_output_listener_t **link = &mj_supervisor_context(supervisor)->listeners;
    while (*link != NULL && *link != &command->listener) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = command->listener.next;
    }
    command->began_at = MJ_NEVER;
}

/* Asks the next daemon for its threads. */
static void begin_daemon(mj_supervisor_t *supervisor, mj_client_t *client, mj_daemon_t *daemon, int64_t now)
{
    mj_command_t *command = client->command;
    mj_context_t *context = mj_supervisor_context(supervisor);

    if (daemon == NULL || !mj_daemon_dump(daemon)) {
        mj_client_say(client, "pid %ld: %s\n", (long)command->daemons[command->current].pid,
                      daemon == NULL ? "it has ended" : "it does not handle SIGQUIT, which would end it (-Xrs?)");
        command->current++;
        return;
    }
    mj_client_say(client, "pid %ld:\n", (long)daemon->pid);
    command->listener = (mj_output_listener_t){context->listeners, daemon->serial, hear, client};
    context->listeners = &command->listener;
    command->began_at = now;
    command->has_heard = false;
    command->is_last_part = false;
}

static int64_t resume_dump(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now)
{
    mj_command_t *command = client->command;

    while (command->current < command->count && !client->is_gone) {
        mj_daemon_t *daemon =
            find_serial(mj_supervisor_find(supervisor, command->pool), command->daemons[command->current].serial);
        int64_t until;
        if (command->began_at == MJ_NEVER) {
            begin_daemon(supervisor, client, daemon, now);
            continue;
        }
        if (command->has_heard) {
            command->has_heard = false;
            command->heard_at = now;
        }
        until = command->began_at + DUMP_LONGEST_US;
        if (command->is_last_part && command->heard_at + DUMP_QUIET_US < until) {
            until = command->heard_at + DUMP_QUIET_US;
        }
        if (daemon != NULL && now < until) {
            return until;
        }
        if (!command->is_last_part) {
            mj_client_say(client, "pid %ld: %s\n", (long)command->daemons[command->current].pid,
                          daemon == NULL ? "it has ended" : "nothing more came within 5 s");
        }
        mj_command_stop_listening(supervisor, command);
        command->current++;
    }
    client->is_answered = true;
    return MJ_NEVER;
}

void mj_command_begin_dump(mj_supervisor_t *supervisor, mj_client_t *client, const mj_asked_t *asked, int64_t now)
{
    mj_command_t *command = client->command;
    const mj_daemon_t *daemon;

    (void)supervisor;
    (void)now;
    for (daemon = asked->pool->daemons; daemon != NULL; daemon = daemon->next) {
        bool can_be_asked = daemon->life.state == MJ_LIFE_READY || daemon->life.state == MJ_LIFE_DRAINING;
        if (can_be_asked && (asked->pid == 0 || asked->pid == daemon->pid)) {
            command->daemons[command->count].pid = daemon->pid;
            command->daemons[command->count++].serial = daemon->serial;
        }
    }
    if (command->count == 0 && asked->pid != 0) {
        mj_client_refuse(client, "pid %ld is not a daemon of pool %s, or not ready yet", (long)asked->pid, command->pool);
    } else if (command->count == 0) {
        mj_client_refuse(client, "pool %s has no ready daemon", command->pool);
    } else {
        mj_log(asked->pool->log.target, "info", MJLOGNO(0142) "pool %s prints its threads, requested by UID %lu",
               asked->pool->log.name, (unsigned long)client->uid);
        command->began_at = MJ_NEVER;
        command->resume = resume_dump;
        mj_client_say(client, "ok\n");
    }
}
