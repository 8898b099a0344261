/* Where the supervisor shows pools and daemons to those who bring requests: on the board, or
 * nowhere.
 *
 * What is shown already can be shown again: where nothing differs nothing is written, and nobody
 * woken. Without a board (NULL) nothing is shown: that is for whoever finds daemons without being
 * told, at a socket that all of a pool share. */
#ifndef MJ_PUBLISHER_H
#define MJ_PUBLISHER_H

#include "board.h"

typedef struct mj_shown_pool_t {
    mj_pool_state_t state;
    apr_time_t retry_at; /**< the next start after failed ones; 0: none has failed, or a change is awaited */
    uint16_t awaited;    /**< fingerprint of the settings of which daemons may yet come; 0: they fail */
} mj_shown_pool_t;

typedef struct mj_shown_daemon_t {
    mj_slot_state_t state; /**< FREE: nothing else counts */
    uint32_t serial;
    uint32_t pid;
    uint32_t threads;
    uint16_t settings; /**< the fingerprint of its settings */
    const mj_key_t *key;
} mj_shown_daemon_t;

void mj_publish_pool(mj_board_t *board, unsigned pool, const mj_shown_pool_t *shown);

void mj_publish_error(mj_board_t *board, unsigned pool, const char *text, apr_time_t at);

void mj_publish_daemon(mj_board_t *board, unsigned pool, unsigned slot, const mj_shown_daemon_t *shown);

/** @param count so many slots the pool has ever used */
void mj_publish_slots(mj_board_t *board, unsigned pool, unsigned count);

/** Lowers what requests are counted as to what those say who count: one of them may have been
 *  captured. */
void mj_publish_recount(mj_board_t *board, const unsigned *pools, unsigned count);

#endif
