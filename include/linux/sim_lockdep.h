/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the lock checker knows from the start, for the headers that the kernel declares it in, and
 * for whoever makes such locks: classes that are trained at boot have these keys and names.
 */
#ifndef _LINUX_SIM_LOCKDEP_H
#define _LINUX_SIM_LOCKDEP_H

#include <linux/lockdep_types.h>
#include <linux/types.h>

struct sim_site;

/* fidelity: same: ours, no kernel header */
extern struct lock_class_key sim_mmap_lock_key;
extern struct lock_class_key sim_i_mmap_rwsem_key;
#define SIM_MMAP_LOCK_NAME "&mm->mmap_lock"
#define SIM_RESERVATION_ACQUIRE_NAME "reservation_ww_class_acquire"
#define SIM_RESERVATION_MUTEX_NAME "reservation_ww_class_mutex"
#define SIM_I_MMAP_RWSEM_NAME "&mapping->i_mmap_rwsem"
extern struct lockdep_map sim_fs_reclaim_map;
extern struct lockdep_map sim_dma_fence_map;

/* linux/mmu_notifier.h */
/* fidelity: same */
extern struct lockdep_map __mmu_notifier_invalidate_range_start_map;

/* linux/dma-fence.h */
#ifdef CONFIG_LOCKDEP
bool dma_fence_begin_signalling(void);
void dma_fence_end_signalling(bool cookie);
void __dma_fence_might_wait(void);
#else
static inline bool dma_fence_begin_signalling(void)
{
	return true;
}

static inline void dma_fence_end_signalling(bool cookie)
{
}

static inline void __dma_fence_might_wait(void)
{
}
#endif

/* linux/kernel.h: might_sleep() is sim_might_sleep() with a site; these check and go on. */
/* fidelity: simplified: raises report `lock-context`; every class of lock once in a run */
void __might_sleep(const char *file, int line);
void sim_might_sleep(const struct sim_site *site);

#endif
