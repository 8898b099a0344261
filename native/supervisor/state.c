#include "state.h"

#include "descriptors.h"
#include "state_size.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool fail(char *why, size_t size, const char *what)
{
    (void)snprintf(why, size, "%s: %s", what, strerror(errno));
    return false;
}

/* What somebody else could write to, he could exchange. */
static bool check_dir(int fd, char *why, size_t size)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return fail(why, size, "fstat");
    }
    if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        (void)snprintf(why, size, "the folder above belongs to UID %lu, mode %04o: others could replace its contents",
                       (unsigned long)st.st_uid, (unsigned)(st.st_mode & 07777));
        return false;
    }
    return true;
}

/* is_new: it was made just now, and may be given away. */
static bool own(int fd, bool is_new, uid_t uid, gid_t gid, char *why, size_t size)
{
    struct stat st;
    if (is_new && uid != geteuid() && fchown(fd, uid, gid) != 0) {
        return fail(why, size, "chown");
    }
    if (fstat(fd, &st) != 0) {
        return fail(why, size, "fstat");
    }
    if (st.st_uid != uid) {
        (void)snprintf(why, size, "it belongs to UID %lu, not to the pool's %lu: chown or remove it", (unsigned long)st.st_uid,
                       (unsigned long)uid);
        return false;
    }
    return true;
}

bool mj_state_make(const char *dir, const char *name, uid_t uid, gid_t gid, char *why, size_t size)
{
    int parent = open(dir, FLAGS), folder;
    bool is_new, is_made = false;

    if (parent < 0) {
        return fail(why, size, "the folder above");
    }
    if (check_dir(parent, why, size)) {
        is_new = mkdirat(parent, name, 0700) == 0;
        folder = is_new || errno == EEXIST ? mj_state_open(parent, name, FLAGS) : -1;
        if (folder >= 0) {
            is_made = own(folder, is_new, uid, gid, why, size) && (is_new || mj_state_is_small(folder, uid, why, size));
        } else if (errno == EXDEV) { /* users may mount on what is theirs: whoever looks there may wait for ever */
            (void)snprintf(why, size, "a file system is mounted on it: umount it; JVMStateDir itself may be a mount");
        } else {
            (void)fail(why, size, is_new ? "open" : "mkdir");
        }
        if (is_new && !is_made) {
            unlinkat(parent, name, AT_REMOVEDIR);
        }
        mj_close(&folder);
    }
    close(parent);
    return is_made;
}
