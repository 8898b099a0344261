/* Which applications requests can bring to a pool that no JVMAlias names: what handlers and JVMAliasMatch can lead to, as far as the configuration tells.
 * The daemon holds every child of httpd to that: one that somebody has captured could ask for anything else. */
#include "module.h"
#include "target_form.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <string.h>
#include <unixd.h>

APLOG_USE_MODULE(jvm);

/* Of a record, which has to go through one message to the supervisor together with the rest of the pool's. */
#define MAX_FORMS_SIZE 65536

/* Where a directive stands. */
typedef struct place_t {
    const server_rec *server; /* NULL: outside all virtual hosts, which inherit it */
    mj_span_t folder;         /* <Directory>'s; empty: none */
    bool is_section;          /* within <Directory>, <Location> … */
    bool is_conditional;      /* within <Files>, <If> … too: it may not hold for all of the folder */
} place_t;

/* A directive of interest. */
typedef struct found_t {
    place_t place;
    const char *value; /* JVMProcessGroup: a pool's name; JVMEntryPoint …: what may stand in a definition */
    mj_span_t form;    /* Alias …: where files may come from */
} found_t;

typedef struct findings_t {
    apr_pool_t *pool;
    server_rec *main_server;
    apr_array_header_t *handlers;   /* what sets ours, or lets .htaccess do so */
    apr_array_header_t *names;      /* JVMProcessGroup */
    apr_array_header_t *roots;      /* of files, beside DocumentRoot */
    apr_array_header_t *entry_points;
    apr_array_header_t *groups;
    apr_array_header_t *params;
    apr_array_header_t *scopes;     /* whatever makes definitions differ from those of the mounts: JVM… in sections */
} findings_t;

static bool holds_for(const place_t *place, const server_rec *server)
{
    return place->server == NULL || place->server == server;
}

static found_t *note(apr_array_header_t *list, const place_t *place, const char *value)
{
    found_t *found = &APR_ARRAY_PUSH(list, found_t);
    *found = (found_t){.place = *place, .value = value};
    return found;
}

static const char *absolute(const findings_t *all, const char *path)
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

/* Whether a directive can make ours the handler of a file: by name, by a type of that name, by a flag of RewriteRule, by an expression, or in
 * .htaccess. */
static bool sets_handler(const ap_directive_t *directive)
{
    const char *args = directive->args != NULL ? directive->args : "";

    if (strcasecmp(directive->directive, "AllowOverride") == 0) {
        return ap_strcasestr(args, "FileInfo") != NULL || ap_strcasestr(args, "All") != NULL;
    }
    if (strcasecmp(directive->directive, "AllowOverrideList") == 0) {
        return strcasecmp(args, "None") != 0;
    }
    return strstr(args, MJ_HANDLER) != NULL || (strcasecmp(directive->directive, "SetHandler") == 0 && strstr(args, "%{") != NULL);
}

/* Alias and its like: the last argument is where the files are. */
static void note_root(findings_t *all, const place_t *place, const char *name, const char *args)
{
    const char *word, *last = NULL;
    static const char *const virtual_roots[] = {"VirtualDocumentRoot", "VirtualDocumentRootIP", "VirtualScriptAlias", "VirtualScriptAliasIP", NULL};

    while (*args != '\0' && *(word = ap_getword_conf(all->pool, &args)) != '\0') {
        last = word;
    }
    if (last == NULL || (strcasecmp(name, "UserDir") == 0 && *last != '/')) {
        return;
    }
    if (is_one_of(name, virtual_roots)) {
        note(all->roots, place, NULL)->form = mj_form_of_virtual_root(all->pool, last);
    } else if (strcasecmp(name, "UserDir") == 0) {
        note(all->roots, place, NULL)->form = mj_form_of_glob(all->pool, strchr(last, '*') != NULL ? last : apr_pstrcat(all->pool, last, "/*", NULL));
    } else if (strchr(last, '$') != NULL || strstr(last, "%{") != NULL) {
        note(all->roots, place, NULL)->form = mj_form_of_substitution(all->pool, last);
    } else {
        note(all->roots, place, NULL)->form = mj_form_of_folder(all->pool, absolute(all, last));
        note(all->roots, place, NULL)->form = mj_form_of_file(all->pool, absolute(all, last));
    }
}

static void look_at(findings_t *all, const place_t *place, const ap_directive_t *directive)
{
    static const char *const roots[] = {"Alias", "AliasMatch", "ScriptAlias", "ScriptAliasMatch", "UserDir", "VirtualDocumentRoot",
                                        "VirtualDocumentRootIP", "VirtualScriptAlias", "VirtualScriptAliasIP", NULL};
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

static const server_rec *find_server(const findings_t *all, const ap_directive_t *directive)
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
static mj_span_t folder_of(const findings_t *all, const ap_directive_t *directive)
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

static void walk(findings_t *all, const ap_directive_t *directive, const place_t *place)
{
    static const char *const folders[] = {"<Directory", "<DirectoryMatch", NULL};
    static const char *const transparent[] = {"<IfModule", "<IfDefine", "<IfVersion", "<IfFile", "<IfDirective", "<IfSection", "<Macro", NULL};

    for (; directive != NULL; directive = directive->next) {
        place_t inner = *place;
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

static void add_form(mj_pool_t *pool, mj_span_t form, const server_rec *server)
{
    int i;
    for (i = 0; i < pool->servers->nelts && APR_ARRAY_IDX(pool->servers, i, const server_rec *) != server; i++) {
    }
    if (i == pool->servers->nelts) {
        APR_ARRAY_PUSH(pool->servers, const server_rec *) = server;
    }
    for (i = 0; i < pool->forms->nelts; i++) {
        mj_span_t other = APR_ARRAY_IDX(pool->forms, i, mj_span_t);
        if (mj_span_equal(other, form) || mj_form_compare(other, form) == MJ_FORM_COVERS) {
            return;
        }
    }
    pool->forms_size += form.len;
    if (pool->forms_size <= MAX_FORMS_SIZE) {
        APR_ARRAY_PUSH(pool->forms, mj_span_t) = form;
    }
}

/* The pool of that name, as requests of the server find it; NULL for the one that they find without a name in a section. */
static mj_pool_t *pool_of(const findings_t *all, const server_rec *server, const char *name)
{
    const mj_scope_t *outer = ap_get_module_config(server->lookup_defaults, &jvm_module);
    const mj_scope_t named = {.process_group = name, .params = outer->params};
    const char *wrong;
    return (mj_pool_t *)(uintptr_t)mj_find_pool(all->pool, server, name != NULL ? &named : outer, &wrong);
}

static void lead(const findings_t *all, const server_rec *server, const char *name, mj_span_t form)
{
    mj_pool_t *pool = pool_of(all, server, name);
    if (pool != NULL) {
        add_form(pool, form, server);
    }
}

/* A handler in that place of the file system leads to the pool that the innermost <Directory> around it names, or else the server; and to those that
 * sections within it name, or sections of another kind, which say nothing about folders. */
static void lead_handler(const findings_t *all, const server_rec *server, mj_span_t form)
{
    apr_size_t innermost = 0;
    int i;

    for (i = 0; i < all->names->nelts; i++) {
        const found_t *named = &APR_ARRAY_IDX(all->names, i, found_t);
        mj_form_relation_t relation;
        if (!holds_for(&named->place, server) || !named->place.is_section) {
            continue;
        }
        if (named->place.folder.len == 0) {
            lead(all, server, named->value, form);
            continue;
        }
        relation = mj_form_compare(named->place.folder, form);
        if (relation == MJ_FORM_COVERS && !named->place.is_conditional) {
            innermost = named->place.folder.len > innermost ? named->place.folder.len : innermost;
        } else if (relation != MJ_FORM_APART) {
            lead(all, server, named->value, relation == MJ_FORM_COVERED ? named->place.folder : form);
        }
    }
    for (i = 0; i < all->names->nelts; i++) {
        const found_t *named = &APR_ARRAY_IDX(all->names, i, found_t);
        if (innermost > 0 && holds_for(&named->place, server) && !named->place.is_conditional && named->place.folder.len == innermost &&
            mj_form_compare(named->place.folder, form) == MJ_FORM_COVERS) {
            lead(all, server, named->value, form);
        }
    }
    if (innermost == 0) {
        lead(all, server, NULL, form);
    }
}

/* A handler that stands in no <Directory>: files come from anywhere that the server serves. */
static void lead_from_roots(const findings_t *all, const server_rec *server)
{
    const core_server_config *core = ap_get_core_module_config(server->module_config);
    int i;

    if (core->ap_document_root != NULL) {
        lead_handler(all, server, mj_form_of_folder(all->pool, core->ap_document_root));
    }
    for (i = 0; i < all->roots->nelts; i++) {
        const found_t *root = &APR_ARRAY_IDX(all->roots, i, found_t);
        if (holds_for(&root->place, server)) {
            lead_handler(all, server, root->form);
        }
    }
}

static bool has_scopes(const findings_t *all, const server_rec *server)
{
    int i;
    for (i = 0; i < all->scopes->nelts; i++) {
        const place_t *place = &APR_ARRAY_IDX(all->scopes, i, found_t).place;
        if (holds_for(place, server) && place->folder.len == 0) { /* <Directory> does not govern mounts */
            return true;
        }
    }
    return false;
}

/* JVMAliasMatch; and JVMAlias, where a section may change its definition for some requests. */
static void lead_mounts(const findings_t *all, const server_rec *server)
{
    const apr_array_header_t *resolved = mj_server_config(server)->resolved;
    bool is_varied = has_scopes(all, server);
    int i, k;

    for (i = 0; i < resolved->nelts; i++) {
        const mj_resolved_t *mounted = &APR_ARRAY_IDX(resolved, i, mj_resolved_t);
        const mj_mount_t *mount = mounted->mount;
        mj_span_t form;
        if (mounted->pool == NULL || (mount->regex == NULL && !is_varied)) {
            continue;
        }
        form = mount->regex != NULL ? mj_form_of_substitution(all->pool, mount->target) : mj_form_of_file(all->pool, mount->target);
        add_form((mj_pool_t *)(uintptr_t)mounted->pool, form, server);
        for (k = 0; mount->options->process_group == NULL && k < all->names->nelts; k++) {
            const found_t *named = &APR_ARRAY_IDX(all->names, k, found_t);
            if (holds_for(&named->place, server) && named->place.is_section && named->place.folder.len == 0) {
                lead(all, server, named->value, form);
            }
        }
    }
}

static void add_values(mj_record_builder_t *record, const char *name, const apr_array_header_t *found, const server_rec *server)
{
    int i;
    for (i = 0; i < found->nelts; i++) {
        const found_t *value = &APR_ARRAY_IDX(found, i, found_t);
        if (holds_for(&value->place, server)) {
            mj_record_add(record, name, value->value);
        }
    }
}

/* What the definitions of a server may hold beside their target. */
static void add_server(const findings_t *all, mj_record_builder_t *record, const server_rec *server)
{
    const mj_server_t *config = mj_server_config(server);
    int i, k;

    mj_record_add(record, "server", config->name);
    add_values(record, "entry-point", all->entry_points, server);
    add_values(record, "group", all->groups, server);
    add_values(record, "param", all->params, server);
    for (i = 0; i < config->mounts->nelts; i++) {
        const mj_scope_t *options = APR_ARRAY_IDX(config->mounts, i, const mj_mount_t *)->options;
        if (options->entry_point != NULL) {
            mj_record_add(record, "entry-point", options->entry_point);
        }
        if (options->application_group != NULL) {
            mj_record_add(record, "group", options->application_group);
        }
        for (k = 0; k < options->params->nelts; k++) {
            const mj_param_t *param = &APR_ARRAY_IDX(options->params, k, mj_param_t);
            mj_record_add(record, "param", apr_pstrcat(all->pool, param->name, "=", param->value, NULL));
        }
    }
}

static mj_span_t describe(const findings_t *all, const mj_pool_t *pool)
{
    mj_record_builder_t *record = mj_record_builder_make(all->pool);
    int i;

    if (pool->forms->nelts == 0) {
        return (mj_span_t){NULL, 0};
    }
    if (pool->settings->has_identity) {
        mj_record_add_number(record, "uid", ap_unixd_config.user_id);
        mj_record_add_number(record, "gid", ap_unixd_config.group_id);
    }
    for (i = 0; i < pool->forms->nelts; i++) {
        mj_record_add_span(record, "target", APR_ARRAY_IDX(pool->forms, i, mj_span_t));
    }
    mj_record_add(record, "entry-point", MJ_DEFAULT_ENTRY_POINT);
    for (i = 0; i < pool->servers->nelts; i++) {
        add_server(all, record, APR_ARRAY_IDX(pool->servers, i, const server_rec *));
    }
    return mj_record_bytes(record);
}

static void begin(mj_pool_t *pool, apr_pool_t *pconf)
{
    const apr_array_header_t *folders = pool->settings->target_folders;
    int i;

    pool->forms = apr_array_make(pconf, 4, sizeof(mj_span_t));
    pool->servers = apr_array_make(pconf, 2, sizeof(const server_rec *));
    pool->forms_size = 0;
    for (i = 0; i < folders->nelts; i++) {
        add_form(pool, mj_form_of_folder(pconf, APR_ARRAY_IDX(folders, i, const char *)), pool->server);
    }
}

static findings_t find(apr_pool_t *pool, server_rec *main_server)
{
    findings_t all = {.pool = pool, .main_server = main_server};
    apr_array_header_t **lists[] = {&all.handlers, &all.names, &all.roots, &all.entry_points, &all.groups, &all.params, &all.scopes};
    const place_t outside = {.server = NULL};
    size_t i;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        *lists[i] = apr_array_make(pool, 8, sizeof(found_t));
    }
    walk(&all, ap_conftree, &outside);
    return all;
}

void mj_dynamic_resolve(apr_pool_t *pconf, server_rec *main_server)
{
    apr_array_header_t *pools = mj_all_pools(pconf, main_server);
    findings_t all;
    server_rec *server;
    int i;

    if (pools->nelts == 0) {
        return;
    }
    all = find(pconf, main_server);
    for (i = 0; i < pools->nelts; i++) {
        begin(APR_ARRAY_IDX(pools, i, mj_pool_t *), pconf);
    }
    for (server = main_server; server != NULL; server = server->next) {
        bool is_anywhere = false;
        for (i = 0; i < all.handlers->nelts; i++) {
            const place_t *place = &APR_ARRAY_IDX(all.handlers, i, found_t).place;
            if (holds_for(place, server) && place->folder.len > 0) {
                lead_handler(&all, server, place->folder);
            } else if (holds_for(place, server)) {
                is_anywhere = true;
            }
        }
        if (is_anywhere) {
            lead_from_roots(&all, server);
        }
        lead_mounts(&all, server);
    }
    for (i = 0; i < pools->nelts; i++) {
        mj_pool_t *pool = APR_ARRAY_IDX(pools, i, mj_pool_t *);
        pool->dynamic = describe(&all, pool);
        if (pool->forms_size > MAX_FORMS_SIZE) {
            ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, pool->server,
                         MJLOGNO(0023) "%s: JVMDaemonProcess %s: handlers lead to it from more folders than it can be told; name one above them with "
                                       "target-folder=, others are 404",
                         pool->where, pool->settings->name);
        }
    }
}
