/* replay DIR: gives each file of the folder to the fuzz target, in memory of exactly its size. For
 * compilers without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    struct stat info;
    FILE *file = fopen(path, "r");
    uint8_t *data;
    size_t size;
    int is_read;

    if (!file || fstat(fileno(file), &info) != 0) {
        perror(path);
        return 0;
    }
    size = (size_t)info.st_size;
    data = malloc(size);
    is_read = (data || size == 0) && fread(data, 1, size, file) == size;
    (void)fclose(file);
    if (is_read) {
        LLVMFuzzerTestOneInput(data, size);
    }
    free(data);
    return is_read;
}

int main(int argc, char **argv)
{
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    const struct dirent *entry;
    char path[4096];
    int count = 0;

    if (!dir) {
        (void)fputs("usage: replay DIR\n", stderr);
        return EXIT_FAILURE;
    }
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        if (!replay(path)) {
            (void)closedir(dir);
            return EXIT_FAILURE;
        }
        count++;
    }
    (void)closedir(dir);
    (void)printf("%d inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
