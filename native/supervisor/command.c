#include "command_parts.h"

#include "report.h"
#include "text.h"

#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a long status so much is kept ready at once. */
#define STATUS_PIECE 65536

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
        if ((int64_t)pool->index > command->told && (next == NULL || pool->index < next->index) && may_steer(pool, client->uid) &&
            (command->pool == NULL || strcmp(command->pool, pool->log.name) == 0)) {
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

static void begin_status(mj_supervisor_t *supervisor, mj_client_t *client, const mj_asked_t *asked, int64_t now)
{
    (void)supervisor;
    (void)asked;
    (void)now;
    client->command->told = -1;
    client->command->resume = resume_status;
    mj_client_say(client, "ok\n{\"supervisor\":{\"pid\":%ld},\"pools\":[", (long)getpid());
}

/* --- what all have in common --- */

static const struct verb_t {
    const char *name;
    int least_words;
    int most_words;
    mj_begin_fn *begin;
} verbs[] = {
    {"status", 1, 2, begin_status},          {"restart", 2, 2, mj_command_begin_restart}, {"roll", 2, 2, mj_command_begin_roll},
    {"drain", 2, 2, mj_command_begin_drain}, {"dump", 2, 3, mj_command_begin_dump},       {"train", 1, 1, mj_command_begin_train},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

/* Words with one space between. @return how many; 0 if it is nothing of that kind */
static int split(mj_client_t *client, mj_asked_t *asked)
{
    char *rest = client->line;
    int count = 0;

    if (strlen(client->line) != client->line_len) {
        return 0; /* a NUL */
    }
    while (rest != NULL) {
        char *word = strsep(&rest, " ");
        if (*word == '\0' || count == MJ_COMMAND_WORDS) {
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

static bool read_pid(mj_asked_t *asked)
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
    mj_asked_t asked = {.pool = NULL};
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
        mj_command_stop_listening(supervisor, client->command);
    }
}
