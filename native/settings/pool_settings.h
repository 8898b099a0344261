/* What a pool is: the options of JVMDaemonProcess (pool_options.h), and what follows from them.
 *
 * Written while the configuration is parsed, completed by mj_identity_resolve and check_config,
 * read-only afterwards. Strings and arrays live in the pool given to mj_pool_settings_make (httpd's
 * pconf). */
#ifndef MJ_POOL_SETTINGS_H
#define MJ_POOL_SETTINGS_H

#include "record.h"

#include <apr_tables.h>
#include <apr_time.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct mj_pool_settings_t {
    const char *name;

    /* identity */
    const char *user;                 /**< name or #number; NULL: not given */
    const char *group;                /**< name or #number; NULL: the user's */
    const char *supplementary_groups; /**< comma-separated names or #numbers; NULL: the user's own */
    const char *home;                 /**< NULL: the user's, else / */
    int umask;
    bool private_tmp;         /**< /tmp and /var/tmp of its own */
    const char *chroot;       /**< NULL: none */
    const char *read_only;    /**< colon-separated paths; NULL: none */
    const char *script_user;  /**< who has to own targets, name or #number; NULL: anybody */
    const char *script_group; /**< as script_user */

    /* program */
    const char *java_home;  /**< NULL: the server's default */
    const char *class_path; /**< NULL: none */
    const char *lang;
    const char *display_name;
    const apr_array_header_t *env;          /**< of const char *, NAME=VALUE */
    const char *env_file;                   /**< NULL: none */
    const char *reload_marker;              /**< NULL: none */
    const apr_array_header_t *java_options; /**< of const char * */
    /** of const char *: where handlers may find targets, beside what the configuration tells */
    const apr_array_header_t *target_folders;

    /* size */
    int64_t processes;     /**< at least */
    int64_t processes_max; /**< at most; as processes where it was given as one number */
    int64_t threads;       /**< requests in flight per process */
    bool virtual_threads;
    int64_t queue_size;
    int64_t heap;         /**< bytes */
    int64_t stack_size;   /**< bytes */
    int64_t memory_limit; /**< bytes; 0: none */
    int64_t cpu_priority; /**< as of nice(1) */

    /* renewal; 0: none */
    int64_t maximum_requests;
    apr_interval_time_t restart_interval;
    bool stop_first; /**< a process stops before the one that replaces it starts */

    /* sockets; bytes, 0: the system's default */
    int64_t listen_backlog; /**< connections */
    int64_t send_buffer_size;
    int64_t receive_buffer_size;
    int64_t header_buffer_size;

    /* times; 0: none */
    apr_interval_time_t queue_timeout;
    apr_interval_time_t connect_timeout;
    apr_interval_time_t socket_timeout;
    apr_interval_time_t request_timeout;
    apr_interval_time_t interrupt_timeout;
    apr_interval_time_t idle_timeout;
    apr_interval_time_t deadlock_timeout;
    apr_interval_time_t startup_timeout;
    apr_interval_time_t graceful_timeout;
    apr_interval_time_t shutdown_timeout;
    apr_interval_time_t tunnel_timeout;

    /* resolved */
    const char *chosen_home;      /**< home, or `/`; set when the record is made */
    const char *chosen_java_home; /**< java_home, or the server's default; set when the record is made */
    uint16_t fingerprint;         /**< of the pool record, as in its entry `settings`; 0 before that is made */
    bool has_identity;            /**< httpd runs as root: uid, gid and groups are to be taken on */
    uid_t uid;
    gid_t gid;
    const apr_array_header_t *groups;   /**< of gid_t */
    const char *login;                  /**< login name; "" if the UID has none */
    int64_t script_uid;                 /**< -1: not checked */
    int64_t script_gid;                 /**< -1: not checked */
    const apr_array_header_t *file_env; /**< of const char *, what env_file holds: in a vault, for the parent alone */
} mj_pool_settings_t;

/** A pool of that name with every option at its default. */
mj_pool_settings_t *mj_pool_settings_make(apr_pool_t *pool, const char *name);

/** Sets one option.
 *  @return NULL, or a message that names the option, the value and the mend */
const char *mj_pool_settings_set(mj_pool_settings_t *settings, apr_pool_t *pool, const char *option, const char *value);

/** Makes the pool record, and sets the fingerprint (CONTROL.md, section 1). It may hold secrets:
 * mj_span_wipe it.
 *  @param httpd_uid of httpd's children: whose connections the daemon takes
 *  @param java_home the pool's, or the server's default
 *  @param applications the definitions to load at start, of mj_span_t
 *  @param dynamic what requests may bring beside these (CONTROL.md, section 1); empty: nothing
 *  @param warm_ups the requests to make before the daemon is ready, of mj_span_t
 *    (mj_warm_up_record) */
mj_span_t mj_pool_settings_record(mj_pool_settings_t *settings, apr_pool_t *pool, unsigned index, int64_t httpd_uid,
                                  const char *java_home, const apr_array_header_t *applications, mj_span_t dynamic,
                                  const apr_array_header_t *warm_ups);

#endif
