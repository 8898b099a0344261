/* Files whose descriptors a daemon passed as the bodies of responses. The file is its user's: it
 * can change, shrink and vanish at any time, and it need not hold what its size says. */
#include "file.h"

#include "child.h"
#include "plain_file.h"

#include <apr_portable.h>
#include <errno.h>
#include <fcntl.h>
#include <http_core.h>
#include <http_protocol.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE 65536 /* where it is neither sent by sendfile nor mapped */

/** What the buckets of a file share. Lives as long as its pool. */
struct mj_file_t {
    apr_bucket_refcount refcount; /* the first: APR's functions for shared buckets look for it there */
    apr_pool_t *pool;
    int fd;
    bool is_broken;
};

static apr_status_t close_file(void *data)
{
    close(((mj_file_t *)data)->fd);
    return APR_SUCCESS;
}

static mj_file_t *keep(int fd, apr_pool_t *pool)
{
    mj_file_t *file = apr_pcalloc(pool, sizeof(*file));
    file->pool = pool;
    file->fd = fd;
    apr_pool_cleanup_register(pool, file, close_file, apr_pool_cleanup_null);
    return file;
}

/* What Last-Modified and ETag are made of. */
static void note_facts(request_rec *r, const struct statx *facts)
{
    r->finfo.valid = APR_FINFO_TYPE | APR_FINFO_SIZE | APR_FINFO_MTIME | APR_FINFO_INODE;
    r->finfo.filetype = APR_REG;
    r->finfo.size = (apr_off_t)facts->stx_size;
    r->finfo.inode = (apr_ino_t)facts->stx_ino;
    r->finfo.mtime = apr_time_from_sec(facts->stx_mtime.tv_sec) + facts->stx_mtime.tv_nsec / 1000;
}

apr_status_t mj_file_adopt(request_rec *r, int fd, uint64_t least_size, mj_file_t **file)
{
    struct statx facts;

    if (!mj_is_plain_file(&mj_child()->mounted, fd, least_size, true, &facts)) {
        if (fd >= 0) {
            close(fd);
        }
        return MJ_EBADDESCRIPTOR;
    }
    *file = keep(fd, r->pool);
    note_facts(r, &facts);
    return APR_SUCCESS;
}

bool mj_file_is_broken(const mj_file_t *file)
{
    return file->is_broken;
}

/* --- its buckets: read piece by piece, at the bucket's own offset, since the daemon has the
 * descriptor too --- */

static void let_go(void *data)
{
    (void)apr_bucket_shared_destroy(data);
}

static apr_status_t read_piece(apr_bucket *bucket, const char **bytes, apr_size_t *len, apr_read_type_e block)
{
    mj_file_t *file = bucket->data;
    apr_size_t wanted = bucket->length < READ_SIZE ? bucket->length : READ_SIZE;
    char *piece = apr_bucket_alloc(wanted, bucket->list);
    ssize_t n;

    (void)block;
    do {
        n = pread(file->fd, piece, wanted, bucket->start);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        apr_status_t rv = n < 0 ? errno : APR_INCOMPLETE; /* no APR_EOF, which filters take for the end of the body */
        apr_bucket_free(piece);
        file->is_broken = true;
        return rv;
    }
    if ((apr_size_t)n < bucket->length) {
        (void)apr_bucket_split(bucket, (apr_size_t)n);
    }
    (void)apr_bucket_heap_make(bucket, piece, (apr_size_t)n, apr_bucket_free);
    let_go(file);
    *bytes = piece;
    *len = (apr_size_t)n;
    return APR_SUCCESS;
}

static apr_status_t set_aside(apr_bucket *bucket, apr_pool_t *pool)
{
    mj_file_t *file = bucket->data;
    int fd;

    if (apr_pool_is_ancestor(file->pool, pool)) {
        return APR_SUCCESS;
    }
    fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    (void)apr_bucket_shared_make(bucket, keep(fd, pool), bucket->start, bucket->length);
    let_go(file);
    return APR_SUCCESS;
}

static const apr_bucket_type_t of_file = {
    "JVM_FILE", 5, APR_BUCKET_DATA, let_go, read_piece, set_aside, apr_bucket_shared_split, apr_bucket_shared_copy,
};

void mj_file_insert(apr_bucket_brigade *brigade, mj_file_t *file, uint64_t offset, uint64_t len, request_rec *r)
{
    apr_bucket *bucket = apr_bucket_alloc(sizeof(*bucket), brigade->bucket_alloc);

    APR_BUCKET_INIT(bucket);
    bucket->free = apr_bucket_free;
    bucket->list = brigade->bucket_alloc;
    bucket->type = &of_file;
    (void)apr_bucket_shared_make(bucket, file, (apr_off_t)offset, (apr_size_t)len);
    APR_BRIGADE_INSERT_TAIL(brigade, bucket);
    if (r->main == NULL) { /* the filters from there on are the main request's */
        ap_add_output_filter(MJ_FILE_FILTER, NULL, r, r->connection);
    }
}

/* --- what httpd sends without a look at it --- */

/* Who reads a mapped page of which the file was cut ends with SIGBUS; the kernel, asked to send it,
 * answers EFAULT, but for the file's last page, of which it sends the rest as NULs. Pages of a
 * tmpfs that nobody has written would take memory, and httpd's.
 * @return how much of the bucket may be mapped: 0, or up to a page of which more follows */
static apr_size_t mappable(const apr_bucket *bucket, const core_dir_config *core)
{
    const mj_file_t *file = bucket->data;
    apr_off_t page = getpagesize();
    apr_off_t last = (bucket->start + (apr_off_t)bucket->length - 1) / page * page; /* where the last page begins */

    if (core->enable_mmap == ENABLE_MMAP_OFF || bucket->start % page != 0 || last - bucket->start < APR_MMAP_THRESHOLD) {
        return 0;
    }
    return mj_is_in_memory(file->fd) ? 0 : (apr_size_t)(last - bucket->start);
}

/* Makes a bucket of ours, or the first part of it, one of httpd's own for files. */
static void hand_over(apr_bucket *bucket, request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    mj_file_t *file = bucket->data;
    bool may_sendfile = core->enable_sendfile == ENABLE_SENDFILE_ON;
    bool may_map = !may_sendfile && r->connection->master == NULL; /* what mod_http2 sends, it copies first */
    apr_size_t len = may_map ? mappable(bucket, core) : bucket->length;
    apr_int32_t flags = APR_FOPEN_READ | (may_sendfile ? APR_FOPEN_SENDFILE_ENABLED : 0);
    apr_file_t *shared, *own;
    apr_bucket *handed;

    /* A descriptor of its own: httpd may set it aside, and then the other is not to be closed. */
    if (len == 0 || apr_os_file_put(&shared, &file->fd, flags, r->pool) != APR_SUCCESS ||
        apr_file_dup(&own, shared, r->pool) != APR_SUCCESS) {
        return;
    }
    if (len < bucket->length) {
        (void)apr_bucket_split(bucket, len);
    }
    handed = apr_bucket_file_create(own, bucket->start, len, r->pool, bucket->list);
    apr_bucket_file_enable_mmap(handed, may_map);
    apr_bucket_file_set_buf_size(handed, READ_SIZE); /* should it not let itself be mapped */
    APR_BUCKET_INSERT_BEFORE(bucket, handed);
    apr_bucket_delete(bucket);
}

/* @return whether it passes a body on without a look at its bytes */
static bool is_blind(const char *filter)
{
    static const char *const blind[] = {"chunk", "core", "h2_c2_net_catch_h1", "h2_c2_net_out", "jvm_flush"};
    size_t i;

    for (i = 0; i < sizeof(blind) / sizeof(blind[0]); i++) {
        if (strcmp(filter, blind[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool are_all_blind(const ap_filter_t *filter)
{
    while (filter != NULL && is_blind(filter->frec->name)) {
        filter = filter->next;
    }
    return filter == NULL;
}

apr_status_t mj_file_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    if (are_all_blind(f->next)) {
        apr_bucket *bucket, *next;
        for (bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade); bucket = next) {
            next = APR_BUCKET_NEXT(bucket);
            if (bucket->type == &of_file) {
                hand_over(bucket, f->r);
            }
        }
    }
    return ap_pass_brigade(f->next, brigade);
}
