/* What the files of the httpd module share: its configuration and what a child holds. */
#ifndef MJ_MODULE_H
#define MJ_MODULE_H

#include "dispatcher.h"
#include "http2_tunnels.h"
#include "exchange_client.h"
#include "mounted.h"
#include "pool_settings.h"
#include "settings.h"

#include <httpd.h>

#include <ap_mpm.h>
#include <http_config.h>
#include <http_core.h>
#include <util_filter.h>

#if !AP_MODULE_MAGIC_AT_LEAST(20120211, 129)
#error "mod_jvm needs httpd 2.4.58 or later (ap_get_pollfd_from_conn)"
#endif

/* The one symbol that the .so exports. */
extern __attribute__((visibility("default"))) module jvm_module;

#define MJ_HANDLER "jvm-application"

/** A pool as configured. Complete after check_config; index after post_config. */
typedef struct mj_pool_t {
    mj_pool_settings_t *settings;
    server_rec *server; /**< that declares it first: its requests may use it, those of others only if it is the main server or has their name */
    apr_table_t *options; /**< as they were given */
    const char *where;  /**< file and line, for messages */
    const char *java_home;
    apr_array_header_t *definitions; /**< of mj_span_t: applications to load at start */
    apr_array_header_t *warm_ups;    /**< of mj_span_t: requests to make then */
    apr_array_header_t *forms;       /**< of mj_span_t: where the targets may lie that requests bring */
    apr_size_t forms_size;           /**< bytes of all of them, those that were too many included */
    apr_array_header_t *servers;     /**< of const server_rec *: whose requests may bring them */
    mj_span_t dynamic;               /**< what requests may bring, for the daemon; empty: nothing */
    unsigned index;                  /**< on the board; MJ_NO_PLACE: there was none to be had */
} mj_pool_t;

#define MJ_NO_PLACE ((unsigned)-1)

/** A JVMAlias or JVMAliasMatch. */
typedef struct mj_mount_t {
    const char *path;  /**< JVMAlias: without a slash at its end; "" for / */
    ap_regex_t *regex; /**< JVMAliasMatch, else NULL */
    const char *pattern;
    const char *target;
    mj_scope_t *options;          /**< key=value of the directive */
    apr_array_header_t *warm_ups; /**< of const char *: URL paths below the mount */
    const char *where;
} mj_mount_t;

/** A mount of one server, resolved. */
typedef struct mj_resolved_t {
    const mj_mount_t *mount;
    const mj_scope_t *scope; /**< the server's own: a request with this very scope is served with what stands below */
    const mj_pool_t *pool;
    const char *group;    /**< of the class loader, where no directive names one; NULL for JVMAliasMatch */
    mj_span_t definition; /**< empty for JVMAliasMatch: its target depends on the request */
} mj_resolved_t;

/** A JVMProcessGroup, for its check: the pool may be declared further down. */
typedef struct mj_named_pool_t {
    const char *name;
    const char *where;
} mj_named_pool_t;

struct mj_child_t;
struct supervision_t;

/** Per server. Written while the configuration is parsed and checked, read-only afterwards. */
typedef struct mj_server_t {
    apr_array_header_t *pools;  /**< of mj_pool_t *, this server's own */
    apr_array_header_t *mounts; /**< of mj_mount_t *; a virtual host's own come before the main server's */
    apr_array_header_t *named;  /**< of mj_named_pool_t, this server's own */
    const char *java_home;      /**< NULL: the newest found */
    const char *java_home_where;
    apr_array_header_t *resolved; /**< of mj_resolved_t, in the order of mounts; made by check_config */
    const char *name;             /**< host:port, the prefix of default application groups; made by check_config */
    const char *error_log_format; /**< of messages outside requests; NULL: httpd's own, or the main server's */
    /* main server only */
    const char *runtime_dir;   /**< NULL: default */
    const char *state_dir;     /**< NULL: default; "": off */
    long minimum_uid;          /**< -1: default */
    int concurrent_starts;     /**< 0: auto */
    struct supervision_t *supervision; /**< set in post_config, the parent's */
    struct mj_child_t *child;          /**< set in child_init */
} mj_server_t;

#define MJ_DEFAULT_MINIMUM_UID 100

/** What a request was found to be for. In the request's config, from translate_name on. */
typedef struct mj_match_t {
    const mj_resolved_t *resolved; /**< NULL: SetHandler or AddHandler, a file is the target */
    const char *script_name;
    const char *path_info;
    const char *target;
} mj_match_t;

/** What an httpd child holds; NULL in a server whose configuration declares no pool. */
typedef struct mj_child_t {
    mj_dispatcher_t dispatcher;
    apr_uint32_t most_awaiting;     /**< threads that may wait for a client's next request at a time; 0: the MPM is not asynchronous */
    volatile apr_uint32_t awaiting; /**< those that do; changed by all of them, with atomic instructions */
    mj_mounted_t mounted;           /**< the file systems of which a daemon may pass files */
    mj_http2_tunnels_t http2_tunnels;
} mj_child_t;

mj_server_t *mj_server_config(const server_rec *server);
const mj_scope_t *mj_scope_of(const request_rec *r);

/* --- child.c --- */
void mj_child_init(apr_pool_t *pchild, server_rec *main_server);

/** The child's state; set once in child_init, before any thread. */
mj_child_t *mj_child(void);

/* --- idle_reaper.c --- */

/** Has a thread close what is idle for too long, until pchild is destroyed.
 *  @param pools how many indices of pools there are */
void mj_idle_reaper_start(const mj_child_t *child, unsigned pools, apr_pool_t *pchild);

/* --- config.c --- */
void *mj_create_server_config(apr_pool_t *pool, server_rec *server);
void *mj_merge_server_config(apr_pool_t *pool, void *base, void *add);
void *mj_create_scope_config(apr_pool_t *pool, char *where);
void *mj_merge_scope_config(apr_pool_t *pool, void *base, void *add);
extern const command_rec mj_commands[];

/* --- check.c --- */

/** The check_config hook: resolves identities, Java homes, pools of mounts. Has no side effects. */
int mj_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server);

/** @return whether a <Location> or <LocationMatch> is for that URI, as ap_location_walk has it */
bool mj_section_covers(const core_dir_config *section, const char *uri);

/** The runtime directory: JVMRuntimeDir, or the default. NULL if DefaultRuntimeDir is invalid. */
const char *mj_runtime_dir(apr_pool_t *pool, const server_rec *main_server);

/** The folder of what pools keep; NULL if nothing is to be kept, or if there is no runtime directory.
 *  @param made_below set to a folder that may be missing, as may all between the two; NULL: at most the last one is missing */
const char *mj_state_dir(apr_pool_t *pool, const server_rec *main_server, const char **made_below);

/** A path below the prefix in which this module is installed: its .so lies in lib/apache2/modules. */
const char *mj_installed(apr_pool_t *pool, const char *relative);

/* --- pools.c --- */

/** The main server and all virtual hosts, of server_rec *, in the order of the configuration. */
apr_array_header_t *mj_servers(apr_pool_t *pool, server_rec *main_server);


/** Finds the pool that serves requests of server in that scope.
 *  @return NULL, and *wrong says why */
const mj_pool_t *mj_find_pool(apr_pool_t *pool, const server_rec *server, const mj_scope_t *scope, const char **wrong);

/** The pool that a server declares under that name, or has in common with another; NULL if there is none. */
const mj_pool_t *mj_pool_named(const server_rec *server, const char *name);

/** Makes one pool of two declarations of a name, if they may be one: the hosts have one ServerName, and the options are the same, as in a copy
 *  of the host for another port. @return NULL, or why they may not */
const char *mj_pool_unite(apr_pool_t *pool, mj_pool_t *first, const mj_pool_t *second);

/** Whether both are virtual hosts of the same ServerName, on whatever ports. */
bool mj_is_same_site(const server_rec *one, const server_rec *other);

/** All pools of all servers, of mj_pool_t *. */
apr_array_header_t *mj_all_pools(apr_pool_t *pool, server_rec *main_server);

/** Those of them that have a place on the board. */
apr_array_header_t *mj_placed_pools(apr_pool_t *pool, server_rec *main_server);

/** The class loader's group of an application that has none of its own. */
const char *mj_default_group(apr_pool_t *pool, const server_rec *server, const char *mount);

/* --- dynamic.c --- */

/** Finds out what requests may bring to each pool. All pools, mounts and sections are known. */
void mj_dynamic_resolve(apr_pool_t *pconf, server_rec *main_server);

/* --- log_target.c --- */

/** The descriptor of a server's error log; -1 where it has none. */
int mj_log_descriptor(const server_rec *server);

/** What the supervisor has to know of a server's error log beside that, for the message `L`. */
mj_span_t mj_log_record(apr_pool_t *pool, const server_rec *server, const server_rec *main_server);

/* --- mounts.c --- */

/** Warns of each mount of a server's own that no request can reach, because one further up takes the same paths; for check_config. */
void mj_mounts_warn(const server_rec *server, const server_rec *main_server);

int mj_translate_name(request_rec *r);
int mj_map_to_storage(request_rec *r);
int mj_type_checker(request_rec *r);

/* --- supervision.c --- */

/** The post_config hook: the runtime directory, the board, the supervisor, and the settings that it gets. */
int mj_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server);

/** Whether httpd has read its configuration again since it started: whatever fails then ends it, with all its sites. */
bool mj_has_restarted(void);

/** The monitor hook, about once a second in the parent: starts the supervisor again if it has died. */
int mj_monitor(apr_pool_t *pool, server_rec *main_server);

/* --- supervision_child.c --- */

/** The drop_privileges hook, in a child, ahead of all others: opens what only root can. */
int mj_drop_privileges(apr_pool_t *pchild, server_rec *main_server);

/** In a child: closes what is the parent's alone, and tells the child of the board, the wake-up pipe and the runtime directory.
 *  @return why there is no board or wake-up pipe to be had */
apr_status_t mj_supervision_enter_child(struct supervision_t *supervision, mj_child_t *child);
void mj_child_status(server_rec *main_server, pid_t pid, ap_generation_t generation, int slot, mpm_child_status status);

/* --- request.c --- */

/** What a request is sent as: the head, encoded, and the pool that it is for. */
typedef struct mj_outgoing_t {
    const mj_pool_t *pool;
    mj_request_t head;
} mj_outgoing_t;

/** Fills the head from the request; all memory is the request's or its pool's. The body's fields are left to the caller.
 *  @return OK, or a status for the client (the reason is logged) */
int mj_request_fill(request_rec *r, mj_outgoing_t *out);

/** The trailer fields of the request's body; complete once it has been read to its end. */
const mj_pair_t *mj_request_trailers(request_rec *r, apr_size_t *count);

/* --- response.c --- */

/** Takes over a response head into r. The daemon is hostile: what must not come from it is dropped.
 *  @param is_file r->finfo is of the file that is its body: modification time and ETag are taken from there, if the head has none
 *  @return OK; or the status of a condition that holds (304, 412): then no body is passed on */
int mj_response_apply(request_rec *r, const mj_response_t *response, bool is_file);

/** Sends an interim response. */
void mj_response_inform(request_rec *r, int status, const mj_fields_t *fields);

/** Sets the trailer fields: HTTP/2 sends them, and the access log can show them. */
void mj_response_end(request_rec *r, const mj_fields_t *trailers);

/** Sends 101, if the fields name a protocol that the client has asked for.
 *  @return false if they do not */
bool mj_response_upgrade(request_rec *r, const mj_fields_t *fields);

/* --- file.c --- */

/** A file as the body of a response. Closed with its request. */
typedef struct mj_file_t mj_file_t;

/** Takes over a descriptor that a daemon passed, if it is what it has to be (mj_is_plain_file). r->finfo is then the file's; else it is closed
 *  at once.
 *  @param fd -1: none was passed
 *  @return APR_SUCCESS or MJ_EBADDESCRIPTOR */
apr_status_t mj_file_adopt(request_rec *r, int fd, uint64_t least_size, mj_file_t **file);

/** Appends a part of the file to a brigade, and a filter to the request: where nothing but the kernel reads it, it is sent by sendfile if
 *  EnableSendfile is On, as static files are, else mapped if EnableMMAP is not Off; where filters do, they get it in pieces of 64 KB. */
void mj_file_insert(apr_bucket_brigade *brigade, mj_file_t *file, uint64_t offset, uint64_t len, request_rec *r);

/** @return whether somebody has tried to read what is not there any more, or cannot be read */
bool mj_file_is_broken(const mj_file_t *file);

/** The filter that mj_file_insert adds behind those which look at a response's body and cut ranges from it, ahead of those that write it. */
#define MJ_FILE_FILTER "JVM_FILE"
#define MJ_FILE_FILTER_TYPE ((ap_filter_type)(AP_FTYPE_TRANSCODE - 1))
apr_status_t mj_file_filter(ap_filter_t *f, apr_bucket_brigade *brigade);

/* --- handler.c --- */
int mj_handler(request_rec *r);

/* --- next_request.c --- */

/** The log_transaction hook, behind all others: what it waits is not part of the request's time. */
int mj_await_next_request(request_rec *r);

/* --- status_page.c --- */

#define MJ_STATUS_HANDLER "jvm-status"

/** The content handler of the status page: every pool of the server, as HTML, ?json or ?prometheus. */
int mj_status_handler(request_rec *r);

#endif
