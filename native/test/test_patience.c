/* Waits of a program that has patience.c linked. */
#include "harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <time.h>

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

Suite *mj_suite(void)
{
    Suite *suite = suite_create("patience");
    TCase *waits = mj_case(suite, "waits");
    tcase_add_test(waits, should_have_a_compiler_thread_wait_until_it_is_woken);
    return suite;
}
