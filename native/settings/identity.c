#include "identity.h"

#include <apr_strings.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "#1000" or "1000" as a number. -1 (all ones) means "leave as it is" to the kernel and is never an
 * ID. */
static bool parse_id(const char *text, unsigned long *id)
{
    char *end;
    text += *text == '#';
    if (*text < '0' || *text > '9') {
        return false;
    }
    errno = 0;
    *id = strtoul(text, &end, 10);
    return errno == 0 && *end == '\0' && *id < 0xffffffffUL;
}

/* The UID that the value of `user` or `script-user` means; *found is its entry, or NULL for a
 * number that has none. */
static const char *find_user(apr_pool_t *pool, const char *option, const char *user, uid_t *uid, const struct passwd **found)
{
    unsigned long id;
    const struct passwd *pw = getpwnam(user);

    if (pw != NULL) {
        *uid = pw->pw_uid;
    } else if (parse_id(user, &id)) {
        *uid = (uid_t)id;
        pw = getpwuid(*uid);
    } else if (*user == '#') {
        return apr_psprintf(pool, "%s=%s: this is not a UID; give '#' and a number below 4294967295, or a name", option, user);
    } else {
        return apr_psprintf(pool, "%s=%s: there is no such user; create it (useradd --system %s) or name another", option, user,
                            user);
    }
    *found = pw;
    return NULL;
}

/* What the user database says of the user that daemons run as. */
static void take_entry(mj_pool_settings_t *settings, apr_pool_t *pool, const struct passwd *pw, int access_mode)
{
    settings->login = pw != NULL ? apr_pstrdup(pool, pw->pw_name) : "";
    if (settings->home == NULL) {
        settings->home = pw != NULL && access(pw->pw_dir, access_mode) == 0 ? apr_pstrdup(pool, pw->pw_dir) : "/";
    }
}

static const char *find_group(apr_pool_t *pool, const char *option, const char *name, gid_t *gid)
{
    unsigned long id;
    const struct group *gr = getgrnam(name);
    if (gr != NULL) {
        *gid = gr->gr_gid;
    } else if (parse_id(name, &id)) {
        *gid = (gid_t)id;
    } else if (*name == '#') {
        return apr_psprintf(pool, "%s=%s: '%s' is not a GID; give '#' and a number below 4294967295, or a name", option, name,
                            name);
    } else {
        return apr_psprintf(pool, "%s=%s: there is no group '%s'; create it (groupadd --system %s) or name another", option, name,
                            name, name);
    }
    return NULL;
}

static const char *find_supplementary(mj_pool_settings_t *settings, apr_pool_t *pool)
{
    apr_array_header_t *groups = apr_array_make(pool, 4, sizeof(gid_t));
    const char *wrong;

    if (settings->supplementary_groups != NULL) {
        char *state, *name, *list = apr_pstrdup(pool, settings->supplementary_groups);
        for (name = apr_strtok(list, ", ", &state); name != NULL; name = apr_strtok(NULL, ", ", &state)) {
            gid_t gid = 0;
            wrong = find_group(pool, "supplementary-groups", name, &gid);
            if (wrong != NULL) {
                return wrong;
            }
            APR_ARRAY_PUSH(groups, gid_t) = gid;
        }
    } else if (*settings->login != '\0') {
        int count = 64;
        gid_t *list = apr_palloc(pool, (apr_size_t)count * sizeof(gid_t));
        if (getgrouplist(settings->login, settings->gid, list, &count) < 0) {
            list = apr_palloc(pool, (apr_size_t)count * sizeof(gid_t));
            getgrouplist(settings->login, settings->gid, list, &count);
        }
        while (count-- > 0) {
            APR_ARRAY_PUSH(groups, gid_t) = *list++;
        }
    }
    if (groups->nelts > sysconf(_SC_NGROUPS_MAX)) {
        return apr_psprintf(pool, "supplementary-groups: %d groups are more than this system allows (%ld)", groups->nelts,
                            sysconf(_SC_NGROUPS_MAX));
    }
    settings->groups = groups;
    return NULL;
}

static const char *check_ids(const mj_pool_settings_t *settings, apr_pool_t *pool, uid_t minimum_uid)
{
    int i;
    if (settings->uid == 0) {
        return apr_psprintf(pool, "user=%s: this is UID 0; applications never run as root: name another user", settings->user);
    }
    if (settings->uid < minimum_uid) {
        return apr_psprintf(pool, "user=%s: UID %lu is below JVMMinimumUID %lu: name another user or lower JVMMinimumUID",
                            settings->user, (unsigned long)settings->uid, (unsigned long)minimum_uid);
    }
    if (settings->gid == 0) {
        return apr_psprintf(pool, "%s=%s: this is GID 0; applications never run in root's group: name another group",
                            settings->group != NULL ? "group" : "user",
                            settings->group != NULL ? settings->group : settings->user);
    }
    for (i = 0; i < settings->groups->nelts; i++) {
        if (APR_ARRAY_IDX(settings->groups, i, gid_t) == 0) {
            return settings->supplementary_groups != NULL
                       ? apr_psprintf(pool,
                                      "supplementary-groups=%s: GID 0 is among them; applications never run in root's group: "
                                      "leave it out",
                                      settings->supplementary_groups)
                       : apr_psprintf(pool,
                                      "user=%s: GID 0 is among this user's groups; applications never run in root's group: give "
                                      "supplementary-groups= without it",
                                      settings->user);
        }
    }
    return NULL;
}

static const char *resolve_as_root(mj_pool_settings_t *settings, apr_pool_t *pool, uid_t minimum_uid)
{
    const struct passwd *pw = NULL;
    const char *wrong;

    if (settings->user == NULL) {
        return "user= is missing: httpd runs as root, so say which user the processes run as (user=alice)";
    }
    wrong = find_user(pool, "user", settings->user, &settings->uid, &pw);
    if (wrong != NULL) {
        return wrong;
    }
    take_entry(settings, pool, pw, F_OK); /* root passes where the user may not, so no more can be told than that it is there */
    if (settings->group != NULL) {
        wrong = find_group(pool, "group", settings->group, &settings->gid);
    } else if (pw != NULL) {
        settings->gid = pw->pw_gid;
    } else {
        return apr_psprintf(pool,
                            "user=%s: this UID has no entry in the user database, so its group is not known: give group= too",
                            settings->user);
    }
    if (wrong == NULL) {
        wrong = find_supplementary(settings, pool);
    }
    if (wrong == NULL) {
        wrong = check_ids(settings, pool, minimum_uid);
    }
    settings->has_identity = true;
    return wrong;
}

static const char *resolve_as_user(mj_pool_settings_t *settings, apr_pool_t *pool, uid_t euid, gid_t egid)
{
    const struct passwd *pw;
    const char *wrong;
    uid_t uid = 0;
    gid_t gid = 0;

    if (settings->user != NULL) {
        wrong = find_user(pool, "user", settings->user, &uid, &pw);
        if (wrong != NULL) {
            return wrong;
        }
        if (uid != euid) {
            return apr_psprintf(pool,
                                "user=%s: httpd was not started by root (its UID is %lu), so it cannot run processes as another "
                                "user: "
                                "leave user= out or start httpd as root",
                                settings->user, (unsigned long)euid);
        }
    }
    if (settings->group != NULL) {
        wrong = find_group(pool, "group", settings->group, &gid);
        if (wrong != NULL) {
            return wrong;
        }
        if (gid != egid) {
            return apr_psprintf(pool,
                                "group=%s: httpd was not started by root, so it cannot run processes in another group: leave it "
                                "out",
                                settings->group);
        }
    }
    if (settings->supplementary_groups != NULL) {
        return apr_psprintf(pool, "supplementary-groups=%s: httpd was not started by root, so it cannot set groups: leave it out",
                            settings->supplementary_groups);
    }
    settings->uid = euid;
    settings->gid = egid;
    take_entry(settings, pool, getpwuid(euid), X_OK);
    return NULL;
}

/* Root's own targets are as good as anybody's. */
static const char *resolve_scripts(mj_pool_settings_t *settings, apr_pool_t *pool)
{
    const struct passwd *pw;
    const char *wrong = NULL;
    uid_t uid = 0;
    gid_t gid = 0;

    if (settings->script_user != NULL) {
        wrong = find_user(pool, "script-user", settings->script_user, &uid, &pw);
        settings->script_uid = (int64_t)uid;
    }
    if (wrong == NULL && settings->script_group != NULL) {
        wrong = find_group(pool, "script-group", settings->script_group, &gid);
        settings->script_gid = (int64_t)gid;
    }
    return wrong;
}

const char *mj_identity_resolve(mj_pool_settings_t *settings, apr_pool_t *pool, uid_t euid, gid_t egid, uid_t minimum_uid)
{
    const char *wrong = euid == 0 ? resolve_as_root(settings, pool, minimum_uid) : resolve_as_user(settings, pool, euid, egid);
    return wrong != NULL ? wrong : resolve_scripts(settings, pool);
}
