#include "changes.h"

#include "record.h"

#include <string.h>

bool mj_changes_take(mj_changes_t *changes, const char *text, int64_t now)
{
    uint32_t hash = mj_span_hash((mj_span_t){text, strlen(text)});
    unsigned i;

    for (i = 0; i < MJ_CHANGES_KEPT; i++) {
        if (changes->seen[i].hash == hash && changes->seen[i].at != 0 && now - changes->seen[i].at < MJ_CHANGES_US) {
            return false;
        }
    }
    changes->seen[changes->next].hash = hash;
    changes->seen[changes->next].at = now;
    changes->next = (changes->next + 1) % MJ_CHANGES_KEPT;
    return true;
}
