#include "command.h"

#include "log.h"
#include "report.h"
#include "text.h"

#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORDS 3
/* Of a long status so much is kept ready at once. */
#define STATUS_PIECE 65536
/* A dump has ended when the daemon has printed nothing for so long behind a dump's last part; or after the longest time. */
#define DUMP_QUIET_US INT64_C(300000)
#define DUMP_LONGEST_US (5 * INT64_C(1000000))

typedef struct asked_t {
    char *words[MAX_WORDS]; /* verb, pool, pid; NULL where there is none */
    pid_t pid;              /* 0: none was named */
    mj_pool_t *pool;        /* NULL: none was named */
} asked_t;

typedef int64_t resume_fn(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now);

struct mj_command_t {
    resume_fn *resume;
    const char *pool; /* name; NULL: all that the client may see */

    /* status */
    int64_t told; /* index on the board of the last pool that was told; -1 */

    /* restart */
    unsigned generation;

    /* drain: daemons up to that serial are to end */
    uint32_t last_serial;

    /* dump, one daemon after another */
    struct {
        pid_t pid;
        uint32_t serial;
    } daemons[MJ_BOARD_SLOTS];
    unsigned count;
    unsigned current;
    mj_output_listener_t listener; /* listens while began_at is not MJ_NEVER */
    int64_t began_at;
    int64_t heard_at;
    bool has_heard;
    bool is_last_part;
};

/* --- who may do what --- */

bool mj_command_is_master(uid_t uid)
{
    return uid == 0 || uid == geteuid();
}

static bool may_steer(const mj_pool_t *pool, uid_t uid)
{
    return mj_command_is_master(uid) || (pool->spec->has_identity && pool->spec->uid == uid);
}

bool mj_command_is_admitted(const mj_supervisor_t *supervisor, uid_t uid)
{
    const mj_pool_t *pool = mj_supervisor_pools(supervisor);
    while (pool != NULL && !may_steer(pool, uid)) {
        pool = pool->next;
    }
    return pool != NULL || mj_command_is_master(uid);
}

/* --- status --- */

/* Pools come and go while a long answer is sent: their places on the board give the order. */
static const mj_pool_t *find_next(const mj_supervisor_t *supervisor, const mj_client_t *client)
{
    const mj_command_t *command = client->command;
    const mj_pool_t *pool, *next = NULL;

    for (pool = mj_supervisor_pools(supervisor); pool != NULL; pool = pool->next) {
        if ((int64_t)pool->index > command->told && (next == NULL || pool->index < next->index) &&
            may_steer(pool, client->uid) && (command->pool == NULL || strcmp(command->pool, pool->log.name) == 0)) {
            next = pool;
        }
    }
    return next;
}

static int64_t resume_status(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now)
{
    mj_command_t *command = client->command;
    while (mj_client_unsent(client) < STATUS_PIECE) {
        const mj_pool_t *pool = find_next(supervisor, client);
        if (pool == NULL) {
            mj_client_say(client, "\n]}\n");
            client->is_answered = true;
            return MJ_NEVER;
        }
        mj_report_pool(client, pool, command->told < 0 ? "" : ",", now);
        command->told = pool->index;
    }
    return now;
}

static void begin_status(mj_supervisor_t *supervisor, mj_client_t *client, const asked_t *asked, int64_t now)
{
    (void)supervisor;
    (void)asked;
    (void)now;
    client->command->told = -1;
    client->command->resume = resume_status;
    mj_client_say(client, "ok\n{\"supervisor\":{\"pid\":%ld},\"pools\":[", (long)getpid());
}

/* --- restart --- */

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

static void roll(mj_client_t *client, const asked_t *asked, int64_t now)
{
    if (!refuse_if_ending(client, asked->pool)) {
        const char *why = apr_psprintf(client->mem, "restart, requested by UID %lu", (unsigned long)client->uid);
        client->command->generation = mj_pool_roll(asked->pool, why, now);
    }
}

static void begin_restart(mj_supervisor_t *supervisor, mj_client_t *client, const asked_t *asked, int64_t now)
{
    (void)supervisor;
    client->command->resume = resume_restart;
    roll(client, asked, now);
}

/* As restart, but the answer does not wait. */
static void begin_roll(mj_supervisor_t *supervisor, mj_client_t *client, const asked_t *asked, int64_t now)
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

static void begin_drain(mj_supervisor_t *supervisor, mj_client_t *client, const asked_t *asked, int64_t now)
{
    mj_context_t *context = mj_supervisor_context(supervisor);
    if (!refuse_if_ending(client, asked->pool)) {
        client->command->last_serial = context->next_serial - 1;
        client->command->resume = resume_drain;
        mj_log(asked->pool->log.target, "info", MJLOGNO(0141) "pool %s drains, requested by UID %lu",
               asked->pool->log.name, (unsigned long)client->uid);
        mj_pool_drain(asked->pool, now);
    }
}

/* --- dump --- */

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

static void stop_listening(mj_supervisor_t *supervisor, mj_command_t *command)
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
        mj_daemon_t *daemon = find_serial(mj_supervisor_find(supervisor, command->pool), command->daemons[command->current].serial);
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
        stop_listening(supervisor, command);
        command->current++;
    }
    client->is_answered = true;
    return MJ_NEVER;
}

static void begin_dump(mj_supervisor_t *supervisor, mj_client_t *client, const asked_t *asked, int64_t now)
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

static void begin_train(mj_supervisor_t *supervisor, mj_client_t *client, const asked_t *asked, int64_t now)
{
    (void)asked;
    (void)now;
    if (!mj_command_is_master(client->uid)) {
        mj_client_refuse(client, "permission denied: archives belong to all pools, so only root and the supervisor's user may have them made");
        return;
    }
    mj_archives_ask(mj_supervisor_context(supervisor)->archives);
    client->command->resume = resume_train;
}

/* --- what all have in common --- */

static const struct verb_t {
    const char *name;
    int least_words;
    int most_words;
    void (*begin)(mj_supervisor_t *supervisor, mj_client_t *client, const asked_t *asked, int64_t now);
} verbs[] = {
    {"status", 1, 2, begin_status},
    {"restart", 2, 2, begin_restart},
    {"roll", 2, 2, begin_roll},
    {"drain", 2, 2, begin_drain},
    {"dump", 2, 3, begin_dump},
    {"train", 1, 1, begin_train},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

/* Words with one space between. @return how many; 0 if it is nothing of that kind */
static int split(mj_client_t *client, asked_t *asked)
{
    char *rest = client->line;
    int count = 0;

    if (strlen(client->line) != client->line_len) {
        return 0; /* a NUL */
    }
    while (rest != NULL) {
        char *word = strsep(&rest, " ");
        if (*word == '\0' || count == MAX_WORDS) {
            return 0;
        }
        asked->words[count++] = word;
    }
    return count;
}

static const struct verb_t *find_verb(const char *name)
{
    size_t i = 0;
    while (i < VERB_COUNT && strcmp(verbs[i].name, name) != 0) {
        i++;
    }
    return i < VERB_COUNT ? &verbs[i] : NULL;
}

static bool read_pid(asked_t *asked)
{
    char *end;
    long pid;
    if (asked->words[2] == NULL) {
        return true;
    }
    pid = strtol(asked->words[2], &end, 10);
    asked->pid = (pid_t)pid;
    return *end == '\0' && asked->words[2][0] >= '1' && asked->words[2][0] <= '9' && pid <= INT32_MAX;
}

void mj_command_begin(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now)
{
    asked_t asked = {.pool = NULL};
    int count = split(client, &asked);
    const struct verb_t *verb = count > 0 ? find_verb(asked.words[0]) : NULL;

    if (verb == NULL) {
        mj_client_refuse(client, "there are: status [POOL], restart POOL, roll POOL, drain POOL, dump POOL [PID], train");
        return;
    }
    if (count < verb->least_words || count > verb->most_words || !read_pid(&asked)) {
        mj_client_refuse(client, "%s: a word is missing or superfluous, or is not a number", verb->name);
        return;
    }
    if (asked.words[1] != NULL) {
        asked.pool = mj_supervisor_find(supervisor, asked.words[1]);
        /* Whoever may not see all is not told which there are. */
        if (asked.pool == NULL ? !mj_command_is_master(client->uid) : !may_steer(asked.pool, client->uid)) {
            mj_client_refuse(client, "permission denied: no pool of that name runs as you");
            return;
        }
        if (asked.pool == NULL) {
            char name[MJ_ESCAPED_SIZE(MJ_CLIENT_LINE_MAX)];
            mj_text_escape(name, asked.words[1], strlen(asked.words[1]));
            mj_client_refuse(client, "there is no pool '%s'", name);
            return;
        }
    }
    client->command = apr_pcalloc(client->mem, sizeof(*client->command));
    client->command->pool = asked.pool != NULL ? apr_pstrdup(client->mem, asked.pool->log.name) : NULL;
    client->command->began_at = MJ_NEVER;
    verb->begin(supervisor, client, &asked, now);
}

int64_t mj_command_resume(mj_supervisor_t *supervisor, mj_client_t *client, int64_t now)
{
    if (client->command == NULL || client->command->resume == NULL || client->is_answered || client->is_gone) {
        return MJ_NEVER;
    }
    return client->command->resume(supervisor, client, now);
}

void mj_command_end(mj_supervisor_t *supervisor, mj_client_t *client)
{
    if (client->command != NULL) {
        stop_listening(supervisor, client->command);
    }
}
