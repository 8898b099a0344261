/* Counts that a captured child of httpd has written: each party puts right what it knows. */
#include "board_layout.h" /* first: what the other declares would be shadowed in it */

#include "board_case.h"
#include "harness.h"

#include <pthread.h>

static uint32_t waiting(void)
{
    return mj_board_waiting(board, pool);
}

static uint32_t in_flight(unsigned slot)
{
    return mj_board_in_flight(board, pool, slot);
}

static void recount(void)
{
    mj_board_recount(board, pool);
    mj_board_recount_totals(board, &pool, 1);
}

START_TEST(what_who_never_started_counts_is_taken_off)
{
    mj_ticket_t ticket;
    mj_board_ready(0, 1, 5);
    ticket = mj_board_admit_one();
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 5), MJ_QUEUED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELED);
    mj_board_clear_rows_of_nobody(board);
    ck_assert_uint_eq(in_flight(0), 0);
    ck_assert_uint_eq(waiting(), 0);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 0);
    mj_board_release(board, &ticket);
    ck_assert_uint_eq(in_flight(0), 0);
}
END_TEST

START_TEST(what_living_children_count_stays)
{
    mj_ticket_t ticket;
    ck_assert_int_eq(mj_board_child_started(board, 100), APR_SUCCESS);
    mj_board_ready(0, 1, 5);
    ticket = mj_board_admit_one();
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 5), MJ_QUEUED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELED);
    for (int i = 0; i < 3; i++) {
        recount();
        mj_board_keep_row(board, pool);
        mj_board_clear_rows_of_nobody(board);
    }
    ck_assert_uint_eq(in_flight(0), 1);
    ck_assert_uint_eq(waiting(), 1);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 1);
    mj_board_release(board, &ticket);
    mj_board_queue_leave(board, pool, child);
    mj_board_tunnel_leave(board, pool, child);
    ck_assert_uint_eq(in_flight(0), 0);
    ck_assert_uint_eq(waiting(), 0);
    mj_board_child_died(board, 100);
    ck_assert_int_eq(mj_board_child_init(board, 101, &child), APR_SUCCESS);
    ck_assert_uint_eq(child, 0); /* the row is free */
}
END_TEST

START_TEST(sums_are_no_higher_than_rows)
{
    mj_ticket_t ticket;
    mj_board_ready(0, 7, 5);
    ticket = mj_board_admit_one();
    atomic_store(&slot_at(board, pool, 0)->load, (UINT64_C(7) << 32) | 4000000000u);
    atomic_store(&pool_at(board, pool)->waiting, 100);
    atomic_store(&pool_at(board, pool)->tunnels, 100);
    atomic_store(&header_of(board)->waiting, UINT32_MAX);
    atomic_store(&header_of(board)->tunnels, UINT32_MAX);
    mj_assert_not_admitted(MJ_FULL);
    recount();
    ck_assert_uint_eq(in_flight(0), 1);
    ck_assert_uint_eq(waiting(), 0);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 0);
    ck_assert_uint_eq(atomic_load(&header_of(board)->waiting), 0);
    ck_assert_uint_eq(atomic_load(&header_of(board)->tunnels), 0);
    mj_board_release(board, &ticket);
    ck_assert_uint_eq(in_flight(0), 0);
}
END_TEST

START_TEST(sums_that_are_too_low_are_left)
{
    mj_ticket_t first, second;
    mj_board_ready(0, 7, 5);
    first = mj_board_admit_one();
    second = mj_board_admit_one();
    atomic_store(&slot_at(board, pool, 0)->load, UINT64_C(7) << 32);
    recount();
    ck_assert_uint_eq(in_flight(0), 0);
    mj_board_release(board, &first);
    mj_board_release(board, &second);
    ck_assert_uint_eq(in_flight(0), 0);
}
END_TEST

START_TEST(a_child_keeps_its_own_row)
{
    mj_ticket_t ticket;
    mj_board_ready(0, 7, 5);
    ticket = mj_board_admit_one();
    for (unsigned which = 0; which < SHADOWS; which++) {
        atomic_store(shadow_at(board, pool, child, which), 0xffffffff - which);
    }
    atomic_store(&child_pids(board)[child], 1);
    atomic_store(&slot_at(board, pool, 0)->load, (UINT64_C(7) << 32) | 5);
    mj_board_keep_row(board, pool);
    ck_assert_uint_eq(atomic_load(&child_pids(board)[child]), 100);
    for (unsigned which = 0; which < SHADOWS; which++) {
        ck_assert_uint_eq(atomic_load(shadow_at(board, pool, child, which)), which == 0 ? 1 : 0);
    }
    recount();
    ck_assert_uint_eq(in_flight(0), 1);
    mj_board_release(board, &ticket);
}
END_TEST

/* A pid twice, and pids of nobody. */
START_TEST(rows_of_nobody_are_cleared)
{
    ck_assert_int_eq(mj_board_child_started(board, 100), APR_SUCCESS);
    ck_assert_int_eq(mj_board_child_started(board, 102), APR_SUCCESS);
    mj_board_ready(0, 7, 5);
    for (uint32_t row = 1; row < 8; row++) {
        atomic_store(&child_pids(board)[row], row < 3 ? 102 : 1000 + row);
        atomic_store(shadow_at(board, pool, row, 0), 1000);
        atomic_store(shadow_at(board, pool, row, QUEUE_SHADOW), 1000);
    }
    atomic_store(&slot_at(board, pool, 0)->load, (UINT64_C(7) << 32) | 7000);
    atomic_store(&pool_at(board, pool)->waiting, 7000);
    mj_board_clear_rows_of_nobody(board);
    ck_assert_uint_eq(in_flight(0), 2000);
    ck_assert_uint_eq(waiting(), 2000);
    mj_board_child_died(board, 102);
    ck_assert_uint_eq(in_flight(0), 0);
    ck_assert_uint_eq(waiting(), 0);
    for (uint32_t row = 1; row < 8; row++) {
        ck_assert_uint_eq(atomic_load(&child_pids(board)[row]), 0);
    }
    ck_assert_uint_eq(atomic_load(&child_pids(board)[0]), 100);
}
END_TEST

#define TURNS 200000

static _Atomic int turns;

static void *take_turns(void *unused)
{
    (void)unused;
    while (atomic_fetch_add(&turns, 1) < TURNS) {
        mj_ticket_t ticket;
        if (mj_board_admit(board, pool, child, NULL, &ticket) == MJ_ADMITTED) {
            mj_board_release(board, &ticket);
        }
        if (mj_board_queue_enter(board, pool, child, 10) == MJ_QUEUED) {
            mj_board_queue_leave(board, pool, child);
        }
    }
    return NULL;
}

/* Recounts while requests come and go take nothing off that is counted: a request that stays is
 * counted throughout. */
START_TEST(a_recount_disturbs_nobody)
{
    pthread_t threads[4];
    mj_ticket_t ticket;
    ck_assert_int_eq(mj_board_child_started(board, 100), APR_SUCCESS);
    mj_board_ready(0, 7, 50);
    ticket = mj_board_admit_one();
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_turns, NULL), 0);
    }
    while (atomic_load(&turns) < TURNS) {
        recount();
        mj_board_clear_rows_of_nobody(board);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(in_flight(0), 1);
    ck_assert_uint_eq(waiting(), 0);
    mj_board_release(board, &ticket);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("board recount");
    TCase *recounts = mj_board_case(suite, "recounts");
    tcase_set_timeout(recounts, 60);
    tcase_add_test(recounts, what_who_never_started_counts_is_taken_off);
    tcase_add_test(recounts, what_living_children_count_stays);
    tcase_add_test(recounts, sums_are_no_higher_than_rows);
    tcase_add_test(recounts, sums_that_are_too_low_are_left);
    tcase_add_test(recounts, a_child_keeps_its_own_row);
    tcase_add_test(recounts, rows_of_nobody_are_cleared);
    tcase_add_test(recounts, a_recount_disturbs_nobody);
    return suite;
}
