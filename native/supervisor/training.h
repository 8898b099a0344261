/* The process that makes an archive, jvm-training: an identity of nobody's, a folder of its own,
 * and a file that is root's. */
#ifndef MJ_TRAINING_H
#define MJ_TRAINING_H

#include "process_spec.h"

/** The longest that it takes, and of the processor for each of its JVMs. On a machine that has
 * nothing left for the lowest priority, it takes no more than a place in memory. */
#define MJ_TRAINING_S 300
#define MJ_TRAINING_PROCESSOR_S 60

typedef struct mj_training_t {
    pid_t pid;  /**< 0: it does not run */
    int folder; /**< of the archives */
    int lock;   /**< held, so that no other supervisor trains there */
    int file;   /**< the archive, until it is whole */
    int words;  /**< what it says on stderr */
} mj_training_t;

/** What is to be made. */
typedef struct mj_training_order_t {
    const char *program; /**< path of jvm-training */
    const char *folder;  /**< of the archives, which is made if it is missing */
    const char *jars;
    const char *for_whom; /**< `daemon` or `compiler` */
    mj_span_t settings;
    const uid_t *taken; /**< UIDs that may be others' */
    size_t taken_count;
} mj_training_order_t;

typedef enum mj_training_start_t {
    MJ_TRAINING_RUNS,
    MJ_TRAINING_WAITS, /**< another supervisor trains there */
    MJ_TRAINING_FAILED /**< why says it */
} mj_training_start_t;

/** Starts the process.
 *  @param why set where it fails */
mj_training_start_t mj_training_start(mj_training_t *training, const mj_training_order_t *order, char *why, size_t size);

/** It was reaped: keeps what it has made.
 *  @param name of the file in the folder; NULL: it is not to be kept
 *  @param why set where there is none
 *  @return whether it was made; *len bytes of it */
bool mj_training_finish(mj_training_t *training, int status, const char *name, off_t *len, char *why, size_t size);

#endif
