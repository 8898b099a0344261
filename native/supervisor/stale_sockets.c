#include "stale_sockets.h"

#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* NAME.SLOT.SERIAL.sock: other programs may keep their sockets in the same folder. */
static bool is_daemon_socket(const char *name)
{
    const char *at;
    int numbers;

    if (!ends_with(name, ".sock")) {
        return false;
    }
    at = name + strlen(name) - strlen(".sock");
    for (numbers = 0; numbers < 2; numbers++) {
        const char *end = at;
        while (at > name && at[-1] >= '0' && at[-1] <= '9') {
            at--;
        }
        if (at == end || at == name || at[-1] != '.') {
            return false;
        }
        at--;
    }
    return at > name;
}

/* Sockets stay that somebody listens at: the daemons of another httpd with the same folder live. */
bool mj_socket_is_stale(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_refused = false;

    if (fd >= 0 && strlen(path) < sizeof(address.sun_path)) {
        memcpy(address.sun_path, path, strlen(path));
        is_refused = connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 && errno == ECONNREFUSED;
    }
    mj_close(&fd);
    return is_refused;
}

void mj_stale_sockets_remove(const char *runtime_dir)
{
    DIR *dir = opendir(runtime_dir);
    struct dirent *entry;
    char path[PATH_MAX];

    if (dir == NULL) {
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        struct stat st;
        if (is_daemon_socket(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISSOCK(st.st_mode) && snprintf(path, sizeof(path), "%s/%s", runtime_dir, entry->d_name) < (int)sizeof(path) &&
            mj_socket_is_stale(path)) {
            unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    closedir(dir);
}
