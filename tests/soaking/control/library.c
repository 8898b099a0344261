/* A library that commits FAULT when a JVM loads it. */
#include "faults.h"

int JNI_OnLoad(void *vm, void *reserved);

int JNI_OnLoad(void *vm, void *reserved)
{
    (void)vm;
    (void)reserved;
    return FAULT();
}
