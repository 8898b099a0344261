/* jvm-supervisor as a process, with a stand-in for jvm-daemon: how many start at once, and who is
 * next. */
#include "harness.h"
#include "supervisor_driver.h"

#include <apr_strings.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POOLS 6

typedef struct scene_t {
    driver_t *driver;
    mj_record_builder_t *pools[POOLS]; /* pool0, pool1 ... */
    char *gates[POOLS];                /* by name what a pool's daemon waits for */
} scene_t;

/* Daemons that do as named; %s is the pool's gate. */
static scene_t scene_of(const char *fake)
{
    scene_t scene = {.driver = driver_start()};
    unsigned i;
    for (i = 0; i < POOLS; i++) {
        scene.gates[i] = apr_psprintf(test_pool, "%s/gate%u", scene.driver->dir, i);
        scene.pools[i] = driver_pool(scene.driver, apr_psprintf(test_pool, "pool%u", i),
                                     apr_pstrcat(test_pool, fake, strchr(fake, '=') != NULL ? scene.gates[i] : "", NULL));
    }
    return scene;
}

static void open_gate(const scene_t *scene, unsigned pool)
{
    int fd = open(scene->gates[pool], O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void finish(scene_t *scene)
{
    unsigned i;
    for (i = 0; i < POOLS; i++) {
        unlink(scene->gates[i]);
    }
    driver_finish(scene->driver);
}

/* A request waits for the pool, and the supervisor has heard of it. */
static void call(driver_t *driver, unsigned pool)
{
    int64_t since = 0;
    ck_assert_int_eq(mj_board_queue_enter(driver->board, pool, UINT32_MAX, 100), MJ_QUEUED);
    driver_wake(driver, pool);
    while (!mj_board_request_wakeup(driver->board, pool)) { /* taken, as it can be called again */
        ck_assert_msg(driver_waits(&since), "the call of pool %u is not heard\n%s", pool, driver_log(driver));
    }
}

/* The numbers of the pools in the order in which their daemons were started, and the most that
 * started at once. */
static const char *order_of(driver_t *driver, unsigned *most)
{
    const char *line = driver_log(driver);
    char *order = apr_pcalloc(test_pool, 256);
    unsigned count = 0, starting = 0;

    *most = 0;
    for (; (line = strstr(line, ": pool pool")) != NULL; line++) {
        const char *end = strchr(line, '\n');
        const char *text = apr_pstrndup(test_pool, line, (apr_size_t)(end - line));
        if (strstr(text, " started") != NULL) {
            order[count++] = text[strlen(": pool pool")];
            *most = ++starting > *most ? starting : *most;
        } else if (strstr(text, " ready in ") != NULL) {
            starting--;
        }
    }
    return order;
}

START_TEST(should_start_no_more_at_once_than_it_may)
{
    scene_t scene = scene_of("toil=");
    driver_t *driver = scene.driver;
    unsigned i, most;

    ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 2), "");
    driver_await(driver, " started", 2);
    for (i = 0; i < POOLS; i++) {
        driver_await_state(driver, i, i < 2 ? MJ_POOL_STARTING : MJ_POOL_QUEUED);
    }
    for (i = 0; i < POOLS; i++) {
        open_gate(&scene, i);
        driver_await(driver, " ready in ", i + 1);
    }
    ck_assert_str_eq(order_of(driver, &most), "012345");
    ck_assert_uint_eq(most, 2);
    ck_assert_uint_eq(driver_count(driver, " ended: "), 0);
    for (i = 0; i < POOLS; i++) {
        driver_await_state(driver, i, MJ_POOL_READY);
    }
    finish(&scene);
}
END_TEST

START_TEST(should_start_first_what_requests_have_waited_for_longest)
{
    scene_t scene = scene_of("toil=");
    driver_t *driver = scene.driver;
    unsigned i, most;

    ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 1), "");
    driver_await_state(driver, 0, MJ_POOL_STARTING);
    driver_await_state(driver, 5, MJ_POOL_QUEUED);
    call(driver, 4);
    call(driver, 2);
    call(driver, 5);
    mj_board_queue_leave(driver->board, 5, UINT32_MAX); /* its client has left */
    for (i = 0; i < POOLS; i++) {
        open_gate(&scene, i);
    }
    driver_await(driver, " ready in ", POOLS);
    ck_assert_str_eq(order_of(driver, &most), "042135");
    ck_assert_uint_eq(most, 1);
    finish(&scene);
}
END_TEST

START_TEST(should_replace_what_has_served_before_what_never_has)
{
    scene_t scene = scene_of("toil=");
    driver_t *driver = scene.driver;
    pid_t first;
    unsigned i, most;

    open_gate(&scene, 0);
    ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 1), "");
    driver_await(driver, " started", 2); /* the second one's gate is closed */
    first = driver_last_ready(driver);
    ck_assert_int_eq(kill(first, SIGKILL), 0);
    driver_await_state(driver, 0, MJ_POOL_QUEUED);
    for (i = 1; i < POOLS; i++) {
        open_gate(&scene, i);
    }
    driver_await(driver, " ready in ", POOLS + 1);
    ck_assert_str_eq(order_of(driver, &most), "0102345");
    finish(&scene);
}
END_TEST

/* A factory that waits for a database. */
START_TEST(should_not_wait_for_a_start_that_waits_itself)
{
    scene_t scene = scene_of("toil=");
    driver_t *driver = scene.driver;
    unsigned i;

    scene.pools[0] = driver_pool(driver, "pool0", "hang");
    scene.pools[1] = driver_pool(driver, "pool1", "hang");
    for (i = 2; i < POOLS; i++) {
        open_gate(&scene, i);
    }
    ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 2), "");
    driver_await(driver, " ready in ", POOLS - 2);
    ck_assert_uint_eq(driver_count(driver, " ended: "), 0);
    driver_await_state(driver, 0, MJ_POOL_STARTING);
    finish(&scene);
}
END_TEST

/* What a daemon has brought along works: the start goes on. And startup-timeout begins when it is a
 * pool's turn. */
START_TEST(should_wait_for_what_a_start_has_brought_along)
{
    static const struct timespec longer_than_it_may_rest = {.tv_sec = 6};
    scene_t scene = scene_of("nurse=");
    driver_t *driver = scene.driver;
    unsigned most;

    mj_record_add_number(scene.pools[1], "startup-timeout", 5000);
    ck_assert_str_eq(driver_configure_all(driver, scene.pools, 2, 1), "");
    driver_await_state(driver, 1, MJ_POOL_QUEUED);
    (void)nanosleep(&longer_than_it_may_rest, NULL);
    ck_assert_str_eq(order_of(driver, &most), "0");
    driver_await_state(driver, 1, MJ_POOL_QUEUED);
    open_gate(&scene, 1);
    open_gate(&scene, 0);
    driver_await(driver, " ready in ", 2);
    ck_assert_uint_eq(driver_count(driver, " ended: "), 0);
    finish(&scene);
}
END_TEST

/* Who changes what his pool is made of, again and again, gets no place ahead of others by that. */
START_TEST(should_put_last_what_starts_in_vain_whatever_it_is_made_of)
{
    scene_t scene = scene_of("toil=");
    driver_t *driver = scene.driver;
    unsigned i, most;

    for (i = 1; i < POOLS; i++) {
        open_gate(&scene, i);
    }
    ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 1), "");
    for (i = 1; i <= 2; i++) {
        driver_await(driver, "pool pool0 pid", i * 2 - 1);
        mj_record_add(scene.pools[0], "env", apr_psprintf(test_pool, "CHANGE=%u", i));
        ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 1), "");
        driver_await(driver, " ended: ", i);
    }
    driver_await(driver, " ready in ", POOLS - 1);
    driver_await(driver, "pool pool0 pid", 5);
    ck_assert_str_eq(order_of(driver, &most), "00123450");
    finish(&scene);
}
END_TEST

START_TEST(should_forget_one_that_is_taken_away_while_it_waits)
{
    scene_t scene = scene_of("toil=");
    driver_t *driver = scene.driver;
    unsigned most;

    ck_assert_str_eq(driver_configure_all(driver, scene.pools, 3, 1), "");
    driver_await_state(driver, 1, MJ_POOL_QUEUED);
    scene.pools[1] = scene.pools[2];
    ck_assert_str_eq(driver_configure_all(driver, scene.pools, 2, 1), "");
    driver_await_state(driver, 1, MJ_POOL_FREE);
    open_gate(&scene, 0);
    open_gate(&scene, 2);
    driver_await(driver, " ready in ", 2);
    ck_assert_str_eq(order_of(driver, &most), "02");
    finish(&scene);
}
END_TEST

START_TEST(should_end_while_starts_wait)
{
    scene_t scene = scene_of("toil=");
    unsigned most;
    ck_assert_str_eq(driver_configure_all(scene.driver, scene.pools, POOLS, 1), "");
    driver_await_state(scene.driver, 5, MJ_POOL_QUEUED);
    ck_assert_int_eq(driver_stop(scene.driver), 0);
    ck_assert_str_eq(order_of(scene.driver, &most), "0");
    driver_clean(scene.driver);
}
END_TEST

/* Without old daemons beside the new ones: a pool is away no longer than its own start takes. */
START_TEST(should_roll_one_after_the_other_what_stops_first)
{
    scene_t scene = scene_of("");
    driver_t *driver = scene.driver;
    const char *line;
    unsigned i, away = 0, ends = 0;

    for (i = 0; i < POOLS; i++) {
        mj_record_add(scene.pools[i], "restart-order", "stop-first");
    }
    ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 1), "");
    driver_await(driver, " ready in ", POOLS);
    for (i = 0; i < POOLS; i++) {
        mj_record_add(scene.pools[i], "env", "CHANGED=yes");
    }
    ck_assert_str_eq(driver_configure_all(driver, scene.pools, POOLS, 1), "");
    driver_await(driver, " ready in ", 2 * POOLS);
    for (line = strstr(driver_log(driver), "ended: "); line != NULL; line = strpbrk(line + 1, "er")) {
        if (strncmp(line, "ended: ", 7) == 0) {
            ends++;
            ck_assert_uint_eq(++away, 1);
        } else if (strncmp(line, "ready in ", 9) == 0) {
            away--;
        }
    }
    ck_assert_uint_eq(ends, POOLS);
    finish(&scene);
}
END_TEST

START_TEST(should_refuse_a_number_that_is_out_of_bounds)
{
    scene_t scene = scene_of("");
    ck_assert_str_eq(driver_configure_as(scene.driver, scene.pools[0], "concurrent-starts", "1001"),
                     "concurrent-starts is out of bounds");
    ck_assert_str_eq(driver_configure_as(scene.driver, scene.pools[0], "concurrent-starts", "-1"),
                     "concurrent-starts is out of bounds");
    ck_assert_str_eq(driver_configure_as(scene.driver, scene.pools[0], "concurrent-starts", "0"), ""); /* auto */
    driver_await(scene.driver, " ready in ", 1);
    finish(&scene);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("starts of all pools");
    TCase *starts = mj_case(suite, "starts");
    tcase_add_test(starts, should_start_no_more_at_once_than_it_may);
    tcase_add_test(starts, should_start_first_what_requests_have_waited_for_longest);
    tcase_add_test(starts, should_replace_what_has_served_before_what_never_has);
    tcase_add_test(starts, should_not_wait_for_a_start_that_waits_itself);
    tcase_add_test(starts, should_wait_for_what_a_start_has_brought_along);
    tcase_add_test(starts, should_put_last_what_starts_in_vain_whatever_it_is_made_of);
    tcase_add_test(starts, should_forget_one_that_is_taken_away_while_it_waits);
    tcase_add_test(starts, should_end_while_starts_wait);
    tcase_add_test(starts, should_roll_one_after_the_other_what_stops_first);
    tcase_add_test(starts, should_refuse_a_number_that_is_out_of_bounds);
    return suite;
}
