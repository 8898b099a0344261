/* A daemon's way to have its pool's archive made: by a process of its own, jvm-training (trainer.c). */
#ifndef MJ_TRAINING_H
#define MJ_TRAINING_H

#include "launch.h"

#include <pthread.h>
#include <sys/types.h>

/** The longest that it takes, and of the processor for each of its JVMs. On a machine that has nothing left for the lowest priority, it takes
 *  no more than a place in memory. */
#define MJ_TRAINING_S 300
#define MJ_TRAINING_PROCESSOR_S 60

typedef struct mj_training_t {
    pthread_mutex_t lock; /* of what follows */
    pid_t pid;            /* of the process; 0: there is none */
    bool is_stopped;      /* and there will be none */
} mj_training_t;

/** Starts the process, and waits for its end. It dies with the calling thread. */
void mj_training_run(mj_training_t *training, const mj_launch_t *launch);

/** Ends the process at once, or keeps it from being started. */
void mj_training_stop(mj_training_t *training);

#endif
