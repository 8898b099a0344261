#include "bell.h"

#include "reopen.h"

#include <fcntl.h>
#include <unistd.h>

int mj_bell_make(void)
{
    int ends[2];
    bool is_made;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -1;
    }
    is_made = mj_close_off(&ends[0]);
    close(ends[1]);
    if (!is_made) {
        close(ends[0]);
        return -1;
    }
    return ends[0];
}

int mj_bell_listen(int bell)
{
    return mj_reopen(bell, O_RDWR | O_NONBLOCK); /* a reader alone would find the end where nobody could write */
}

int mj_bell_grasp(int bell)
{
    /* To open a pipe for writing takes a reader, and the supervisor may be away. */
    int reader = mj_reopen(bell, O_RDWR | O_NONBLOCK), writer;
    if (reader < 0) {
        return -1;
    }
    writer = mj_reopen(bell, O_WRONLY | O_NONBLOCK);
    close(reader);
    return writer;
}

void mj_bell_ring(int grasped)
{
    (void)!write(grasped, "", 1); /* it cannot fail but where it rings already, or where nobody hears it */
}
