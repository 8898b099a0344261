/* Fewer wake-ups of idle JVMs. Some of HotSpot's threads look every few seconds whether there is
 * something to do, or whether they are still needed; options do not change that, or for busy JVMs
 * too, and whoever has work for them wakes them up. With hundreds of idle JVMs these looks are
 * work. So libjvm.so finds the pthread_cond_timedwait of this program, which waits longer in their
 * place, once the process has hardly used the processor for half a minute. */
#include "spare_stack.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* A wait of HotSpot's as it is seen here is shorter by what has passed since it looked at the
 * clock. */
#define DELAY_NS INT64_C(500000000)
#define SECOND_NS INT64_C(1000000000)
/* Between two looks of which both count. */
#define LEAST_NS (4 * SECOND_NS)
/* For so long looks are left as they are: meanwhile, compiler threads end of which there are too
 * many. */
#ifndef PATIENT_AFTER_S
#define PATIENT_AFTER_S 30
#endif
/* A process that uses less than one part in so many of the time is idle. */
#define IDLE_SHARE 100

typedef int wait_fn(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until);

/* A thread's. */
typedef struct looks_t {
    int64_t idle_ns; /* for so long the process has been idle */
    int64_t at_ns;   /* of the last one that counted; 0: there was none */
    int64_t used_ns; /* processor time of the process until then */
} looks_t;

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* Who looks, how often, and how much later it may. */
typedef struct habit_t {
    const char *name; /* as far as the kernel has it */
    int64_t period_s;
    time_t later_s;
} habit_t;

static const habit_t habits[] = {
    {"C1 CompilerThre", 5, 300},
    {"C2 CompilerThre", 5, 300},
    {"VM Periodic Tas", 5, 300},
    {"Monitor Deflati", 20, 60}, /* -XX:AsyncDeflationInterval; nobody wakes this one up */
};

/* The current thread's, if it is about to wait for so long. */
static const habit_t *find_habit(int64_t left_ns)
{
    char name[16] = "";
    for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++) {
        if (left_ns > habits[i].period_s * SECOND_NS || left_ns <= habits[i].period_s * SECOND_NS - DELAY_NS) {
            continue;
        }
        if (name[0] == '\0') {
            (void)prctl(PR_GET_NAME, name);
        }
        if (strcmp(name, habits[i].name) == 0) {
            return &habits[i];
        }
    }
    return NULL;
}

/* Between two looks the thread may have been woken up, for some work. @return whether the next one
 * may come later */
static bool note_look(looks_t *looks, int64_t now_ns)
{
    int64_t passed_ns = now_ns - looks->at_ns;
    if (passed_ns >= LEAST_NS) {
        int64_t used_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        bool is_idle = looks->at_ns != 0 && (used_ns - looks->used_ns) * IDLE_SHARE <= passed_ns;
        *looks = (looks_t){.idle_ns = is_idle ? looks->idle_ns + passed_ns : 0, .at_ns = now_ns, .used_ns = used_ns};
    }
    return looks->idle_ns >= PATIENT_AFTER_S * SECOND_NS;
}

/* The C library's own. Threads that look for it at the same time find the same. */
static wait_fn *find_wait(void)
{
    static _Atomic(wait_fn *) found;
    wait_fn *wait = atomic_load_explicit(&found, memory_order_relaxed);
    if (wait == NULL) {
        *(void **)&wait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
        atomic_store_explicit(&found, wait, memory_order_relaxed);
    }
    return wait;
}

/* Before the C library's: the symbols of a program come first. */
__attribute__((visibility("default"))) int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                                                  const struct timespec *until)
{
    static __thread looks_t looks;
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    const habit_t *habit = find_habit((int64_t)until->tv_sec * SECOND_NS + until->tv_nsec - now_ns);
    struct timespec end = *until;

    mj_spare_stack();
    if (habit != NULL && note_look(&looks, now_ns)) {
        end.tv_sec += habit->later_s;
    }
    return find_wait()(cond, mutex, &end);
}
