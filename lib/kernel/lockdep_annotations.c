/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Maps that stand for no lock, but for something that waits like one: memory reclaim, the
 * invalidation of a range, the signalling of a fence.
 */
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/sim_lockdep.h>
#include "kernel/lockdep_internal.h"

struct lockdep_map sim_fs_reclaim_map = STATIC_LOCKDEP_MAP_INIT("fs_reclaim", NULL);
struct lockdep_map __mmu_notifier_invalidate_range_start_map =
	STATIC_LOCKDEP_MAP_INIT("mmu_notifier_invalidate_range_start", NULL);
struct lockdep_map sim_dma_fence_map = STATIC_LOCKDEP_MAP_INIT("dma_fence_map", NULL);

static bool enters_reclaim(gfp_t gfp_mask)
{
	return gfp_mask & __GFP_DIRECT_RECLAIM && !(current->flags & PF_MEMALLOC) &&
	       !(gfp_mask & __GFP_NOLOCKDEP);
}

void __fs_reclaim_acquire(unsigned long ip)
{
	lock_acquire_exclusive(&sim_fs_reclaim_map, 0, 0, NULL, ip);
}

void __fs_reclaim_release(unsigned long ip)
{
	lock_release(&sim_fs_reclaim_map, ip);
}

static void reclaim_begin(gfp_t gfp_mask, unsigned long ip)
{
	gfp_mask = current_gfp_context(gfp_mask);
	if (!enters_reclaim(gfp_mask))
		return;
	if (gfp_mask & __GFP_FS)
		__fs_reclaim_acquire(ip);
	/* Reclaim unmaps pages, with or without file systems. */
	lock_acquire_exclusive(&__mmu_notifier_invalidate_range_start_map, 0, 0, NULL, ip);
	lock_release(&__mmu_notifier_invalidate_range_start_map, ip);
}

static void reclaim_end(gfp_t gfp_mask, unsigned long ip)
{
	gfp_mask = current_gfp_context(gfp_mask);
	if (enters_reclaim(gfp_mask) && gfp_mask & __GFP_FS)
		__fs_reclaim_release(ip);
}

void fs_reclaim_acquire(gfp_t gfp_mask)
{
	reclaim_begin(gfp_mask, _RET_IP_);
}

void fs_reclaim_release(gfp_t gfp_mask)
{
	reclaim_end(gfp_mask, _RET_IP_);
}

void sim_might_alloc_slow(gfp_t gfp, unsigned long ip)
{
	reclaim_begin(gfp, ip);
	reclaim_end(gfp, ip);
	if (!(current->flags & PF_MEMALLOC))
		lockdep_check_sleep(ip);
}

bool dma_fence_begin_signalling(void)
{
	/* It nests in itself. */
	if (lock_is_held_type(&sim_dma_fence_map, 1))
		return true;
	/* That nothing sleeps there is checked by other means. */
	if (in_atomic())
		return true;
	/* As a reader that could not have waited: sections run beside each other. */
	lock_acquire(&sim_dma_fence_map, 0, 1, 1, 1, NULL, _RET_IP_);
	return false;
}

void dma_fence_end_signalling(bool cookie)
{
	if (!cookie)
		lock_release(&sim_dma_fence_map, _RET_IP_);
}

void __dma_fence_might_wait(void)
{
	bool signalling = lock_is_held_type(&sim_dma_fence_map, 1);

	/* One fence may well wait for another; what must not wait are locks in between. */
	if (signalling)
		lock_release(&sim_dma_fence_map, _RET_IP_);
	lock_acquire_exclusive(&sim_dma_fence_map, 0, 0, NULL, _RET_IP_);
	lock_release(&sim_dma_fence_map, _RET_IP_);
	if (signalling)
		lock_acquire(&sim_dma_fence_map, 0, 1, 1, 1, NULL, _RET_IP_);
}
