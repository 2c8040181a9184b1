/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Allocation scopes of a task, and what an allocation may wait for. */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#ifdef SIM_MARKED_POINTS
#include <linux/sim_fault.h>
#endif
#include <linux/types.h>

/*
 * fidelity: simplified: exit_mmap() unmaps areas one by one; of what a user of the mm keeps beside
 * it (files, uprobes, futexes) there is nothing
 */
void mmgrab(struct mm_struct *mm);
void mmdrop(struct mm_struct *mm);
void mmget(struct mm_struct *mm);
bool mmget_not_zero(struct mm_struct *mm);
void mmput(struct mm_struct *mm);
void mmput_async(struct mm_struct *mm);

/* The last user going away at the wrong moment is a failure to inject. */
#ifdef SIM_MARKED_POINTS
#define mmgrab(mm) SIM_POINT_CALL(mmgrab, #mm, mm)
#define mmdrop(mm) SIM_POINT_CALL(mmdrop, #mm, mm)
#define mmget(mm) SIM_POINT_CALL(mmget, #mm, mm)
#define mmget_not_zero(mm)                                                                       \
	(!sim_fails_unless_zero(SIM_SITE(SIM_POINT_FAIL, "mmget_not_zero", #mm)) &&               \
	 SIM_POINT_CALL(mmget_not_zero, #mm, mm))
#define mmput(mm) SIM_POINT_CALL(mmput, #mm, mm)
#define mmput_async(mm) SIM_POINT_CALL(mmput_async, #mm, mm)
#endif

/* fidelity: same */
static inline gfp_t current_gfp_context(gfp_t flags)
{
	unsigned int pflags = current->flags;

	/* No I/O is the stronger of the two, and means no file systems either. */
	if (pflags & PF_MEMALLOC_NOIO)
		flags &= ~(__GFP_IO | __GFP_FS);
	else if (pflags & PF_MEMALLOC_NOFS)
		flags &= ~__GFP_FS;
	if (pflags & PF_MEMALLOC_PIN)
		flags &= ~__GFP_MOVABLE;
	return flags;
}

#ifdef CONFIG_LOCKDEP
void __fs_reclaim_acquire(unsigned long ip);
void __fs_reclaim_release(unsigned long ip);
void fs_reclaim_acquire(gfp_t gfp_mask);
void fs_reclaim_release(gfp_t gfp_mask);
#else
static inline void __fs_reclaim_acquire(unsigned long ip)
{
}

static inline void __fs_reclaim_release(unsigned long ip)
{
}

static inline void fs_reclaim_acquire(gfp_t gfp_mask)
{
}

static inline void fs_reclaim_release(gfp_t gfp_mask)
{
}
#endif

/* An allocation with these flags could be made here, even if none is. */
static inline void might_alloc(gfp_t gfp_mask)
{
	fs_reclaim_acquire(gfp_mask);
	fs_reclaim_release(gfp_mask);
	if (!(current->flags & PF_MEMALLOC))
		might_sleep_if(gfpflags_allow_blocking(gfp_mask));
}

/* Returns those of @flags that were not set, which is what the end of the scope clears. */
static inline unsigned int memalloc_flags_save(unsigned int flags)
{
	unsigned int added = ~current->flags & flags;

	current->flags |= flags;
	return added;
}

static inline void memalloc_flags_restore(unsigned int flags)
{
	current->flags &= ~flags;
}

static inline unsigned int memalloc_noio_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC_NOIO);
}

static inline void memalloc_noio_restore(unsigned int flags)
{
	memalloc_flags_restore(flags);
}

static inline unsigned int memalloc_nofs_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC_NOFS);
}

static inline void memalloc_nofs_restore(unsigned int flags)
{
	memalloc_flags_restore(flags);
}

static inline unsigned int memalloc_noreclaim_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC);
}

static inline void memalloc_noreclaim_restore(unsigned int flags)
{
	memalloc_flags_restore(flags);
}

static inline unsigned int memalloc_pin_save(void)
{
	return memalloc_flags_save(PF_MEMALLOC_PIN);
}

static inline void memalloc_pin_restore(unsigned int flags)
{
	memalloc_flags_restore(flags);
}

#endif
