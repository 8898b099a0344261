/* The client of an exchange: whoever sends the request and receives the response. An exchange uses
 * it through a table of functions. httpd's content handler is one implementation
 * (module/client_httpd.c), the fake client of the unit tests another. */
#ifndef MJ_EXCHANGE_CLIENT_H
#define MJ_EXCHANGE_CLIENT_H

#include "log_id.h"
#include "wire.h"

#include <apr_pools.h>
#include <apr_time.h>
#include <stdbool.h>

/** Log levels, numbered as MJ_LEVEL_ERROR is. */
#define MJ_LEVEL_WARNING 4
#define MJ_LEVEL_INFO 6

/** Statuses that an exchange sets itself. Others come from applications, and from read_status. */
#define MJ_HTTP_BAD_REQUEST 400
#define MJ_HTTP_HEAD_TOO_LARGE 431
#define MJ_HTTP_INTERNAL_ERROR 500
#define MJ_HTTP_BAD_GATEWAY 502
#define MJ_HTTP_UNAVAILABLE 503
#define MJ_HTTP_GATEWAY_TIMEOUT 504
#define MJ_CLIENT_IS_GONE 1 /**< not a status of HTTP: nobody is left to receive one */

/** What the client did with the head of a response. */
typedef enum mj_head_result_t {
    MJ_HEAD_PASSED,   /**< it wants the body, if there is one */
    MJ_HEAD_ALONE,    /**< it wants no body: HEAD */
    MJ_HEAD_COMPLETE, /**< it has made another response of it, which has no body: 304 */
    MJ_HEAD_REPLACED, /**< it wants nothing of the response, but is told *status instead: 412 */
    MJ_HEAD_BAD_FILE  /**< the descriptor is not of a file that may be sent */
} mj_head_result_t;

typedef enum mj_pass_result_t {
    MJ_PASSED,
    MJ_PASSED_TO_NOBODY, /**< the client is gone */
    MJ_PASSED_NO_FILE    /**< a file could not be read to its end */
} mj_pass_result_t;

/** A limit for tunnels that was reached; for the log. */
typedef struct mj_tunnel_limit_t {
    uint32_t limit;
    bool is_of_pool; /**< of the pool; otherwise of all pools together */
    uint32_t workers;
    const char *workers_of;   /**< whose workers the tunnels would occupy */
    const char *workers_kind; /**< "", or which kind of workers */
    const char *directive;    /**< the directive that adds workers */
} mj_tunnel_limit_t;

/** The functions of a client. The thread that runs the exchange calls them.
 *
 *  data(), file(), flush() and end() only add to the response; pass() passes on what was added.
 *  The bytes given to data() stay valid until the next pass(). */
typedef struct mj_exchange_client_ops_t {
    /* --- the body of the request; called only if there is one, or in a tunnel --- */

    /** Reads bytes of the body, or of the tunnel. Sends 100 Continue if the client waits for it.
     *  @param len set to the number of bytes that were read, also on failure
     *  @param is_end set to whether the body ends after these bytes
     *  @return APR_SUCCESS; APR_EAGAIN if there is nothing to read and may_wait is false; APR_EOF
     *  if the client of a tunnel has closed its sending half; any other error is for read_status */
    apr_status_t (*read)(void *client, unsigned char *out, apr_size_t max, bool may_wait, apr_size_t *len, bool *is_end);

    /** @param rv an error of read(), or APR_TIMEUP if nothing came for client->timeout
     *  @return the status that the client is told */
    int (*read_status)(void *client, apr_status_t rv);

    /** @return how many bytes read() gives in all, if the client has declared it and no filter
     *  changes it; otherwise MJ_LENGTH_UNKNOWN */
    uint64_t (*body_length)(void *client);

    /** @return the trailer fields of the body, which was read to its end */
    const mj_pair_t *(*request_trailers)(void *client, apr_size_t *count);

    /** @return a descriptor to poll for more of the body; -1: none, and read() must wait */
    int (*fd)(void *client);

    /* --- the response --- */

    /** Passes on an interim response. May be NULL. @return false if the client is gone */
    bool (*inform)(void *client, int status, const mj_fields_t *fields);

    /** Takes the head of the response.
     *  @param file the descriptor of a file that is the body; the client closes it. -1: no file
     *  @param status set if the result is MJ_HEAD_REPLACED */
    mj_head_result_t (*head)(void *client, const mj_response_t *response, int file, int *status);

    /** Adds a piece of the body. */
    void (*data)(void *client, const unsigned char *bytes, apr_size_t len);

    /** Adds a part of the file that came with the head. */
    void (*file)(void *client, uint64_t offset, uint64_t len);

    /** What was added so far must not be held back once it is passed on. */
    void (*flush)(void *client);

    /** Takes the trailer fields of the response. */
    void (*response_trailers)(void *client, const mj_fields_t *trailers);

    /** Adds the end of the response. */
    void (*end)(void *client);

    /** Passes on what was added. Does nothing if nothing was.
     *  @param flush as if flush() were called before */
    mj_pass_result_t (*pass)(void *client, bool flush);

    /** Ends a response that has begun and will not be whole. What was flushed reaches the client.
     *  If it has nothing of the response yet it gets the status, otherwise its connection is
     *  broken off.
     *  @return whether it has a part of the response */
    bool (*break_off)(void *client, int status);

    /* --- tunnels; upgrade is NULL if the client can have none --- */

    /** Reserves one of the client's own places for tunnels. NULL: it has no limit of its own.
     *  @return false if none is left; then *limit is set */
    bool (*enter_tunnel)(void *client, unsigned pool, mj_tunnel_limit_t *limit);
    void (*leave_tunnel)(void *client, unsigned pool);

    /** Sends 101. What is read and added from then on is not HTTP.
     *  @return false if the client has not asked for that protocol */
    bool (*upgrade)(void *client, const mj_fields_t *fields);

    /* --- the client --- */

    /** @return whether it is known to be gone; makes no system call */
    bool (*is_aborted)(void *client);

    /** Checks, without reading, whether it is gone. A client that has closed its sending half
     *  is. */
    bool (*is_gone)(void *client);

    /** @return whether lines of that level are logged for the request */
    bool (*logs)(void *client, int level);

    void (*log)(void *client, const char *file, int line, int level, apr_status_t rv, const char *format, ...)
        __attribute__((format(printf, 6, 7)));
} mj_exchange_client_ops_t;

typedef struct mj_exchange_client_t {
    const mj_exchange_client_ops_t *ops;
    void *data;                  /**< the first argument of the functions */
    apr_pool_t *pool;            /**< the request's */
    apr_interval_time_t timeout; /**< how long the client may send nothing of a body */
} mj_exchange_client_t;

#define mj_client_log(client, level, rv, ...) (client)->ops->log((client)->data, __FILE__, __LINE__, (level), (rv), __VA_ARGS__)

#endif
