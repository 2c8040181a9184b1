/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where oracles listen to physical memory. Same rules as iova_sim/watch.h.
 */
#ifndef MM_WATCH_H
#define MM_WATCH_H

#include <linux/types.h>

/**
 * struct mm_watch - what an oracle can see of physical memory
 * @ctx: passed to each
 * @page_alloc: pages @pfn .. @pfn + @count - 1 were handed out
 * @page_free: they are about to go back to the allocator
 * @bad_ref: a reference on @pfn was taken or dropped in a way its count does not allow; @what
 *	says how
 */
struct mm_watch {
	void *ctx;
	void (*page_alloc)(void *ctx, unsigned long pfn, unsigned long count);
	void (*page_free)(void *ctx, unsigned long pfn, unsigned long count);
	void (*bad_ref)(void *ctx, unsigned long pfn, const char *what);
};

#endif
