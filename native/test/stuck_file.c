#include "stuck_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_SIZE (1 << 17)
#define FILE_NODE 2

/* --- the FUSE server: a folder with one file --- */

static void answer(int device, uint64_t unique, int error, const void *payload, size_t len)
{
    static char reply[4096];
    struct fuse_out_header head = {.len = (uint32_t)(sizeof(head) + len), .error = -error, .unique = unique};

    memcpy(reply, &head, sizeof(head));
    memcpy(reply + sizeof(head), payload, len);
    (void)!write(device, reply, head.len);
}

static struct fuse_attr attributes_of(uint64_t node, uint64_t size)
{
    struct fuse_attr attr = {.ino = node, .nlink = 1, .mode = S_IFDIR | 0755};

    if (node == FILE_NODE) {
        attr.mode = S_IFREG | 0644;
        attr.size = size;
        attr.blocks = size / 512;
    }
    return attr;
}

static void serve_one(int device, const struct fuse_in_header *request, uint64_t size)
{
    struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 4096};
    struct fuse_entry_out entry = {.nodeid = FILE_NODE, .attr = attributes_of(FILE_NODE, size)};
    struct fuse_attr_out attr = {.attr = attributes_of(request->nodeid, size)};
    struct fuse_open_out opened = {0};
    struct fuse_statfs_out statfs = {.st = {.bsize = 4096, .namelen = 255}};

    switch (request->opcode) {
    case FUSE_INIT:
        answer(device, request->unique, 0, &init, sizeof(init));
        break;
    case FUSE_LOOKUP:
        answer(device, request->unique, strcmp((const char *)(request + 1), "file") == 0 ? 0 : ENOENT, &entry, sizeof(entry));
        break;
    case FUSE_GETATTR:
        answer(device, request->unique, 0, &attr, sizeof(attr));
        break;
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        answer(device, request->unique, 0, &opened, sizeof(opened));
        break;
    case FUSE_STATFS:
        answer(device, request->unique, 0, &statfs, sizeof(statfs));
        break;
    case FUSE_READ: /* whoever reads waits */
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        break;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_FLUSH:
        answer(device, request->unique, 0, NULL, 0);
        break;
    default:
        answer(device, request->unique, ENOSYS, NULL, 0);
        break;
    }
}

static void serve(int device, uint64_t size)
{
    static char request[REQUEST_SIZE];

    (void)close_range(3, (unsigned)device - 1, 0); /* others are to see the ends of what the caller has open */
    (void)close_range((unsigned)device + 1, ~0U, 0);
    while (read(device, request, sizeof(request)) > 0 || errno == EINTR || errno == ENOENT) {
        serve_one(device, (const struct fuse_in_header *)(const void *)request, size);
    }
    _exit(0);
}

/* --- namespaces of its own --- */

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return is_written;
}

/* Becomes root of a namespace of its own, with a tmpfs on /mnt. */
static bool leave(void)
{
    char uids[64], gids[64];

    (void)snprintf(uids, sizeof(uids), "0 %u 1", getuid());
    (void)snprintf(gids, sizeof(gids), "0 %u 1", getgid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/uid_map", uids) && write_text("/proc/self/gid_map", gids) &&
           mount("none", "/mnt", "tmpfs", 0, NULL) == 0 && mkdir("/mnt/one", 0755) == 0 && mkdir("/mnt/other", 0755) == 0 &&
           mkdir("/mnt/all", 0755) == 0;
}

static int open_over(void)
{
    return mount("none", "/mnt/all", "overlay", 0, "lowerdir=/mnt/one:/mnt/other,userxattr") == 0
               ? open("/mnt/all/file", O_RDONLY)
               : -1;
}

static int stuck(const char *fuse, unsigned long long size)
{
    char options[128];
    int device = leave() ? open(fuse, O_RDWR) : -1; /* in the namespace that mounts it */

    (void)snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
    if (device < 0 || mount("none", "/mnt/one", "fuse", 0, options) != 0) {
        return -1;
    }
    if (fork() == 0) {
        serve(device, size);
    }
    close(device);
    return open_over();
}

static int own_overlay(const char *text)
{
    int fd;

    if (!leave() || (fd = open("/mnt/one/file", O_CREAT | O_WRONLY, 0644)) < 0) {
        return -1;
    }
    close(fd);
    return write_text("/mnt/one/file", text) ? open_over() : -1;
}

/* In a process of its own, so that the caller stays where it is. */
static int open_elsewhere(const char *fuse, unsigned long long size, const char *text)
{
    union {
        struct cmsghdr aligned;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    char byte = 0;
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof(control.space)};
    int ends[2], fd = -1;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return -1;
    }
    if (fork() == 0) {
        fd = text != NULL ? own_overlay(text) : stuck(fuse, size);
        if (fd < 0) {
            perror("stuck_file");
            _exit(1);
        }
        control.aligned = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(&control.aligned), &fd, sizeof(fd));
        _exit(sendmsg(ends[1], &message, 0) == 1 ? 0 : 1);
    }
    close(ends[1]);
    if (recvmsg(ends[0], &message, MSG_CMSG_CLOEXEC) == 1 && message.msg_controllen > 0) {
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    }
    close(ends[0]);
    return fd;
}

int mj_stuck_file_open(const char *fuse, unsigned long long size)
{
    return open_elsewhere(fuse, size, NULL);
}

int mj_own_overlay_file_open(const char *text)
{
    return open_elsewhere(NULL, 0, text);
}
