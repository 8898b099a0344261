/* Files whose descriptors a daemon passed as the bodies of responses. */
#ifndef MJ_FILE_H
#define MJ_FILE_H

#include "status.h"

#include <httpd.h>

#include <stdbool.h>
#include <util_filter.h>

/** A file as the body of a response. Closed with its request. */
typedef struct mj_file_t mj_file_t;

/** Takes over a descriptor that a daemon passed, if it is what it has to be (mj_is_plain_file).
 *  r->finfo is then the file's; else it is closed at once.
 *  @param fd -1: none was passed
 *  @return APR_SUCCESS or MJ_EBADDESCRIPTOR */
apr_status_t mj_file_adopt(request_rec *r, int fd, uint64_t least_size, mj_file_t **file);

/** Appends a part of the file to a brigade, and a filter to the request: where nothing but the
 *  kernel reads it, it is sent by sendfile if EnableSendfile is On, as static files are, else
 *  mapped if EnableMMAP is not Off; where filters do, they get it in pieces of 64 KB. */
void mj_file_insert(apr_bucket_brigade *brigade, mj_file_t *file, uint64_t offset, uint64_t len, request_rec *r);

/** @return whether somebody has tried to read what is not there any more, or cannot be read */
bool mj_file_is_broken(const mj_file_t *file);

/** The filter that mj_file_insert adds behind those which look at a response's body and cut ranges
 *  from it, ahead of those that write it. */
#define MJ_FILE_FILTER "JVM_FILE"
#define MJ_FILE_FILTER_TYPE ((ap_filter_type)(AP_FTYPE_TRANSCODE - 1))
apr_status_t mj_file_filter(ap_filter_t *f, apr_bucket_brigade *brigade);

#endif
