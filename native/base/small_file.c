#include "small_file.h"

#include "reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int mj_small_file_open(const char *path, bool follows_link, const char **why)
{
    struct stat st;
    int found = open(path, O_PATH | O_CLOEXEC | (follows_link ? 0 : O_NOFOLLOW)), fd;

    if (found < 0) {
        *why = strerrordesc_np(errno);
        return -1;
    }
    if (fstat(found, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(found);
        *why = "it is not a regular file";
        return -1;
    }
    /* The very file that was looked at. O_NONBLOCK: a lease would keep an open waiting. */
    fd = mj_reopen(found, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    *why = fd < 0 ? strerrordesc_np(errno) : NULL;
    close(found);
    return fd;
}

bool mj_small_file_read(int fd, char *text, size_t most, size_t *len, const char **why)
{
    ssize_t n = 1;
    for (*len = 0; n > 0 && *len <= most; *len += (size_t)n) {
        n = read(fd, text + *len, most + 1 - *len);
        if (n < 0) {
            *why = strerrordesc_np(errno);
            return false;
        }
    }
    *why = *len > most ? "it is too long" : NULL;
    return *len <= most;
}
