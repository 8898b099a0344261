/* Registers directives and hooks; nothing else. */
#include "mod_jvm.h"

#include "check_config.h"
#include "child.h"
#include "client_httpd.h"
#include "config.h"
#include "directives.h"
#include "file.h"
#include "handler.h"
#include "mounts.h"
#include "next_request.h"
#include "status_page.h"
#include "supervision.h"

#include <mpm_common.h>

#include <http_protocol.h>
#include <http_request.h>

static void register_hooks(apr_pool_t *pool)
{
    /* After mod_alias, so that `Alias /static` takes a part out of `JVMAlias /`; before those that
     * would look for files. */
    static const char *const aliases[] = {"mod_alias.c", NULL};
    static const char *const file_finders[] = {"mod_userdir.c", "mod_vhost_alias.c", NULL};
    /* They would set a handler by the name's extension, or look for files of that name: what
     * JVMAlias maps is ours whatever it is called. SetHandler comes later, and takes a part out. */
    static const char *const type_checkers[] = {"mod_mime.c", "mod_negotiation.c", NULL};

    (void)pool;
    ap_hook_pre_config(mj_protect_arguments, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(mj_check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(mj_post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_monitor(mj_monitor, NULL, NULL, APR_HOOK_MIDDLE);
    /* Before mod_unixd, which changes the user. */
    ap_hook_drop_privileges(mj_drop_privileges, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_child_init(mj_child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_status(mj_child_status, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_translate_name(mj_translate_name, aliases, file_finders, APR_HOOK_MIDDLE);
    /* Before core walks directories: a mount is no file, and httpd's user may not even be able to
     * look at its target. */
    ap_hook_map_to_storage(mj_map_to_storage, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_type_checker(mj_type_checker, NULL, type_checkers, APR_HOOK_FIRST);
    ap_hook_handler(mj_handler, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(mj_await_next_request, NULL, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_handler(mj_status_handler, NULL, NULL, APR_HOOK_MIDDLE);
    ap_register_output_filter(MJ_FILE_FILTER, mj_file_filter, NULL, MJ_FILE_FILTER_TYPE);
    ap_register_output_filter(MJ_FLUSH_FILTER, mj_flush_filter, NULL, MJ_FLUSH_FILTER_TYPE);
}

AP_DECLARE_MODULE(jvm) = {
    STANDARD20_MODULE_STUFF, mj_create_scope_config, mj_merge_scope_config,
    mj_create_server_config, mj_merge_server_config, mj_commands,
    register_hooks,
#if defined(AP_MODULE_FLAG_NONE)
    AP_MODULE_FLAG_NONE,
#endif
};
