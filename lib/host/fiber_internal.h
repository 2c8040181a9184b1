/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between fiber.c, which manages stacks, and fiber_switch.c, which changes them. */
#ifndef HOST_FIBER_INTERNAL_H
#define HOST_FIBER_INTERNAL_H

#include "host/host_internal.h"

#if !defined(__x86_64__) && !defined(__aarch64__)
#define HOST_FIBER_UCONTEXT 1
#include <ucontext.h>
#endif

/**
 * struct host_fiber - one stack and where its code stopped
 * @sp: stack pointer while it does not run; first, the assembly knows
 * @end: upper end of the stack, 0 for the thread's own
 * @stack: lowest usable byte
 * @stack_bytes: size
 * @entry: body
 * @arg: for @entry
 * @fake_stack: AddressSanitizer's, while it does not run
 * @next: in the pool
 * @context: instead of @sp, where there is no assembly
 */
struct host_fiber {
	uintptr_t sp;
	uintptr_t end;
	char *stack;
	size_t stack_bytes;
	void (*entry)(void *arg);
	void *arg;
	void *fake_stack;
	struct host_fiber *next;
#ifdef HOST_FIBER_UCONTEXT
	ucontext_t context;
#endif
};

/* Lays out a new stack, whose first frame lies below @top, so that a jump begins the fiber. */
void host_fiber_prepare(struct host_fiber *fiber, uintptr_t top);
/* Saves where @from is and goes on where @to was. */
void host_fiber_jump(struct host_fiber *from, struct host_fiber *to);
/* Where a new fiber begins. */
_Noreturn void host_fiber_begin(struct host_fiber *fiber);
/* Fills in the bounds of the thread's own stack. */
void host_fiber_thread_stack(struct host_fiber *fiber);

#endif
