/* An exchange between a client and a daemon, both of which the test plays: what the daemon says is
 * sent ahead, for the exchange to find. */
#ifndef MJ_EXCHANGE_CASE_H
#define MJ_EXCHANGE_CASE_H

#include "exchange.h"
#include "fake_client.h"

#include <check.h>

extern mj_exchange_t exchange;
extern fake_client_t fake;
extern mj_dispatcher_t dispatcher;
extern mj_pool_settings_t *settings; /**< without any timeout */
extern mj_request_t head;
extern mj_ticket_t ticket;     /**< of pid 4711 */
extern mj_channel_t *channel;  /**< new for each test; closed behind it */
extern int daemon_fd;          /**< the daemon's end of it; -1: it is gone */
extern uint16_t daemon_serial; /**< of the frames that it sends: 1 at first */

/** Adds a case whose tests have these, a ready pool of one daemon on a board, and a fresh
 *  test_pool. */
TCase *mj_exchange_case(Suite *suite, const char *name);

/** Opens another channel to the daemon, in place of the first, which is closed. */
void mj_new_channel(void);

/** As mj_exchange_begin, which is to succeed, and mj_exchange_run. */
mj_ending_t mj_begin_and_run(void);
mj_ending_t mj_run(void);

/* --- what the daemon says --- */

void daemon_say_bytes(const void *bytes, size_t len);
void daemon_say(uint8_t type, uint8_t flags, const void *payload, size_t len);

/** @return false if nobody takes it any more */
bool daemon_tries_to_say(uint8_t type, const void *payload, size_t len);
void daemon_welcome(void);

/** A head without fields. @param flags MJ_FLAG_RESPONSE_*. @param length MJ_LENGTH_UNKNOWN */
void daemon_response(uint16_t status, uint8_t flags, uint64_t length);
void daemon_data(const char *text, uint8_t flags);
void daemon_end(void);
void daemon_credit(uint32_t credit);
void daemon_refused(uint8_t reason);
void daemon_failed(uint16_t status, const char *message);
void daemon_abort(const char *message);
void daemon_log(uint8_t level, const char *line);
void daemon_inform(uint16_t status);

/** With as many fields of a letter. */
void daemon_trailers(unsigned count);
void daemon_upgraded(unsigned count);

/** A response of a file. @param fd -1: none comes along */
void daemon_file(int fd, uint64_t offset, uint64_t length);

/** Closes the daemon's end. */
void daemon_goes(void);

/** The daemon says nothing more; it hears on. */
void daemon_falls_silent(void);

/* --- what it hears --- */

/** The frames that have come since this was asked last, a word each: HELLO, REQUEST+BODY, DATA(5),
 *  TRAILERS, END+CUT. */
const char *daemon_heard(void);

/** All bytes of DATA that it has ever heard. */
const char *daemon_body(void);

#endif
