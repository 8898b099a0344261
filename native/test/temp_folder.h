/* Folders and files that live as long as a test. */
#ifndef MJ_TEMP_FOLDER_H
#define MJ_TEMP_FOLDER_H

#include <sys/types.h>

/** A new folder of mode 0755 below /tmp, without a link in its path; removed with all that lies in
 * it when test_pool ends. */
const char *mj_temp_folder(void);

/** Makes the folder with exactly that mode, and those missing above it with mode 0755. @return its
 * path, folder/name */
const char *mj_make_folder(const char *folder, const char *name, mode_t mode);

/** Writes a file of mode 0644, and makes the folders that are missing above it. @return its path,
 * folder/name */
const char *mj_make_file(const char *folder, const char *name, const char *text);

/** Makes a symbolic link. @return its path, folder/name */
const char *mj_make_link(const char *folder, const char *name, const char *target);

#endif
