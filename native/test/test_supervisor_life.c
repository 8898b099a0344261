/* The life of a daemon: each way through the table, with a clock of the test's own. */
#include "harness.h"
#include "life.h"

#define MS INT64_C(1000)

static const mj_life_times_t times = {.startup_us = 60000 * MS, .graceful_us = 15000 * MS, .shutdown_us = 5000 * MS};
static const mj_life_times_t endless = {0};

static mj_life_t begun(void)
{
    mj_life_t life;
    mj_life_begin(&life, &times, 1000);
    return life;
}

static mj_life_t ready(void)
{
    mj_life_t life = begun();
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_READY, &times, 2000), MJ_ACTION_PUBLISH);
    return life;
}

START_TEST(should_be_published_when_it_is_ready)
{
    mj_life_t life = begun();
    ck_assert_int_eq(life.state, MJ_LIFE_STARTING);
    ck_assert_int_eq(life.deadline, 1000 + times.startup_us);
    ck_assert_int_eq(life.ready_at, MJ_NEVER);
    life = ready();
    ck_assert_int_eq(life.state, MJ_LIFE_READY);
    ck_assert_int_eq(life.ready_at, 2000);
    ck_assert_int_eq(life.deadline, MJ_NEVER);
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_READY, &times, 3000), MJ_ACTION_NONE);
    ck_assert_int_eq(life.ready_at, 2000);
}
END_TEST

START_TEST(should_print_its_threads_and_be_killed_after_startup_timeout)
{
    mj_life_t life = begun();
    int64_t late = life.deadline;
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DEADLINE, &times, late), MJ_ACTION_DUMP);
    ck_assert_int_eq(life.state, MJ_LIFE_DUMPING);
    ck_assert_str_eq(life.timeout, "startup-timeout");
    ck_assert_int_eq(life.deadline, late + MJ_DUMP_US);
    ck_assert(!life.is_ordered);
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_READY, &times, 5000), MJ_ACTION_NONE);
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_STOP, &times, 5000), MJ_ACTION_NONE);
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DEADLINE, &times, life.deadline), MJ_ACTION_KILL);
    ck_assert_int_eq(life.state, MJ_LIFE_KILLED);
    ck_assert_int_eq(life.deadline, late + MJ_DUMP_US + MJ_KILL_US);
    ck_assert_str_eq(life.timeout, "startup-timeout");
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_EXITED, &times, 5000), MJ_ACTION_REAP);
}
END_TEST

START_TEST(should_have_its_whole_time_again_while_its_start_goes_on)
{
    mj_life_t life = begun(), serving = ready(), dumping = begun();
    mj_life_goes_on(&life, &times, 40000 * MS);
    ck_assert_int_eq(life.state, MJ_LIFE_STARTING);
    ck_assert_int_eq(life.started_at, 1000);
    ck_assert_int_eq(life.deadline, 40000 * MS + times.startup_us);
    mj_life_goes_on(&life, &endless, 50000 * MS);
    ck_assert_int_eq(life.deadline, MJ_NEVER);
    mj_life_goes_on(&serving, &times, 50000 * MS);
    ck_assert_int_eq(serving.deadline, MJ_NEVER);
    ck_assert_int_eq(mj_life_step(&dumping, MJ_EVENT_DEADLINE, &times, 1000), MJ_ACTION_DUMP);
    mj_life_goes_on(&dumping, &times, 2000);
    ck_assert_int_eq(dumping.deadline, 1000 + MJ_DUMP_US);
}
END_TEST

START_TEST(should_have_more_time_where_it_waits_for_a_processor)
{
    mj_life_t life = begun(), unlimited = begun(), serving = ready();
    int64_t first = life.deadline;
    mj_life_prolong(&life, &times, 3000 * MS);
    ck_assert_int_eq(life.deadline, first);
    mj_life_prolong(&life, &times, 30000 * MS);
    ck_assert_int_eq(life.deadline, first + 30000 * MS);
    mj_life_prolong(&life, &times, 31000 * MS); /* it ran nearly all the time since */
    ck_assert_int_eq(life.deadline, first + 30000 * MS);
    mj_life_prolong(&life, &times, 40000 * MS);
    ck_assert_int_eq(life.deadline, first + 40000 * MS);
    mj_life_prolong(&serving, &times, 30000 * MS);
    ck_assert_int_eq(serving.deadline, MJ_NEVER);
    mj_life_goes_on(&unlimited, &endless, 2000);
    mj_life_prolong(&unlimited, &endless, 30000 * MS);
    ck_assert_int_eq(unlimited.deadline, MJ_NEVER);
}
END_TEST

START_TEST(should_drain_then_terminate_then_kill_and_print_its_threads_before)
{
    mj_life_t life = ready();
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DRAIN, &times, 10000), MJ_ACTION_DRAIN);
    ck_assert_int_eq(life.deadline, 10000 + times.graceful_us);
    ck_assert(life.is_ordered);
    ck_assert_ptr_null(life.timeout);
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DRAIN, &times, 20000), MJ_ACTION_NONE);
    ck_assert_int_eq(life.deadline, 10000 + times.graceful_us);
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DEADLINE, &times, 30000), MJ_ACTION_CUT_OFF);
    ck_assert_str_eq(life.timeout, "graceful-timeout");
    ck_assert_int_eq(life.deadline, 30000 + times.shutdown_us);
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DEADLINE, &times, 40000), MJ_ACTION_DUMP);
    ck_assert_str_eq(life.timeout, "shutdown-timeout");
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DEADLINE, &times, 50000), MJ_ACTION_KILL);
    ck_assert_int_eq(life.state, MJ_LIFE_KILLED);
}
END_TEST

START_TEST(should_be_killed_when_it_is_silent)
{
    mj_life_t serving = ready(), draining = ready(), starting = begun(), ending = ready();
    ck_assert_int_eq(mj_life_step(&serving, MJ_EVENT_SILENT, &times, 10000), MJ_ACTION_DUMP);
    ck_assert_int_eq(serving.deadline, 10000 + MJ_DUMP_US);
    ck_assert_str_eq(serving.timeout, "deadlock-timeout");
    ck_assert(!serving.is_ordered);
    mj_life_step(&draining, MJ_EVENT_DRAIN, &times, 3000);
    ck_assert_int_eq(mj_life_step(&draining, MJ_EVENT_SILENT, &times, 10000), MJ_ACTION_DUMP);
    /* these have other deadlines */
    ck_assert_int_eq(mj_life_step(&starting, MJ_EVENT_SILENT, &times, 10000), MJ_ACTION_NONE);
    mj_life_step(&ending, MJ_EVENT_STOP, &times, 3000);
    ck_assert_int_eq(mj_life_step(&ending, MJ_EVENT_SILENT, &times, 10000), MJ_ACTION_NONE);
    ck_assert_ptr_null(ending.timeout);
}
END_TEST

START_TEST(should_not_drain_what_serves_nothing_yet)
{
    mj_life_t life = begun();
    ck_assert_int_eq(mj_life_step(&life, MJ_EVENT_DRAIN, &times, 2000), MJ_ACTION_TERMINATE);
    ck_assert(life.is_ordered);
    ck_assert_int_eq(life.deadline, 2000 + times.shutdown_us);
}
END_TEST

START_TEST(should_terminate_when_the_supervisor_stops)
{
    mj_life_t starting = begun(), serving = ready(), draining = ready();
    ck_assert_int_eq(mj_life_step(&draining, MJ_EVENT_DRAIN, &times, 3000), MJ_ACTION_DRAIN);
    ck_assert_int_eq(mj_life_step(&starting, MJ_EVENT_STOP, &times, 4000), MJ_ACTION_TERMINATE);
    ck_assert_int_eq(mj_life_step(&serving, MJ_EVENT_STOP, &times, 4000), MJ_ACTION_TERMINATE);
    ck_assert_int_eq(mj_life_step(&draining, MJ_EVENT_STOP, &times, 4000), MJ_ACTION_TERMINATE);
    ck_assert_int_eq(serving.deadline, 4000 + times.shutdown_us);
    /* once is enough, and the deadline does not move */
    ck_assert_int_eq(mj_life_step(&serving, MJ_EVENT_STOP, &times, 5000), MJ_ACTION_NONE);
    ck_assert_int_eq(mj_life_step(&serving, MJ_EVENT_DRAIN, &times, 5000), MJ_ACTION_NONE);
    ck_assert_int_eq(serving.deadline, 4000 + times.shutdown_us);
}
END_TEST

START_TEST(should_be_buried_once_from_any_state)
{
    static const mj_life_state_t states[] = {MJ_LIFE_STARTING, MJ_LIFE_READY, MJ_LIFE_DRAINING, MJ_LIFE_TERMINATING,
                                             MJ_LIFE_DUMPING,  MJ_LIFE_LEFT,  MJ_LIFE_KILLED};
    int event;
    mj_life_t life = begun();
    life.state = states[_i % 7];
    ck_assert_int_eq(mj_life_step(&life, _i < 7 ? MJ_EVENT_EXITED : MJ_EVENT_DEAD, &times, 3000), MJ_ACTION_REAP);
    ck_assert_int_eq(life.state, MJ_LIFE_GONE);
    for (event = 0; event < MJ_EVENT_COUNT; event++) {
        ck_assert_int_eq(mj_life_step(&life, (mj_life_event_t)event, &times, 4000), MJ_ACTION_NONE);
        ck_assert_int_eq(life.state, MJ_LIFE_GONE);
    }
}
END_TEST

START_TEST(should_be_killed_where_it_closes_its_lifecycle_socket_and_lives_on)
{
    mj_life_t serving = ready(), ending = ready();
    ck_assert_int_eq(mj_life_step(&serving, MJ_EVENT_LEFT, &times, 10000), MJ_ACTION_LEAVE);
    ck_assert_int_eq(serving.state, MJ_LIFE_LEFT);
    ck_assert_int_eq(serving.deadline, 10000 + MJ_LEAVE_US);
    ck_assert_int_eq(mj_life_step(&serving, MJ_EVENT_DEADLINE, &times, 20000), MJ_ACTION_KILL);
    ck_assert_int_eq(serving.deadline, 20000 + MJ_KILL_US);
    ck_assert_int_eq(mj_life_step(&serving, MJ_EVENT_DEADLINE, &times, 30000), MJ_ACTION_REAP);
    ck_assert(!serving.is_ordered);
    ck_assert_ptr_null(serving.timeout);
    /* shutdown hooks may run on */
    mj_life_step(&ending, MJ_EVENT_STOP, &times, 3000);
    ck_assert_int_eq(mj_life_step(&ending, MJ_EVENT_LEFT, &times, 10000), MJ_ACTION_NONE);
    ck_assert_int_eq(ending.state, MJ_LIFE_TERMINATING);
}
END_TEST

START_TEST(should_have_no_deadline_where_the_timeout_is_none)
{
    mj_life_t life;
    mj_life_begin(&life, &endless, 1000);
    ck_assert_int_eq(life.deadline, MJ_NEVER);
    mj_life_step(&life, MJ_EVENT_READY, &endless, 1000);
    mj_life_step(&life, MJ_EVENT_DRAIN, &endless, 1000);
    ck_assert_int_eq(life.deadline, MJ_NEVER);
    mj_life_step(&life, MJ_EVENT_STOP, &endless, 1000);
    ck_assert_int_eq(life.deadline, MJ_NEVER);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("life of a daemon");
    TCase *life = mj_case(suite, "life");
    tcase_add_test(life, should_be_published_when_it_is_ready);
    tcase_add_test(life, should_print_its_threads_and_be_killed_after_startup_timeout);
    tcase_add_test(life, should_have_its_whole_time_again_while_its_start_goes_on);
    tcase_add_test(life, should_have_more_time_where_it_waits_for_a_processor);
    tcase_add_test(life, should_drain_then_terminate_then_kill_and_print_its_threads_before);
    tcase_add_test(life, should_be_killed_when_it_is_silent);
    tcase_add_test(life, should_not_drain_what_serves_nothing_yet);
    tcase_add_test(life, should_terminate_when_the_supervisor_stops);
    tcase_add_loop_test(life, should_be_buried_once_from_any_state, 0, 14);
    tcase_add_test(life, should_be_killed_where_it_closes_its_lifecycle_socket_and_lives_on);
    tcase_add_test(life, should_have_no_deadline_where_the_timeout_is_none);
    return suite;
}
