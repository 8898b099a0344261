/* Which daemons may start now: candidates in, who may start out. */
#include "admission.h"
#include "harness.h"
#include "life.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define MOST 12
#define NONE ""

/* Claims as words: `a` a first daemon, `a*3` three, the rest in any order:
 *   @7  requests wait since second 7        !   each replaces one that has served
 *   +   it has a daemon already             ~   makes way for another
 *   #   its starts come to nothing
 * The configuration's order is that of the words. */
typedef struct scene_t {
    mj_claim_t claims[MOST];
    char names[MOST];
    unsigned count;
} scene_t;

static void read_word(scene_t *scene, const char *word)
{
    mj_claim_t *claim = &scene->claims[scene->count];
    const char *at;

    *claim = (mj_claim_t){.order = scene->count, .starts = 1, .is_first = true, .waiting_since = MJ_NEVER, .granted = 99};
    scene->names[scene->count] = word[0];
    for (at = word + 1; *at != '\0'; at++) {
        switch (*at) {
        case '*':
            claim->starts = (unsigned)(*++at - '0');
            break;
        case '@':
            claim->waiting_since = (*++at - '0') * SECOND;
            break;
        case '!':
            claim->replaces = claim->starts;
            break;
        case '+':
            claim->is_first = false;
            break;
        case '~':
            claim->makes_way = true;
            claim->starts = 0;
            claim->is_first = false;
            break;
        case '#':
            claim->is_vain = true;
            break;
        default:
            ck_abort_msg("no claim: %s", word);
        }
    }
    scene->count++;
}

static scene_t scene_of(const char *words)
{
    scene_t scene = {.count = 0};
    char *copy = apr_pstrdup(test_pool, words), *last;
    const char *word;

    for (word = apr_strtok(copy, " ", &last); word != NULL; word = apr_strtok(NULL, " ", &last)) {
        read_word(&scene, word);
    }
    return scene;
}

/* Who may start or make way, in the configuration's order, each as often as it may. */
static const char *granted(const char *words, unsigned places, unsigned gaps)
{
    scene_t scene = scene_of(words);
    mj_claim_t *order[MOST];
    char text[64] = "";
    unsigned i, n;

    for (i = 0; i < scene.count; i++) {
        order[i] = &scene.claims[i];
    }
    mj_admission_decide(order, scene.count, places, gaps);
    for (i = 0; i < scene.count; i++) {
        for (n = 0; n < scene.claims[i].granted + scene.claims[i].may_make_way; n++) {
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%c", scene.names[i]);
        }
    }
    return apr_pstrdup(test_pool, text);
}

START_TEST(should_let_the_next_ones_start)
{
    static const struct {
        const char *claims;
        unsigned places;
        const char *granted;
    } rows[] = {
        {"", 2, NONE},
        {"a b c", 0, NONE},
        {"a b c", 2, "ab"}, /* in the order of the configuration */
        {"a b c", 9, "abc"},
        {"a b@7 c@5 d", 1, "c"}, /* whom requests have waited for longest */
        {"a b@7 c@5 d", 2, "bc"},
        {"a b@7 c@5 d", 3, "abc"},
        {"a b@5 c@5", 1, "b"},
        {"a b! c", 1, "b"}, /* one that has served and has ended */
        {"a b! c@9", 1, "c"},
        {"a b!+ c!", 1, "c"},  /* whoever has nothing left first */
        {"a b!+ c!", 2, "bc"}, /* and a roll before what has never served */
        {"a*8 b c", 2, "ab"},  /* one daemon of each first */
        {"a*8 b c", 3, "abc"},
        {"a*8 b c", 5, "aaabc"},
        {"a*8@1 b c*2@2 d", 2, "ac"}, /* though requests wait */
        {"a*8@1 b c*2@2 d", 4, "abcd"},
        {"a*8@1 b c*2@2 d", 6, "aaabcd"},
        {"a*8!@3 b c!+ d", 1, "a"},
        {"a*8! b c", 8, "aaaaaaaa"}, /* what has served before what never has */
        {"a+@1 b", 1, "b"},          /* it serves, and wants to grow */
        {"a+ b+@1 c", 2, "bc"},
        {"a# b", 1, "b"}, /* one that has failed again and again holds nobody back */
        {"a#! b c*2", 3, "bcc"},
        {"a#@1 b", 1, "b"},
        {"a# b", 2, "ab"},
    };
    size_t i;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *who = granted(rows[i].claims, rows[i].places, 0);
        ck_assert_msg(strcmp(who, rows[i].granted) == 0, "%s, %u places: %s, not %s", rows[i].claims, rows[i].places, who,
                      rows[i].granted);
    }
}
END_TEST

/* restart-order=stop-first: a pool without its daemon is one that fails its clients. */
START_TEST(should_have_no_more_pools_make_way_than_can_start_again)
{
    static const struct {
        const char *claims;
        unsigned places;
        unsigned gaps;
        const char *granted;
    } rows[] = {
        {"a~ b~ c~", 2, 0, "ab"}, {"a~ b~ c~", 2, 1, "a"},  {"a~ b~ c~", 2, 2, NONE},
        {"a~ b~ c~", 2, 3, NONE}, {"a~ b~ c~", 0, 0, NONE}, {"a~ b! c", 1, 0, "b"}, /* what has stopped starts first */
        {"a~ b! c", 2, 0, "ab"},  {"a~ b! c", 2, 1, "bc"},  {"a~ b~@1 c", 1, 0, "b"},
        {"a~ b c", 3, 3, "bc"}, /* and keeps no others from starting */
    };
    size_t i;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *who = granted(rows[i].claims, rows[i].places, rows[i].gaps);
        ck_assert_msg(strcmp(who, rows[i].granted) == 0, "%s, %u places, %u gaps: %s, not %s", rows[i].claims, rows[i].places,
                      rows[i].gaps, who, rows[i].granted);
    }
}
END_TEST

/* Claims as pools make them: one that starts claims no more. */
START_TEST(should_start_each_of_many_once)
{
    enum { POOLS = 10000, PLACES = 64 };
    mj_claim_t *claims = apr_pcalloc(test_pool, POOLS * sizeof(*claims));
    mj_claim_t **order = apr_pcalloc(test_pool, POOLS * sizeof(mj_claim_t *));
    unsigned left = POOLS, i;

    for (i = 0; i < POOLS; i++) {
        claims[i] = (mj_claim_t){.order = i, .starts = 1, .is_first = true, .waiting_since = MJ_NEVER};
    }
    while (left > 0) {
        unsigned count = 0, first = POOLS - left;
        for (i = 0; i < POOLS; i++) {
            if (claims[i].starts > 0) {
                order[count++] = &claims[i];
            }
        }
        ck_assert_uint_eq(count, left);
        mj_admission_decide(order, count, PLACES, 0);
        for (i = 0; i < POOLS; i++) {
            if (claims[i].starts > 0 && claims[i].granted > 0) {
                ck_assert_msg(i < first + PLACES, "%u starts before %u", i, first);
                claims[i].starts = 0;
                left--;
            }
        }
    }
}
END_TEST

/* Whose starts come to nothing is last after two. */
START_TEST(should_not_let_one_that_fails_keep_others_waiting)
{
    mj_claim_t bad = {.order = 0, .starts = 1, .is_first = true, .waiting_since = SECOND};
    mj_claim_t good = {.order = 1, .starts = 1, .is_first = true, .waiting_since = MJ_NEVER};
    mj_claim_t *order[] = {&bad, &good};
    unsigned turns = 0;

    do {
        order[0] = &bad;
        order[1] = &good;
        mj_admission_decide(order, 2, 1, 0);
        turns++;
        bad.is_vain = turns == 2;
    } while (good.granted == 0 && turns < 100);
    ck_assert_uint_eq(turns, 3);
}
END_TEST

START_TEST(should_count_a_start_while_it_uses_the_processor)
{
    mj_effort_t effort;
    int64_t now = 1000 * SECOND, born = now;
    uint64_t used = 0;

    mj_effort_begin(&effort, false, now);
    ck_assert(mj_effort_counts(&effort, now));
    for (; now < born + 20 * SECOND; now += SECOND) {
        used += 100000; /* a tenth: others want the processor too */
        mj_effort_note(&effort, used, now);
        ck_assert(mj_effort_counts(&effort, now));
    }
    now -= SECOND;
    mj_effort_note(&effort, used + 1000, now + SECOND); /* it waits, and a JVM that waits wakes up now and then */
    mj_effort_note(&effort, used + 2000, now + 2 * SECOND);
    ck_assert(mj_effort_counts(&effort, now + 2 * SECOND));
    mj_effort_note(&effort, used + 3000, now + 3 * SECOND);
    ck_assert(!mj_effort_counts(&effort, now + 3 * SECOND));
    mj_effort_note(&effort, used + 500000, now + 4 * SECOND); /* it goes on */
    ck_assert(mj_effort_counts(&effort, now + 4 * SECOND));
}
END_TEST

START_TEST(should_count_a_start_that_never_ends_no_more)
{
    mj_effort_t effort;
    int64_t born = 1000 * SECOND, now;

    mj_effort_begin(&effort, false, born);
    for (now = born; now < born + 60 * SECOND; now += SECOND) {
        mj_effort_note(&effort, (uint64_t)(now - born), now);
        ck_assert(mj_effort_counts(&effort, now));
    }
    mj_effort_note(&effort, (uint64_t)(now - born), now);
    ck_assert(!mj_effort_counts(&effort, now));

    mj_effort_begin(&effort, true, born); /* its pool has tried again and again */
    mj_effort_note(&effort, 9000000, born + 9 * SECOND);
    ck_assert(mj_effort_counts(&effort, born + 9 * SECOND));
    mj_effort_note(&effort, 10000000, born + 10 * SECOND);
    ck_assert(!mj_effort_counts(&effort, born + 10 * SECOND));
}
END_TEST

/* What it has brought along has ended, and what that used is not told any more. */
START_TEST(should_take_less_than_before_as_use)
{
    mj_effort_t effort;
    int64_t born = 1000 * SECOND;

    mj_effort_begin(&effort, false, born);
    mj_effort_note(&effort, 5000000, born + 2 * SECOND);
    mj_effort_note(&effort, 100000, born + 4 * SECOND);
    ck_assert(mj_effort_counts(&effort, born + 6 * SECOND));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("admission of starts");
    TCase *admission = mj_case(suite, "admission");
    tcase_add_test(admission, should_let_the_next_ones_start);
    tcase_add_test(admission, should_have_no_more_pools_make_way_than_can_start_again);
    tcase_add_test(admission, should_start_each_of_many_once);
    tcase_add_test(admission, should_not_let_one_that_fails_keep_others_waiting);
    tcase_add_test(admission, should_count_a_start_while_it_uses_the_processor);
    tcase_add_test(admission, should_count_a_start_that_never_ends_no_more);
    tcase_add_test(admission, should_take_less_than_before_as_use);
    return suite;
}
