#include "reopen.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int mj_reopen(int fd, int flags)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, flags | O_CLOEXEC);
}

bool mj_close_off(int *fd)
{
    int mark = fchmod(*fd, S_IRUSR | S_IWUSR) == 0 ? mj_reopen(*fd, O_PATH) : -1;
    if (mark < 0) {
        return false;
    }
    close(*fd);
    *fd = mark;
    return true;
}
