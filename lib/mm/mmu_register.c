/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Who is told of invalidations: making an mm's subscriptions, and coming and going of notifiers. */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/overflow.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sim_absent.h>
#include <linux/slab.h>
#include "kernel/version.h"
#include "mm/notifier.h"

static struct mmu_notifier_subscriptions *make_subscriptions(void)
{
	struct mmu_notifier_subscriptions *subscriptions =
		kzalloc(sizeof(*subscriptions), GFP_KERNEL);

	if (!subscriptions)
		return NULL;
	INIT_HLIST_HEAD(&subscriptions->list);
	INIT_HLIST_HEAD(&subscriptions->deferred_list);
	spin_lock_init(&subscriptions->lock);
	init_waitqueue_head(&subscriptions->wq);
	subscriptions->itree = RB_ROOT_CACHED;
	subscriptions->invalidate_seq = 2;
	return subscriptions;
}

/* Nobody is between a start and an end: all locks of the mm are held. */
static void subscribe(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	struct mmu_notifier_subscriptions *subscriptions = mm->notifier_subscriptions;

	if (!subscription) {
		subscriptions->has_itree = true;
		return;
	}
	mmgrab(mm);
	subscription->mm = mm;
	subscription->users = 1;
	spin_lock(&subscriptions->lock);
	hlist_add_head_rcu(&subscription->hlist, &subscriptions->list);
	spin_unlock(&subscriptions->lock);
}

/**
 * __mmu_notifier_register - have a notifier called for all of an mm
 * @subscription: its ops are set; NULL makes the mm ready for interval notifiers
 * @mm: with a user
 *
 * Context: mmap_lock is held for writing; may sleep.
 * Return: 0; -EINVAL (WARN) for ops of both kinds, -ENOMEM, -EINTR on a pending signal.
 */
int __mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	const struct mmu_notifier_ops *ops = subscription ? subscription->ops : NULL;
	struct mmu_notifier_subscriptions *new = NULL;
	int err;

	mmap_assert_write_locked(mm);
	BUG_ON(atomic_read(&mm->mm_users) <= 0);
	if (WARN_ON_ONCE(ops && ops->arch_invalidate_secondary_tlbs &&
			 (ops->invalidate_range_start || ops->invalidate_range_end)))
		return -EINVAL;
	/* mmap_lock keeps others from being faster; no allocation with all locks held. */
	if (!mm->notifier_subscriptions) {
		new = make_subscriptions();
		if (!new)
			return -ENOMEM;
	}
	err = mm_take_all_locks(mm);
	if (err) {
		kfree(new);
		return err;
	}
	if (new)
		smp_store_release(&mm->notifier_subscriptions, new);
	subscribe(subscription, mm);
	mm_drop_all_locks(mm);
	return 0;
}

/**
 * mmu_notifier_register - the same with mmap_lock not held
 * @subscription: its ops are set
 * @mm: with a user
 *
 * Return: see __mmu_notifier_register().
 */
int mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	int err;

	mmap_write_lock(mm);
	err = __mmu_notifier_register(subscription, mm);
	mmap_write_unlock(mm);
	return err;
}

/**
 * mmu_notifier_unregister - the reverse; releases the notifier unless the mm's end has
 * @subscription: of mmu_notifier_register()
 * @mm: as registered
 *
 * When it returns no callback runs any more.
 * Context: may sleep; not from a callback.
 */
void mmu_notifier_unregister(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	struct srcu_struct *srcu = &notifier_state()->srcu;
	int idx;

	BUG_ON(atomic_read(&mm->mm_count) <= 0);
	if (!hlist_unhashed(&subscription->hlist)) {
		/* The end of the mm may run at the same time: it waits for this section. */
		idx = srcu_read_lock(srcu);
		if (subscription->ops->release)
			subscription->ops->release(subscription, mm);
		srcu_read_unlock(srcu, idx);
		spin_lock(&mm->notifier_subscriptions->lock);
		hlist_del_init_rcu(&subscription->hlist);
		spin_unlock(&mm->notifier_subscriptions->lock);
	}
	synchronize_srcu(srcu);
	BUG_ON(atomic_read(&mm->mm_count) <= 0);
	mmdrop(mm);
}

/* One more user of the notifier with these ops; NULL when there is none. */
static struct mmu_notifier *find_registered(struct mmu_notifier_subscriptions *subscriptions,
					    const struct mmu_notifier_ops *ops)
{
	struct mmu_notifier *found = NULL, *subscription;

	spin_lock(&subscriptions->lock);
	hlist_for_each_entry(subscription, &subscriptions->list, hlist) {
		if (subscription->ops != ops)
			continue;
		found = ERR_PTR(-EOVERFLOW);
		if (likely(subscription->users != UINT_MAX)) {
			subscription->users++;
			found = subscription;
		}
		break;
	}
	spin_unlock(&subscriptions->lock);
	return found;
}

/**
 * mmu_notifier_get_locked - the one notifier of an mm with these ops, made when there is none
 * @ops: with alloc_notifier() and free_notifier()
 * @mm: with a user
 *
 * Context: mmap_lock is held for writing; may sleep.
 * Return: the notifier, for mmu_notifier_put(), or an error pointer: that of alloc_notifier(),
 * -EOVERFLOW, or as __mmu_notifier_register().
 */
struct mmu_notifier *mmu_notifier_get_locked(const struct mmu_notifier_ops *ops,
					     struct mm_struct *mm)
{
	struct mmu_notifier *subscription = NULL;
	int err;

	mmap_assert_write_locked(mm);
	if (mm->notifier_subscriptions)
		subscription = find_registered(mm->notifier_subscriptions, ops);
	if (subscription)
		return subscription;
	subscription = ops->alloc_notifier(mm);
	if (IS_ERR(subscription))
		return subscription;
	subscription->ops = ops;
	err = __mmu_notifier_register(subscription, mm);
	if (err) {
		ops->free_notifier(subscription);
		return ERR_PTR(err);
	}
	return subscription;
}

static void free_notifier(struct rcu_head *rcu)
{
	struct mmu_notifier *subscription = container_of(rcu, struct mmu_notifier, rcu);
	struct mm_struct *mm = subscription->mm;

	subscription->ops->free_notifier(subscription);
	mmdrop(mm);
}

/**
 * mmu_notifier_put - one user of mmu_notifier_get() less; freed later when it was the last
 * @subscription: notifier
 *
 * Context: any that may take a spinlock; also from its release().
 */
void mmu_notifier_put(struct mmu_notifier *subscription)
{
	struct mmu_notifier_subscriptions *subscriptions =
		subscription->mm->notifier_subscriptions;
	bool is_last;

	spin_lock(&subscriptions->lock);
	is_last = !WARN_ON(!subscription->users) && !--subscription->users;
	if (is_last)
		hlist_del_init_rcu(&subscription->hlist);
	spin_unlock(&subscriptions->lock);
	if (is_last)
		call_srcu(&notifier_state()->srcu, &subscription->rcu, free_notifier);
}

/**
 * mmu_notifier_synchronize - wait for what mmu_notifier_put() frees later
 *
 * For the exit function of a module.
 */
void mmu_notifier_synchronize(void)
{
	synchronize_srcu(&notifier_state()->srcu);
}

/* What a notifier's ops must look like; two passes are newer than v7.0. */
static void check_ops(const struct mmu_interval_notifier_ops *ops)
{
	if (!ops->invalidate_start && !ops->invalidate_finish)
		return;
	if (!sim_kernel_since(SIM_KERNEL_V7_2))
		SIM_ABSENT("mmu_interval_notifier_ops.invalidate_start");
	WARN_ON_ONCE(ops->invalidate_start && !ops->invalidate_finish);
}

static int insert(struct mmu_interval_notifier *interval_sub, struct mm_struct *mm,
		  unsigned long start, unsigned long length,
		  const struct mmu_interval_notifier_ops *ops)
{
	struct mmu_notifier_subscriptions *subscriptions = mm->notifier_subscriptions;
	struct interval_tree_node *node = &interval_sub->interval_tree;

	interval_sub->mm = mm;
	interval_sub->ops = ops;
	RB_CLEAR_NODE(&node->rb);
	node->start = start;
	if (!length || check_add_overflow(start, length - 1, &node->last))
		return -EOVERFLOW;
	if (WARN_ON(atomic_read(&mm->mm_users) <= 0))
		return -EINVAL;
	check_ops(ops);
	mmgrab(mm);

	spin_lock(&subscriptions->lock);
	if (!subscriptions->active_invalidate_ranges) {
		/* Odd, and not met by the mm's number for as long as possible. */
		WARN_ON(notifier_is_frozen(subscriptions));
		interval_sub->invalidate_seq = subscriptions->invalidate_seq - 1;
		interval_tree_insert(node, &subscriptions->itree);
	} else {
		/*
		 * Nobody knows whether the open ranges meet it: they count as if they did, and
		 * readers wait for their end.
		 */
		if (notifier_is_frozen(subscriptions)) {
			hlist_add_head(&interval_sub->deferred_item, &subscriptions->deferred_list);
		} else {
			subscriptions->invalidate_seq |= 1;
			interval_tree_insert(node, &subscriptions->itree);
		}
		interval_sub->invalidate_seq = subscriptions->invalidate_seq;
	}
	spin_unlock(&subscriptions->lock);
	return 0;
}

static bool has_itree(const struct mmu_notifier_subscriptions *subscriptions)
{
	return subscriptions && subscriptions->has_itree;
}

/**
 * mmu_interval_notifier_insert - have a notifier called for a range of an mm
 * @interval_sub: filled
 * @mm: with a user
 * @start: first address
 * @length: in bytes
 * @ops: what to call
 *
 * Callbacks can come before it returns.
 * Context: mmap_lock is not held; may sleep.
 * Return: 0; -EOVERFLOW for no length or a range that wraps; -EINVAL (WARN) without a user of @mm;
 * on first use of an mm, before these, -ENOMEM or -EINTR.
 */
int mmu_interval_notifier_insert(struct mmu_interval_notifier *interval_sub, struct mm_struct *mm,
				 unsigned long start, unsigned long length,
				 const struct mmu_interval_notifier_ops *ops)
{
	int err;

	might_lock(&mm->mmap_lock);
	if (!has_itree(smp_load_acquire(&mm->notifier_subscriptions))) {
		err = mmu_notifier_register(NULL, mm);
		if (err)
			return err;
	}
	return insert(interval_sub, mm, start, length, ops);
}

/** mmu_interval_notifier_insert_locked - the same with mmap_lock held for writing */
int mmu_interval_notifier_insert_locked(struct mmu_interval_notifier *interval_sub,
					struct mm_struct *mm, unsigned long start,
					unsigned long length,
					const struct mmu_interval_notifier_ops *ops)
{
	int err;

	mmap_assert_write_locked(mm);
	if (!has_itree(mm->notifier_subscriptions)) {
		err = __mmu_notifier_register(NULL, mm);
		if (err)
			return err;
	}
	return insert(interval_sub, mm, start, length, ops);
}

static bool seq_has_changed(struct mmu_notifier_subscriptions *subscriptions, unsigned long seq)
{
	bool changed;

	spin_lock(&subscriptions->lock);
	changed = subscriptions->invalidate_seq != seq;
	spin_unlock(&subscriptions->lock);
	return changed;
}

/**
 * mmu_interval_notifier_remove - the reverse of insert
 * @interval_sub: inserted
 *
 * When it returns no callback runs any more.
 * Context: may sleep; not from a callback; no lock is held that a callback takes.
 */
void mmu_interval_notifier_remove(struct mmu_interval_notifier *interval_sub)
{
	struct mm_struct *mm = interval_sub->mm;
	struct mmu_notifier_subscriptions *subscriptions = mm->notifier_subscriptions;
	struct interval_tree_node *node = &interval_sub->interval_tree;
	unsigned long wait_seq = 0;

	might_sleep();
	spin_lock(&subscriptions->lock);
	if (!notifier_is_frozen(subscriptions)) {
		if (!WARN_ON(RB_EMPTY_NODE(&node->rb)))
			interval_tree_remove(node, &subscriptions->itree);
	} else if (RB_EMPTY_NODE(&node->rb)) {
		/* Not inserted yet. */
		hlist_del(&interval_sub->deferred_item);
	} else {
		hlist_add_head(&interval_sub->deferred_item, &subscriptions->deferred_list);
		wait_seq = subscriptions->invalidate_seq;
	}
	spin_unlock(&subscriptions->lock);
	/* As if it waited, for the lock checker: next time it may. */
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
	if (wait_seq)
		wait_event(subscriptions->wq, seq_has_changed(subscriptions, wait_seq));
	mmdrop(mm);
}
