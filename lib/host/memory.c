/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "host/host.h"

#include <sys/mman.h>

#define PAGE_BYTES 4096

void *host_reserve(size_t bytes)
{
	void *start;

	SIM_ASSERT(bytes && bytes % PAGE_BYTES == 0);
	start = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return start == MAP_FAILED ? NULL : start;
}

void host_release(void *start, size_t bytes)
{
	int err;

	if (!start)
		return;
	err = munmap(start, bytes);
	SIM_ASSERT(!err);
}

void host_discard(void *start, size_t bytes)
{
	int err;

	SIM_ASSERT((uintptr_t)start % PAGE_BYTES == 0 && bytes % PAGE_BYTES == 0);
	/* Private anonymous memory: the pages go away, and the next touch finds zeroes. */
	err = madvise(start, bytes, MADV_DONTNEED);
	SIM_ASSERT(!err);
}
