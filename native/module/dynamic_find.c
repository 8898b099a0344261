#include "dynamic_find.h"

#include "mod_jvm.h"
#include "target_form.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <string.h>

bool mj_place_holds_for(const mj_place_t *place, const server_rec *server)
{
    return place->server == NULL || place->server == server;
}

static mj_found_t *note(apr_array_header_t *list, const mj_place_t *place, const char *value)
{
    mj_found_t *found = &APR_ARRAY_PUSH(list, mj_found_t);
    *found = (mj_found_t){.place = *place, .value = value};
    return found;
}

static const char *absolute(const mj_dynamic_t *all, const char *path)
{
    const char *resolved = ap_server_root_relative(all->pool, path);
    return resolved != NULL ? resolved : path;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasecmp(word, *words) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether a directive can make ours the handler of a file: by name, by a type of that name, by a
 * flag of RewriteRule, by an expression, or in .htaccess. */
static bool sets_handler(const ap_directive_t *directive)
{
    const char *args = directive->args != NULL ? directive->args : "";

    if (strcasecmp(directive->directive, "AllowOverride") == 0) {
        return ap_strcasestr(args, "FileInfo") != NULL || ap_strcasestr(args, "All") != NULL;
    }
    if (strcasecmp(directive->directive, "AllowOverrideList") == 0) {
        return strcasecmp(args, "None") != 0;
    }
    return strstr(args, MJ_HANDLER) != NULL ||
           (strcasecmp(directive->directive, "SetHandler") == 0 && strstr(args, "%{") != NULL);
}

/* Alias and its like: the last argument is where the files are. */
static void note_root(mj_dynamic_t *all, const mj_place_t *place, const char *name, const char *args)
{
    const char *word, *last = NULL;
    static const char *const virtual_roots[] = {"VirtualDocumentRoot", "VirtualDocumentRootIP", "VirtualScriptAlias",
                                                "VirtualScriptAliasIP", NULL};

    while (*args != '\0' && *(word = ap_getword_conf(all->pool, &args)) != '\0') {
        last = word;
    }
    if (last == NULL || (strcasecmp(name, "UserDir") == 0 && *last != '/')) {
        return;
    }
    if (is_one_of(name, virtual_roots)) {
        note(all->roots, place, NULL)->form = mj_form_of_virtual_root(all->pool, last);
    } else if (strcasecmp(name, "UserDir") == 0) {
        note(all->roots, place, NULL)->form =
            mj_form_of_glob(all->pool, strchr(last, '*') != NULL ? last : apr_pstrcat(all->pool, last, "/*", NULL));
    } else if (strchr(last, '$') != NULL || strstr(last, "%{") != NULL) {
        note(all->roots, place, NULL)->form = mj_form_of_substitution(all->pool, last);
    } else {
        note(all->roots, place, NULL)->form = mj_form_of_folder(all->pool, absolute(all, last));
        note(all->roots, place, NULL)->form = mj_form_of_file(all->pool, absolute(all, last));
    }
}

static void look_at(mj_dynamic_t *all, const mj_place_t *place, const ap_directive_t *directive)
{
    static const char *const roots[] = {"Alias",
                                        "AliasMatch",
                                        "ScriptAlias",
                                        "ScriptAliasMatch",
                                        "UserDir",
                                        "VirtualDocumentRoot",
                                        "VirtualDocumentRootIP",
                                        "VirtualScriptAlias",
                                        "VirtualScriptAliasIP",
                                        NULL};
    const char *name = directive->directive, *args = directive->args != NULL ? directive->args : "";
    const char *value;

    if (is_one_of(name, roots)) {
        note_root(all, place, name, args);
    }
    if (strncasecmp(name, "JVM", 3) != 0) {
        if (sets_handler(directive)) {
            note(all->handlers, place, NULL);
        }
        return;
    }
    value = ap_getword_conf(all->pool, &args);
    if (strcasecmp(name, "JVMProcessGroup") == 0) {
        note(all->names, place, value);
    } else if (strcasecmp(name, "JVMEntryPoint") == 0) {
        note(all->entry_points, place, value);
    } else if (strcasecmp(name, "JVMApplicationGroup") == 0) {
        note(all->groups, place, value);
    } else if (strcasecmp(name, "JVMParameter") == 0) {
        note(all->params, place, apr_pstrcat(all->pool, value, "=", ap_getword_conf(all->pool, &args), NULL));
    }
    if (place->is_section) {
        note(all->scopes, place, NULL);
    }
}

static const server_rec *find_server(const mj_dynamic_t *all, const ap_directive_t *directive)
{
    const server_rec *server;
    for (server = all->main_server; server != NULL; server = server->next) {
        if (server->is_virtual && server->defn_line_number == (unsigned)directive->line_num && server->defn_name != NULL &&
            strcmp(server->defn_name, directive->filename) == 0) {
            return server;
        }
    }
    return NULL;
}

/* The folders of <Directory> or <DirectoryMatch>. */
static mj_span_t folder_of(const mj_dynamic_t *all, const ap_directive_t *directive)
{
    char *args = apr_pstrdup(all->pool, directive->args != NULL ? directive->args : "");
    char *end = strrchr(args, '>');
    const char *rest = args, *word;
    bool is_regex = strcasecmp(directive->directive, "<DirectoryMatch") == 0;

    if (end != NULL) {
        *end = '\0';
    }
    word = ap_getword_conf(all->pool, &rest);
    if (strcmp(word, "~") == 0) {
        is_regex = true;
        word = ap_getword_conf(all->pool, &rest);
    }
    return is_regex ? mj_form_of_regex(all->pool, word) : mj_form_of_glob(all->pool, absolute(all, word));
}

static void walk(mj_dynamic_t *all, const ap_directive_t *directive, const mj_place_t *place)
{
    static const char *const folders[] = {"<Directory", "<DirectoryMatch", NULL};
    static const char *const transparent[] = {"<IfModule",    "<IfDefine",  "<IfVersion", "<IfFile",
                                              "<IfDirective", "<IfSection", "<Macro",     NULL};

    for (; directive != NULL; directive = directive->next) {
        mj_place_t inner = *place;
        if (directive->directive[0] != '<') {
            look_at(all, place, directive);
            continue;
        }
        if (strcasecmp(directive->directive, "<VirtualHost") == 0) {
            inner.server = find_server(all, directive);
            if (inner.server == NULL) {
                continue; /* httpd has left it out */
            }
        } else if (is_one_of(directive->directive, folders)) {
            inner.is_section = true;
            inner.folder = folder_of(all, directive);
            inner.is_conditional = inner.folder.len == 0;
        } else if (!is_one_of(directive->directive, transparent)) {
            inner.is_section = true;
            inner.is_conditional = true;
        }
        walk(all, directive->first_child, &inner);
    }
}

mj_dynamic_t mj_dynamic_find(apr_pool_t *pool, server_rec *main_server)
{
    mj_dynamic_t all = {.pool = pool, .main_server = main_server};
    apr_array_header_t **lists[] = {&all.handlers, &all.names,  &all.roots, &all.entry_points,
                                    &all.groups,   &all.params, &all.scopes};
    const mj_place_t outside = {.server = NULL};
    size_t i;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        *lists[i] = apr_array_make(pool, 8, sizeof(mj_found_t));
    }
    walk(&all, ap_conftree, &outside);
    return all;
}
