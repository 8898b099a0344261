#include "board_case.h"

#include "harness.h"
#include "reopen.h"

#include <fcntl.h>
#include <unistd.h>

mj_board_t *board;
int board_fd;
unsigned pool;
uint32_t child;

/* A board with one ready pool and one child. */
static void make_board(void)
{
    ck_assert_int_eq(mj_board_create(&board, &board_fd, 4, 8), APR_SUCCESS);
    ck_assert_int_eq(mj_board_claim(board, "shop", &pool), APR_SUCCESS);
    ck_assert_int_eq(mj_board_child_init(board, 100, &child), APR_SUCCESS);
    mj_board_set_pool(board, pool, MJ_POOL_READY, 0);
}

static void unmake_board(void)
{
    mj_board_unmap(board);
    close(board_fd);
}

mj_board_t *mj_board_map_again(void)
{
    int fd = mj_reopen(board_fd, O_RDWR);
    mj_board_t *other;
    ck_assert_int_eq(mj_board_map(&other, fd, mj_board_max_pools(board), mj_board_max_children(board)), APR_SUCCESS);
    close(fd);
    return other;
}

void mj_board_ready(unsigned slot, uint32_t serial, uint32_t threads)
{
    mj_board_set_slot(board, pool, slot, MJ_SLOT_STARTING, serial, 0, threads);
    mj_board_set_slot(board, pool, slot, MJ_SLOT_READY, serial, 1000 + serial, threads);
}

mj_ticket_t mj_board_admit_as(uint32_t who, int avoid)
{
    mj_slots_t slots = {0};
    mj_ticket_t ticket;

    if (avoid >= 0) {
        mj_slots_add(&slots, (unsigned)avoid);
    }
    ck_assert_int_eq(mj_board_admit(board, pool, who, &slots, &ticket), MJ_ADMITTED);
    return ticket;
}

mj_ticket_t mj_board_admit_one(void)
{
    return mj_board_admit_as(child, -1);
}

void mj_assert_not_admitted(mj_admission_t why)
{
    mj_ticket_t ticket;

    ck_assert_int_eq(mj_board_admit(board, pool, child, NULL, &ticket), why);
}

unsigned mj_board_room(void)
{
    mj_ticket_t tickets[1000];
    unsigned n = 0;

    while (n < sizeof(tickets) / sizeof(tickets[0]) && mj_board_admit(board, pool, child, NULL, &tickets[n]) == MJ_ADMITTED) {
        n++;
    }
    for (unsigned i = 0; i < n; i++) {
        mj_board_release(board, &tickets[i]);
    }
    return n;
}

TCase *mj_board_case(Suite *suite, const char *name)
{
    TCase *tcase = mj_case(suite, name);

    tcase_add_checked_fixture(tcase, make_board, unmake_board);
    tcase_set_timeout(tcase, 60);
    return tcase;
}
