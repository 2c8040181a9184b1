/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef HOST_HOST_INTERNAL_H
#define HOST_HOST_INTERNAL_H

#include "host/host.h"

/*
 * Follows frame pointers from @fp, which lies at or above @sp; both may be garbage. Safe in a
 * signal handler after host_stack_prepare().
 */
unsigned int host_backtrace_from(uintptr_t sp, uintptr_t fp, uintptr_t *pc, unsigned int max);
/* Finds out where this thread's stack ends. */
void host_stack_prepare(void);
/* Whether the eight bytes at @address lie in the stack at or above @sp. */
bool host_stack_holds(uintptr_t sp, uintptr_t address);

/* Backtraces are about another stack from now on: the one that ends at @end; 0 for the thread's. */
void host_stack_use(uintptr_t end);

/* Before a signal can come: learns where the stack and the code of this process lie. */
void host_crash_prepare(void);
/*
 * In a signal handler: addresses of the frames that the signal found, innermost first. @context is
 * the handler's third argument. Returns their number.
 */
unsigned int host_crash_capture(const void *context, uintptr_t *pc, unsigned int max);

#endif
