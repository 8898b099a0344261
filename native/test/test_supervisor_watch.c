/* The watch over a daemon, with a clock of the test's own, and what /proc tells of this very
 * process. */
#include "harness.h"
#include "life.h"
#include "procfs.h"
#include "watch.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
#define MB (INT64_C(1) << 20)

static mj_verdict_t look(mj_watch_t *watch, const mj_limits_t *limits, int64_t now)
{
    return mj_watch_look(watch, limits, getpid(), true, now);
}

START_TEST(should_watch_nothing_where_nothing_is_limited)
{
    mj_limits_t limits = {0};
    mj_watch_t watch;
    mj_watch_begin(&watch, &limits, 0, SECOND);
    ck_assert_int_eq(mj_watch_next(&watch), MJ_NEVER);
    ck_assert_int_eq(look(&watch, &limits, 1000000 * SECOND), MJ_WATCH_FINE);
}
END_TEST

START_TEST(should_find_it_old_at_its_time_once)
{
    mj_limits_t limits = {.restart_us = 100 * SECOND};
    mj_watch_t watch;
    mj_watch_begin(&watch, &limits, 0, SECOND);
    ck_assert_int_eq(mj_watch_next(&watch), 101 * SECOND);
    mj_watch_begin(&watch, &limits, 1000, SECOND);
    ck_assert_int_eq(mj_watch_next(&watch), 91 * SECOND); /* a tenth less at most */
    ck_assert_int_eq(look(&watch, &limits, 91 * SECOND - 1), MJ_WATCH_FINE);
    ck_assert_int_eq(look(&watch, &limits, 91 * SECOND), MJ_WATCH_OLD);
    ck_assert_int_eq(look(&watch, &limits, 92 * SECOND), MJ_WATCH_FINE);
    ck_assert_int_eq(mj_watch_next(&watch), MJ_NEVER);
}
END_TEST

START_TEST(should_find_it_large_each_second)
{
    mj_limits_t small = {.memory = MB / 16}, large = {.memory = 1024 * 1024 * MB};
    mj_watch_t watch;
    mj_watch_begin(&watch, &large, 0, SECOND);
    ck_assert_int_eq(look(&watch, &large, SECOND), MJ_WATCH_FINE);
    ck_assert_int_gt(watch.resident, MB / 16);
    ck_assert_int_eq(mj_watch_next(&watch), 2 * SECOND);
    ck_assert_int_eq(look(&watch, &small, 2 * SECOND - 1), MJ_WATCH_FINE);
    ck_assert_int_eq(look(&watch, &small, 2 * SECOND), MJ_WATCH_LARGE);
}
END_TEST

START_TEST(should_find_it_silent_when_it_says_nothing_for_so_long)
{
    mj_limits_t limits = {.deadlock_us = 8 * SECOND};
    mj_watch_t watch;
    int64_t now = 2 * SECOND;
    int i;
    mj_watch_begin(&watch, &limits, 0, now);
    for (i = 0; i < 10; i++) { /* it speaks */
        ck_assert_int_eq(mj_watch_next(&watch), now + 2 * SECOND);
        now += 2 * SECOND;
        watch.has_spoken = true;
        ck_assert_int_eq(look(&watch, &limits, now), MJ_WATCH_FINE);
    }
    for (i = 0; i < 3; i++) {
        now += 2 * SECOND;
        ck_assert_int_eq(look(&watch, &limits, now), MJ_WATCH_FINE);
    }
    ck_assert_int_eq(look(&watch, &limits, now + 2 * SECOND), MJ_WATCH_SILENT);
}
END_TEST

START_TEST(should_look_at_all_daemons_at_the_same_time)
{
    mj_limits_t limits = {.deadlock_us = 60 * SECOND, .memory = 1024 * 1024 * MB};
    mj_watch_t first, second;

    mj_watch_begin(&first, &limits, 0, SECOND);
    mj_watch_begin(&second, &limits, 0, 13 * SECOND + 5);
    ck_assert_int_eq(first.silence_at, 15 * SECOND);
    ck_assert_int_eq(second.silence_at, 15 * SECOND);
    first.has_spoken = second.has_spoken = true;
    ck_assert_int_eq(look(&first, &limits, 15 * SECOND), MJ_WATCH_FINE);
    ck_assert_int_eq(look(&second, &limits, 15 * SECOND + 7), MJ_WATCH_FINE);
    ck_assert_int_eq(mj_watch_next(&first), 16 * SECOND);
    ck_assert_int_eq(mj_watch_next(&second), 16 * SECOND);
    ck_assert_int_eq(first.silence_at, 30 * SECOND);
    ck_assert_int_eq(second.silence_at, 30 * SECOND);
}
END_TEST

/* A look at one that rests. */
static mj_verdict_t look_at_rest(mj_watch_t *watch, const mj_limits_t *limits, bool is_in_use, int64_t now)
{
    return mj_watch_look(watch, limits, getpid(), is_in_use, now);
}

START_TEST(should_ask_one_that_rests_now_and_then)
{
    mj_limits_t limits = {.deadlock_us = 60 * SECOND};
    mj_watch_t watch;
    int64_t now;

    mj_watch_begin(&watch, &limits, 0, 15 * SECOND);
    watch.has_spoken = watch.is_resting = true;
    for (now = 30 * SECOND; now < 330 * SECOND; now += 15 * SECOND) {
        ck_assert_int_eq(look_at_rest(&watch, &limits, false, now), MJ_WATCH_FINE);
        ck_assert_int_eq(mj_watch_next(&watch), now + 15 * SECOND);
    }
    ck_assert_int_eq(look_at_rest(&watch, &limits, false, 330 * SECOND), MJ_WATCH_ASK);
    watch.has_spoken = true;
    ck_assert_int_eq(look_at_rest(&watch, &limits, false, 345 * SECOND), MJ_WATCH_FINE);
    ck_assert_int_eq(look_at_rest(&watch, &limits, false, 630 * SECOND), MJ_WATCH_FINE);
    ck_assert_int_eq(look_at_rest(&watch, &limits, false, 645 * SECOND), MJ_WATCH_ASK);
}
END_TEST

START_TEST(should_ask_one_that_rests_when_a_request_comes_and_find_it_silent)
{
    mj_limits_t limits = {.deadlock_us = 60 * SECOND};
    mj_watch_t watch;
    int64_t now = 45 * SECOND;

    mj_watch_begin(&watch, &limits, 0, 15 * SECOND);
    watch.has_spoken = watch.is_resting = true;
    ck_assert_int_eq(look_at_rest(&watch, &limits, false, 30 * SECOND), MJ_WATCH_FINE);
    ck_assert_int_eq(look_at_rest(&watch, &limits, true, now), MJ_WATCH_ASK);
    for (now += 15 * SECOND; now < 105 * SECOND; now += 15 * SECOND) {
        ck_assert_int_eq(look_at_rest(&watch, &limits, false, now), MJ_WATCH_FINE);
    }
    ck_assert_int_eq(look_at_rest(&watch, &limits, false, now), MJ_WATCH_SILENT);
}
END_TEST

START_TEST(should_look_at_the_memory_of_one_that_rests_seldom)
{
    mj_limits_t limits = {.memory = 1024 * 1024 * MB};
    mj_watch_t watch;
    mj_watch_begin(&watch, &limits, 0, SECOND);
    watch.is_resting = true;
    ck_assert_int_eq(look(&watch, &limits, SECOND), MJ_WATCH_FINE);
    ck_assert_int_eq(mj_watch_next(&watch), 10 * SECOND);
    watch.is_resting = false; /* a request has come */
    ck_assert_int_eq(look(&watch, &limits, 2 * SECOND + 5), MJ_WATCH_FINE);
    ck_assert_int_eq(mj_watch_next(&watch), 3 * SECOND);
}
END_TEST

START_TEST(should_not_take_its_own_sleep_for_silence)
{
    mj_limits_t limits = {.deadlock_us = 8 * SECOND};
    mj_watch_t watch;
    mj_watch_begin(&watch, &limits, 0, SECOND);
    ck_assert_int_eq(look(&watch, &limits, 3600 * SECOND), MJ_WATCH_FINE); /* the supervisor was stopped for an hour */
    watch.has_spoken = true;
    ck_assert_int_eq(look(&watch, &limits, 7200 * SECOND), MJ_WATCH_FINE);
}
END_TEST

static atomic_bool is_over;

/* Plays HotSpot's collector. */
static void *collect(void *unused)
{
    (void)unused;
    prctl(PR_SET_NAME, "VM Thread");
    while (!atomic_load(&is_over)) {
    }
    return NULL;
}

static void await_ticks(uint64_t more)
{
    uint64_t from = mj_procfs_collector(getpid()).ticks;
    time_t deadline = time(NULL) + 60;
    while (mj_procfs_collector(getpid()).ticks < from + more) {
        ck_assert_int_lt(time(NULL), deadline);
        usleep(1000);
    }
}

START_TEST(should_not_take_a_long_collection_for_silence)
{
    mj_limits_t limits = {.deadlock_us = SECOND / 2};
    mj_watch_t watch;
    pthread_t thread;
    int64_t now = SECOND;
    int i;
    mj_watch_begin(&watch, &limits, 0, now);
    ck_assert_int_eq(pthread_create(&thread, NULL, collect, NULL), 0);
    for (i = 0; i < 20; i++) { /* a look each eighth of a second, in which it takes 30 ms or more */
        await_ticks(3);
        now += SECOND / 8;
        ck_assert_int_eq(look(&watch, &limits, now), MJ_WATCH_FINE);
    }
    atomic_store(&is_over, true);
    pthread_join(thread, NULL);
    for (i = 0; i < 5 && look(&watch, &limits, now += SECOND / 8) != MJ_WATCH_SILENT; i++) {
    }
    ck_assert_int_lt(i, 5);
}
END_TEST

START_TEST(should_tell_how_long_a_process_waits_for_a_processor)
{
    uint64_t from = mj_procfs_waited_us(getpid());
    time_t deadline = time(NULL) + 60;
    cpu_set_t usable, one;
    pthread_t threads[2];
    int cpu = 0, i;

    ck_assert_int_eq(sched_getaffinity(0, sizeof(usable), &usable), 0);
    while (!CPU_ISSET(cpu, &usable)) {
        cpu++;
    }
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    atomic_store(&is_over, false);
    for (i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, collect, NULL), 0);
        ck_assert_int_eq(pthread_setaffinity_np(threads[i], sizeof(one), &one), 0);
    }
    while (mj_procfs_waited_us(getpid()) < from + 50000) {
        ck_assert_int_lt(time(NULL), deadline);
        usleep(1000);
    }
    atomic_store(&is_over, true);
    for (i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(mj_procfs_waited_us(0x7fffffff), 0);
}
END_TEST

static mj_collector_t thread_of(const char *stat)
{
    mj_collector_t collector = {.ticks = 100};
    mj_procfs_add_thread(&collector, stat);
    return collector;
}

START_TEST(should_read_the_times_of_a_thread_whatever_its_name)
{
    ck_assert_uint_eq(thread_of("12 (VM Thread) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0").ticks, 142);
    ck_assert(!thread_of("12 (VM Thread) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0").is_running);
    ck_assert_uint_eq(thread_of("12 (a) b (c) 1) R 1 2 3 4 5 6 7 8 9 10 30 12 0 0").ticks, 142);
    ck_assert(thread_of("12 (a) b (c) 1) R 1 2 3 4 5 6 7 8 9 10 30 12 0 0").is_running);
    ck_assert_uint_eq(thread_of("").ticks, 100);
    ck_assert_uint_eq(thread_of("12 (a) R 1 2").ticks, 100);
    ck_assert_uint_eq(thread_of("12 (a)").ticks, 100);
    ck_assert(mj_procfs_is_collector("GC Thread#3\n"));
    ck_assert(!mj_procfs_is_collector("C2 CompilerThre\n"));
    ck_assert_int_eq(mj_procfs_resident(0x7fffffff), 0);
    ck_assert_uint_eq(mj_procfs_collector(0x7fffffff).ticks, 0);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("watch over a daemon");
    TCase *watch = mj_case(suite, "watch");
    tcase_add_test(watch, should_watch_nothing_where_nothing_is_limited);
    tcase_add_test(watch, should_find_it_old_at_its_time_once);
    tcase_add_test(watch, should_find_it_large_each_second);
    tcase_add_test(watch, should_find_it_silent_when_it_says_nothing_for_so_long);
    tcase_add_test(watch, should_look_at_all_daemons_at_the_same_time);
    tcase_add_test(watch, should_ask_one_that_rests_now_and_then);
    tcase_add_test(watch, should_ask_one_that_rests_when_a_request_comes_and_find_it_silent);
    tcase_add_test(watch, should_look_at_the_memory_of_one_that_rests_seldom);
    tcase_add_test(watch, should_not_take_its_own_sleep_for_silence);
    tcase_add_test(watch, should_not_take_a_long_collection_for_silence);
    tcase_add_test(watch, should_tell_how_long_a_process_waits_for_a_processor);
    tcase_add_test(watch, should_read_the_times_of_a_thread_whatever_its_name);
    return suite;
}
