/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RMAP_H
#define _LINUX_RMAP_H

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>

/* fidelity: simplified: the counters that decide about reuse are kept; no KSM */
struct anon_vma {
	struct anon_vma *root;
	struct rw_semaphore rwsem;
	atomic_t refcount;
	unsigned long num_children;
	unsigned long num_active_vmas;
	struct anon_vma *parent;
	struct rb_root_cached rb_root;
};

/* fidelity: same */
struct page *make_device_exclusive(struct mm_struct *mm, unsigned long addr, void *owner,
				   struct folio **foliop);

#endif
