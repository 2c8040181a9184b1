/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Fibers: the part of the machine state that a function call does not save, in a few lines of
 * assembly where we have them, by ucontext elsewhere. Sanitizers and valgrind are told.
 */
#include "host/fiber_internal.h"

#include <stdlib.h>
#include <sys/mman.h>

#define PAGE_BYTES 4096ul
#define COLOUR_BYTES 192ul
#define COLOUR_COUNT 16u
/* Stacks kept for reuse; more are given back. */
#define POOL_MAX 1024u

#ifdef SVMSIM_ASAN
#define STACK_BYTES HOST_FIBER_STACK_BYTES_SANITIZED
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#else
#define STACK_BYTES HOST_FIBER_STACK_BYTES
#endif

static struct host_fiber main_fiber;
static struct host_fiber *pool;
static unsigned int pool_count;

#ifdef SVMSIM_ASAN
static void switch_begin(struct host_fiber *from, struct host_fiber *to, bool ends)
{
	if (to == &main_fiber && !main_fiber.stack)
		host_fiber_thread_stack(&main_fiber);
	__sanitizer_start_switch_fiber(ends ? NULL : &from->fake_stack, to->stack,
				       to->stack_bytes);
}

static void switch_end(struct host_fiber *now)
{
	__sanitizer_finish_switch_fiber(now->fake_stack, NULL, NULL);
}
#else
static inline void switch_begin(struct host_fiber *from, struct host_fiber *to, bool ends)
{
	(void)from, (void)to, (void)ends;
}

static inline void switch_end(struct host_fiber *now)
{
	(void)now;
}
#endif

static struct host_fiber *stack_get(void)
{
	struct host_fiber *fiber = pool;
	char *start;

	if (fiber) {
		pool = fiber->next;
		pool_count--;
		return fiber;
	}
	start = mmap(NULL, STACK_BYTES + PAGE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		return NULL;
	/* Whoever runs over the end of the stack stops here instead of in a neighbour's. */
	if (mprotect(start, PAGE_BYTES, PROT_NONE)) {
		munmap(start, STACK_BYTES + PAGE_BYTES);
		return NULL;
	}
	fiber = host_zalloc(sizeof(*fiber));
	fiber->stack = start + PAGE_BYTES;
	fiber->stack_bytes = STACK_BYTES;
#ifdef SVMSIM_ASAN
	/* What only a suspended fiber points to is no leak. */
	__lsan_register_root_region(fiber->stack, fiber->stack_bytes);
#endif
	return fiber;
}

/* First code on a new stack. */
_Noreturn void host_fiber_begin(struct host_fiber *fiber)
{
	switch_end(fiber);
	fiber->entry(fiber->arg);
	host_defect(__FILE_NAME__, __LINE__, "the body of a fiber returned");
}

struct host_fiber *host_fiber_create(void (*entry)(void *arg), void *arg, unsigned int colour)
{
	struct host_fiber *fiber = stack_get();

	if (!fiber)
		return NULL;
	fiber->entry = entry;
	fiber->arg = arg;
	fiber->fake_stack = NULL;
	fiber->end = (uintptr_t)fiber->stack + fiber->stack_bytes;
	host_fiber_prepare(fiber, fiber->end - (colour % COLOUR_COUNT) * COLOUR_BYTES);
	return fiber;
}

bool host_fiber_stack(const struct host_fiber *fiber, uintptr_t *start, size_t *bytes)
{
	if (fiber == &main_fiber)
		return false;
	*start = (uintptr_t)fiber->stack;
	*bytes = fiber->stack_bytes;
	return true;
}

struct host_fiber *host_fiber_main(void)
{
	return &main_fiber;
}

void host_fiber_switch(struct host_fiber *from, struct host_fiber *to, bool ends)
{
	switch_begin(from, to, ends);
	host_stack_use(to->end);
	host_fiber_jump(from, to);
	switch_end(from);
}

void host_fiber_free(struct host_fiber *fiber)
{
	if (!fiber || fiber == &main_fiber)
		return;
#ifdef SVMSIM_ASAN
	__asan_unpoison_memory_region(fiber->stack, fiber->stack_bytes);
#endif
	if (pool_count < POOL_MAX) {
		fiber->next = pool;
		pool = fiber;
		pool_count++;
		return;
	}
#ifdef SVMSIM_ASAN
	__lsan_unregister_root_region(fiber->stack, fiber->stack_bytes);
#endif
	munmap(fiber->stack - PAGE_BYTES, fiber->stack_bytes + PAGE_BYTES);
	host_free(fiber);
}
