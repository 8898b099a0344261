/* The lines about one pool: where they go, and the last that told of something wrong. */
#ifndef MJ_POOL_LOG_H
#define MJ_POOL_LOG_H

#include "log.h"

#include <apr_time.h>
#include <stdbool.h>
#include <stdint.h>

#define MJ_LAST_ERROR_MAX 256

/** Somebody who wants to know what a daemon prints on its stdout. */
typedef struct mj_output_listener_t {
    struct mj_output_listener_t *next;
    uint32_t serial;                               /**< the daemon's */
    void (*hear)(void *context, const char *line); /**< line: escaped, as it is logged */
    void *context;
} mj_output_listener_t;

/** Where the lines about a pool go. */
typedef struct mj_pool_log_t {
    const char *name; /**< of the pool */
    mj_log_t *target; /**< held */
    /** the last line about something that went wrong, without its number; empty if there is none */
    char last_error[MJ_LAST_ERROR_MAX];
    apr_time_t last_error_at;               /**< 0: there is none */
    bool has_new_error;                     /**< for the board */
    mj_output_listener_t *const *listeners; /**< the first of all pools'; what this points to may be NULL */
} mj_pool_log_t;

/** Logs a line; one at level error is kept as the pool's last error. number is MJLOGNO's. */
void mj_pool_log_write(mj_pool_log_t *log, const char *level, const char *number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** Keeps a text as the pool's last error without logging it: the daemon has done that. */
void mj_pool_log_note(mj_pool_log_t *log, const char *error);

#endif
