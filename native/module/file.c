/* Files whose descriptors a daemon passed as the bodies of responses. The file is its user's: it can change, shrink and vanish at any time. */
#include "module.h"
#include "plain_file.h"

#include <apr_portable.h>
#include <fcntl.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <string.h>
#include <unistd.h>

APLOG_USE_MODULE(jvm);

#define READ_SIZE 65536 /* where it is neither sent by sendfile nor mapped */

static bool is_usable(int fd, uint64_t least_size)
{
    int flags = fd >= 0 ? fcntl(fd, F_GETFL) : -1;

    return flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_WRONLY && mj_is_plain_file(fd, least_size);
}

static bool may_sendfile(const request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    return core->enable_sendfile == ENABLE_SENDFILE_ON;
}

apr_status_t mj_file_adopt(request_rec *r, int fd, uint64_t least_size, apr_file_t **file)
{
    apr_int32_t flags = APR_FOPEN_READ | (may_sendfile(r) ? APR_FOPEN_SENDFILE_ENABLED : 0);
    apr_status_t rv = MJ_EBADDESCRIPTOR;
    apr_file_t *passed;

    if (is_usable(fd, least_size)) {
        rv = apr_os_file_put(&passed, &fd, flags, r->pool);
        if (rv == APR_SUCCESS) {
            rv = apr_file_dup(file, passed, r->pool); /* one that is closed with its pool, wherever a filter sets it aside */
        }
        if (rv == APR_SUCCESS) {
            rv = apr_file_info_get(&r->finfo, APR_FINFO_NORM, *file);
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return rv;
}

/* @return whether it passes a body on without a look at its bytes */
static bool is_blind(const char *filter)
{
    static const char *const blind[] = {"byterange",         "content_length", "core",          "fixup_headers_err",
                                        "fixup_headers_out", "http_header",    "http_outerror", "mod_expires"};
    size_t i;

    for (i = 0; i < sizeof(blind) / sizeof(blind[0]); i++) {
        if (strcmp(filter, blind[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether nothing on the way to the client looks at the bytes of a body but the kernel. */
static bool is_read_by_kernel_alone(const request_rec *r)
{
    const ap_filter_t *filter = r->output_filters;

    while (filter != NULL && is_blind(filter->frec->name)) {
        filter = filter->next;
    }
    return filter == NULL;
}

typedef struct watched_t {
    apr_file_t *file;
    apr_off_t least_size;
} watched_t;

/* A file that httpd has set aside cannot be looked at any more: it writes that itself, and notices. */
static bool is_cut(const watched_t *watched)
{
    apr_finfo_t now;
    return apr_file_info_get(&now, APR_FINFO_SIZE, watched->file) == APR_SUCCESS && now.size < watched->least_size;
}

static void drop_data(apr_bucket_brigade *brigade)
{
    apr_bucket *bucket, *next;
    for (bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade); bucket = next) {
        next = APR_BUCKET_NEXT(bucket);
        if (!APR_BUCKET_IS_METADATA(bucket)) {
            apr_bucket_delete(bucket);
        }
    }
}

static void break_off(request_rec *r, apr_bucket_brigade *end)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, MJLOGNO(0051) "a file was cut short while it was sent; the response is broken off");
    r->connection->keepalive = AP_CONN_CLOSE;
    /* It keeps httpd from writing the last chunk. */
    APR_BRIGADE_INSERT_HEAD(end, ap_bucket_error_create(HTTP_BAD_GATEWAY, NULL, r->pool, r->connection->bucket_alloc));
}

/* Filters ahead of this one may have taken the end of a file that was cut for the end of the body, and those behind it may yet. */
apr_status_t mj_file_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    bool is_broken = is_cut(f->ctx);
    apr_bucket_brigade *end;
    apr_bucket *eos;
    apr_status_t rv;

    if (is_broken) {
        drop_data(brigade);
    }
    eos = APR_BRIGADE_FIRST(brigade);
    while (eos != APR_BRIGADE_SENTINEL(brigade) && !APR_BUCKET_IS_EOS(eos)) {
        eos = APR_BUCKET_NEXT(eos);
    }
    if (eos == APR_BRIGADE_SENTINEL(brigade)) {
        return ap_pass_brigade(f->next, brigade);
    }
    end = apr_brigade_split_ex(brigade, eos, NULL);
    rv = ap_pass_brigade(f->next, brigade);
    if (is_broken || is_cut(f->ctx)) {
        break_off(f->r, end);
    } else if (rv != APR_SUCCESS) {
        return rv;
    }
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, end);
}

static void watch(apr_file_t *file, uint64_t least_size, request_rec *r)
{
    watched_t *watched = apr_palloc(r->pool, sizeof(*watched));
    watched->file = file;
    watched->least_size = (apr_off_t)least_size;
    ap_add_output_filter(MJ_FILE_FILTER, watched, r, r->connection);
}

void mj_file_insert(apr_bucket_brigade *brigade, apr_file_t *file, uint64_t offset, uint64_t len, request_rec *r)
{
    const core_dir_config *core = ap_get_core_module_config(r->per_dir_config);
    apr_bucket *bucket = apr_brigade_insert_file(brigade, file, (apr_off_t)offset, (apr_off_t)len, r->pool);
    bool is_for_kernel = is_read_by_kernel_alone(r);

    /* Who reads a mapped page of which the file was cut ends with SIGBUS; the kernel, asked to send it, answers EFAULT. */
    apr_bucket_file_enable_mmap(bucket, is_for_kernel && core->enable_mmap != ENABLE_MMAP_OFF);
    apr_bucket_file_set_buf_size(bucket, READ_SIZE);
    /* httpd itself breaks off what the kernel cannot read. What is included in another response ends before that. */
    if (!is_for_kernel && r->main == NULL) {
        watch(file, offset + len, r);
    }
}
