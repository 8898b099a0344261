/* Faults on purpose, which a sanitizer has to see. */
#ifndef FAULTS_H
#define FAULTS_H

#include <limits.h>
#include <stdlib.h>

/* Reads one byte behind a block of malloc's: AddressSanitizer's. */
static inline int fault_heap(void)
{
    volatile size_t beyond = 8;
    volatile char *block = calloc(1, 8);
    return block[beyond];
}

/* Adds one to the largest int: UndefinedBehaviorSanitizer's. */
static inline int fault_int(void)
{
    volatile int largest = INT_MAX;
    return largest + 1;
}

#endif
