/* Waits of a program that has patience.c linked. */
#include "harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 4800 /* as HotSpot's of five seconds is seen, on a machine that has other work */

typedef struct looker_t {
    const char *name;
    bool is_woken; /* guarded by the mutex, as is what follows */
    bool has_ended;
    int error; /* of its last wait */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} looker_t;

static struct timespec after_ms(long ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static void *look(void *data)
{
    looker_t *looker = data;
    struct timespec end;

    (void)prctl(PR_SET_NAME, looker->name);
    pthread_mutex_lock(&looker->mutex);
    end = after_ms(LOOK_MS);
    do {
        looker->error = pthread_cond_timedwait(&looker->changed, &looker->mutex, &end);
    } while (looker->error == 0 && !looker->is_woken);
    looker->has_ended = true;
    pthread_mutex_unlock(&looker->mutex);
    return NULL;
}

static void start(looker_t *looker, const char *name)
{
    pthread_condattr_t attributes;
    *looker = (looker_t){.name = name, .mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&looker->changed, &attributes);
    ck_assert_int_eq(pthread_create(&looker->thread, NULL, look, looker), 0);
}

static bool has_ended(looker_t *looker)
{
    bool has;
    pthread_mutex_lock(&looker->mutex);
    has = looker->has_ended;
    pthread_mutex_unlock(&looker->mutex);
    return has;
}

START_TEST(should_have_a_compiler_thread_wait_until_it_is_woken)
{
    looker_t compiler, periodic, other;
    looker_t *late[] = {&compiler, &periodic};
    int i;

    start(&compiler, "C2 CompilerThread0");
    start(&periodic, "VM Periodic Task Thread");
    start(&other, "pool-1-thread-1");
    pthread_join(other.thread, NULL); /* whose wait began last */
    ck_assert_int_eq(other.error, ETIMEDOUT);
    for (i = 0; i < 2; i++) {
        ck_assert(!has_ended(late[i]));
        pthread_mutex_lock(&late[i]->mutex);
        late[i]->is_woken = true;
        pthread_cond_signal(&late[i]->changed);
        pthread_mutex_unlock(&late[i]->mutex);
        pthread_join(late[i]->thread, NULL);
        ck_assert_int_eq(late[i]->error, 0);
    }
}
END_TEST

#define DEEP 81920

/* As HotSpot does, where a thread first calls into Java. @return the deepest byte that it has
 * written */
static __attribute__((noinline)) uintptr_t go_deep(void)
{
    volatile char deep[DEEP];
    int i;
    for (i = 0; i < DEEP; i++) {
        deep[i] = 1;
    }
    return (uintptr_t)deep;
}

typedef struct diver_t {
    looker_t looker;
    _Atomic(uintptr_t) deepest;
} diver_t;

static void *dive(void *data)
{
    diver_t *diver = data;
    (void)prctl(PR_SET_NAME, diver->looker.name);
    pthread_mutex_lock(&diver->looker.mutex);
    atomic_store(&diver->deepest, go_deep());
    while (!diver->looker.is_woken) {
        pthread_cond_wait(&diver->looker.changed, &diver->looker.mutex);
    }
    pthread_mutex_unlock(&diver->looker.mutex);
    return NULL;
}

/* @return of the pages that it has written to, how many are there once it waits */
static unsigned left_after_dive(const char *name)
{
    diver_t diver = {.looker = {.name = name, .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}};
    unsigned char pages[DEEP / 4096 / 2];
    unsigned left = 0;
    size_t i;

    ck_assert_int_eq(pthread_create(&diver.looker.thread, NULL, dive, &diver), 0);
    while (atomic_load(&diver.deepest) == 0) {
        usleep(100);
    }
    pthread_mutex_lock(&diver.looker.mutex); /* it waits */
    ck_assert_int_eq(mincore((void *)((atomic_load(&diver.deepest) + 4095) & ~(uintptr_t)4095), sizeof(pages) * 4096, pages), 0);
    for (i = 0; i < sizeof(pages); i++) {
        left += pages[i] & 1;
    }
    diver.looker.is_woken = true;
    pthread_cond_signal(&diver.looker.changed);
    pthread_mutex_unlock(&diver.looker.mutex);
    pthread_join(diver.looker.thread, NULL);
    return left;
}

START_TEST(should_give_back_the_stack_of_a_thread_that_only_waits)
{
    ck_assert_uint_eq(left_after_dive("Finalizer"), 0);
    ck_assert_uint_eq(left_after_dive("Reference Handler"), 0);
    ck_assert_uint_eq(left_after_dive("pool-1-thread-1"), DEEP / 4096 / 2);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("patience");
    TCase *waits = mj_case(suite, "waits");
    tcase_add_test(waits, should_have_a_compiler_thread_wait_until_it_is_woken);
    tcase_add_test(waits, should_give_back_the_stack_of_a_thread_that_only_waits);
    return suite;
}
