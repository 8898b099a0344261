/* Changes of a pool's targets that have been taken notice of: each daemon of the pool tells of each
 * change, and one roll is enough. Pure: time is a parameter. */
#ifndef MJ_CHANGES_H
#define MJ_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#define MJ_CHANGES_KEPT 32
/** How long a change is kept: daemons look at different times, and the same change may come again
 * one day. */
#define MJ_CHANGES_US INT64_C(60000000)

typedef struct mj_changes_t {
    struct {
        uint32_t hash;
        int64_t at;
    } seen[MJ_CHANGES_KEPT];
    unsigned next;
} mj_changes_t;

/** @param text what the daemon said: the fingerprint and the path of the target
 *  @return false if the same has been said lately */
bool mj_changes_take(mj_changes_t *changes, const char *text, int64_t now);

#endif
