#include "client.h"

#include "life.h"
#include "text.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_SIZE 4096
#define MESSAGE_MAX 4096

mj_client_t *mj_client_make(int fd, uid_t uid, int64_t now, apr_pool_t *parent)
{
    apr_pool_t *mem;
    mj_client_t *client;

    apr_pool_create(&mem, parent);
    client = apr_pcalloc(mem, sizeof(*client));
    client->mem = mem;
    client->socket.fd = fd;
    client->uid = uid;
    client->deadline = now + MJ_CLIENT_PATIENCE_US;
    return client;
}

short mj_client_events(const mj_client_t *client)
{
    if (mj_client_unsent(client) > 0) {
        return POLLOUT;
    }
    return client->has_asked || client->is_answered ? 0 : POLLIN;
}

bool mj_client_read(mj_client_t *client, int64_t now)
{
    size_t room = MJ_CLIENT_LINE_MAX - client->line_len;
    ssize_t n = recv(client->socket.fd, client->line + client->line_len, room, MSG_DONTWAIT);
    char *newline;

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    if (n <= 0) {
        client->is_gone = true;
        return false;
    }
    client->line_len += (size_t)n;
    newline = memchr(client->line, '\n', client->line_len);
    if (newline != NULL) {
        client->line_len = (size_t)(newline - client->line);
        *newline = '\0';
        client->has_asked = true;
        client->deadline = MJ_NEVER;
        return true;
    }
    if (client->line_len == MJ_CLIENT_LINE_MAX) {
        mj_client_refuse(client, "the line is longer than %d bytes", MJ_CLIENT_LINE_MAX);
        mj_client_send(client, now);
    }
    return false;
}

/* Makes room for len further bytes. @return false if it has left too much unread */
static bool make_room(mj_client_t *client, size_t len)
{
    size_t unsent = mj_client_unsent(client);
    size_t size = client->out_size > 0 ? client->out_size : FIRST_SIZE;
    char *bigger;

    if (client->out_size - client->out_len >= len) {
        return true;
    }
    if (unsent + len > MJ_CLIENT_UNSENT_MAX) {
        client->is_gone = true;
        return false;
    }
    while (size < unsent + len) {
        size *= 2;
    }
    bigger = client->out;
    if (size > client->out_size) { /* at most 2 * MJ_CLIENT_UNSENT_MAX in all: each is twice the one before */
        bigger = apr_palloc(client->mem, size);
        client->out_size = size;
    }
    if (unsent > 0) {
        memmove(bigger, client->out + client->out_sent, unsent);
    }
    client->out = bigger;
    client->out_sent = 0;
    client->out_len = unsent;
    return true;
}

static void say(mj_client_t *client, const char *format, va_list arguments)
{
    va_list again;
    int len;

    va_copy(again, arguments);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0 || client->is_gone || client->is_answered || !make_room(client, (size_t)len + 1)) {
        return;
    }
    (void)vsnprintf(client->out + client->out_len, (size_t)len + 1, format, arguments);
    client->out_len += (size_t)len;
}

void mj_client_say(mj_client_t *client, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(client, format, arguments);
    va_end(arguments);
}

void mj_client_refuse(mj_client_t *client, const char *format, ...)
{
    char message[MESSAGE_MAX], escaped[MJ_ESCAPED_SIZE(MESSAGE_MAX)];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    mj_text_escape(escaped, message, strlen(message));
    mj_client_say(client, "error %s\n", escaped);
    client->is_answered = true;
}

size_t mj_client_unsent(const mj_client_t *client)
{
    return client->out_len - client->out_sent;
}

void mj_client_send(mj_client_t *client, int64_t now)
{
    size_t unsent = mj_client_unsent(client);
    ssize_t n;

    if (unsent == 0 || client->is_gone) {
        return;
    }
    n = send(client->socket.fd, client->out + client->out_sent, unsent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        client->is_gone = true;
        return;
    }
    if (n > 0) {
        client->out_sent += (size_t)n;
    }
    if ((size_t)(n > 0 ? n : 0) == unsent) {
        client->deadline = MJ_NEVER;
    } else if (n > 0 || client->deadline == MJ_NEVER) {
        client->deadline = now + MJ_CLIENT_PATIENCE_US;
    }
}

bool mj_client_is_done(const mj_client_t *client, int64_t now)
{
    return client->is_gone || client->deadline <= now || (client->is_answered && mj_client_unsent(client) == 0);
}

void mj_client_free(mj_client_t *client)
{
    mj_polled_close(&client->socket);
    apr_pool_destroy(client->mem);
}
