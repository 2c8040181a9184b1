/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Invalidations: what happens at the start and at the end of a range. See mm/notifier.h. */
#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/llist.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "kernel/inject.h"
#include "kernel/version.h"
#include "mm/notifier.h"
#include "mm/phys.h"

SIM_FAULT_KIND(notifier_retry, "notifier-retry", true,
	       "mmu_interval_read_retry() says that something was invalidated", -EBUSY, -EAGAIN);

/* Calls the watcher of the world, if it has this callback. */
#define WATCH(callback, ...)                                                                       \
	do {                                                                                       \
		const struct mm_watch *watch_ = sim_phys_of_world(sim_world)->watch;               \
                                                                                                   \
		if (unlikely(watch_) && watch_->callback)                                          \
			watch_->callback(watch_->ctx, __VA_ARGS__);                                \
	} while (0)

static const char *const event_names[NOTIFIER_EVENT_COUNT] = {
	[MMU_NOTIFY_UNMAP] = "UNMAP",
	[MMU_NOTIFY_CLEAR] = "CLEAR",
	[MMU_NOTIFY_PROTECTION_VMA] = "PROTECTION_VMA",
	[MMU_NOTIFY_PROTECTION_PAGE] = "PROTECTION_PAGE",
	[MMU_NOTIFY_SOFT_DIRTY] = "SOFT_DIRTY",
	[MMU_NOTIFY_RELEASE] = "RELEASE",
	[MMU_NOTIFY_MIGRATE] = "MIGRATE",
	[MMU_NOTIFY_EXCLUSIVE] = "EXCLUSIVE",
};

const char *mmu_notifier_event_name(enum mmu_notifier_event event)
{
	return (unsigned int)event < NOTIFIER_EVENT_COUNT ? event_names[event] : "?";
}

static u32 event_name(enum mmu_notifier_event event)
{
	u32 *name = &notifier_state()->event_name[event];

	if (!*name)
		*name = sim_name(mmu_notifier_event_name(event)) + 1;
	return *name - 1;
}

static void trace_start(const struct mmu_notifier_range *range, int err)
{
	sim_event(MMU_NOTIFIER_START, range->mm->sim_number, range->start, range->end,
		  event_name(range->event), mmu_notifier_range_blockable(range), (u64)err);
}

static struct mmu_interval_notifier *to_notifier(struct interval_tree_node *node)
{
	return node ? container_of(node, struct mmu_interval_notifier, interval_tree) : NULL;
}

/* Counts the range. Returns the first notifier that it meets, which freezes the tree. */
static struct mmu_interval_notifier *begin_range(struct mmu_notifier_subscriptions *subscriptions,
						 const struct mmu_notifier_range *range,
						 unsigned long *seq)
{
	struct mmu_interval_notifier *first;

	spin_lock(&subscriptions->lock);
	subscriptions->active_invalidate_ranges++;
	first = to_notifier(interval_tree_iter_first(&subscriptions->itree, range->start,
						     range->end - 1));
	if (first)
		subscriptions->invalidate_seq |= 1;
	*seq = subscriptions->invalidate_seq;
	spin_unlock(&subscriptions->lock);
	return first;
}

/* What waited for the tree to thaw. */
static void apply_deferred(struct mmu_notifier_subscriptions *subscriptions)
{
	struct mmu_interval_notifier *notifier;
	struct hlist_node *next;

	hlist_for_each_entry_safe(notifier, next, &subscriptions->deferred_list, deferred_item) {
		struct interval_tree_node *node = &notifier->interval_tree;

		if (RB_EMPTY_NODE(&node->rb))
			interval_tree_insert(node, &subscriptions->itree);
		else
			interval_tree_remove(node, &subscriptions->itree);
		hlist_del(&notifier->deferred_item);
	}
}

static void end_range(struct mmu_notifier_subscriptions *subscriptions)
{
	bool thaws;

	spin_lock(&subscriptions->lock);
	thaws = !--subscriptions->active_invalidate_ranges && notifier_is_frozen(subscriptions);
	if (thaws) {
		subscriptions->invalidate_seq++;
		apply_deferred(subscriptions);
	}
	spin_unlock(&subscriptions->lock);
	if (thaws)
		wake_up_all(&subscriptions->wq);
}

static bool call_interval(struct mmu_interval_notifier *notifier,
			  const struct mmu_notifier_range *range, unsigned long seq,
			  struct llist_head *finishes)
{
	struct mmu_interval_notifier_finish *finish = NULL;

	if (!notifier->ops->invalidate_start)
		return notifier->ops->invalidate(notifier, range, seq);
	if (!notifier->ops->invalidate_start(notifier, range, seq, &finish)) {
		WARN_ON(finish);
		return false;
	}
	if (finish) {
		finish->notifier = notifier;
		__llist_add(&finish->link, finishes);
	}
	return true;
}

/* The second pass, in the order of the first. */
static void call_finishes(struct llist_head *finishes)
{
	struct llist_node *node = llist_reverse_order(__llist_del_all(finishes));
	struct mmu_interval_notifier_finish *finish, *next;

	llist_for_each_entry_safe(finish, next, node, link)
		finish->notifier->ops->invalidate_finish(finish);
}

/*
 * Tells each interval notifier that a range meets. One that must not sleep and had to ends it:
 * -EAGAIN, and the range counts as never started.
 */
static int start_intervals(struct mmu_notifier_subscriptions *subscriptions,
			   const struct mmu_notifier_range *range)
{
	struct llist_head finishes = LLIST_HEAD_INIT(finishes);
	struct mmu_interval_notifier *notifier;
	unsigned long seq;
	int err = 0;

	notifier = begin_range(subscriptions, range, &seq);
	while (notifier) {
		if (!call_interval(notifier, range, seq, &finishes) &&
		    !WARN_ON(mmu_notifier_range_blockable(range))) {
			err = -EAGAIN;
			break;
		}
		notifier = to_notifier(interval_tree_iter_next(&notifier->interval_tree,
							       range->start, range->end - 1));
	}
	call_finishes(&finishes);
	if (err)
		end_range(subscriptions);
	return err;
}

static void end_list(struct mmu_notifier_subscriptions *subscriptions,
		     const struct mmu_notifier_range *range)
{
	struct srcu_struct *srcu = &notifier_state()->srcu;
	struct mmu_notifier *notifier;
	int idx = srcu_read_lock(srcu);

	hlist_for_each_entry_rcu(notifier, &subscriptions->list, hlist, srcu_read_lock_held(srcu))
		if (notifier->ops->invalidate_range_end)
			notifier->ops->invalidate_range_end(notifier, range);
	srcu_read_unlock(srcu, idx);
}

/* Of a notifier that refused a range, which it may only when the range must not block. */
static void check_refusal(const struct mmu_notifier *notifier,
			  const struct mmu_notifier_range *range, int err)
{
	bool blockable = mmu_notifier_range_blockable(range);

	pr_info("invalidate_range_start callback failed with %d in %sblockable context.\n", err,
		blockable ? "" : "non-");
	WARN_ON(blockable || err != -EAGAIN);
	/* It can't tell later whether its start was one of those that failed. */
	WARN_ON(notifier->ops->invalidate_range_end);
}

/* Tells all notifiers of the list, also after one refused; those get their end here. */
static int start_list(struct mmu_notifier_subscriptions *subscriptions,
		      const struct mmu_notifier_range *range)
{
	struct srcu_struct *srcu = &notifier_state()->srcu;
	struct mmu_notifier *notifier;
	int err = 0, idx;

	idx = srcu_read_lock(srcu);
	hlist_for_each_entry_rcu(notifier, &subscriptions->list, hlist, srcu_read_lock_held(srcu)) {
		int one;

		if (!notifier->ops->invalidate_range_start)
			continue;
		one = notifier->ops->invalidate_range_start(notifier, range);
		if (one) {
			check_refusal(notifier, range, one);
			err = one;
		}
	}
	if (err)
		end_list(subscriptions, range);
	srcu_read_unlock(srcu, idx);
	return err;
}

static int start_range(struct mmu_notifier_range *range)
{
	struct mmu_notifier_subscriptions *subscriptions = range->mm->notifier_subscriptions;
	int err = 0;

	if (subscriptions->has_itree)
		err = start_intervals(subscriptions, range);
	if (err || hlist_empty(&subscriptions->list))
		return err;
	err = start_list(subscriptions, range);
	if (err && subscriptions->has_itree && !sim_has_quirk(SVMSIM_QUIRK_NOTIFIER_NONBLOCK))
		end_range(subscriptions);
	return err;
}

/**
 * mmu_notifier_invalidate_range_start - entries of a range are about to change
 * @range: of mmu_notifier_range_init()
 *
 * Context: may sleep; the folio lock, the locks of reverse maps and mmap_lock may be held, page-
 * table locks not.
 * Models: mm/mmu_notifier.c, include/linux/mmu_notifier.h, v7.0.
 */
void mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range)
{
	might_sleep();
	range->flags |= MMU_NOTIFIER_RANGE_BLOCKABLE;
	trace_start(range, 0);
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	if (mm_has_notifiers(range->mm))
		start_range(range);
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
	WATCH(range_start, range);
}

/**
 * mmu_notifier_invalidate_range_start_nonblock - the same where nobody may sleep
 * @range: range
 *
 * Return: 0, or -EAGAIN: then entries must stay as they are, and there is no end to announce.
 */
int mmu_notifier_invalidate_range_start_nonblock(struct mmu_notifier_range *range)
{
	int err = 0;

	range->flags &= ~MMU_NOTIFIER_RANGE_BLOCKABLE;
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	if (mm_has_notifiers(range->mm))
		err = start_range(range);
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
	trace_start(range, err);
	if (!err)
		WATCH(range_start, range);
	return err;
}

/** mmu_notifier_invalidate_range_end - entries of a range have changed; see start */
void mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range)
{
	struct mmu_notifier_subscriptions *subscriptions = range->mm->notifier_subscriptions;

	if (mmu_notifier_range_blockable(range))
		might_sleep();
	WATCH(range_end, range);
	sim_event(MMU_NOTIFIER_END, range->mm->sim_number, range->start, range->end,
		  event_name(range->event));
	if (!subscriptions)
		return;
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	if (subscriptions->has_itree)
		end_range(subscriptions);
	if (!hlist_empty(&subscriptions->list))
		end_list(subscriptions, range);
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
}

static void release_intervals(struct mmu_notifier_subscriptions *subscriptions,
			      struct mm_struct *mm)
{
	struct mmu_notifier_range range = { .mm = mm };

	mmu_notifier_range_init(&range, MMU_NOTIFY_RELEASE, MMU_NOTIFIER_RANGE_BLOCKABLE, mm, 0,
				ULONG_MAX);
	trace_start(&range, 0);
	start_intervals(subscriptions, &range);
	sim_event(MMU_NOTIFIER_END, mm->sim_number, range.start, range.end,
		  event_name(range.event));
	end_range(subscriptions);
}

/* mmu_notifier_unregister() may be at the same: its SRCU section holds up what follows us. */
static void release_list(struct mmu_notifier_subscriptions *subscriptions, struct mm_struct *mm)
{
	struct srcu_struct *srcu = &notifier_state()->srcu;
	struct mmu_notifier *notifier;
	int idx;

	idx = srcu_read_lock(srcu);
	hlist_for_each_entry_rcu(notifier, &subscriptions->list, hlist, srcu_read_lock_held(srcu))
		if (notifier->ops->release)
			notifier->ops->release(notifier, mm);
	spin_lock(&subscriptions->lock);
	while (!hlist_empty(&subscriptions->list))
		hlist_del_init_rcu(subscriptions->list.first);
	spin_unlock(&subscriptions->lock);
	srcu_read_unlock(srcu, idx);
	synchronize_srcu(srcu);
}

/** __mmu_notifier_release - the last user of an mm is gone; nothing is unmapped yet */
void __mmu_notifier_release(struct mm_struct *mm)
{
	struct mmu_notifier_subscriptions *subscriptions = mm->notifier_subscriptions;

	if (subscriptions->has_itree)
		release_intervals(subscriptions, mm);
	if (!hlist_empty(&subscriptions->list))
		release_list(subscriptions, mm);
}

/** __mmu_notifier_subscriptions_destroy - the last reference to an mm is gone */
void __mmu_notifier_subscriptions_destroy(struct mm_struct *mm)
{
	BUG_ON(!hlist_empty(&mm->notifier_subscriptions->list));
	kfree(mm->notifier_subscriptions);
	mm->notifier_subscriptions = NULL;
}

/* Calls @call for each notifier with @op; its result, or-ed, in @young. */
#define FOR_EACH_WITH(op, mm, notifier, call)                                                      \
	do {                                                                                       \
		struct srcu_struct *srcu_ = &notifier_state()->srcu;                               \
		int idx_ = srcu_read_lock(srcu_);                                                  \
                                                                                                   \
		hlist_for_each_entry_rcu(notifier, &(mm)->notifier_subscriptions->list, hlist,     \
					 srcu_read_lock_held(srcu_)) {                             \
			if (notifier->ops->op)                                                     \
				call;                                                              \
		}                                                                                  \
		srcu_read_unlock(srcu_, idx_);                                                     \
	} while (0)

/** __mmu_notifier_clear_flush_young - has a device used the range since; forget that it has */
int __mmu_notifier_clear_flush_young(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct mmu_notifier *notifier;
	int young = 0;

	FOR_EACH_WITH(clear_flush_young, mm, notifier,
		      young |= notifier->ops->clear_flush_young(notifier, mm, start, end));
	return young;
}

/** __mmu_notifier_clear_young - the same, without a flush of the device's TLB */
int __mmu_notifier_clear_young(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct mmu_notifier *notifier;
	int young = 0;

	FOR_EACH_WITH(clear_young, mm, notifier,
		      young |= notifier->ops->clear_young(notifier, mm, start, end));
	return young;
}

/** __mmu_notifier_test_young - has a device used an address; ends at the first that has */
int __mmu_notifier_test_young(struct mm_struct *mm, unsigned long address)
{
	struct mmu_notifier *notifier;
	int young = 0;

	FOR_EACH_WITH(test_young, mm, notifier,
		      if (!young) young = notifier->ops->test_young(notifier, mm, address));
	return young;
}

/** __mmu_notifier_arch_invalidate_secondary_tlbs - the CPU's TLB entries of a range went */
void __mmu_notifier_arch_invalidate_secondary_tlbs(struct mm_struct *mm, unsigned long start,
						   unsigned long end)
{
	struct mmu_notifier *notifier;

	FOR_EACH_WITH(arch_invalidate_secondary_tlbs, mm, notifier,
		      notifier->ops->arch_invalidate_secondary_tlbs(notifier, mm, start, end));
}

/**
 * mmu_interval_read_begin - begin to read page tables for a device
 * @interval_sub: inserted
 *
 * Waits until no invalidation of it is going on. What it returns may be out of date at once.
 * Context: may sleep; no lock is held that the notifier's callback takes.
 * Return: sequence number for mmu_interval_read_retry().
 */
unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *interval_sub)
{
	struct mmu_notifier_subscriptions *subscriptions =
		interval_sub->mm->notifier_subscriptions;
	bool is_invalidating;
	unsigned long seq;

	spin_lock(&subscriptions->lock);
	seq = READ_ONCE(interval_sub->invalidate_seq);
	is_invalidating = seq == subscriptions->invalidate_seq;
	spin_unlock(&subscriptions->lock);
	/* As if it waited, for the lock checker: next time it may. */
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
	if (is_invalidating)
		wait_event(subscriptions->wq, READ_ONCE(subscriptions->invalidate_seq) != seq);
	WATCH(read_begin, interval_sub, seq);
	return seq;
}

/**
 * mmu_interval_set_seq - note an invalidation
 * @interval_sub: of a callback
 * @cur_seq: that was passed to it
 *
 * Context: the driver's lock is held, the one that mmu_interval_read_retry() is called with.
 */
void mmu_interval_set_seq(struct mmu_interval_notifier *interval_sub, unsigned long cur_seq)
{
	WRITE_ONCE(interval_sub->invalidate_seq, cur_seq);
	WATCH(set_seq, interval_sub);
}

/**
 * sim_mmu_interval_read_retry - was anything invalidated since mmu_interval_read_begin()?
 * @interval_sub: notifier
 * @seq: what that returned
 * @site: where
 *
 * Context: the driver's lock is held.
 * Return: true when what was read must not be used. An injected failure says so of itself.
 */
bool sim_mmu_interval_read_retry(struct mmu_interval_notifier *interval_sub, unsigned long seq,
				 const struct sim_site *site)
{
	bool retry = interval_sub->invalidate_seq != seq ||
		     sim_inject(&sim_fault_notifier_retry, site);

	WATCH(read_retry, interval_sub, seq, retry);
	return retry;
}

/**
 * sim_mmu_interval_check_retry - the same without a lock, as a hint
 * @interval_sub: notifier
 * @seq: what mmu_interval_read_begin() returned
 * @site: where
 *
 * Return: true is certain, false means nothing.
 */
bool sim_mmu_interval_check_retry(struct mmu_interval_notifier *interval_sub, unsigned long seq,
				  const struct sim_site *site)
{
	sim_point(site);
	return READ_ONCE(interval_sub->invalidate_seq) != seq;
}

static int notifier_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_NOTIFIER] = sim_alloc(world, sizeof(struct notifier_state));
	return 0;
}

static void notifier_start(struct svmsim_world *world)
{
	static struct lock_class_key srcu_key = SIM_LOCK_CLASS_KEY;
	struct notifier_state *state = notifier_state();

	*state = (struct notifier_state){ 0 };
	lockdep_init_map(&state->srcu.dep_map, "srcu", &srcu_key, 0);
	mutex_init(&state->all_locks);
}

static void notifier_unmake(struct svmsim_world *world)
{
	sim_free(world, world->slot[SIM_SLOT_NOTIFIER], sizeof(struct notifier_state));
}

const struct sim_layer sim_layer_notifier = {
	.name = "notifier",
	.slot = SIM_SLOT_NOTIFIER,
	.make = notifier_make,
	.start = notifier_start,
	.unmake = notifier_unmake,
};
