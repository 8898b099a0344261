#include "check_paths.h"

#include "confinement.h"
#include "installation.h"
#include "java_home.h"
#include "path_walk.h"

#include <apr_strings.h>
#include <grp.h>
#include <http_core.h>
#include <http_log.h>
#include <pwd.h>
#include <string.h>

APLOG_USE_MODULE(jvm);

const char *const mj_jars[MJ_JARS] = {"share/mod_jvm/modjvm-api.jar", "share/mod_jvm/modjvm-spi.jar",
                                      "share/mod_jvm/modjvm-host.jar"};

/* The group that a user has for himself, as useradd makes it: what it can write, he could make
 * so. */
static gid_t private_group(uid_t uid)
{
    const struct passwd *user = getpwuid(uid);
    const struct group *group = user != NULL ? getgrgid(user->pw_gid) : NULL;
    bool is_private = group != NULL && strcmp(group->gr_name, user->pw_name) == 0 &&
                      (group->gr_mem[0] == NULL || (strcmp(group->gr_mem[0], user->pw_name) == 0 && group->gr_mem[1] == NULL));
    return is_private ? group->gr_gid : (gid_t)-1;
}

/* Whoever can change a Java home runs as each pool that uses it. */
static const char *check_owner(apr_pool_t *pool, const mj_pool_settings_t *settings, const char *option, const char *home,
                               mj_findings_t *findings)
{
    const char *roots[] = {"", settings->chroot};
    const char *wrong = NULL;
    size_t i;

    for (i = 0; wrong == NULL && i < 2 && roots[i] != NULL; i++) {
        bool is_owners;
        wrong = mj_java_home_guard(pool, roots[i], home, settings->uid, private_group(settings->uid), &is_owners);
        if (wrong == NULL) {
            continue;
        }
        wrong = apr_psprintf(pool,
                             "%s: others could change the Java that this pool runs: %s; or use a Java home that belongs to root",
                             option, wrong);
        if (is_owners) { /* of the pool's own user, so his own affair: he could run anybody's code anyway */
            APR_ARRAY_PUSH(findings->warnings, const char *) = wrong;
            wrong = NULL;
        }
    }
    return wrong;
}

static const char *check_named(apr_pool_t *pool, const mj_pool_settings_t *settings, mj_findings_t *findings)
{
    const char *home = settings->java_home;
    const char *wrong = check_owner(pool, settings, apr_pstrcat(pool, "java-home=", home, NULL), home, findings);

    if (wrong == NULL) {
        wrong = mj_java_home_check(pool, home);
        wrong = wrong != NULL ? apr_pstrcat(pool, "java-home=", wrong, NULL) : NULL;
        if (wrong != NULL && mj_path_is_users(pool, "", home)) {
            APR_ARRAY_PUSH(findings->warnings, const char *) = wrong;
            wrong = NULL;
        }
    }
    return wrong;
}

const char *mj_pool_java_home_check(apr_pool_t *pool, mj_pool_config_t *declared, mj_findings_t *findings)
{
    const mj_server_t *config = mj_server_config(declared->server);
    const mj_pool_settings_t *settings = declared->settings;
    mj_java_found_t found;

    if (settings->java_home != NULL) {
        declared->java_home = settings->java_home;
        return check_named(pool, settings, findings);
    }
    if (config->java_home != NULL) { /* checked once, as a directive, but for its owner */
        declared->java_home = config->java_home;
        return check_owner(pool, settings, apr_pstrcat(pool, "JVMJavaHome ", config->java_home, NULL), config->java_home,
                           findings);
    }
    found = mj_java_home_find(pool, "");
    declared->java_home = found.home;
    if (found.home == NULL) {
        return apr_psprintf(pool,
                            "no Java of 17 or later is found below /usr/lib/jvm, /usr/java, /opt or /usr/local%s%s: install one "
                            "(apt-get install openjdk-17-jre-headless), or say where it is with JVMJavaHome",
                            found.passed_over != NULL ? ", except one that others can change: " : "",
                            found.passed_over != NULL ? found.passed_over : "");
    }
    return NULL;
}

apr_array_header_t *mj_needed_by(apr_pool_t *pool, const mj_pool_config_t *declared)
{
    apr_array_header_t *needed = apr_array_make(pool, 4, sizeof(mj_needed_t));
    size_t i;

    APR_ARRAY_PUSH(needed, mj_needed_t) = (mj_needed_t){"the launcher", mj_installed(pool, MJ_LAUNCHER), true};
    for (i = 0; i < MJ_JARS; i++) {
        APR_ARRAY_PUSH(needed, mj_needed_t) = (mj_needed_t){"a jar of mod_jvm", mj_installed(pool, mj_jars[i]), true};
    }
    APR_ARRAY_PUSH(needed, mj_needed_t) =
        (mj_needed_t){"java-home's JVM", apr_pstrcat(pool, declared->java_home, "/lib/server/libjvm.so", NULL), true};
    APR_ARRAY_PUSH(needed, mj_needed_t) = (mj_needed_t){"a device", "/dev/null", true};
    APR_ARRAY_PUSH(needed, mj_needed_t) = (mj_needed_t){"the JVM's own folder in /proc", "/proc/self", true};
    return needed;
}

static void warn(const mj_pool_config_t *declared, const apr_array_header_t *messages)
{
    int i;
    for (i = 0; i < messages->nelts; i++) {
        ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, declared->server, MJLOGNO(0008) "%s: JVMDaemonProcess %s: %s",
                     declared->where, declared->settings->name, APR_ARRAY_IDX(messages, i, const char *));
    }
}

const char *mj_report_findings(const mj_pool_config_t *declared, const mj_findings_t *findings)
{
    bool is_test = ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST;

    warn(declared, findings->warnings);
    if (is_test && findings->doubts->nelts > 0) {
        return APR_ARRAY_IDX(findings->doubts, 0, const char *);
    }
    warn(declared, findings->doubts);
    return NULL;
}
