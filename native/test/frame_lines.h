/* A decoded frame as the lines that describe it in a vector. */
#ifndef MJ_TEST_FRAME_LINES_H
#define MJ_TEST_FRAME_LINES_H

#include "daemon_frame.h"

#include <apr_tables.h>

/** @return the name of a frame's type; NULL for a type that PROTOCOL.md does not specify */
const char *frame_type_name(uint8_t type);

/** Appends all lines (vector_line_t) of the frame, except a WELCOME's minor version, which httpd's
 * codec does not hand out. They point into the frame and into test_pool. */
void frame_lines(apr_array_header_t *lines, const daemon_frame_t *frame);

#endif
