#include "wakeup.h"

#include "reopen.h"

#include <fcntl.h>
#include <unistd.h>

int mj_wakeup_make(void)
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

int mj_wakeup_reader(int wakeup)
{
    return mj_reopen(wakeup, O_RDWR | O_NONBLOCK); /* a reader alone would find the end where nobody could write */
}

int mj_wakeup_writer(int wakeup)
{
    /* To open a pipe for writing takes a reader, and the supervisor may be away. */
    int reader = mj_reopen(wakeup, O_RDWR | O_NONBLOCK), writer;
    if (reader < 0) {
        return -1;
    }
    writer = mj_reopen(wakeup, O_WRONLY | O_NONBLOCK);
    close(reader);
    return writer;
}

void mj_wakeup_send(int writer)
{
    /* it fails only if the pipe is full, so that the supervisor will wake up anyway, or if nobody
     * reads it */
    (void)!write(writer, "", 1);
}
