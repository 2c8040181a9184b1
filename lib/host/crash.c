/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where a thread was when a signal stopped it: the instruction, then the chain of frame pointers.
 * The chain alone misses the caller of a function that has no frame yet (compilers delay it past a
 * quick way out), so what lies where its return address would be is looked at too.
 */
#include "host/host_internal.h"

#include <errno.h>
#include <link.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE_MAX 64

/* Code of this process, collected while it is still healthy. */
static struct {
	uintptr_t start;
	uintptr_t end;
} code[CODE_MAX];
static unsigned int code_count;

static int add_code(struct dl_phdr_info *info, size_t bytes, void *ctx)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		if (code_count == CODE_MAX)
			return 1;
		code[code_count].start = info->dlpi_addr + segment->p_vaddr;
		code[code_count].end = code[code_count].start + segment->p_memsz;
		code_count++;
	}
	return 0;
}

void host_crash_prepare(void)
{
	host_stack_prepare();
	code_count = 0;
	dl_iterate_phdr(add_code, NULL);
}

#if defined(__x86_64__)
/*
 * After a stack overflow even the top of the stack can't be read. The kernel reads a signal mask
 * before it finds that -1 is nothing to do with one, so that the error tells.
 */
static bool is_readable(uintptr_t address)
{
	return syscall(SYS_rt_sigprocmask, -1, address, NULL, sizeof(uint64_t)) && errno != EFAULT;
}
#endif

/* Whether @pc is the address behind a call: what a call would have left on the stack. */
__attribute__((no_sanitize("address", "undefined")))
static bool follows_call(uintptr_t pc)
{
	const unsigned char *at = (const unsigned char *)pc;
	bool is_code = false;

	for (unsigned int i = 0; i < code_count; i++)
		is_code |= pc >= code[i].start + 8 && pc < code[i].end;
	if (!is_code)
		return false;
#if defined(__x86_64__)
	/* call rel32; call r/m64 with /2, in its lengths without and with a REX prefix. */
	return at[-5] == 0xe8 || (at[-2] == 0xff && (at[-1] & 0x38) == 0x10) ||
	       (at[-3] == 0xff && (at[-2] & 0x38) == 0x10) ||
	       (at[-4] == 0xff && (at[-3] & 0x38) == 0x10) ||
	       (at[-6] == 0xff && (at[-5] & 0x38) == 0x10);
#else
	return at != NULL;
#endif
}

__attribute__((no_sanitize("address", "undefined")))
unsigned int host_crash_capture(const void *context, uintptr_t *pc, unsigned int max)
{
	const ucontext_t *ucontext = context;
#if defined(__x86_64__)
	uintptr_t ip = ucontext->uc_mcontext.gregs[REG_RIP];
	uintptr_t sp = ucontext->uc_mcontext.gregs[REG_RSP];
	uintptr_t fp = ucontext->uc_mcontext.gregs[REG_RBP];
	uintptr_t caller = 0;

	if (host_stack_holds(sp, sp) && is_readable(sp))
		caller = *(const uintptr_t *)sp;
#elif defined(__aarch64__)
	uintptr_t ip = ucontext->uc_mcontext.pc;
	uintptr_t sp = ucontext->uc_mcontext.sp;
	uintptr_t fp = ucontext->uc_mcontext.regs[29];
	uintptr_t caller = ucontext->uc_mcontext.regs[30];
#else
#error "the registers of a signal context are known for x86-64 and arm64"
#endif
	unsigned int count = 0;

	/* The innermost is made to look like a return address, as the others are. */
	pc[count++] = ip + 1;
	count += host_backtrace_from(sp, fp, pc + count, max - count);
	if (!follows_call(caller) || count == max || (count > 1 && pc[1] == caller))
		return count;
	for (unsigned int i = count++; i > 1; i--)
		pc[i] = pc[i - 1];
	pc[1] = caller;
	return count;
}
