#include "temp_folder.h"

#include "harness.h"

#include <apr_strings.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

static apr_status_t remove_all(void *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? APR_SUCCESS : errno;
}

const char *mj_temp_folder(void)
{
    char *path = apr_pstrdup(test_pool, "/tmp/mj-test-XXXXXX");

    ck_assert_ptr_nonnull(mkdtemp(path));
    apr_pool_cleanup_register(test_pool, path, remove_all, apr_pool_cleanup_null);
    ck_assert_int_eq(chmod(path, 0755), 0);
    return path;
}

static void make_folders_above(const char *path)
{
    char *folder = apr_pstrdup(test_pool, path);

    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ck_assert_msg(mkdir(folder, 0755) == 0 || errno == EEXIST, "%s: %s", folder, strerror(errno));
        *slash = '/';
    }
}

const char *mj_make_folder(const char *folder, const char *name, mode_t mode)
{
    const char *path = apr_pstrcat(test_pool, folder, "/", name, NULL);

    make_folders_above(path);
    ck_assert_msg(mkdir(path, mode) == 0 && chmod(path, mode) == 0, "%s: %s", path, strerror(errno));
    return path;
}

const char *mj_make_file(const char *folder, const char *name, const char *text)
{
    const char *path = apr_pstrcat(test_pool, folder, "/", name, NULL);
    FILE *file;

    make_folders_above(path);
    file = fopen(path, "we");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, 0644), 0);
    return path;
}

const char *mj_make_link(const char *folder, const char *name, const char *target)
{
    const char *path = apr_pstrcat(test_pool, folder, "/", name, NULL);

    ck_assert_msg(symlink(target, path) == 0, "%s: %s", path, strerror(errno));
    return path;
}
