/* What a pool may have of httpd's workers, and how it calls for more of its own. */
#include "board_case.h"
#include "harness.h"

static unsigned other;

static void claim_other(void)
{
    ck_assert_int_eq(mj_board_claim(board, "other", &other), APR_SUCCESS);
    mj_board_set_pool(board, other, MJ_POOL_READY, 0);
}

/* --- the share of a pool --- */

START_TEST(a_pool_has_no_more_in_flight_than_its_share)
{
    mj_ticket_t tickets[5], ticket;

    mj_board_ready(0, 1, 3);
    mj_board_ready(1, 2, 3);
    mj_board_share(board, 5, 100);
    for (int i = 0; i < 5; i++) {
        tickets[i] = mj_board_admit_one();
    }
    mj_assert_not_admitted(MJ_SHARE_IS_TAKEN);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 100), MJ_QUEUE_IS_OVER_SHARE);
    mj_board_release(board, &tickets[0]);
    ticket = mj_board_admit_one();
    mj_assert_not_admitted(MJ_SHARE_IS_TAKEN);
    mj_board_release(board, &ticket);
    mj_board_share(board, UINT32_MAX, UINT32_MAX);
    ck_assert_uint_eq(mj_board_room(), 2);
}
END_TEST

START_TEST(what_drains_is_of_the_share_too)
{
    mj_board_ready(0, 1, 3);
    mj_board_share(board, 3, 100);
    mj_board_admit_one();
    mj_board_admit_one();
    mj_board_set_slot(board, pool, 0, MJ_SLOT_DRAINING, 1, 1001, 3);
    mj_board_ready(1, 2, 3);
    mj_board_admit_one();
    mj_assert_not_admitted(MJ_SHARE_IS_TAKEN);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_FREE, 0, 0, 0);
    mj_board_admit_one();
}
END_TEST

START_TEST(a_share_holds_those_who_wait_too)
{
    mj_ticket_t ticket;

    mj_board_ready(0, 1, 2);
    mj_board_share(board, 4, 100);
    ticket = mj_board_admit_one();
    mj_board_admit_one();
    mj_assert_not_admitted(MJ_FULL);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 1), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 1), MJ_QUEUE_IS_FULL);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUE_IS_OVER_SHARE);
    mj_board_release(board, &ticket);
    mj_board_admit_one(); /* one of those who waited */
    mj_board_queue_leave(board, pool, child);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUE_IS_OVER_SHARE);
}
END_TEST

START_TEST(a_share_is_of_one_pool)
{
    mj_ticket_t ticket;

    claim_other();
    mj_board_ready(0, 1, 3);
    mj_board_set_slot(board, other, 0, MJ_SLOT_READY, 2, 1002, 3);
    mj_board_share(board, 1, 100);
    mj_board_admit_one();
    mj_assert_not_admitted(MJ_SHARE_IS_TAKEN);
    ck_assert_int_eq(mj_board_admit(board, other, child, NULL, &ticket), MJ_ADMITTED);
}
END_TEST

START_TEST(a_mapping_has_limits_of_its_own)
{
    mj_board_t *mapping;
    mj_ticket_t ticket;

    mj_board_ready(0, 1, 3);
    mj_board_share(board, 1, 0);
    mj_board_admit_one();
    mapping = mj_board_map_again();
    ck_assert_int_eq(mj_board_admit(mapping, pool, child, NULL, &ticket), MJ_ADMITTED);
    ck_assert_int_eq(mj_board_queue_enter(mapping, pool, child, 1), MJ_QUEUED);
    mj_board_unmap(mapping);
}
END_TEST

/* --- all queues --- */

START_TEST(all_queues_together_have_their_share)
{
    claim_other();
    mj_board_share(board, 100, 3);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 2), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 2), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 2), MJ_QUEUE_IS_FULL);
    ck_assert_int_eq(mj_board_queue_enter(board, other, child, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, other, child, 9), MJ_QUEUES_ARE_FULL);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUES_ARE_FULL);
    ck_assert_uint_eq(mj_board_waiting(board, pool), 2);
    ck_assert_uint_eq(mj_board_waiting(board, other), 1);
    mj_board_queue_leave(board, pool, child);
    ck_assert_int_eq(mj_board_queue_enter(board, other, child, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, other, child, 9), MJ_QUEUES_ARE_FULL);
}
END_TEST

START_TEST(a_dead_child_waits_in_no_queue)
{
    uint32_t dead;

    claim_other();
    ck_assert_int_eq(mj_board_child_init(board, 101, &dead), APR_SUCCESS);
    mj_board_share(board, 100, 4);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, dead, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, other, dead, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, other, dead, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, other, child, 9), MJ_QUEUES_ARE_FULL);
    mj_board_child_died(board, 101);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(mj_board_queue_enter(board, other, child, 9), MJ_QUEUED);
    }
    ck_assert_int_eq(mj_board_queue_enter(board, other, child, 9), MJ_QUEUES_ARE_FULL);
}
END_TEST

START_TEST(who_is_refused_leaves_nothing_behind)
{
    mj_board_share(board, 2, 1);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 0), MJ_QUEUE_IS_FULL);
    }
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUES_ARE_FULL);
    }
    mj_board_child_died(board, 100);
    ck_assert_uint_eq(mj_board_waiting(board, pool), 0);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUES_ARE_FULL);
}
END_TEST

/* --- calls --- */

START_TEST(a_call_is_heard_once)
{
    mj_board_t *supervisors;

    claim_other();
    supervisors = mj_board_map_again();
    ck_assert(!mj_board_take_wakeup(supervisors, pool));
    ck_assert(mj_board_request_wakeup(board, pool));
    ck_assert(!mj_board_request_wakeup(board, pool));
    ck_assert(!mj_board_take_wakeup(supervisors, other));
    ck_assert(mj_board_take_wakeup(supervisors, pool));
    ck_assert(!mj_board_take_wakeup(supervisors, pool));
    ck_assert(mj_board_request_wakeup(board, pool));
    mj_board_unmap(supervisors);
}
END_TEST

/* --- requests that wait --- */

START_TEST(a_request_that_waits_leaves_its_place_to_another)
{
    mj_ticket_t first, second;

    mj_board_ready(0, 1, 1);
    mj_board_share_tunnels(board, 1, 1);
    ck_assert_int_eq(mj_board_admit(board, pool, child, NULL, &first), MJ_ADMITTED);
    ck_assert_int_eq(mj_board_admit(board, pool, child, NULL, &second), MJ_FULL);
    ck_assert(mj_board_pause(board, &first));
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 1);
    ck_assert_int_eq(mj_board_admit(board, pool, child, NULL, &second), MJ_ADMITTED);
    ck_assert(!mj_board_pause(board, &second)); /* no more of httpd's workers may be held */
    mj_board_resume(board, &first);
    ck_assert_uint_eq(mj_board_in_flight(board, pool, 0), 2);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 0);
    mj_board_release(board, &first);
    mj_board_release(board, &second);
    ck_assert_uint_eq(mj_board_in_flight(board, pool, 0), 0);
}
END_TEST

START_TEST(a_request_that_waits_takes_no_place_of_the_next_daemon)
{
    mj_ticket_t waits;

    mj_board_ready(0, 1, 1);
    mj_board_share_tunnels(board, 1, 1);
    ck_assert_int_eq(mj_board_admit(board, pool, child, NULL, &waits), MJ_ADMITTED);
    ck_assert(mj_board_pause(board, &waits));
    mj_board_ready(0, 2, 1);
    mj_board_resume(board, &waits);
    ck_assert_uint_eq(mj_board_in_flight(board, pool, 0), 0);
    mj_board_release(board, &waits);
    ck_assert_uint_eq(mj_board_in_flight(board, pool, 0), 0);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 0);
}
END_TEST

/* --- tunnels --- */

START_TEST(a_pool_has_no_more_tunnels_than_its_share)
{
    claim_other();
    mj_board_share_tunnels(board, 2, 3);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELS_OVER_SHARE);
    ck_assert_int_eq(mj_board_tunnel_enter(board, other, child), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, other, child), MJ_TUNNELS_ARE_FULL);
    mj_board_tunnel_leave(board, pool, child);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 1);
    ck_assert_int_eq(mj_board_tunnel_enter(board, other, child), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, other, child), MJ_TUNNELS_ARE_FULL);
}
END_TEST

START_TEST(a_dead_child_has_no_tunnels)
{
    uint32_t dead;

    mj_board_share_tunnels(board, 10, 3);
    ck_assert_int_eq(mj_board_child_init(board, 4711, &dead), APR_SUCCESS);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, dead), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, dead), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, dead), MJ_TUNNELS_ARE_FULL);
    mj_board_child_died(board, 4711);
    ck_assert_uint_eq(mj_board_tunnels(board, pool), 1);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELED);
    ck_assert_int_eq(mj_board_tunnel_enter(board, pool, child), MJ_TUNNELS_ARE_FULL);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("board_share");
    TCase *tcase = mj_board_case(suite, "share");

    tcase_add_test(tcase, a_pool_has_no_more_in_flight_than_its_share);
    tcase_add_test(tcase, what_drains_is_of_the_share_too);
    tcase_add_test(tcase, a_share_holds_those_who_wait_too);
    tcase_add_test(tcase, a_share_is_of_one_pool);
    tcase_add_test(tcase, a_mapping_has_limits_of_its_own);
    tcase = mj_board_case(suite, "queues");
    tcase_add_test(tcase, all_queues_together_have_their_share);
    tcase_add_test(tcase, a_dead_child_waits_in_no_queue);
    tcase_add_test(tcase, who_is_refused_leaves_nothing_behind);
    tcase = mj_board_case(suite, "tunnels");
    tcase_add_test(tcase, a_request_that_waits_leaves_its_place_to_another);
    tcase_add_test(tcase, a_request_that_waits_takes_no_place_of_the_next_daemon);
    tcase_add_test(tcase, a_pool_has_no_more_tunnels_than_its_share);
    tcase_add_test(tcase, a_dead_child_has_no_tunnels);
    tcase = mj_board_case(suite, "calls");
    tcase_add_test(tcase, a_call_is_heard_once);
    return suite;
}
