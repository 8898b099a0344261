#include "daemon_socket.h"
#include "harness.h"
#include "idle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

static mj_idle_t *idle;

static void make_idle(void)
{
    mj_listen(64);
    ck_assert_int_eq(mj_idle_make(&idle, test_pool), APR_SUCCESS);
}

static void unmake_idle(void)
{
    close(socket_listener);
}

static bool is_closed(int accepted)
{
    char byte;

    return recv(accepted, &byte, 1, MSG_DONTWAIT) == 0;
}

START_TEST(the_channel_last_used_is_taken_first)
{
    mj_channel_t *channels[3];
    int peers[3];

    ck_assert_ptr_null(mj_idle_take(idle, 2, 9));
    for (int i = 0; i < 3; i++) {
        channels[i] = mj_open_channel(2, 9, &peers[i]);
    }
    for (int i = 0; i < 3; i++) {
        mj_idle_give(idle, channels[i], i);
    }
    ck_assert_ptr_null(mj_idle_take(idle, 1, 9)); /* another slot's */
    for (int i = 2; i >= 0; i--) {
        ck_assert_ptr_eq(mj_idle_take(idle, 2, 9), channels[i]);
    }
    ck_assert_ptr_null(mj_idle_take(idle, 2, 9));
    for (int i = 0; i < 3; i++) {
        ck_assert(!is_closed(peers[i]));
        mj_channel_close(channels[i]);
        close(peers[i]);
    }
}
END_TEST

START_TEST(channels_to_a_daemon_that_was_replaced_are_closed)
{
    mj_channel_t *fresh;
    int peers[4];

    for (int i = 0; i < 2; i++) {
        mj_idle_give(idle, mj_open_channel(2, 9, &peers[i]), 0);
    }
    ck_assert_ptr_null(mj_idle_take(idle, 2, 10));
    ck_assert(is_closed(peers[0]) && is_closed(peers[1]));
    ck_assert_ptr_null(mj_idle_take(idle, 2, 9));
    mj_idle_give(idle, mj_open_channel(2, 10, &peers[2]), 0);
    fresh = mj_open_channel(2, 11, &peers[3]);
    mj_idle_give(idle, fresh, 0);
    ck_assert(is_closed(peers[2]) && !is_closed(peers[3]));
    ck_assert_ptr_eq(mj_idle_take(idle, 2, 11), fresh);
    mj_channel_close(fresh);
    for (int i = 0; i < 4; i++) {
        close(peers[i]);
    }
}
END_TEST

START_TEST(channels_that_nobody_used_for_a_while_are_closed)
{
    const apr_time_t second = apr_time_from_sec(1);
    mj_channel_t *channels[4], *other;
    int peers[5];

    for (int i = 0; i < 4; i++) {
        channels[i] = mj_open_channel(2, 9, &peers[i]);
    }
    other = mj_open_channel(3, 9, &peers[4]);
    mj_idle_give(idle, channels[0], 100 * second);
    mj_idle_give(idle, channels[1], 101 * second);
    mj_idle_give(idle, channels[2], 130 * second);
    mj_idle_give(idle, channels[3], 131 * second);
    mj_idle_give(idle, other, 99 * second);
    mj_idle_expire(idle, 99 * second);
    ck_assert(!is_closed(peers[0]) && !is_closed(peers[1]) && !is_closed(peers[4]));
    mj_idle_expire(idle, 130 * second);
    ck_assert(is_closed(peers[0]) && is_closed(peers[1]) && !is_closed(peers[2]) && !is_closed(peers[3]));
    ck_assert(is_closed(peers[4])); /* another slot's */
    ck_assert_ptr_eq(mj_idle_take(idle, 2, 9), channels[3]);
    ck_assert_ptr_eq(mj_idle_take(idle, 2, 9), channels[2]);
    ck_assert_ptr_null(mj_idle_take(idle, 2, 9));
    mj_channel_close(channels[2]);
    mj_channel_close(channels[3]);
    for (int i = 0; i < 5; i++) {
        close(peers[i]);
    }
}
END_TEST

static void *take_and_give(void *data)
{
    _Atomic int *takes = data;

    for (int i = 0; i < 20000; i++) {
        mj_channel_t *taken = mj_idle_take(idle, 2, 9);

        if (taken != NULL) {
            if (taken->is_answer_due) { /* somebody else has it too */
                *takes = -1000000;
            }
            taken->is_answer_due = true;
            ++*takes;
            taken->is_answer_due = false;
            mj_idle_give(idle, taken, i);
        }
        mj_idle_expire(idle, -1); /* none */
    }
    return NULL;
}

START_TEST(an_idle_channel_is_taken_by_one_thread_at_a_time)
{
    mj_channel_t *taken;
    pthread_t threads[4];
    _Atomic int takes = 0;
    int peers[3], count = 0;

    for (int i = 0; i < 3; i++) {
        mj_idle_give(idle, mj_open_channel(2, 9, &peers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give, (void *)&takes), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_int_gt(takes, 0);
    while ((taken = mj_idle_take(idle, 2, 9)) != NULL) {
        mj_channel_close(taken);
        count++;
    }
    ck_assert_int_eq(count, 3);
    for (int i = 0; i < 3; i++) {
        close(peers[i]);
    }
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("idle");
    TCase *tcase = mj_case(suite, "idle");

    tcase_add_checked_fixture(tcase, make_idle, unmake_idle);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_channel_last_used_is_taken_first);
    tcase_add_test(tcase, channels_to_a_daemon_that_was_replaced_are_closed);
    tcase_add_test(tcase, channels_that_nobody_used_for_a_while_are_closed);
    tcase_add_test(tcase, an_idle_channel_is_taken_by_one_thread_at_a_time);
    return suite;
}
