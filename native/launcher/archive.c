#include "archive.h"

#include "archive_file.h"
#include "archive_key.h"
#include "java_home.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool mj_archive_check_state(const char *state)
{
    char fault[MJ_FAULT_MAX] = "it is not a folder";
    struct stat st;

    if (lstat(state, &st) != 0) {
        return false; /* in a chroot */
    }
    if (S_ISDIR(st.st_mode) && !mj_is_strangers(&st, fault)) {
        return true;
    }
    (void)fprintf(stderr, "state: %s is not used: %s; fix that, or remove it\n", state, fault);
    return false;
}

mj_archive_t mj_archive_at(const char *path, const char *suffix, const char *java_home)
{
    mj_archive_t archive = {.is_aot = mj_java_home_release(java_home) >= MJ_FIRST_AOT_RELEASE};
    if (path != NULL && asprintf(&archive.path, "%s%s", path, suffix) < 0) {
        abort();
    }
    return archive;
}

bool mj_archive_look(mj_archive_t *archive, FILE *complaints)
{
    char fault[MJ_FAULT_MAX];

    archive->is_usable = archive->path != NULL && mj_archive_is_whole(archive->path, fault);
    if (archive->path != NULL && !archive->is_usable && fault[0] != '\0' && complaints != NULL) {
        (void)fprintf(complaints, "archive: %s is ignored: %s; a new one replaces it\n", archive->path, fault);
    }
    return archive->is_usable;
}

void mj_archive_use(const mj_archive_t *archive, mj_options_t *options)
{
    mj_options_add(options, archive->is_aot ? "-XX:AOTCache=%s" : "-XX:SharedArchiveFile=%s", archive->path);
}

bool mj_archive_is_mapped(const mj_archive_t *archive)
{
    char *line = NULL;
    size_t size = 0;
    bool is_mapped = false;
    FILE *maps = fopen("/proc/self/maps", "re");

    if (maps == NULL) {
        return true; /* it cannot be told */
    }
    while (!is_mapped && getline(&line, &size, maps) > 0) {
        is_mapped = strstr(line, archive->path) != NULL;
    }
    free(line);
    (void)fclose(maps);
    return is_mapped;
}

void mj_archive_reject(mj_archive_t *archive)
{
    (void)fprintf(stderr, "archive: %s is ignored: the JVM does not accept it; a new one replaces it within an hour\n",
                  archive->path);
    archive->is_usable = false;
}
