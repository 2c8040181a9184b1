/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The change of stacks: registers that a call preserves go to the stack, then the stack pointer is
 * exchanged. Floating-point control words are the same in all fibers and stay as they are. The
 * first frame of a fiber has no caller and no frame pointer: unwinding ends there.
 */
#include "host/fiber_internal.h"

#include <pthread.h>

void host_fiber_thread_stack(struct host_fiber *fiber)
{
	pthread_attr_t attr;
	void *start;
	size_t bytes;

	if (pthread_getattr_np(pthread_self(), &attr))
		return;
	if (!pthread_attr_getstack(&attr, &start, &bytes)) {
		fiber->stack = start;
		fiber->stack_bytes = bytes;
	}
	pthread_attr_destroy(&attr);
}

#if defined(__x86_64__)

__asm__(".text\n"
	".hidden host_fiber_jump\n"
	".globl host_fiber_jump\n"
	".type host_fiber_jump, @function\n"
	".balign 16\n"
	"host_fiber_jump:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq (%rsi), %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size host_fiber_jump, . - host_fiber_jump\n"
	".type host_fiber_first, @function\n"
	".balign 16\n"
	"host_fiber_first:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined rip\n"
	"	xorl %ebp, %ebp\n"
	"	movq %rbx, %rdi\n"
	"	call host_fiber_begin\n"
	"	ud2\n"
	"	.cfi_endproc\n"
	".size host_fiber_first, . - host_fiber_first\n");

void host_fiber_first(void) __attribute__((visibility("hidden")));

void host_fiber_prepare(struct host_fiber *fiber, uintptr_t top)
{
	uintptr_t *sp = (uintptr_t *)(top & ~(uintptr_t)15);

	/* Eight bytes of padding, so that the stack is aligned at the call in host_fiber_first. */
	*--sp = 0;
	*--sp = 0;
	*--sp = (uintptr_t)host_fiber_first;
	*--sp = 0;
	*--sp = (uintptr_t)fiber;
	for (int i = 0; i < 4; i++)
		*--sp = 0;
	fiber->sp = (uintptr_t)sp;
}

#elif defined(__aarch64__)

__asm__(".text\n"
	".hidden host_fiber_jump\n"
	".globl host_fiber_jump\n"
	".type host_fiber_jump, %function\n"
	".balign 16\n"
	"host_fiber_jump:\n"
	"	.cfi_startproc\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	ldr x9, [x1]\n"
	"	mov sp, x9\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size host_fiber_jump, . - host_fiber_jump\n"
	".type host_fiber_first, %function\n"
	".balign 16\n"
	"host_fiber_first:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined x30\n"
	"	mov x29, xzr\n"
	"	mov x30, xzr\n"
	"	mov x0, x19\n"
	"	bl host_fiber_begin\n"
	"	brk #0\n"
	"	.cfi_endproc\n"
	".size host_fiber_first, . - host_fiber_first\n");

void host_fiber_first(void) __attribute__((visibility("hidden")));

void host_fiber_prepare(struct host_fiber *fiber, uintptr_t top)
{
	uintptr_t *sp = (uintptr_t *)((top & ~(uintptr_t)15) - 16 - 160);

	__builtin_memset(sp, 0, 160 + 16);
	sp[0] = (uintptr_t)fiber;
	sp[11] = (uintptr_t)host_fiber_first;
	fiber->sp = (uintptr_t)sp;
}

#else

static void begin(unsigned int high, unsigned int low)
{
	host_fiber_begin((struct host_fiber *)((uintptr_t)high << 16 << 16 | low));
}

void host_fiber_prepare(struct host_fiber *fiber, uintptr_t top)
{
	getcontext(&fiber->context);
	fiber->context.uc_stack.ss_sp = fiber->stack;
	fiber->context.uc_stack.ss_size = (char *)top - fiber->stack;
	fiber->context.uc_link = NULL;
	makecontext(&fiber->context, (void (*)(void))begin, 2,
		    (unsigned int)((uintptr_t)fiber >> 16 >> 16),
		    (unsigned int)(uintptr_t)fiber);
}

void host_fiber_jump(struct host_fiber *from, struct host_fiber *to)
{
	swapcontext(&from->context, &to->context);
}

#endif
