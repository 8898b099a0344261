/* Who is called when a descriptor is ready, in which order, and what a call may do to others. */
#include "harness.h"
#include "life.h"
#include "poller.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define MANY 200

typedef struct place_t {
    mj_polled_t polled;
    int writer;
    char name;
    struct place_t *removes; /* what it closes when it is called; NULL: nothing */
} place_t;

static mj_poller_t *poller;
static char called[MANY + 1];
static size_t call_count;

static void call(void *context, short found, int64_t now)
{
    place_t *place = context;
    ck_assert_int_ne(found, 0);
    ck_assert_int_le(now, mj_monotonic_us());
    called[call_count++] = place->name;
    called[call_count] = '\0';
    if (place->removes != NULL) {
        mj_polled_close(&place->removes->polled);
    }
}

/* A pipe with a byte in it. */
static void add(place_t *place, char name, mj_stage_t stage)
{
    int ends[2];
    ck_assert(pipe(ends) == 0 && write(ends[1], "", 1) == 1);
    *place = (place_t){.writer = ends[1], .name = name};
    mj_poller_add(poller, &place->polled, ends[0], POLLIN, stage, call, place);
}

static const char *wait_once(void)
{
    call_count = 0;
    called[0] = '\0';
    mj_poller_wait(poller, 0);
    return called;
}

static void make(void)
{
    poller = mj_poller_make();
}

static void unmake(void)
{
    mj_poller_free(poller);
}

START_TEST(should_call_stage_by_stage)
{
    place_t places[4];
    add(&places[0], 'p', MJ_STAGE_PARENT);
    add(&places[1], 's', MJ_STAGE_SIGNALS);
    add(&places[2], 'a', MJ_STAGE_DAEMONS);
    add(&places[3], 'c', MJ_STAGE_CLIENTS);
    ck_assert_str_eq(wait_once(), "acsp");
}
END_TEST

START_TEST(should_not_call_what_was_closed_meanwhile)
{
    place_t places[4];
    int i;
    for (i = 0; i < 4; i++) {
        add(&places[i], (char)('a' + i), i == 3 ? MJ_STAGE_PARENT : MJ_STAGE_DAEMONS);
    }
    places[0].removes = &places[3]; /* of a later stage */
    places[1].removes = &places[1]; /* itself */
    ck_assert_str_eq(wait_once(), "abc");
    ck_assert_int_eq(places[3].polled.fd, -1);
    places[0].removes = NULL;
    ck_assert_str_eq(wait_once(), "ac");
    mj_polled_close(&places[3].polled); /* again */
    ck_assert_str_eq(wait_once(), "ac");
}
END_TEST

static place_t added_later;

static void add_another(void *context, short found, int64_t now)
{
    call(context, found, now);
    if (added_later.name == '\0') {
        add(&added_later, 'n', MJ_STAGE_PARENT);
    }
}

START_TEST(should_call_what_was_added_meanwhile_after_the_next_wait)
{
    place_t place;
    added_later.name = '\0';
    add(&place, 'a', MJ_STAGE_DAEMONS);
    place.polled.ready = add_another;
    ck_assert_str_eq(wait_once(), "a");
    ck_assert_str_eq(wait_once(), "an");
}
END_TEST

START_TEST(should_keep_apart_however_many_come_and_go)
{
    static place_t places[MANY];
    int i;
    for (i = 0; i < MANY; i++) {
        add(&places[i], (char)('a' + i % 26), MJ_STAGE_DAEMONS);
    }
    ck_assert_uint_eq(strlen(wait_once()), MANY);
    for (i = 0; i < MANY; i++) {
        if (places[i].name != 'q') {
            mj_polled_close(&places[i].polled);
        }
    }
    ck_assert_str_eq(wait_once(), "qqqqqqqq");
}
END_TEST

START_TEST(should_leave_alone_what_is_paused_or_unwanted)
{
    place_t place;
    add(&place, 'a', MJ_STAGE_DAEMONS);
    mj_polled_want(&place.polled, 0);
    ck_assert_str_eq(wait_once(), "");
    mj_polled_pause(&place.polled, true);
    close(place.writer);
    ck_assert_str_eq(wait_once(), "");
    mj_polled_pause(&place.polled, false);
    ck_assert_str_eq(wait_once(), "a"); /* its end */
    mj_polled_remove(&place.polled);
    mj_polled_want(&place.polled, POLLIN);
    mj_polled_pause(&place.polled, false);
    ck_assert_str_eq(wait_once(), "");
    ck_assert_int_ge(place.polled.fd, 0);
}
END_TEST

START_TEST(should_wait_until_it_is_time)
{
    int64_t until = mj_monotonic_us() + 20500;
    mj_poller_wait(poller, until);
    ck_assert_int_ge(mj_monotonic_us(), until);
    mj_poller_wait(poller, until - 1000000); /* long over */
}
END_TEST

START_TEST(should_be_called_before_the_time_that_is_never)
{
    place_t place;
    add(&place, 'a', MJ_STAGE_DAEMONS);
    call_count = 0;
    mj_poller_wait(poller, MJ_NEVER);
    ck_assert_str_eq(called, "a");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("poller");
    TCase *polled = mj_case(suite, "polled");
    tcase_add_checked_fixture(polled, make, unmake);
    tcase_add_test(polled, should_call_stage_by_stage);
    tcase_add_test(polled, should_not_call_what_was_closed_meanwhile);
    tcase_add_test(polled, should_call_what_was_added_meanwhile_after_the_next_wait);
    tcase_add_test(polled, should_keep_apart_however_many_come_and_go);
    tcase_add_test(polled, should_leave_alone_what_is_paused_or_unwanted);
    tcase_add_test(polled, should_wait_until_it_is_time);
    tcase_add_test(polled, should_be_called_before_the_time_that_is_never);
    return suite;
}
