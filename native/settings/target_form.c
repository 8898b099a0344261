#include "target_form.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdbool.h>
#include <string.h>

/* Grows to at most the size that it was made with. */
typedef struct form_t {
    char *text;
    apr_size_t len;
} form_t;

static form_t make(apr_pool_t *pool, const char *from)
{
    return (form_t){apr_palloc(pool, strlen(from) + 3), 0};
}

static void add(form_t *form, char c)
{
    form->text[form->len++] = c;
}

/* Two gaps side by side are one. */
static void add_gap(form_t *form)
{
    if (form->len == 0 || form->text[form->len - 1] != '\0') {
        add(form, '\0');
    }
}

static mj_span_t finish_folder(form_t *form)
{
    if (form->len == 0 || form->text[form->len - 1] != '/') {
        add(form, '/');
    }
    add_gap(form);
    return (mj_span_t){form->text, form->len};
}

mj_span_t mj_form_of_file(apr_pool_t *pool, const char *path)
{
    return (mj_span_t){apr_pstrdup(pool, path), strlen(path)};
}

mj_span_t mj_form_of_folder(apr_pool_t *pool, const char *path)
{
    form_t form = make(pool, path);
    for (; *path != '\0'; path++) {
        add(&form, *path);
    }
    return finish_folder(&form);
}

mj_span_t mj_form_of_glob(apr_pool_t *pool, const char *pattern)
{
    form_t form = make(pool, pattern);
    const char *at = pattern, *end;

    for (; *at != '\0'; at++) {
        if (*at == '*' || *at == '?') {
            add_gap(&form);
        } else if (*at == '[') {
            add_gap(&form);
            end = strchr(at + 1, ']');
            at = end != NULL ? end : at + strlen(at) - 1;
        } else {
            if (*at == '\\' && at[1] != '\0') {
                at++;
            }
            add(&form, *at);
        }
    }
    return finish_folder(&form);
}

/* A `|` outside of all parentheses: what stands before it says nothing about the rest. */
static bool has_alternatives(const char *regex)
{
    int depth = 0;
    for (; *regex != '\0'; regex++) {
        if (*regex == '\\' && regex[1] != '\0') {
            regex++;
        } else if (*regex == '(') {
            depth++;
        } else if (*regex == ')') {
            depth--;
        } else if (*regex == '|' && depth == 0) {
            return true;
        }
    }
    return false;
}

mj_span_t mj_form_of_regex(apr_pool_t *pool, const char *regex)
{
    form_t form = make(pool, regex);
    const char *at = regex + 1;

    if (*regex != '^' || has_alternatives(regex)) {
        return (mj_span_t){NULL, 0};
    }
    for (; *at != '\0' && strchr(".[]()*+?{}|^$", *at) == NULL; at++) {
        if (*at == '\\' && (at[1] == '\0' || apr_isalnum(*++at))) {
            break; /* \d, \w … */
        }
        add(&form, *at);
    }
    if (*at != '\0' && strchr("*?{", *at) != NULL && form.len > 0) {
        form.len--; /* it may be missing */
    }
    add_gap(&form);
    return (mj_span_t){form.text, form.len};
}

mj_span_t mj_form_of_substitution(apr_pool_t *pool, const char *path)
{
    form_t form = make(pool, path);
    const char *at = path, *end;

    for (; *at != '\0'; at++) {
        if (*at == '$' && apr_isdigit(at[1])) {
            add_gap(&form);
            at++;
        } else if (*at == '%' && at[1] == '{') {
            add_gap(&form);
            end = strchr(at, '}');
            at = end != NULL ? end : at + strlen(at) - 1;
        } else {
            if (*at == '\\' && at[1] != '\0') {
                at++;
            }
            add(&form, *at);
        }
    }
    return (mj_span_t){form.text, form.len};
}

mj_span_t mj_form_of_virtual_root(apr_pool_t *pool, const char *pattern)
{
    form_t form = make(pool, pattern);
    const char *at = pattern;

    for (; *at != '\0'; at++) {
        if (*at == '%' && at[1] == '%') {
            add(&form, *++at);
        } else if (*at == '%') {
            add_gap(&form);
            while (at[1] != '\0' && at[1] != '/') { /* what belongs to it ends there at the latest */
                at++;
            }
        } else {
            add(&form, *at);
        }
    }
    return finish_folder(&form);
}

/* What each path of the form starts with. */
static mj_span_t start_of(mj_span_t form)
{
    const char *gap = memchr(form.data, '\0', form.len);
    return gap != NULL ? (mj_span_t){form.data, (apr_size_t)(gap - form.data)} : form;
}

static bool is_start(mj_span_t of, mj_span_t start)
{
    return of.len >= start.len && memcmp(of.data, start.data, start.len) == 0;
}

/* Nothing is asked of a path but its start. */
static bool is_open(mj_span_t form)
{
    return form.len > 0 && memchr(form.data, '\0', form.len) == form.data + form.len - 1;
}

mj_form_relation_t mj_form_compare(mj_span_t first, mj_span_t second)
{
    mj_span_t a = start_of(first), b = start_of(second);

    if (is_open(first) && is_start(b, a)) {
        return MJ_FORM_COVERS;
    }
    if (is_open(second) && is_start(a, b)) {
        return MJ_FORM_COVERED;
    }
    return is_start(a, b) || is_start(b, a) ? MJ_FORM_MEETS : MJ_FORM_APART;
}
