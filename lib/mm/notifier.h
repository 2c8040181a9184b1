/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What the model keeps for MMU notifiers besides each mm's subscriptions.
 *
 * DOC: Sequence numbers
 *
 * An mm's number is even while nothing is invalidated that an interval notifier covers, and odd
 * from the first such range's start to the last range's end; overlapping ranges share one odd
 * number. A notifier's own number is always odd: that of the last invalidation that it noted. Equal
 * to the mm's means that it is in the middle of one.
 *
 *	mm          2   | 3 ............ | 4   | 5 ...
 *	range         start          end     start
 *	notifier    1      3 (set_seq)             5
 *	reader    begin                            read_retry: 1 != 5
 *
 * While the number is odd the tree of intervals is frozen: who calls its notifiers does so without
 * the lock. Insertions and removals wait in a list for the last end.
 *
 * DOC: Source
 *
 * mm/mmu_notifier.c, v7.0; two passes as in v7.2.
 */
#ifndef MM_NOTIFIER_H
#define MM_NOTIFIER_H

#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include "kernel/world.h"

extern const struct sim_layer sim_layer_notifier;

#define NOTIFIER_EVENT_COUNT (MMU_NOTIFY_EXCLUSIVE + 1)

/**
 * struct notifier_state - of sim_layer_notifier
 * @srcu: readers walk lists of notifiers
 * @all_locks: one task at a time takes all locks of an mm
 * @event_name: sim_name() of each enum mmu_notifier_event, plus one; 0 when not used yet
 */
struct notifier_state {
	struct srcu_struct srcu;
	struct mutex all_locks;
	u32 event_name[NOTIFIER_EVENT_COUNT];
};

static inline struct notifier_state *notifier_state(void)
{
	return sim_world->slot[SIM_SLOT_NOTIFIER];
}

/**
 * struct mmu_notifier_subscriptions - an mm's; made on first use, freed with the mm
 * @list: notifiers of the whole mm; written with @lock, read under SRCU
 * @has_itree: an interval notifier was inserted once
 * @lock: of all below
 * @invalidate_seq: see above; starts at 2
 * @active_invalidate_ranges: started and not ended
 * @itree: intervals
 * @wq: waits for @invalidate_seq to change
 * @deferred_list: to be inserted (not in @itree) or removed (in it) at the last end
 */
struct mmu_notifier_subscriptions {
	struct hlist_head list;
	bool has_itree;
	spinlock_t lock;
	unsigned long invalidate_seq;
	unsigned long active_invalidate_ranges;
	struct rb_root_cached itree;
	wait_queue_head_t wq;
	struct hlist_head deferred_list;
};

/* The tree is frozen. @subscriptions->lock is held. */
static inline bool notifier_is_frozen(const struct mmu_notifier_subscriptions *subscriptions)
{
	return subscriptions->invalidate_seq & 1;
}

/**
 * mm_take_all_locks - lock out whoever could invalidate something
 * @mm: mmap_lock is held for writing
 *
 * Takes the anon_vma's and the file mapping's lock of each area, so that nobody is between a start
 * and an end.
 * Return: 0, or -EINTR on a pending signal.
 */
int mm_take_all_locks(struct mm_struct *mm);
/** mm_drop_all_locks - the reverse */
void mm_drop_all_locks(struct mm_struct *mm);

/** mmu_notifier_event_name - "UNMAP" and so on, for traces and reports */
const char *mmu_notifier_event_name(enum mmu_notifier_event event);

#endif
