/* Smaller stacks of idle JVMs. Where a thread of HotSpot's first calls into Java it writes to the
 * next twenty pages of its stack, to be sure of them, and then only waits. So libjvm.so finds the
 * pthread_cond_wait of this program, which gives these pages back before the first waits of such a
 * thread: they are not written to a second time. */
#include "spare_stack.h"

#include "memory.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

typedef int wait_fn(pthread_cond_t *cond, pthread_mutex_t *mutex);

/* A thread that starts waits for its turn, without its name yet and before it has called Java. */
#define FIRST_WAITS 4

/* As far as the kernel has their names. */
static const char *const waiting[] = {"Reference Handl", "Finalizer", "Common-Cleaner"};

static bool is_one_that_waits(void)
{
    char name[16] = "";
    (void)prctl(PR_GET_NAME, name);
    for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
        if (strcmp(name, waiting[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The C library's own. Threads that look for it at the same time find the same. */
static wait_fn *find_wait(void)
{
    static _Atomic(wait_fn *) found;
    wait_fn *wait = atomic_load_explicit(&found, memory_order_relaxed);
    if (wait == NULL) {
        *(void **)&wait = dlsym(RTLD_NEXT, "pthread_cond_wait");
        atomic_store_explicit(&found, wait, memory_order_relaxed);
    }
    return wait;
}

void mj_spare_stack(void)
{
    static __thread unsigned waits;
    if (waits < FIRST_WAITS) {
        waits++;
        if (is_one_that_waits()) {
            mj_memory_give_back_stack();
        }
    }
}

/* Before the C library's: the symbols of a program come first. */
__attribute__((visibility("default"))) int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    mj_spare_stack();
    return find_wait()(cond, mutex);
}
