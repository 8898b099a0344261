/* From the frames of a response to request_rec. The daemon is hostile: the codec has checked that
 * no field splits a message. */
#ifndef MJ_RESPONSE_H
#define MJ_RESPONSE_H

#include "wire.h"

#include <httpd.h>

/** Takes over a response head into r. The daemon is hostile: what must not come from it is dropped.
 *  @param is_file r->finfo is of the file that is its body: modification time and ETag are taken
 *  from there, if the head has none
 *  @return OK; or the status of a condition that holds (304, 412): then no body is passed on */
int mj_response_apply(request_rec *r, const mj_response_t *response, bool is_file);

/** Sends an interim response. */
void mj_response_inform(request_rec *r, int status, const mj_fields_t *fields);

/** Sets the trailer fields: HTTP/2 sends them, and the access log can show them. */
void mj_response_end(request_rec *r, const mj_fields_t *trailers);

/** Sends 101, if the fields name a protocol that the client has asked for.
 *  @return false if they do not */
bool mj_response_upgrade(request_rec *r, const mj_fields_t *fields);

#endif
