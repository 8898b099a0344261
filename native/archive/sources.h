/* The sources among a pool's applications. */
#ifndef MJ_SOURCES_H
#define MJ_SOURCES_H

#include "record.h"

/** Whether the settings name one. */
bool mj_sources_has_any(mj_span_t record);

/** Whether the host will probably compile one: none of its classes are kept in the state folder, or
 * older ones. It may be wrong either way, which costs time or memory and nothing else. */
bool mj_sources_need_compiler(mj_span_t record, const char *state);

#endif
