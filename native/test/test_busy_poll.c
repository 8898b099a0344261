#include "busy_poll.h"
#include "harness.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

/* In the C library's place: what others do while a look gives the processor away. */
static unsigned yields;
static unsigned arrive_at; /* the yield at which a byte arrives; 0: none does */
static long gone_ns;       /* how long each takes */
static int ends[2];

static void arrive(void)
{
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
}

int sched_yield(void)
{
    if (++yields == arrive_at) {
        arrive();
    }
    if (gone_ns > 0) {
        nanosleep(&(struct timespec){.tv_nsec = gone_ns}, NULL);
    }
    return 0;
}

static void setup(void)
{
    yields = arrive_at = 0;
    gone_ns = 0;
    ck_assert_int_eq(pipe(ends), 0);
}

static void teardown(void)
{
    close(ends[0]);
    close(ends[1]);
}

static void take(void)
{
    char byte;
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
}

/* Waits for what is there already. On a busy machine some of these take long: they do not count. */
static void wait_quickly(mj_busy_poll_t *busy, unsigned times)
{
    busy->quick = 0;
    arrive();
    while (busy->quick < times) {
        ck_assert_int_eq(mj_busy_poll(busy, ends[0], -1), 1);
    }
    take();
}

START_TEST(should_wait_as_poll_does)
{
    mj_busy_poll_t busy = {0};
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 0), 0);
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 1), 0);
    arrive();
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], -1), 1);
    take();
    close(ends[1]);
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], -1), 1);
    ends[1] = -1;
}
END_TEST

START_TEST(should_not_look_before_waits_were_short)
{
    mj_busy_poll_t busy = {0};
    wait_quickly(&busy, 15);
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 1), 0);
    ck_assert_uint_eq(yields, 0);
    ck_assert_uint_eq(busy.quick, 0);
}
END_TEST

START_TEST(should_look_once_waits_were_short)
{
    mj_busy_poll_t busy = {0};
    wait_quickly(&busy, 16);
    arrive_at = 1;
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 0), 1); /* the timeout of a poll alone has passed before */
    ck_assert_uint_eq(yields, 1);
}
END_TEST

START_TEST(should_sleep_when_the_look_finds_nothing)
{
    mj_busy_poll_t busy = {0};
    wait_quickly(&busy, 16);
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 0), 0);
    ck_assert_uint_ge(yields, 1);
    ck_assert_uint_le(busy.quick, 1); /* on a quick machine, the whole of it was a short wait */
}
END_TEST

START_TEST(should_not_look_where_others_wait_too)
{
    mj_busy_poll_t busy = {0}, other = {0};
    wait_quickly(&busy, 16);
    ck_assert_int_eq(mj_busy_poll(&other, ends[0], 0), 0);
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 1), 0);
    ck_assert_uint_eq(yields, 0);
}
END_TEST

START_TEST(should_not_look_again_where_others_want_the_processor)
{
    mj_busy_poll_t busy = {0};
    wait_quickly(&busy, 16);
    gone_ns = 200000;
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 0), 0);
    ck_assert_uint_eq(yields, 1);
    ck_assert_uint_eq(busy.calm, 1000);
    wait_quickly(&busy, 16);
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 0), 0);
    ck_assert_uint_eq(yields, 1);
    for (unsigned left = busy.calm; left > 0; left--) {
        ck_assert_uint_eq(busy.calm, left);
        ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 0), 0);
    }
    wait_quickly(&busy, 16);
    ck_assert_int_eq(mj_busy_poll(&busy, ends[0], 0), 0);
    ck_assert_uint_eq(yields, 2);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("busy_poll");
    TCase *tcase = mj_case(suite, "busy_poll");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, should_wait_as_poll_does);
    tcase_add_test(tcase, should_not_look_before_waits_were_short);
    tcase_add_test(tcase, should_look_once_waits_were_short);
    tcase_add_test(tcase, should_sleep_when_the_look_finds_nothing);
    tcase_add_test(tcase, should_not_look_where_others_wait_too);
    tcase_add_test(tcase, should_not_look_again_where_others_want_the_processor);
    return suite;
}
