/* What a pool wants, with members and a clock of the test's own. */
#include "harness.h"
#include "plan.h"

#define SECOND INT64_C(1000000)

typedef struct scene_t {
    mj_plan_t plan;
    mj_member_t members[MJ_BOARD_SLOTS];
    unsigned count;
    int64_t now;
} scene_t;

static scene_t scene_of(unsigned processes)
{
    scene_t scene = {.now = 1000 * SECOND};
    mj_plan_begin(&scene.plan, processes);
    return scene;
}

static mj_decision_t decide(scene_t *scene)
{
    return mj_plan_decide(&scene->plan, scene->members, scene->count, scene->now);
}

/* Does what was decided: starts so many. */
static unsigned start(scene_t *scene)
{
    unsigned starts = decide(scene).starts, i;
    for (i = 0; i < starts; i++) {
        scene->members[scene->count++] = (mj_member_t){MJ_LIFE_STARTING, scene->plan.generation, scene->now, MJ_NEVER};
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

/* The member ends by itself. */
static void end(scene_t *scene, unsigned which)
{
    mj_member_t member = scene->members[which];
    scene->members[which] = scene->members[--scene->count];
    if (member.ready_at == MJ_NEVER) {
        mj_plan_start_failed(&scene->plan, member.started_at, scene->now);
    } else {
        mj_plan_ended(&scene->plan, member.ready_at, scene->now);
    }
}

START_TEST(should_start_all_at_once)
{
    scene_t scene = scene_of(3);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING);
    ck_assert_uint_eq(start(&scene), 3);
    ck_assert_uint_eq(start(&scene), 0);
    ck_assert_int_eq(decide(&scene).wake_at, MJ_NEVER);
    make_ready(&scene, 1);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_READY);
    end(&scene, 1);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING);
    ck_assert_uint_eq(start(&scene), 1);
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
        ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING); /* never DOWN */
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

START_TEST(should_drain_the_old_when_all_new_are_ready)
{
    scene_t scene = scene_of(2);
    start(&scene);
    make_ready(&scene, 0);
    make_ready(&scene, 1);
    mj_plan_renew(&scene.plan, 3);
    ck_assert(!decide(&scene).drain_old);
    ck_assert_uint_eq(start(&scene), 3);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_READY);
    make_ready(&scene, 2);
    make_ready(&scene, 3);
    ck_assert(!decide(&scene).drain_old);
    make_ready(&scene, 4);
    ck_assert(decide(&scene).drain_old);
}
END_TEST

START_TEST(should_keep_the_old_while_the_new_fail)
{
    scene_t scene = scene_of(1);
    unsigned i;
    start(&scene);
    make_ready(&scene, 0);
    mj_plan_renew(&scene.plan, 1);
    for (i = 0; i < 5; i++) {
        mj_decision_t decision;
        ck_assert_uint_eq(start(&scene), 1);
        end(&scene, 1);
        decision = decide(&scene);
        ck_assert_int_eq(decision.state, MJ_POOL_READY);
        ck_assert(!decision.drain_old && !decision.drain_unready);
        scene.now += 30 * SECOND;
    }
}
END_TEST

START_TEST(should_drop_what_is_old_before_it_is_ready)
{
    scene_t scene = scene_of(2);
    start(&scene);
    make_ready(&scene, 0);
    mj_plan_renew(&scene.plan, 2);
    ck_assert(decide(&scene).drain_unready);
    ck_assert(!decide(&scene).drain_old);
    ck_assert_uint_eq(decide(&scene).starts, 2);
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
    mj_plan_renew(&scene.plan, 1);
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_STARTING);
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
    ck_assert(decision.drain_old);
    ck_assert_uint_eq(decision.starts, 0);
    ck_assert_int_eq(decision.state, MJ_POOL_ENDING);
    scene.count = 0;
    ck_assert_int_eq(decide(&scene).state, MJ_POOL_FREE);
    mj_plan_renew(&scene.plan, 1); /* wanted again */
    ck_assert_uint_eq(decide(&scene).starts, 1);
}
END_TEST

START_TEST(should_wait_for_a_free_slot)
{
    scene_t scene = scene_of(MJ_BOARD_SLOTS / 2);
    unsigned i;
    start(&scene);
    mj_plan_renew(&scene.plan, MJ_BOARD_SLOTS / 2);
    for (i = 0; i < scene.count; i++) {
        scene.members[i].state = MJ_LIFE_DRAINING;
    }
    ck_assert_uint_eq(start(&scene), MJ_BOARD_SLOTS / 2);
    mj_plan_renew(&scene.plan, MJ_BOARD_SLOTS / 2);
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
    tcase_add_test(plan, should_double_the_delay_of_failed_starts);
    tcase_add_test(plan, should_not_replace_what_is_killed_before_it_is_reaped);
    tcase_add_test(plan, should_count_what_fails_together_once);
    tcase_add_test(plan, should_stay_ready_while_any_is);
    tcase_add_test(plan, should_replace_ever_more_slowly_what_ends_quickly);
    tcase_add_test(plan, should_not_let_an_old_crash_slow_a_new_one);
    tcase_add_test(plan, should_drain_the_old_when_all_new_are_ready);
    tcase_add_test(plan, should_keep_the_old_while_the_new_fail);
    tcase_add_test(plan, should_drop_what_is_old_before_it_is_ready);
    tcase_add_test(plan, should_forget_failures_with_new_settings);
    tcase_add_test(plan, should_drain_and_be_forgotten_when_removed);
    tcase_add_test(plan, should_wait_for_a_free_slot);
    return suite;
}
