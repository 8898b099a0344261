/* A board with one ready pool and one httpd child, new for each test. */
#ifndef MJ_BOARD_CASE_H
#define MJ_BOARD_CASE_H

#include "board.h"

#include <check.h>

extern mj_board_t *board;
extern int board_fd;
extern unsigned pool;
extern uint32_t child;

/** Adds a case whose tests have these and a fresh test_pool. */
TCase *mj_board_case(Suite *suite, const char *name);

/** Another mapping of the board, as a process has it that did not make it. In a forked one it takes
 * the place of `board`. */
mj_board_t *mj_board_map_again(void);

/** A daemon starts in that slot and becomes ready, as the supervisor writes it. Its pid is 1000
 * more than its serial. */
void mj_board_ready(unsigned slot, uint32_t serial, uint32_t threads);

/** Admits one request, or fails the test. */
mj_ticket_t mj_board_admit_as(uint32_t who, int avoid);
mj_ticket_t mj_board_admit_one(void);

void mj_assert_not_admitted(mj_admission_t why);

/** How many more requests are admitted now; all are released again. */
unsigned mj_board_room(void);

#endif
