/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How a device that copies page tables hears of changes.
 *
 * Order of one change: invalidate_range_start, entries change, invalidate_range_end. In between a
 * device must not take over what it reads. For an interval notifier:
 *
 *	again:	seq = mmu_interval_read_begin(sub);
 *		... look at page tables, with whatever locks that takes ...
 *		lock(driver);
 *		if (mmu_interval_read_retry(sub, seq)) { unlock(driver); goto again; }
 *		... program the device ...
 *		unlock(driver);
 *
 * and in the callback, with the same lock held: mmu_interval_set_seq(sub, cur_seq), then stop the
 * device.
 */
#ifndef _LINUX_MMU_NOTIFIER_H
#define _LINUX_MMU_NOTIFIER_H

#include <linux/interval_tree.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/sim_site.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

struct mmu_interval_notifier;
struct mmu_notifier;
struct mmu_notifier_range;
struct mmu_notifier_subscriptions;

/* fidelity: same */
enum mmu_notifier_event {
	/* The range goes away: munmap(), the old place of mremap(). */
	MMU_NOTIFY_UNMAP = 0,
	/* Entries are cleared, or lead to another page. */
	MMU_NOTIFY_CLEAR,
	/* Rights change as those of the area did: mprotect(). */
	MMU_NOTIFY_PROTECTION_VMA,
	/* Rights of single pages change. */
	MMU_NOTIFY_PROTECTION_PAGE,
	MMU_NOTIFY_SOFT_DIRTY,
	/* The address space has no user any more; only interval notifiers get it. */
	MMU_NOTIFY_RELEASE,
	/* Pages are being migrated for the device with the range's owner. */
	MMU_NOTIFY_MIGRATE,
	/* One page is made exclusive to the device with the range's owner. */
	MMU_NOTIFY_EXCLUSIVE,
};

#define MMU_NOTIFIER_RANGE_BLOCKABLE (1 << 0)

/*
 * owner is set by mmu_notifier_range_init_owner() only: MMU_NOTIFY_MIGRATE, MMU_NOTIFY_EXCLUSIVE.
 * Look at event first.
 */
struct mmu_notifier_range {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	unsigned int flags;
	enum mmu_notifier_event event;
	void *owner;
};

/* Of the whole address space; each is optional. */
struct mmu_notifier_ops {
	/* Once, when the last user is gone or on unregister, before pages are freed; may sleep. */
	void (*release)(struct mmu_notifier *subscription, struct mm_struct *mm);
	int (*clear_flush_young)(struct mmu_notifier *subscription, struct mm_struct *mm,
				 unsigned long start, unsigned long end);
	int (*clear_young)(struct mmu_notifier *subscription, struct mm_struct *mm,
			   unsigned long start, unsigned long end);
	int (*test_young)(struct mmu_notifier *subscription, struct mm_struct *mm,
			  unsigned long address);
	/* 0; -EAGAIN for a range that must not block, and only without invalidate_range_end. */
	int (*invalidate_range_start)(struct mmu_notifier *subscription,
				      const struct mmu_notifier_range *range);
	void (*invalidate_range_end)(struct mmu_notifier *subscription,
				     const struct mmu_notifier_range *range);
	/* With a page-table lock held: for hardware that walks the CPU's own tables. */
	void (*arch_invalidate_secondary_tlbs)(struct mmu_notifier *subscription,
					       struct mm_struct *mm, unsigned long start,
					       unsigned long end);
	/* For mmu_notifier_get(): both make and free what the notifier is part of. */
	struct mmu_notifier *(*alloc_notifier)(struct mm_struct *mm);
	void (*free_notifier)(struct mmu_notifier *subscription);
};

struct mmu_notifier {
	struct hlist_node hlist;
	const struct mmu_notifier_ops *ops;
	struct mm_struct *mm;
	struct rcu_head rcu;
	unsigned int users;
};

/* What a two-pass notifier is called back with. */
struct mmu_interval_notifier_finish {
	struct llist_node link;
	struct mmu_interval_notifier *notifier;
};

/*
 * invalidate: true; false only when it had to sleep and must not. Two passes (v7.2 and later):
 * invalidate_start may set *finish; invalidate_finish is called with it when all starts are done.
 */
/* fidelity: same: the two passes are there in all versions and refused before v7.2 */
struct mmu_interval_notifier_ops {
	bool (*invalidate)(struct mmu_interval_notifier *interval_sub,
			   const struct mmu_notifier_range *range, unsigned long cur_seq);
	bool (*invalidate_start)(struct mmu_interval_notifier *interval_sub,
				 const struct mmu_notifier_range *range, unsigned long cur_seq,
				 struct mmu_interval_notifier_finish **finish);
	void (*invalidate_finish)(struct mmu_interval_notifier_finish *finish);
};

/* fidelity: same */
struct mmu_interval_notifier {
	struct interval_tree_node interval_tree;
	const struct mmu_interval_notifier_ops *ops;
	struct mm_struct *mm;
	struct hlist_node deferred_item;
	unsigned long invalidate_seq;
};

static inline int mm_has_notifiers(struct mm_struct *mm)
{
	return unlikely(mm->notifier_subscriptions);
}

/* With mmap_lock not held; the _locked ones and those with two underscores: held for writing. */
int mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm);
int __mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm);
void mmu_notifier_unregister(struct mmu_notifier *subscription, struct mm_struct *mm);
struct mmu_notifier *mmu_notifier_get_locked(const struct mmu_notifier_ops *ops,
					     struct mm_struct *mm);
void mmu_notifier_put(struct mmu_notifier *subscription);
void mmu_notifier_synchronize(void);

static inline struct mmu_notifier *mmu_notifier_get(const struct mmu_notifier_ops *ops,
						    struct mm_struct *mm)
{
	struct mmu_notifier *subscription;

	mmap_write_lock(mm);
	subscription = mmu_notifier_get_locked(ops, mm);
	mmap_write_unlock(mm);
	return subscription;
}

int mmu_interval_notifier_insert(struct mmu_interval_notifier *interval_sub, struct mm_struct *mm,
				 unsigned long start, unsigned long length,
				 const struct mmu_interval_notifier_ops *ops);
int mmu_interval_notifier_insert_locked(struct mmu_interval_notifier *interval_sub,
					struct mm_struct *mm, unsigned long start,
					unsigned long length,
					const struct mmu_interval_notifier_ops *ops);
void mmu_interval_notifier_remove(struct mmu_interval_notifier *interval_sub);
unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *interval_sub);

/*
 * fidelity: same: functions, so that oracles hear of them; mmu_interval_read_retry() can be made to
 * say true by an injected failure
 */
void mmu_interval_set_seq(struct mmu_interval_notifier *interval_sub, unsigned long cur_seq);
bool sim_mmu_interval_read_retry(struct mmu_interval_notifier *interval_sub, unsigned long seq,
				 const struct sim_site *site);
bool sim_mmu_interval_check_retry(struct mmu_interval_notifier *interval_sub, unsigned long seq,
				  const struct sim_site *site);
#define mmu_interval_read_retry(interval_sub, seq)                                                 \
	sim_mmu_interval_read_retry((interval_sub), (seq),                                         \
				    SIM_SITE(SIM_POINT_FAIL, "mmu_interval_read_retry",            \
					     #interval_sub))
#define mmu_interval_check_retry(interval_sub, seq)                                                \
	sim_mmu_interval_check_retry((interval_sub), (seq),                                        \
				     SIM_SITE(SIM_POINT_MARKED, "mmu_interval_check_retry",        \
					      #interval_sub))

/* fidelity: same */
static inline bool mmu_notifier_range_blockable(const struct mmu_notifier_range *range)
{
	return range->flags & MMU_NOTIFIER_RANGE_BLOCKABLE;
}

/*
 * fidelity: same: functions, so that a trace and oracles know of every range, also where an address
 * space has no notifier
 */
void mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range);
int __must_check
mmu_notifier_invalidate_range_start_nonblock(struct mmu_notifier_range *range);
void mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range);

/* fidelity: same */
int __mmu_notifier_clear_flush_young(struct mm_struct *mm, unsigned long start, unsigned long end);
int __mmu_notifier_clear_young(struct mm_struct *mm, unsigned long start, unsigned long end);
int __mmu_notifier_test_young(struct mm_struct *mm, unsigned long address);
void __mmu_notifier_arch_invalidate_secondary_tlbs(struct mm_struct *mm, unsigned long start,
						   unsigned long end);
void __mmu_notifier_release(struct mm_struct *mm);
void __mmu_notifier_subscriptions_destroy(struct mm_struct *mm);

static inline int mmu_notifier_clear_flush_young(struct mm_struct *mm, unsigned long start,
						 unsigned long end)
{
	return mm_has_notifiers(mm) ? __mmu_notifier_clear_flush_young(mm, start, end) : 0;
}

static inline int mmu_notifier_clear_young(struct mm_struct *mm, unsigned long start,
					   unsigned long end)
{
	return mm_has_notifiers(mm) ? __mmu_notifier_clear_young(mm, start, end) : 0;
}

static inline int mmu_notifier_test_young(struct mm_struct *mm, unsigned long address)
{
	return mm_has_notifiers(mm) ? __mmu_notifier_test_young(mm, address) : 0;
}

static inline void mmu_notifier_arch_invalidate_secondary_tlbs(struct mm_struct *mm,
							       unsigned long start,
							       unsigned long end)
{
	if (mm_has_notifiers(mm))
		__mmu_notifier_arch_invalidate_secondary_tlbs(mm, start, end);
}

/* The last user is gone: exit_mmap(), before anything is unmapped. */
static inline void mmu_notifier_release(struct mm_struct *mm)
{
	if (mm_has_notifiers(mm))
		__mmu_notifier_release(mm);
}

static inline void mmu_notifier_subscriptions_init(struct mm_struct *mm)
{
	mm->notifier_subscriptions = NULL;
}

/* The last reference is gone: mmdrop(). */
static inline void mmu_notifier_subscriptions_destroy(struct mm_struct *mm)
{
	if (mm_has_notifiers(mm))
		__mmu_notifier_subscriptions_destroy(mm);
}

static inline void mmu_notifier_range_init(struct mmu_notifier_range *range,
					   enum mmu_notifier_event event, unsigned int flags,
					   struct mm_struct *mm, unsigned long start,
					   unsigned long end)
{
	range->event = event;
	range->mm = mm;
	range->start = start;
	range->end = end;
	range->flags = flags;
}

static inline void mmu_notifier_range_init_owner(struct mmu_notifier_range *range,
						 enum mmu_notifier_event event, unsigned int flags,
						 struct mm_struct *mm, unsigned long start,
						 unsigned long end, void *owner)
{
	mmu_notifier_range_init(range, event, flags, mm, start, end);
	range->owner = owner;
}

#endif
