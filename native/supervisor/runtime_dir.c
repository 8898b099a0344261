#include "runtime_dir.h"

#include "log.h"
#include "paths.h"

#include <sys/stat.h>
#include <unistd.h>

#define LOOK_US INT64_C(1000000)

static void make_again(mj_runtime_dir_t *dir, apr_pool_t *scratch)
{
    const char *resolved, *wrong = mj_folder_make(scratch, dir->path, geteuid(), geteuid() == 0, &resolved);

    if (wrong == NULL) {
        mj_log(mj_log_main(), "warn",
               MJLOGNO(0124) "the runtime directory %s was removed, and has been made again: daemons whose sockets were in it "
                             "are replaced; "
                             "exclude it from programs that remove old files",
               dir->path);
    } else if (!dir->is_wrong) {
        mj_log(mj_log_main(), "error",
               MJLOGNO(0125) "the runtime directory %s was removed and cannot be made again, so no daemon can start: %s; the "
                             "supervisor keeps trying",
               dir->path, wrong);
    }
    dir->is_wrong = wrong != NULL;
}

int64_t mj_runtime_dir_keep(mj_runtime_dir_t *dir, int64_t now, apr_pool_t *parent)
{
    struct stat st;

    if (dir->looked_at != 0 && now - dir->looked_at < LOOK_US) {
        return dir->looked_at + MJ_RUNTIME_DIR_PERIOD_US;
    }
    dir->looked_at = now;
    if (lstat(dir->path, &st) == 0 && S_ISDIR(st.st_mode)) {
        dir->is_wrong = false;
    } else {
        apr_pool_t *scratch;
        apr_pool_create(&scratch, parent);
        make_again(dir, scratch);
        apr_pool_destroy(scratch);
    }
    return now + MJ_RUNTIME_DIR_PERIOD_US;
}
