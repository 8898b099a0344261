#include "board_case.h"
#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_ENOUGH apr_time_from_sec(30)

/* --- the queue --- */

START_TEST(the_queue_has_exactly_its_size)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 3), MJ_QUEUED);
    }
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 3), MJ_QUEUE_IS_FULL);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 4), MJ_QUEUED);
    mj_board_queue_leave(board, pool, child);
    mj_board_queue_leave(board, pool, child);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 3), MJ_QUEUED);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 3), MJ_QUEUE_IS_FULL);
    for (int i = 0; i < 3; i++) {
        ck_assert(mj_board_has_queue(board, pool));
        mj_board_queue_leave(board, pool, child);
    }
    ck_assert(!mj_board_has_queue(board, pool));
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 0), MJ_QUEUE_IS_FULL);
}
END_TEST

START_TEST(a_wait_that_has_nothing_to_wait_for_returns)
{
    uint32_t seen = mj_board_change(board, pool);

    mj_board_wait(board, pool, seen + 1, LONG_ENOUGH);
    mj_board_wait(board, pool, seen, 0);
    mj_board_wait(board, pool, seen, -1);
    mj_board_wait(board, pool, seen, 1);
}
END_TEST

START_TEST(what_a_waiter_wants_to_know_changes_the_word)
{
    uint32_t seen[7];
    mj_ticket_t ticket;
    int n = 0;

    mj_board_ready(0, 1, 1);
    ticket = mj_board_admit_one();
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 1), MJ_QUEUED);
    seen[n++] = mj_board_change(board, pool);
    mj_board_release(board, &ticket);
    seen[n++] = mj_board_change(board, pool);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_DRAINING, 1, 1, 1);
    seen[n++] = mj_board_change(board, pool);
    mj_board_set_slot(board, pool, 1, MJ_SLOT_READY, 1, 1, 1);
    seen[n++] = mj_board_change(board, pool);
    mj_board_set_pool(board, pool, MJ_POOL_DOWN, 1);
    seen[n++] = mj_board_change(board, pool);
    mj_board_child_died(board, 100);
    seen[n++] = mj_board_change(board, pool);
    for (int i = 1; i < n; i++) {
        ck_assert_uint_ne(seen[i - 1], seen[i]);
    }
}
END_TEST

typedef struct waiter_t {
    _Atomic bool is_waiting;
    mj_admission_t result;
    bool was_in_time;
} waiter_t;

/* What the handler does: enters the queue, and waits for a place until the deadline. */
static void *wait_for_place(void *data)
{
    apr_time_t deadline = apr_time_now() + LONG_ENOUGH;
    waiter_t *waiter = data;
    mj_ticket_t ticket;

    if (mj_board_queue_enter(board, pool, child, 100) != MJ_QUEUED) {
        return NULL;
    }
    do {
        uint32_t seen = mj_board_change(board, pool);

        waiter->result = mj_board_admit(board, pool, child, NULL, &ticket);
        if (waiter->result != MJ_FULL) {
            break;
        }
        waiter->is_waiting = true;
        mj_board_wait(board, pool, seen, deadline - apr_time_now());
    } while (apr_time_now() < deadline);
    waiter->was_in_time = apr_time_now() < deadline;
    mj_board_queue_leave(board, pool, child);
    if (waiter->result == MJ_ADMITTED) {
        mj_board_release(board, &ticket);
    }
    return NULL;
}

static void await_flag(const _Atomic bool *flag)
{
    apr_time_t deadline = apr_time_now() + LONG_ENOUGH;

    while (!*flag) {
        ck_assert_msg(apr_time_now() < deadline, "it takes too long");
        sched_yield();
    }
}

START_TEST(a_release_lets_all_waiters_through_one_after_another)
{
    waiter_t waiters[6] = {0};
    pthread_t threads[6];
    mj_ticket_t ticket;

    mj_board_ready(0, 1, 1);
    ticket = mj_board_admit_one();
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_for_place, &waiters[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        await_flag(&waiters[i].is_waiting);
    }
    mj_board_release(board, &ticket);
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(waiters[i].result, MJ_ADMITTED);
        ck_assert(waiters[i].was_in_time);
    }
    ck_assert(!mj_board_has_queue(board, pool));
    ck_assert_uint_eq(mj_board_room(), 1);
}
END_TEST

static void *wait_for_slot(void *data)
{
    waiter_t *waiter = data;
    uint32_t seen = mj_board_change(board, pool);

    waiter->is_waiting = true;
    mj_board_wait_for(board, pool, 1, seen, LONG_ENOUGH);
    waiter->was_in_time = mj_board_change(board, pool) != seen;
    return NULL;
}

/* Otherwise the wake-up would be lost on it: the other one would wait on. */
START_TEST(a_release_wakes_a_request_that_can_use_the_place)
{
    waiter_t particular = {0}, any = {0};
    pthread_t threads[2];
    mj_ticket_t ticket;

    mj_board_ready(0, 1, 1);
    ticket = mj_board_admit_one();
    ck_assert_int_eq(pthread_create(&threads[0], NULL, wait_for_slot, &particular), 0);
    await_flag(&particular.is_waiting);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, wait_for_place, &any), 0);
    await_flag(&any.is_waiting);
    mj_board_release(board, &ticket);
    pthread_join(threads[1], NULL);
    ck_assert_int_eq(any.result, MJ_ADMITTED);
    mj_board_set_slot(board, pool, 1, MJ_SLOT_READY, 2, 1002, 1);
    pthread_join(threads[0], NULL);
}
END_TEST

START_TEST(a_new_state_reaches_all_waiters)
{
    for (int way = 0; way < 3; way++) {
        waiter_t waiters[3] = {0};
        pthread_t threads[3];

        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_for_place, &waiters[i]), 0);
        }
        for (int i = 0; i < 3; i++) {
            await_flag(&waiters[i].is_waiting);
        }
        if (way == 0) {
            mj_board_set_pool(board, pool, MJ_POOL_DOWN, 0);
        } else if (way == 1) {
            mj_board_ready(0, 1, 3);
        } else {
            mj_board_set_pool(board, pool, MJ_POOL_FREE, 0);
        }
        for (int i = 0; i < 3; i++) {
            pthread_join(threads[i], NULL);
            ck_assert(waiters[i].was_in_time);
            ck_assert_int_eq(waiters[i].result, way == 0 ? MJ_POOL_IS_DOWN : way == 1 ? MJ_ADMITTED : MJ_POOL_IS_GONE);
        }
        mj_board_set_pool(board, pool, MJ_POOL_READY, 0);
        mj_board_set_slot(board, pool, 0, MJ_SLOT_FREE, 0, 0, 0);
    }
}
END_TEST

/* --- many at once --- */

#define PROCESSES 3
#define THREADS 4
#define ROUNDS 100000
#define SLOTS 2
#define LIMIT 3
#define QUEUE 2

/* Counted apart from the board, in memory that all processes share. */
typedef struct tally_t {
    _Atomic int in_flight[SLOTS];
    _Atomic int waiting;
    _Atomic int most[SLOTS];
    _Atomic int most_waiting;
    _Atomic int admitted;
    _Atomic int hammers;
} tally_t;

static tally_t *tally;
static uint32_t own_row;

static void enter(_Atomic int *count, _Atomic int *most)
{
    int now = atomic_fetch_add(count, 1) + 1;
    int before = *most;

    while (now > before && !atomic_compare_exchange_weak(most, &before, now)) {
    }
}

static void *hammer(void *unused)
{
    tally->hammers++;
    while (tally->hammers < PROCESSES * THREADS) { /* until all are there */
        sched_yield();
    }
    for (int i = 0; i < ROUNDS; i++) {
        mj_ticket_t ticket;

        if (mj_board_admit(board, pool, own_row, NULL, &ticket) == MJ_ADMITTED) {
            enter(&tally->in_flight[ticket.slot], &tally->most[ticket.slot]);
            tally->admitted++;
            if (i % 7 == 0) {
                sched_yield();
            }
            tally->in_flight[ticket.slot]--;
            mj_board_release(board, &ticket);
        } else if (mj_board_queue_enter(board, pool, own_row, QUEUE) == MJ_QUEUED) {
            enter(&tally->waiting, &tally->most_waiting);
            sched_yield();
            tally->waiting--;
            mj_board_queue_leave(board, pool, own_row);
        }
    }
    return unused;
}

static void hammer_in_threads(void)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, hammer, NULL) != 0) {
            _exit(2);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

START_TEST(neither_slots_nor_the_queue_are_ever_over_their_limits)
{
    pid_t children[PROCESSES];

    tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(tally, MAP_FAILED);
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        mj_board_ready(slot, slot + 1, LIMIT);
    }
    for (uint32_t i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0) {
            board = mj_board_map_again();
            if (mj_board_child_init(board, 500 + i, &own_row) != APR_SUCCESS) {
                _exit(1);
            }
            hammer_in_threads();
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;

        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    for (int slot = 0; slot < SLOTS; slot++) {
        ck_assert_int_le(tally->most[slot], LIMIT);
        ck_assert_int_ge(tally->most[slot], 1);
    }
    ck_assert_int_le(tally->most_waiting, QUEUE);
    ck_assert_int_gt(tally->admitted, 0);
    ck_assert_uint_eq(mj_board_served(board, pool, 0) + mj_board_served(board, pool, 1), (unsigned)tally->admitted);
    ck_assert(!mj_board_has_queue(board, pool));
    ck_assert_uint_eq(mj_board_room(), SLOTS * LIMIT);
    for (int i = 0; i < SLOTS * LIMIT; i++) {
        mj_board_admit_one();
    }
    mj_board_share(board, UINT32_MAX, 1); /* nobody waits in any queue */
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 1), MJ_QUEUED);
    for (uint32_t i = 0; i < PROCESSES; i++) {
        mj_board_child_died(board, 500 + i); /* nothing is left in their rows to be taken off again */
    }
    ck_assert_uint_eq(mj_board_room(), 0);
    ck_assert(mj_board_has_queue(board, pool));
    munmap(tally, sizeof(*tally));
}
END_TEST

static _Atomic uint32_t last_ready; /* serial of the last daemon that was ready */

static void *admit_until_the_last(void *data)
{
    _Atomic bool *was_early = data;
    mj_ticket_t ticket = {0};

    while (last_ready < ROUNDS && !*was_early) {
        if (mj_board_admit(board, pool, child, NULL, &ticket) == MJ_ADMITTED) {
            if (ticket.serial > last_ready) {
                *was_early = true;
            }
            mj_board_release(board, &ticket);
        }
    }
    return NULL;
}

START_TEST(no_request_is_admitted_to_a_daemon_before_it_is_ready)
{
    _Atomic bool was_early = false;
    pthread_t threads[2];

    last_ready = 0;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, admit_until_the_last, (void *)&was_early), 0);
    }
    for (uint32_t serial = 1; serial <= ROUNDS; serial++) {
        mj_board_set_slot(board, pool, 0, MJ_SLOT_STARTING, serial, 1, LIMIT);
        last_ready = serial;
        mj_board_set_slot(board, pool, 0, MJ_SLOT_READY, serial, 1, LIMIT);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert(!was_early);
}
END_TEST

START_TEST(the_count_of_a_killed_process_is_given_back)
{
    for (uint32_t round = 0; round < 20; round++) {
        pid_t killed;
        int status;

        mj_board_ready(0, round + 1, LIMIT);
        killed = fork();
        ck_assert_int_ge(killed, 0);
        if (killed == 0) {
            mj_ticket_t ticket;

            board = mj_board_map_again();
            if (mj_board_child_init(board, (uint32_t)getpid(), &own_row) != APR_SUCCESS) {
                _exit(1);
            }
            for (uint32_t i = 0; i <= round % LIMIT; i++) {
                mj_board_admit(board, pool, own_row, NULL, &ticket);
            }
            mj_board_queue_enter(board, pool, own_row, QUEUE);
            _exit(0);
        }
        ck_assert_int_eq(waitpid(killed, &status, 0), killed);
        ck_assert_int_eq(status, 0);
        ck_assert(mj_board_has_queue(board, pool));
        ck_assert_uint_eq(mj_board_room(), LIMIT - 1 - round % LIMIT);
        mj_board_child_died(board, (uint32_t)killed);
        ck_assert(!mj_board_has_queue(board, pool));
        ck_assert_uint_eq(mj_board_room(), LIMIT);
    }
}
END_TEST

START_TEST(a_look_shows_states_and_counts)
{
    mj_board_view_t view;
    mj_ticket_t ticket;

    mj_board_ready(0, 1, 3);
    mj_board_ready(2, 5, 7);
    mj_board_set_pool(board, pool, MJ_POOL_READY, 0);
    ticket = mj_board_admit_one();
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    mj_board_count(board, pool, MJ_COUNTER_LOST);
    mj_board_count(board, pool, MJ_COUNTER_UPGRADED);
    mj_board_count(board, pool, MJ_COUNTER_UPGRADED);
    mj_board_look(board, pool, &view);
    ck_assert_int_eq(view.state, MJ_POOL_READY);
    ck_assert_uint_eq(view.waiting, 1);
    ck_assert_uint_eq(view.counters[MJ_COUNTER_ABANDONED], 0);
    ck_assert_uint_eq(view.counters[MJ_COUNTER_MOVED], 0);
    ck_assert_uint_eq(view.counters[MJ_COUNTER_LOST], 1);
    ck_assert_uint_eq(view.counters[MJ_COUNTER_UPGRADED], 2);
    ck_assert_uint_eq(view.slot_count, 3);
    ck_assert_int_eq(view.slots[1].state, MJ_SLOT_FREE);
    ck_assert_int_eq(view.slots[2].state, MJ_SLOT_READY);
    ck_assert_uint_eq(view.slots[2].pid, 1005);
    ck_assert_uint_eq(view.slots[2].threads, 7);
    ck_assert_uint_eq(view.slots[0].in_flight + view.slots[2].in_flight, 1);
    mj_board_release(board, &ticket);
    mj_board_look(board, pool, &view);
    ck_assert_uint_eq(view.slots[0].in_flight + view.slots[2].in_flight, 0);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("board_queue");
    TCase *tcase = mj_board_case(suite, "queue");

    tcase_add_test(tcase, a_look_shows_states_and_counts);
    tcase_add_test(tcase, the_queue_has_exactly_its_size);
    tcase_add_test(tcase, a_wait_that_has_nothing_to_wait_for_returns);
    tcase_add_test(tcase, what_a_waiter_wants_to_know_changes_the_word);
    tcase_add_test(tcase, a_release_lets_all_waiters_through_one_after_another);
    tcase_add_test(tcase, a_release_wakes_a_request_that_can_use_the_place);
    tcase_add_test(tcase, a_new_state_reaches_all_waiters);
    tcase = mj_board_case(suite, "many at once");
    tcase_add_test(tcase, neither_slots_nor_the_queue_are_ever_over_their_limits);
    tcase_add_test(tcase, no_request_is_admitted_to_a_daemon_before_it_is_ready);
    tcase_add_test(tcase, the_count_of_a_killed_process_is_given_back);
    return suite;
}
