/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Frame pointers: at each one lies the caller's, and behind that the return address. Only the
 * stack's upper end has to be known, since a walk starts at the current frame and must rise.
 */
#include "host/host_internal.h"

#include <pthread.h>

/* Fibers change it at each switch: no call to find the thread's own copy. */
static __thread uintptr_t stack_end __attribute__((tls_model("initial-exec")));
static __thread uintptr_t thread_stack_end;

void host_stack_prepare(void)
{
	pthread_attr_t attr;
	void *start;
	size_t bytes;

	if (stack_end)
		return;
	if (!thread_stack_end && !pthread_getattr_np(pthread_self(), &attr)) {
		if (!pthread_attr_getstack(&attr, &start, &bytes))
			thread_stack_end = (uintptr_t)start + bytes;
		pthread_attr_destroy(&attr);
	}
	stack_end = thread_stack_end;
}

void host_stack_use(uintptr_t end)
{
	stack_end = end;
}

bool host_stack_holds(uintptr_t sp, uintptr_t address)
{
	return address >= sp && address % sizeof(uintptr_t) == 0 && address < stack_end &&
	       stack_end - address >= sizeof(uintptr_t);
}

/* Reads return addresses that the compiler put there, which the sanitizers know nothing of. */
__attribute__((no_sanitize("address", "undefined")))
unsigned int host_backtrace_from(uintptr_t sp, uintptr_t fp, uintptr_t *pc, unsigned int max)
{
	unsigned int count = 0;

	while (count < max && host_stack_holds(sp, fp) &&
	       host_stack_holds(sp, fp + sizeof(uintptr_t))) {
		const uintptr_t *frame = (const uintptr_t *)fp;

		/* The outermost frames of a process have neither a caller nor a frame. */
		if (!frame[1])
			break;
		pc[count++] = frame[1];
		if (frame[0] <= fp)
			break;
		fp = frame[0];
	}
	return count;
}

__attribute__((noinline))
unsigned int host_backtrace(uintptr_t *pc, unsigned int max, unsigned int skip)
{
	uintptr_t fp = (uintptr_t)__builtin_frame_address(0);
	uintptr_t start = fp;

	host_stack_prepare();
	for (; skip; skip--) {
		if (!host_stack_holds(start, fp) || *(const uintptr_t *)fp <= fp)
			return 0;
		fp = *(const uintptr_t *)fp;
	}
	return host_backtrace_from(start, fp, pc, max);
}
