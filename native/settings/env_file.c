#include "env_file.h"

#include "paths.h"
#include "small_file.h"
#include "vault.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct reader_t {
    apr_pool_t *pool;
    const char *path;
    const char *at;
    const char *end;
    unsigned line; /* of at */
    char *out;     /* where the next character of a variable goes: never ahead of what was read, but for the last NUL */
} reader_t;

static const char *complain(const reader_t *reader, unsigned line, const char *what)
{
    return apr_psprintf(reader->pool, "%s:%u: %s", reader->path, line, what);
}

static bool is_at_end(const reader_t *reader)
{
    return reader->at == reader->end;
}

static char take(reader_t *reader)
{
    char c = *reader->at++;
    reader->line += c == '\n';
    return c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(reader_t *reader)
{
    while (!is_at_end(reader) && is_blank(*reader->at)) {
        take(reader);
    }
}

static void skip_line(reader_t *reader)
{
    while (!is_at_end(reader) && take(reader) != '\n') {
    }
}

static const char *take_name(reader_t *reader)
{
    const char *start = reader->at;
    apr_size_t len;

    while (!is_at_end(reader) && (apr_isalnum(*reader->at) || *reader->at == '_')) {
        take(reader);
    }
    len = (apr_size_t)(reader->at - start);
    skip_blanks(reader);
    if (len == 0 || apr_isdigit(*start) || is_at_end(reader) || *reader->at != '=') {
        return complain(reader, reader->line,
                        "no NAME=VALUE: give a NAME of letters, digits and '_' and a '=', or put a '#' before the line");
    }
    take(reader);
    memcpy(reader->out, start, len);
    reader->out += len;
    *reader->out++ = '=';
    return NULL;
}

/* Behind the opening quote: up to the closing one, and the rest of the line. */
static const char *take_quoted(reader_t *reader, char quote)
{
    unsigned line = reader->line;

    for (;;) {
        char c;
        if (is_at_end(reader)) {
            return complain(reader, line, "the quote that is opened here is not closed: close it, or put a backslash before it");
        }
        c = take(reader);
        if (c == quote) {
            break;
        }
        if (c == '\\' && quote == '"' && !is_at_end(reader) && strchr("\"\\`$\n", *reader->at) != NULL) {
            c = take(reader);
            if (c == '\n') {
                continue;
            }
        }
        *reader->out++ = c;
    }
    skip_blanks(reader);
    if (!is_at_end(reader) && take(reader) != '\n') {
        return complain(reader, line, "text follows the closing quote: put the whole value into quotes");
    }
    return NULL;
}

static void take_plain(reader_t *reader)
{
    char *end = reader->out; /* behind the last character that is kept in any case */

    while (!is_at_end(reader)) {
        char c = take(reader);
        if (c == '\n') {
            break;
        }
        if (c == '\\' && !is_at_end(reader)) {
            c = take(reader);
            if (c != '\n') {
                *reader->out++ = c;
                end = reader->out;
            }
            continue;
        }
        *reader->out++ = c;
        end = is_blank(c) ? end : reader->out;
    }
    reader->out = end;
}

static const char *take_value(reader_t *reader)
{
    const char *wrong = NULL;

    skip_blanks(reader);
    if (!is_at_end(reader) && (*reader->at == '"' || *reader->at == '\'')) {
        wrong = take_quoted(reader, take(reader));
    } else {
        take_plain(reader);
    }
    *reader->out++ = '\0';
    return wrong;
}

const char *mj_env_file_parse(apr_pool_t *pool, const char *path, const char *text, apr_size_t len, char *room,
                              apr_array_header_t *variables)
{
    reader_t reader = {.pool = pool, .path = path, .at = text, .end = text + len, .line = 1, .out = room};
    const char *nul = memchr(text, '\0', len);

    if (nul != NULL) {
        for (; reader.at < nul; take(&reader)) {
        }
        return complain(&reader, reader.line, "a NUL byte: this is not a text file");
    }
    while (!is_at_end(&reader)) {
        const char *variable = reader.out, *wrong;
        skip_blanks(&reader);
        if (is_at_end(&reader) || *reader.at == '\n' || *reader.at == '#' || *reader.at == ';') {
            skip_line(&reader);
            continue;
        }
        wrong = take_name(&reader);
        if (wrong == NULL) {
            wrong = take_value(&reader);
        }
        if (wrong != NULL) {
            return wrong;
        }
        APR_ARRAY_PUSH(variables, const char *) = variable;
    }
    return NULL;
}

static const char *check_file(apr_pool_t *pool, const char *path, int fd, uid_t owner)
{
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return apr_psprintf(pool, "%s: %s", path, strerror(errno));
    }
    if (st.st_uid != 0 && st.st_uid != owner) {
        return apr_psprintf(pool, "%s belongs to UID %lu: chown it to %s", path, (unsigned long)st.st_uid,
                            owner == 0 ? "root" : "root or the user that runs httpd");
    }
    if ((st.st_mode & 0022) != 0) {
        return apr_psprintf(pool, "%s can be written by others (mode %04o): chmod go-w it", path, (unsigned)(st.st_mode & 07777));
    }
    if (st.st_size > MJ_ENV_FILE_MAX) {
        return apr_psprintf(pool, "%s has %ld bytes; the limit is %d: make it shorter", path, (long)st.st_size, MJ_ENV_FILE_MAX);
    }
    return NULL;
}

static bool is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

const char *mj_env_file_read(apr_pool_t *pool, const char *path, uid_t owner, apr_array_header_t *variables)
{
    const char *slash = strrchr(path, '/'), *folder, *wrong, *why;
    char *text = mj_vault_make(pool, 2 * ((apr_size_t)MJ_ENV_FILE_MAX + 1)), *room = text + MJ_ENV_FILE_MAX + 1;
    size_t len = 0;
    int fd;

    if (text == NULL) {
        return apr_psprintf(pool, "%s: no memory", path);
    }
    if (slash == NULL) {
        return apr_psprintf(pool, "%s: give an absolute path", path);
    }
    folder = slash == path ? "/" : apr_pstrmemdup(pool, path, (apr_size_t)(slash - path));
    wrong = mj_folder_check(pool, folder, owner, false);
    if (wrong != NULL) {
        return wrong;
    }
    fd = mj_small_file_open(path, false, &why);
    if (fd < 0) {
        return is_link(path) ? apr_psprintf(pool, "%s is a symbolic link: name the file itself", path)
                             : apr_psprintf(pool, "%s: %s", path, why);
    }
    wrong = check_file(pool, path, fd, owner);
    if (wrong == NULL && !mj_small_file_read(fd, text, MJ_ENV_FILE_MAX, &len, &why)) {
        wrong = apr_psprintf(pool, "%s: %s", path, why);
    }
    close(fd);
    if (wrong == NULL) {
        wrong = mj_env_file_parse(pool, path, text, len, room, variables);
    }
    explicit_bzero(text, MJ_ENV_FILE_MAX + 1);
    return wrong;
}
