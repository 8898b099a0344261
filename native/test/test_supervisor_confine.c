/* What a daemon sees of the file system, and what a user who owns a part of it can do to that. Each
 * try is a process of its own, with a mount namespace of its own. */
#include "confine.h"
#include "harness.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define POOL_UID 54321U
#define TRIES 1500

enum { IS_RIGHT = 40, IS_REFUSED, IS_TRICKED, IS_WRONG };

static const char *folder; /* root's */
static const char *home;   /* the pool's user's, in it */

static void make_folders(void)
{
    folder = mj_temp_folder();
    home = mj_make_folder(folder, "home", 0755);
    ck_assert_int_eq(chown(home, POOL_UID, POOL_UID), 0);
}

static const char *below(const char *path, const char *name)
{
    return apr_pstrcat(test_pool, path, "/", name, NULL);
}

static const char *make_own_folder(const char *name)
{
    const char *path = mj_make_folder(home, name, 0755);
    ck_assert_int_eq(chown(path, POOL_UID, POOL_UID), 0);
    return path;
}

static const char *make_own_link(const char *name, const char *target)
{
    const char *path = mj_make_link(home, name, target);
    ck_assert_int_eq(lchown(path, POOL_UID, POOL_UID), 0);
    return path;
}

/* Whether a process that has become the pool's can write there; EROFS, ENOENT ... otherwise. */
static int try_to_write(const char *path)
{
    int fd;
    char file[512];
    (void)snprintf(file, sizeof(file), "%s/written", path);
    fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno;
    }
    close(fd);
    return 0;
}

/* Runs in a process of its own what look says, once the process is confined. @return its exit
 * code */
static int confine_and(const mj_process_spec_t *spec, int (*look)(void))
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        const char *object;
        const char *failed = mj_confine(spec, &object);
        if (failed != NULL) {
            printf("%s=%s: %s\n", failed, object != NULL ? object : "", strerror(errno));
            _exit(IS_REFUSED);
        }
        _exit(look());
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status), "status %#x", (unsigned)status);
    return WEXITSTATUS(status);
}

static const char *const *list(const char *one, const char *two)
{
    const char **paths = apr_pcalloc(test_pool, 3 * sizeof(char *));
    paths[0] = one;
    paths[1] = two;
    return paths;
}

static const char *closed, *deeper, *open_folder;

static int look_at_folders(void)
{
    return try_to_write(closed) == EROFS && try_to_write(deeper) == EROFS && try_to_write(open_folder) == 0 ? IS_RIGHT : IS_WRONG;
}

START_TEST(should_keep_folders_and_all_below_from_being_written)
{
    mj_process_spec_t spec = {.read_only = list(make_own_folder("closed"), make_own_folder("other"))};
    closed = below(home, "closed");
    deeper = mj_make_folder(home, "closed/deeper", 0755);
    open_folder = make_own_folder("open");
    ck_assert_int_eq(confine_and(&spec, look_at_folders), IS_RIGHT);
    ck_assert_int_eq(try_to_write(closed), 0); /* outside */
}
END_TEST

static int look_at_root(void)
{
    return try_to_write("/work") == EROFS && try_to_write("/tmp") == 0 && try_to_write("/var/tmp") == 0 &&
                   access("/marker", F_OK) == 0
               ? IS_RIGHT
               : IS_WRONG;
}

START_TEST(should_make_a_root_directory_read_only)
{
    const char *jail = mj_make_folder(folder, "jail", 0755);
    mj_process_spec_t spec = {.chroot = jail, .has_private_tmp = true, .read_only = list("/", NULL)};

    mj_make_folder(jail, "work", 0777);
    mj_make_folder(jail, "tmp", 0755);
    mj_make_folder(jail, "var/tmp", 0755);
    mj_make_file(jail, "marker", "");
    ck_assert_int_eq(confine_and(&spec, look_at_root), IS_RIGHT);
    ck_assert_int_eq(access(below(jail, "tmp/written"), F_OK), -1);
}
END_TEST

static int look_at_plain_root(void)
{
    return access("/marker", F_OK) == 0 && try_to_write("/work") == 0 ? IS_RIGHT : IS_WRONG;
}

START_TEST(should_change_the_root_directory)
{
    const char *jail = mj_make_folder(folder, "jail", 0755);
    mj_process_spec_t spec = {.chroot = jail, .read_only = list(NULL, NULL)};

    mj_make_folder(jail, "work", 0777);
    mj_make_file(jail, "marker", "");
    ck_assert_int_eq(confine_and(&spec, look_at_plain_root), IS_RIGHT);
}
END_TEST

/* Whether a folder of somebody else is mounted where it does not lie. */
static int look_for_victim(void)
{
    char line[4096], root[2048], point[2048];
    FILE *mounts = fopen("/proc/self/mountinfo", "re");

    while (mounts != NULL && fgets(line, sizeof(line), mounts) != NULL) {
        if (sscanf(line, "%*d %*d %*s %2047s %2047s", root, point) == 2 && strstr(root, "/victim") != NULL &&
            strstr(point, "/victim") == NULL) {
            _exit(IS_TRICKED);
        }
    }
    return mounts != NULL ? IS_RIGHT : IS_WRONG;
}

static int look_at_nothing(void)
{
    return IS_RIGHT;
}

START_TEST(should_follow_no_link_to_what_is_read_only)
{
    mj_process_spec_t spec = {.read_only = list(make_own_link("site", mj_make_folder(folder, "victim", 0700)), NULL)};
    ck_assert_int_eq(confine_and(&spec, look_at_nothing), IS_REFUSED);

    make_own_link("way", home);
    make_own_folder("real");
    spec.read_only = list(below(home, "way/real"), NULL);
    ck_assert_int_eq(confine_and(&spec, look_at_nothing), IS_REFUSED);
    spec.read_only = list("/proc/self/cwd", NULL);
    ck_assert_int_eq(confine_and(&spec, look_at_nothing), IS_REFUSED);
}
END_TEST

/* As the pool's user, who owns home: exchanges two names for ever. */
static pid_t start_exchanging(const char *one, const char *two)
{
    pid_t pid = fork();
    if (pid == 0) {
        while (getppid() != 1 && setresuid(POOL_UID, POOL_UID, POOL_UID) == 0) {
            (void)renameat2(AT_FDCWD, one, AT_FDCWD, two, RENAME_EXCHANGE);
        }
        _exit(0);
    }
    return pid;
}

static void assert_never_tricked(const mj_process_spec_t *spec, const char *one, const char *two)
{
    int counts[IS_WRONG + 1] = {0}, i;
    pid_t attacker = start_exchanging(one, two);

    for (i = 0; i < TRIES && counts[IS_TRICKED] == 0; i++) {
        counts[confine_and(spec, look_for_victim)]++;
    }
    kill(attacker, SIGKILL);
    waitpid(attacker, NULL, 0);
    ck_assert_msg(counts[IS_TRICKED] == 0, "somebody else's folder was mounted in the %dth try", i);
    ck_assert_int_eq(counts[IS_RIGHT] + counts[IS_REFUSED], TRIES);
    ck_assert_int_gt(counts[IS_RIGHT], 0);
}

START_TEST(should_not_mount_what_a_link_is_exchanged_for)
{
    const char *site = make_own_folder("site");
    const char *link = make_own_link("link", mj_make_folder(folder, "victim", 0700));
    mj_process_spec_t spec = {.read_only = list(site, NULL)};
    assert_never_tricked(&spec, site, link);
}
END_TEST

/* The same further up. */
START_TEST(should_not_mount_what_a_link_on_the_way_is_exchanged_for)
{
    const char *way, *link;
    mj_process_spec_t spec = {.read_only = list(below(home, "way/site"), NULL)};
    mj_make_folder(folder, "victim/site", 0700);
    way = make_own_folder("way");
    make_own_folder("way/site");
    link = make_own_link("link", below(folder, "victim"));
    assert_never_tricked(&spec, way, link);
}
END_TEST

static bool can_mount(void)
{
    mj_process_spec_t spec = {.read_only = list("/usr", NULL)};
    return confine_and(&spec, look_at_nothing) == IS_RIGHT;
}

static void make_folders_if_root_can_mount(void)
{
    make_folders();
    ck_assert_msg(can_mount(), "as root, but no mounts are allowed here");
}

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor confine");
    TCase *tcase = mj_case(suite, "confine");

    tcase_add_checked_fixture(tcase, make_folders_if_root_can_mount, NULL);
    if (geteuid() == 0) {
        tcase_add_test(tcase, should_keep_folders_and_all_below_from_being_written);
        tcase_add_test(tcase, should_make_a_root_directory_read_only);
        tcase_add_test(tcase, should_change_the_root_directory);
        tcase_add_test(tcase, should_follow_no_link_to_what_is_read_only);
        tcase_add_test(tcase, should_not_mount_what_a_link_is_exchanged_for);
        tcase_add_test(tcase, should_not_mount_what_a_link_on_the_way_is_exchanged_for);
    }
    return suite;
}
