/* Smaller stacks of threads of HotSpot's that only wait. */
#ifndef MJ_SPARE_STACK_H
#define MJ_SPARE_STACK_H

/** To be called before a wait: if it is one of the first of such a thread, the pages below are given
 * back. */
void mj_spare_stack(void);

#endif
