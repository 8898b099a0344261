/* A client that a test plays: it sends a body piece by piece, and writes down what an exchange does
 * with it. */
#ifndef MJ_FAKE_CLIENT_H
#define MJ_FAKE_CLIENT_H

#include "exchange_client.h"

/** What one read finds. */
typedef struct fake_piece_t {
    const char *bytes; /**< NULL with a length: that many letters */
    apr_size_t len;
    apr_status_t rv; /**< APR_EAGAIN: there is nothing yet */
    bool is_end;
} fake_piece_t;

#define FAKE_TEXT(text)                                                                                                          \
    {                                                                                                                            \
        (text), sizeof(text) - 1, APR_SUCCESS, false                                                                             \
    }
#define FAKE_LETTERS(count)                                                                                                      \
    {                                                                                                                            \
        NULL, (count), APR_SUCCESS, false                                                                                        \
    }
#define FAKE_NOTHING_YET                                                                                                         \
    {                                                                                                                            \
        NULL, 0, APR_EAGAIN, false                                                                                               \
    }
#define FAKE_END                                                                                                                 \
    {                                                                                                                            \
        NULL, 0, APR_SUCCESS, true                                                                                               \
    }
#define FAKE_FAILURE(rv)                                                                                                         \
    {                                                                                                                            \
        NULL, 0, (rv), false                                                                                                     \
    }

typedef struct fake_client_t {
    mj_exchange_client_t client;

    const fake_piece_t *pieces; /**< behind the last there is nothing yet, for ever */
    apr_size_t piece_count;
    apr_size_t piece;      /**< the next */
    apr_size_t piece_used; /**< of its bytes */
    int fd;
    uint64_t length; /**< what body_length answers */
    const mj_pair_t *trailers;
    apr_size_t trailer_count;

    mj_head_result_t head_result;
    int head_status;
    int passes_left; /**< until it is gone; -1: for ever */
    bool is_gone;
    bool is_aborted;
    bool has_whole_file;
    bool can_upgrade;
    bool has_tunnels; /**< places of its own for them */
    int log_level;

    const char *done; /**< what was asked of it, a word each */
    const char *log;  /**< lines, with the letter of their level */
    const char *body; /**< what it got of the response, passed on */
    int tunnels;      /**< places taken */
    int file;         /**< the descriptor that came; -1 */

    struct {
        const unsigned char *bytes;
        const char *copy;
        apr_size_t len;
    } gathered[64];
    int gathered_count;
    bool has_mark; /**< something else than bytes has gathered */
} fake_client_t;

/** A client that sends nothing, stays, and takes everything. */
void fake_client_make(fake_client_t *fake);

/** As it would be without what is asked where a response has no body: no upgrade, no interim
 *  responses. */
void fake_client_make_plain(fake_client_t *fake);

#define fake_client_sends(fake, ...)                                                                                             \
    do {                                                                                                                         \
        static const fake_piece_t pieces_sent[] = {__VA_ARGS__};                                                                 \
        (fake)->pieces = pieces_sent;                                                                                            \
        (fake)->piece_count = sizeof(pieces_sent) / sizeof(pieces_sent[0]);                                                      \
    } while (0)

#endif
