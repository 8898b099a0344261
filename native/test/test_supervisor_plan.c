/* What a pool wants, with members and a clock of the test's own. */
#include "harness.h"
#include "plan.h"

#define SECOND INT64_C(1000000)

typedef struct scene_t {
    mj_plan_t plan;
    mj_member_t members[MJ_BOARD_SLOTS];
    unsigned count;
    mj_load_t load;
    int64_t now;
} scene_t;

static scene_t scene_of(unsigned processes)
{
    scene_t scene = {.now = 1000 * SECOND, .load = {.threads = 10}};
    mj_plan_begin(&scene.plan, processes, processes, false);
    return scene;
}

static mj_decision_t decide(scene_t *scene)
{
    return mj_plan_decide(&scene->plan, scene->members, scene->count, &scene->load, scene->now);
}

/* Does what was decided: starts so many. */
static unsigned start(scene_t *scene)
{
    unsigned starts = decide(scene).starts, i;
    for (i = 0; i < starts; i++) {
        scene->members[scene->count++] = (mj_member_t){MJ_LIFE_STARTING, scene->plan.generation, false, scene->now, MJ_NEVER};
    }
    return starts;
}

static void make_ready(scene_t *scene, unsigned which)
{
    scene->members[which].state = MJ_LIFE_READY;
    scene->members[which].ready_at = scene->now;
    if (scene->members[which].generation == scene->plan.generation) {
        mj_plan_ready(&scene->plan);
    }
}

static void forget(scene_t *scene, unsigned which)
{
    scene->members[which] = scene->members[--scene->count];
}

/* The member ends by itself; if an older generation serves, that is why the new one is refused. */
static void end(scene_t *scene, unsigned which)
{
    mj_member_t member = scene->members[which];
    bool has_old = false, has_new = false;
    unsigned i;
    forget(scene, which);
    for (i = 0; i < scene->count; i++) {
        bool is_ready = scene->members[i].state == MJ_LIFE_READY;
        has_old = has_old || (is_ready && scene->members[i].generation != scene->plan.generation);
        has_new = has_new || (is_ready && scene->members[i].generation == scene->plan.generation);
    }
    if (member.ready_at == MJ_NEVER) {
        mj_plan_start_failed(&scene->plan, member.started_at, has_old && !has_new, scene->now);
    } else {
        mj_plan_ended(&scene->plan, member.ready_at, scene->now);
    }
}

static void renew(scene_t *scene, unsigned processes)
{
    mj_plan_renew(&scene->plan, processes, processes, scene->plan.stop_first);
}

/* Drains so many old ones, from the front, and forgets them. */
static void drain_old(scene_t *scene, unsigned count)
{
    unsigned i;
    for (i = 0; i < scene->count && count > 0;) {
        bool is_old = scene->members[i].generation != scene->plan.generation || scene->members[i].is_retired;
        if (is_old && scene->members[i].state == MJ_LIFE_READY) {
            forget(scene, i);
            count--;
        } else {
            i++;
        }
    }
}

START_TEST(should_start_all_at_once)
{
    scene_t scene = scene_of(3);
    ck_assert_uint_eq(start(&scene), 3);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING);
    ck_assert_uint_eq(start(&scene), 0);
    ck_assert_int_eq(decide(&scene).wake_at, MJ_NEVER);
    make_ready(&scene, 1);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_READY);
    end(&scene, 1);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING);
    ck_assert_uint_eq(start(&scene), 1);
}
END_TEST

START_TEST(should_be_queued_while_nothing_of_it_starts)
{
    scene_t scene = scene_of(2);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_QUEUED);
    ck_assert(decide(&scene).is_first);
    scene.members[scene.count++] = (mj_member_t){MJ_LIFE_STARTING, scene.plan.generation, false, scene.now, MJ_NEVER};
    ck_assert_uint_eq(decide(&scene).starts, 1); /* the other one waits */
    ck_assert(!decide(&scene).is_first);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING);
    end(&scene, 0);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING); /* it waits for the next try, not for others */
    scene.now += SECOND;
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_QUEUED);
    ck_assert_uint_eq(start(&scene), 1);
    make_ready(&scene, 0);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_READY); /* though more wait */
}
END_TEST

START_TEST(should_tell_what_replaces_a_daemon_that_has_served)
{
    scene_t scene = scene_of(3);
    ck_assert_uint_eq(decide(&scene).replaces, 0);
    start(&scene);
    make_ready(&scene, 0);
    end(&scene, 0);
    ck_assert_uint_eq(decide(&scene).starts, 1);
    ck_assert_uint_eq(decide(&scene).replaces, 0); /* two others start, and one alone has served */
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    make_ready(&scene, 2);
    decide(&scene);
    scene.now += 60 * SECOND;
    end(&scene, 0);
    ck_assert_uint_eq(decide(&scene).replaces, 1);
    ck_assert(!decide(&scene).is_first);
    scene.plan.is_idle = true;
    decide(&scene);
    scene.plan.is_idle = false;
    scene.count = 0;
    ck_assert_uint_eq(decide(&scene).starts, 3);
    ck_assert_uint_eq(decide(&scene).replaces, 0); /* it was stopped because nobody came */
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    make_ready(&scene, 2);
    decide(&scene);
    renew(&scene, 3);
    ck_assert_uint_eq(decide(&scene).starts, 1);
    ck_assert_uint_eq(decide(&scene).replaces, 1);
    ck_assert(!decide(&scene).is_first);
}
END_TEST

START_TEST(should_double_the_delay_of_failed_starts)
{
    static const int64_t delays[] = {1, 2, 4, 8, 16, 30, 30, 30};
    scene_t scene = scene_of(1);
    unsigned i;
    for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        mj_decision_t decision;
        ck_assert_uint_eq(start(&scene), 1);
        scene.now += SECOND / 2;
        end(&scene, 0);
        decision = decide(&scene);
        ck_assert_int_eq(decision.wake_at, scene.now + delays[i] * SECOND);
        ck_assert_int_eq(decision.state, i == 0 ? MJ_POOL_STARTING : MJ_POOL_DOWN);
        scene.now += delays[i] * SECOND - 1;
        ck_assert_uint_eq(start(&scene), 0);
        scene.now += 1;
    }
    ck_assert_uint_eq(start(&scene), 1);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_DOWN); /* until one has succeeded */
    make_ready(&scene, 0);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_READY);
    scene.now += 60 * SECOND;
    end(&scene, 0);
    ck_assert_uint_eq(start(&scene), 1); /* all is forgotten */
    end(&scene, 0);
    ck_assert_int_eq(decide(&scene).wake_at, scene.now + SECOND);
}
END_TEST

START_TEST(should_not_replace_what_is_killed_before_it_is_reaped)
{
    scene_t scene = scene_of(1);
    ck_assert_uint_eq(start(&scene), 1);
    scene.now += 60 * SECOND;
    scene.members[0].state = MJ_LIFE_KILLED; /* startup-timeout */
    ck_assert_uint_eq(start(&scene), 0);
    scene.now += SECOND / 10;
    end(&scene, 0);
    ck_assert_uint_eq(start(&scene), 0);
    ck_assert_int_eq(decide(&scene).wake_at, scene.now + SECOND);
    scene.now += SECOND;
    ck_assert_uint_eq(start(&scene), 1);
}
END_TEST

START_TEST(should_count_what_fails_together_once)
{
    scene_t scene = scene_of(4);
    ck_assert_uint_eq(start(&scene), 4);
    scene.now += SECOND;
    end(&scene, 0);
    scene.now += 1;
    end(&scene, 0);
    end(&scene, 0);
    end(&scene, 0);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING);
    scene.now += SECOND;
    ck_assert_uint_eq(start(&scene), 1); /* one tries for all */
    ck_assert_uint_eq(start(&scene), 0);
    make_ready(&scene, 0);
    ck_assert_uint_eq(start(&scene), 3);
}
END_TEST

START_TEST(should_stay_ready_while_any_is)
{
    scene_t scene = scene_of(2);
    unsigned i;
    start(&scene);
    make_ready(&scene, 0);
    for (i = 0; i < 4; i++) {
        end(&scene, 1);
        ck_assert_int_eq(decide(&scene).state, MJ_POOL_READY);
        scene.now += 30 * SECOND;
        ck_assert_uint_eq(start(&scene), 1);
    }
    end(&scene, 0); /* the ready one */
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_DOWN);
}
END_TEST

START_TEST(should_replace_ever_more_slowly_what_ends_quickly)
{
    static const int64_t delays[] = {0, 1, 2, 4, 8, 16, 30, 30};
    scene_t scene = scene_of(1);
    unsigned i;
    for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        ck_assert_uint_eq(start(&scene), 1);
        make_ready(&scene, 0);
        scene.now += 9 * SECOND;
        end(&scene, 0);
        ck_assert_int_eq(decide(&scene).state, delays[i] == 0 ? MJ_POOL_QUEUED : MJ_POOL_STARTING); /* never DOWN */
        if (delays[i] > 0) {
            ck_assert_uint_eq(start(&scene), 0);
            ck_assert_int_eq(decide(&scene).wake_at, scene.now + delays[i] * SECOND);
        }
        scene.now += delays[i] * SECOND;
    }
    /* one that lasts ends the row, whether it ends or not */
    ck_assert_uint_eq(start(&scene), 1);
    make_ready(&scene, 0);
    scene.now += 10 * SECOND;
    ck_assert_uint_eq(start(&scene), 0);
    end(&scene, 0);
    ck_assert_uint_eq(start(&scene), 1);
    make_ready(&scene, 0);
    end(&scene, 0);
    ck_assert_uint_eq(start(&scene), 1);
}
END_TEST

START_TEST(should_not_let_an_old_crash_slow_a_new_one)
{
    scene_t scene = scene_of(2);
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    end(&scene, 0);
    ck_assert_uint_eq(start(&scene), 1);
    make_ready(&scene, 1);
    scene.now += 20 * SECOND;
    ck_assert_uint_eq(start(&scene), 0); /* the replacement has lasted */
    end(&scene, 1);
    ck_assert_uint_eq(start(&scene), 1);
    make_ready(&scene, 1);
    end(&scene, 1);
    ck_assert_uint_eq(start(&scene), 1); /* the first of a new row */
}
END_TEST

START_TEST(should_roll_slot_by_slot)
{
    scene_t scene = scene_of(3);
    unsigned i;
    start(&scene);
    for (i = 0; i < 3; i++) {
        make_ready(&scene, i);
    }
    renew(&scene, 3);
    for (i = 0; i < 3; i++) {
        ck_assert_uint_eq(decide(&scene).drain_old, 0);
        ck_assert_uint_eq(start(&scene), 1); /* one beside the three */
        ck_assert_uint_eq(start(&scene), 0);
        ck_assert_uint_eq(decide(&scene).drain_old, 0);
        make_ready(&scene, scene.count - 1);
        ck_assert_int_eq(decide(&scene).state, MJ_POOL_READY);
        ck_assert_uint_eq(decide(&scene).drain_old, 1);
        drain_old(&scene, 1);
    }
    ck_assert_uint_eq(start(&scene), 0);
    ck_assert_uint_eq(scene.count, 3);
    ck_assert_uint_eq(decide(&scene).drain_old + decide(&scene).drain_surplus, 0);
}
END_TEST

START_TEST(should_never_have_more_than_are_wanted_when_it_stops_first)
{
    scene_t scene = scene_of(2);
    unsigned i;
    scene.plan.stop_first = true;
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    renew(&scene, 2);
    for (i = 0; i < 2; i++) {
        ck_assert_uint_eq(start(&scene), 0);
        ck_assert(decide(&scene).makes_way);
        ck_assert_uint_eq(decide(&scene).drain_old, 0); /* when it may */
        scene.members[0].state = MJ_LIFE_DRAINING;
        ck_assert_uint_eq(start(&scene), 0); /* it has its memory still */
        ck_assert(decide(&scene).has_made_way && !decide(&scene).makes_way);
        forget(&scene, 0);
        ck_assert_uint_eq(decide(&scene).replaces, 1);
        ck_assert_uint_eq(start(&scene), 1);
        ck_assert(!decide(&scene).has_made_way && !decide(&scene).makes_way);
        make_ready(&scene, scene.count - 1);
        if (i == 0 && scene.members[0].generation == scene.plan.generation) { /* the old one to the front */
            mj_member_t member = scene.members[0];
            scene.members[0] = scene.members[1];
            scene.members[1] = member;
        }
    }
    ck_assert(!decide(&scene).makes_way);
    ck_assert_uint_eq(start(&scene), 0);
}
END_TEST

START_TEST(should_not_stop_more_when_what_has_stopped_cannot_be_replaced)
{
    scene_t scene = scene_of(2);
    scene.plan.stop_first = true;
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    renew(&scene, 2);
    forget(&scene, 0);
    ck_assert_uint_eq(start(&scene), 1);
    end(&scene, 1);
    ck_assert(!decide(&scene).makes_way);
    ck_assert_int_eq(decide(&scene).wake_at, scene.now + SECOND); /* for the one that is missing */
    scene.now += SECOND;
    ck_assert_uint_eq(start(&scene), 1);
}
END_TEST

START_TEST(should_replace_a_retired_one_by_another)
{
    scene_t scene = scene_of(2);
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    scene.members[0].is_retired = true;
    scene.members[1].is_retired = true;
    ck_assert_uint_eq(start(&scene), 1); /* never all at once */
    ck_assert_uint_eq(decide(&scene).drain_old, 0);
    make_ready(&scene, 2);
    ck_assert_uint_eq(decide(&scene).drain_old, 1);
    drain_old(&scene, 1);
    ck_assert_uint_eq(start(&scene), 1);
}
END_TEST

START_TEST(should_keep_the_old_and_not_try_again_by_time_when_the_new_fails)
{
    scene_t scene = scene_of(1);
    mj_decision_t decision;
    start(&scene);
    make_ready(&scene, 0);
    renew(&scene, 1);
    ck_assert_uint_eq(start(&scene), 1);
    end(&scene, 1);
    ck_assert(scene.plan.is_refused);
    decision = decide(&scene);
    ck_assert_int_eq(decision.state, MJ_POOL_READY);
    ck_assert(decision.drain_old == 0 && !decision.drain_unready);
    ck_assert_int_eq(decision.wake_at, MJ_NEVER);
    scene.now += 3600 * SECOND;
    ck_assert_uint_eq(start(&scene), 0);
    renew(&scene, 1); /* the next change */
    ck_assert_uint_eq(start(&scene), 1);
    make_ready(&scene, 1);
    ck_assert_uint_eq(decide(&scene).drain_old, 1);
}
END_TEST

START_TEST(should_try_a_refused_generation_by_time_where_the_old_one_lacks_some)
{
    scene_t scene = scene_of(2);
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    renew(&scene, 2);
    start(&scene);
    end(&scene, 2);
    ck_assert_uint_eq(start(&scene), 0);
    forget(&scene, 0); /* an old one dies */
    ck_assert_int_eq(decide(&scene).wake_at, scene.now + SECOND);
    scene.now += SECOND;
    ck_assert_uint_eq(start(&scene), 1);
    ck_assert_uint_eq(start(&scene), 0);
    make_ready(&scene, 1);
    ck_assert(!scene.plan.is_refused);
    ck_assert_uint_eq(start(&scene), 1); /* it works after all: the rest follows */
}
END_TEST

START_TEST(should_try_a_start_that_the_machine_refused_by_time)
{
    scene_t scene = scene_of(1);
    start(&scene);
    make_ready(&scene, 0);
    renew(&scene, 1);
    mj_plan_start_failed(&scene.plan, scene.now, false, scene.now); /* no fork */
    ck_assert_int_eq(decide(&scene).wake_at, scene.now + SECOND);
    scene.now += SECOND;
    ck_assert_uint_eq(start(&scene), 1);
}
END_TEST

START_TEST(should_drop_what_is_old_before_it_is_ready)
{
    scene_t scene = scene_of(2);
    start(&scene);
    renew(&scene, 2);
    ck_assert(decide(&scene).drain_unready);
    ck_assert_uint_eq(decide(&scene).starts, 2); /* at once: nothing serves */
    make_ready(&scene, 0);
    ck_assert_uint_eq(decide(&scene).drain_old, 0);
    ck_assert_uint_eq(decide(&scene).starts, 2);
}
END_TEST

START_TEST(should_stop_when_idle_and_start_when_called)
{
    scene_t scene = scene_of(2);
    mj_decision_t decision;
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    scene.plan.is_idle = true;
    decision = decide(&scene);
    ck_assert_uint_eq(decision.drain_surplus, 2);
    ck_assert_uint_eq(decision.starts, 0);
    ck_assert_int_eq(decision.state, MJ_POOL_IDLE);
    renew(&scene, 2); /* a change is no reason to wake up */
    ck_assert_uint_eq(decide(&scene).drain_old, 2);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_IDLE);
    scene.count = 0;
    scene.plan.is_idle = false;
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_QUEUED);
    ck_assert_uint_eq(start(&scene), 2);
}
END_TEST

START_TEST(should_grow_while_requests_wait_and_shrink_when_few_come)
{
    scene_t scene = scene_of(1);
    unsigned i;
    mj_plan_renew(&scene.plan, 1, 3, false);
    start(&scene);
    scene.load.waiting = 5;
    scene.now += 10 * SECOND;
    ck_assert_uint_eq(start(&scene), 0); /* not before the first is there */
    make_ready(&scene, 0);
    for (i = 1; i < 3; i++) {
        ck_assert_int_eq(decide(&scene).wake_at, scene.now + MJ_GROW_US);
        scene.now += MJ_GROW_US;
        ck_assert_uint_eq(start(&scene), 1);
        scene.now += 10 * SECOND;
        ck_assert_uint_eq(start(&scene), 0); /* one at a time */
        make_ready(&scene, i);
    }
    scene.now += 10 * SECOND;
    ck_assert_uint_eq(start(&scene), 0); /* never more than the most */
    scene.load = (mj_load_t){.in_flight = 11, .threads = 10};
    decide(&scene);
    scene.now += MJ_SHRINK_US;
    ck_assert_uint_eq(decide(&scene).drain_surplus, 0); /* too much for two to be half idle */
    scene.load.in_flight = 10;
    ck_assert_int_le(decide(&scene).wake_at, scene.now + SECOND);
    scene.now += MJ_SHRINK_US;
    ck_assert_uint_eq(decide(&scene).drain_surplus, 1);
    scene.count--;
    scene.load.in_flight = 0;
    decide(&scene);
    scene.now += MJ_SHRINK_US;
    ck_assert_uint_eq(decide(&scene).drain_surplus, 1);
    scene.count--;
    scene.now += 10 * MJ_SHRINK_US;
    ck_assert_uint_eq(decide(&scene).drain_surplus, 0); /* never fewer than the least */
    ck_assert_int_eq(decide(&scene).wake_at, MJ_NEVER);
}
END_TEST

START_TEST(should_not_grow_for_a_moment)
{
    scene_t scene = scene_of(1);
    mj_plan_renew(&scene.plan, 1, 3, false);
    start(&scene);
    make_ready(&scene, 0);
    scene.load.waiting = 1;
    decide(&scene);
    scene.now += MJ_GROW_US / 2;
    scene.load.waiting = 0;
    decide(&scene);
    scene.now += MJ_GROW_US;
    scene.load.waiting = 1;
    ck_assert_uint_eq(start(&scene), 0);
}
END_TEST

START_TEST(should_forget_failures_with_new_settings)
{
    scene_t scene = scene_of(1);
    unsigned i;
    for (i = 0; i < 3; i++) {
        start(&scene);
        end(&scene, 0);
        scene.now += 30 * SECOND;
    }
    scene.now -= 30 * SECOND;
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_DOWN);
    ck_assert_uint_eq(start(&scene), 0);
    renew(&scene, 1);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_QUEUED);
    ck_assert_uint_eq(start(&scene), 1);
}
END_TEST

START_TEST(should_drain_and_be_forgotten_when_removed)
{
    scene_t scene = scene_of(2);
    mj_decision_t decision;
    start(&scene);
    make_ready(&scene, 0);
    scene.plan.is_removed = true;
    decision = decide(&scene);
    ck_assert_uint_eq(decision.drain_surplus, 1);
    ck_assert(decision.drain_unready);
    ck_assert_uint_eq(decision.starts, 0);
    ck_assert_int_eq(decision.state, MJ_POOL_ENDING);
    scene.count = 0;
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_FREE);
    renew(&scene, 1); /* wanted again */
    ck_assert_uint_eq(decide(&scene).starts, 1);
}
END_TEST

START_TEST(should_wait_for_a_free_slot)
{
    scene_t scene = scene_of(MJ_BOARD_SLOTS / 2);
    unsigned i;
    start(&scene);
    renew(&scene, MJ_BOARD_SLOTS / 2);
    for (i = 0; i < scene.count; i++) {
        scene.members[i].state = MJ_LIFE_DRAINING;
    }
    ck_assert_uint_eq(start(&scene), MJ_BOARD_SLOTS / 2);
    renew(&scene, MJ_BOARD_SLOTS / 2);
    ck_assert_uint_eq(start(&scene), 0);
    scene.count -= 3;
    ck_assert_uint_eq(start(&scene), 3);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("plan of a pool");
    TCase *plan = mj_case(suite, "plan");
    tcase_add_test(plan, should_start_all_at_once);
    tcase_add_test(plan, should_be_queued_while_nothing_of_it_starts);
    tcase_add_test(plan, should_tell_what_replaces_a_daemon_that_has_served);
    tcase_add_test(plan, should_double_the_delay_of_failed_starts);
    tcase_add_test(plan, should_not_replace_what_is_killed_before_it_is_reaped);
    tcase_add_test(plan, should_count_what_fails_together_once);
    tcase_add_test(plan, should_stay_ready_while_any_is);
    tcase_add_test(plan, should_replace_ever_more_slowly_what_ends_quickly);
    tcase_add_test(plan, should_not_let_an_old_crash_slow_a_new_one);
    tcase_add_test(plan, should_roll_slot_by_slot);
    tcase_add_test(plan, should_never_have_more_than_are_wanted_when_it_stops_first);
    tcase_add_test(plan, should_not_stop_more_when_what_has_stopped_cannot_be_replaced);
    tcase_add_test(plan, should_replace_a_retired_one_by_another);
    tcase_add_test(plan, should_keep_the_old_and_not_try_again_by_time_when_the_new_fails);
    tcase_add_test(plan, should_try_a_refused_generation_by_time_where_the_old_one_lacks_some);
    tcase_add_test(plan, should_try_a_start_that_the_machine_refused_by_time);
    tcase_add_test(plan, should_stop_when_idle_and_start_when_called);
    tcase_add_test(plan, should_grow_while_requests_wait_and_shrink_when_few_come);
    tcase_add_test(plan, should_not_grow_for_a_moment);
    tcase_add_test(plan, should_drop_what_is_old_before_it_is_ready);
    tcase_add_test(plan, should_forget_failures_with_new_settings);
    tcase_add_test(plan, should_drain_and_be_forgotten_when_removed);
    tcase_add_test(plan, should_wait_for_a_free_slot);
    return suite;
}
