/* Status codes of mod_jvm's own, beside APR's. The codec's have the names of PROTOCOL.md, section
 * 4. */
#ifndef MJ_STATUS_H
#define MJ_STATUS_H

#include <apr_errno.h>

#define MJ_STATUS_BASE (APR_OS_START_USERERR + 4200)

enum mj_status {
    MJ_EFRAMETOOLARGE = MJ_STATUS_BASE,
    MJ_EUNKNOWNFRAME,
    MJ_EBADFLAGS,
    MJ_EBADLENGTH,
    MJ_EBADMAGIC,
    MJ_EBADVERSION,
    MJ_EBADSTRING,
    MJ_EBADHEADER,
    MJ_EBADSTATUS,
    MJ_EBADREASON,
    MJ_EBADLEVEL,
    MJ_EBADSERIAL,
    MJ_EBADRECORD,
    MJ_EBADDESCRIPTOR,
    MJ_STATUS_END,
    /** of a connection, so without a name: it begins with another frame than WELCOME, or one of
     * another version */
    MJ_ENOWELCOME = MJ_STATUS_END
};

/** @return the name in PROTOCOL.md ("BAD_LENGTH") of a code above; NULL for any other status. */
const char *mj_status_name(apr_status_t status);

#endif
