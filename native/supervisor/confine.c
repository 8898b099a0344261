#include "confine.h"

#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Structures and constants of Linux that not every C library has. */
typedef struct mount_attributes_t {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t user_namespace;
} mount_attributes_t;

typedef struct open_how_t {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
} open_how_t;

#define ATTRIBUTE_READ_ONLY 1
#define RESOLVE_WITHOUT_LINKS (0x02 | 0x04) /* RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS */
#define TREE_CLONE 1                        /* OPEN_TREE_CLONE */
#define MOVE_DESCRIPTORS (0x04 | 0x40)      /* MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH */

/* Finds a place, once and without links. Users own some of these paths and can rename what lies
 * there at any time; whatever is done afterwards is done to the descriptor, so to the same
 * place. */
static int look_up(const char *path)
{
    open_how_t how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_WITHOUT_LINKS};
    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* Everything below that place as a mount of its own, which lies nowhere yet. */
static int clone_tree(int place)
{
    return (int)syscall(SYS_open_tree, place, "", TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
}

static bool put_over(int tree, int place)
{
    return syscall(SYS_move_mount, tree, "", place, "", MOVE_DESCRIPTORS) == 0;
}

/* A mount, and what is mounted below it. EINVAL: the place is within a mount. */
static bool set_read_only(int place)
{
    mount_attributes_t read_only = {.set = ATTRIBUTE_READ_ONLY};
    return syscall(SYS_mount_setattr, place, "", AT_EMPTY_PATH | AT_RECURSIVE, &read_only, sizeof(read_only)) == 0;
}

/* is_mount: it becomes a mount, so that the new root can be read-only. */
static bool change_root(const char *path, bool is_mount)
{
    int place = look_up(path), tree = -1;
    bool is_done = place >= 0;

    if (is_done && is_mount) {
        tree = clone_tree(place);
        is_done = tree >= 0 && put_over(tree, place);
    }
    is_done = is_done && fchdir(is_mount ? tree : place) == 0 && chroot(".") == 0;
    mj_close(&tree);
    mj_close(&place);
    return is_done;
}

static bool protect(const char *path)
{
    int place = look_up(path), tree = -1;
    bool is_done = place >= 0 && set_read_only(place);

    if (!is_done && place >= 0 && errno == EINVAL) {
        tree = clone_tree(place);
        is_done = tree >= 0 && set_read_only(tree) && put_over(tree, place);
    }
    mj_close(&tree);
    mj_close(&place);
    return is_done;
}

const char *mj_confine(const mj_process_spec_t *spec, const char **object)
{
    static const char *const temporary[] = {"/tmp", "/var/tmp"};
    bool has_mounts = spec->has_private_tmp || spec->read_only[0] != NULL;
    const char *const *path;
    size_t i;

    *object = NULL;
    if (has_mounts && unshare(CLONE_NEWNS) != 0) {
        return "private-tmp or read-only: unshare";
    }
    /* What the machine mounts later is seen, what is mounted here is not told. */
    if (has_mounts && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) {
        return "private-tmp or read-only: mount";
    }
    *object = spec->chroot;
    if (spec->chroot != NULL && !change_root(spec->chroot, has_mounts)) {
        return "chroot";
    }
    for (path = spec->read_only; *path != NULL; path++) {
        *object = *path;
        if (!protect(*path)) {
            return "read-only";
        }
    }
    /* configtest has seen to it that nobody but root can put another in the place of these. */
    for (i = 0; spec->has_private_tmp && i < sizeof(temporary) / sizeof(temporary[0]); i++) {
        *object = temporary[i];
        if (mount("tmpfs", temporary[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") != 0) {
            return "private-tmp";
        }
    }
    return NULL;
}
